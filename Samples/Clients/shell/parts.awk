# The parts of a file that is one canonical JSON object or list, one a line (json.awk, which is read first); ends with 1 for anything else.
{ whole = whole (NR > 1 ? "\n" : "") $0 }
END {
    if (!parse(whole)) exit 1
    printf "%s", output
}
