# Reads canonical JSON (RFC 8785, whole numbers only), and what else several awk programs here need. Run with LC_ALL=C: it goes by bytes.
# parse(json): whether it is one canonical object or list; its parts are in `output` then, one a line: of an object
# "name<TAB>value", of a list "value". The digests that stand under "rest" in it are in annex[1…annexes].
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
function value(depth,  start, c, close_, name, last, inner, before, own) {
    start = place
    c = substr(text, place, 1)
    if (depth > 64) return wrong()
    if (c == "\"") return string()
    if (c == "{" || c == "[") {
        close_ = c == "{" ? "}" : "]"
        place++
        if (substr(text, place, 1) == close_) { place++; digest_in = ""; return c close_ }
        last = own = ""
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
            before = annexes
            inner = value(depth + 1)
            if (bad) return ""
            if (name == "digest") own = inner ~ /^"/ ? inner : ""
            if (name == "rest" && inner ~ /^[{]/ && digest_in != "") {
                # What stands in it besides is no other list's.
                annexes = before + 1
                annex[annexes] = substr(digest_in, 2, length(digest_in) - 2)
            }
            if (depth == 0) output = output (c == "{" ? name "\t" : "") inner "\n"
        } while (substr(text, place++, 1) == ",")
        if (substr(text, place - 1, 1) != close_) return wrong()
        digest_in = own
        return substr(text, start, place - start)
    }
    while (substr(text, place, 1) ~ /^[-0-9a-z]$/) place++
    inner = substr(text, start, place - start)
    if (inner !~ /^(true|false|null|0|-?[1-9][0-9]*)$/) return wrong()
    return inner
}
function parse(json) {
    text = json; place = 1; bad = 0; output = ""; annexes = 0
    if (substr(text, 1, 1) != "{" && substr(text, 1, 1) != "[") return 0
    value(0)
    return !bad && place == length(text) + 1
}
# The members of what was parsed, by their names: how many there are.
function members(found,  lines, count, i, tab) {
    split("", found)
    count = split(output, lines, "\n") - 1
    for (i = 1; i <= count; i++) { tab = index(lines[i], "\t"); found[substr(lines[i], 1, tab - 1)] = substr(lines[i], tab + 1) }
    return count
}
# `sx` and the first 100 bits of a SHA-256, given in hexadecimal, in an alphabet without look-alikes.
function short(digest,  power, said, bits, number, digit, i) {
    split("1 2 4 8", power, " "); said = "sx"; bits = 0; number = 0
    for (i = 1; i <= 25; i++) {
        number = number * 16 + index("0123456789abcdef", substr(digest, i, 1)) - 1; bits += 4
        if (bits >= 5) {
            bits -= 5; digit = int(number / power[bits + 1]); number -= digit * power[bits + 1]
            said = said substr("0123456789abcdefghjkmnpqrstvwxyz", digit + 1, 1)
        }
    }
    return said
}
# A text in hexadecimal.
function hex(said,  i, all) {
    if (!("a" in byte_of)) for (i = 1; i < 256; i++) byte_of[sprintf("%c", i)] = sprintf("%02x", i)
    for (i = 1; i <= length(said); i++) all = all byte_of[substr(said, i, 1)]
    return all
}
# Whether it is an id, as a text of JSON.
function is_id(json) { return length(json) == 24 && json ~ /^"sx[0-9a-hjkmnp-tv-z]*"$/ }
