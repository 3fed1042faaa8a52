# Reads the lines of a snapshot, each one canonical JSON (json.awk, which is read first); ends with 1 where one is none that a snapshot has.
# what: profiles, whose payloads come a file each, or names, or annexes.
# folder: of profile N its bytes are put into N.profile there, of annex N into N.annex; of each profile the annexes that it names are
# put into `wanted`, a line "DIGEST SUB" each.
# issuer: whose profiles they must be, as it stands in JSON.
#
# Writes for each profile "SUB VERSION", for each annex "DIGEST SUB", for each name two lines: "=PLACE", where the place in the
# tree is told, or the name in hexadecimal; then the statement in hexadecimal.
function wrong_line() { is_wrong = 1; exit 1 }
# The text of a JSON string in hexadecimal.
function unquoted(json,  i, c, all) {
    for (i = 2; i < length(json); i++) {
        c = substr(json, i, 1)
        if (c != "\\") { all = all hex(c); continue }
        c = substr(json, ++i, 1)
        if (c == "u") { all = all substr(json, i + 3, 2); i += 4 }
        else if (index("bfnrt", c)) all = all substr("080c0a0d09", 2 * index("bfnrt", c) - 1, 2)
        else all = all hex(c)
    }
    return all
}
function bare(json) { return substr(json, 2, length(json) - 2) }
function is_ids(json,  list, count, i) {
    if (json !~ /^[[]".*"[]]$/) return 0
    count = split(bare(json), list, ",")
    for (i = 1; i <= count; i++) if (!is_id(list[i])) return 0
    return 1
}
function put(text, file) { printf "%s", text > file; close(file) }

function profile(name,  i, own) {
    if (!parse($0) || members(found) != 5 || found["iss"] != issuer) wrong_line()
    if (found["iat"] !~ /^(0|[1-9][0-9]*)$/ || found["iat"] + 0 >= 253402300800) wrong_line()
    if (!is_id(found["sub"]) || found["profile"] !~ /^[{]/) wrong_line()
    # Digests of short ids are no other texts: what is printed needs no quotes.
    if (!is_id(found["version"])) wrong_line()
    for (i = 1; i <= annexes; i++) {
        if (!is_id("\"" annex[i] "\"")) wrong_line()
        print annex[i], bare(found["sub"]) >> wanted
    }
    put(found["profile"], folder "/" name ".profile")
    own = found["sub"]
    print bare(own), bare(found["version"])
    if (!parse(found["profile"])) wrong_line()
    members(found)
    if (found["id"] != own) wrong_line()
}
function name_line(  statement) {
    if (!parse($0) || members(found) != 2 || ("name" in found) == ("key" in found)) wrong_line()
    if ("holders" in found && is_ids(found["holders"])) statement = "{\"holders\":" found["holders"] "}"
    else if ("movedTo" in found && is_id(found["movedTo"])) statement = "{\"movedTo\":" found["movedTo"] "}"
    else wrong_line()
    if ("name" in found) {
        if (found["name"] !~ /^"/) wrong_line()
        print unquoted(found["name"])
    } else {
        if (length(found["key"]) != 73 || found["key"] !~ /^"sha256:[0-9a-f]*"$/) wrong_line()
        print "=" substr(found["key"], 9, 64)
    }
    print hex(statement)
}
function annex_line() {
    if (!parse($0) || members(found) != 3 || !("annex" in found) || !is_id(found["digest"]) || !is_id(found["sub"])) wrong_line()
    put(found["annex"], folder "/" sprintf("%06d", NR) ".annex")
    print bare(found["digest"]), bare(found["sub"])
}
BEGIN { wanted = folder "/wanted" }
what == "profiles" {
    # awk does not see an end of line behind it, so its size is compared.
    if (FILENAME == sizes) { size[$1] = $3; next }
    name = FILENAME
    sub(/^.*\//, "", name)
    sub(/[.].*$/, "", name)
    if (FNR > 1 || length($0) != size[name] || length($0) > 96000) wrong_line()
    profile(name)
}
what == "names" { name_line() }
what == "annexes" { annex_line() }
END { if (is_wrong) exit 1 }
