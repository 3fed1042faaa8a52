# Checks that a file is one canonical JSON object or list (RFC 8785, whole numbers only) and writes its parts, one a line: of an
# object "name<TAB>value", of a list "value". Ends with 1 for anything else. Run with LC_ALL=C: it goes by bytes.
# Names must ascend, so none comes twice. (By bytes, where RFC 8785 sorts by UTF-16: no name in an exchange's documents is
# beyond the plane where both agree.)
function wrong() { if (!bad) bad = 1; return "" }
function string(  start, c) {
    start = place++
    while (!bad) {
        c = substr(text, place++, 1)
        if (c == "") return wrong()
        if (c == "\"") return substr(text, start, place - start)
        if (c < " ") return wrong()
        if (c == "\\") {
            c = substr(text, place++, 1)
            if (c == "u") {
                if (substr(text, place, 4) !~ /^00[01][0-9a-f]$/) return wrong()
                place += 4
            } else if (c == "" || index("\"\\bfnrt", c) == 0) return wrong()
        }
    }
}
function value(depth,  start, c, close_, name, last, inner) {
    start = place
    c = substr(text, place, 1)
    if (depth > 64) return wrong()
    if (c == "\"") return string()
    if (c == "{" || c == "[") {
        close_ = c == "{" ? "}" : "]"
        place++
        if (substr(text, place, 1) == close_) { place++; return c close_ }
        last = ""
        do {
            name = ""
            if (c == "{") {
                if (substr(text, place, 1) != "\"") return wrong()
                name = string()
                name = substr(name, 2, length(name) - 2)
                if (last != "" && "x" name <= last) return wrong()
                last = "x" name
                if (substr(text, place++, 1) != ":") return wrong()
            }
            inner = value(depth + 1)
            if (bad) return ""
            if (depth == 0) output = output (c == "{" ? name "\t" : "") inner "\n"
        } while (substr(text, place++, 1) == ",")
        if (substr(text, place - 1, 1) != close_) return wrong()
        return substr(text, start, place - start)
    }
    while (substr(text, place, 1) ~ /^[-0-9a-z]$/) place++
    inner = substr(text, start, place - start)
    if (inner !~ /^(true|false|null|0|-?[1-9][0-9]*)$/) return wrong()
    return inner
}
{ text = text (NR > 1 ? "\n" : "") $0 }
END {
    place = 1
    if (substr(text, 1, 1) != "{" && substr(text, 1, 1) != "[") exit 1
    value(0)
    if (bad || place != length(text) + 1) exit 1
    printf "%s", output
}
