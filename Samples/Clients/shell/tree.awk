# Plans the hash tree over leaves that come as lines "PLACE HASH", ascending; ends with 1 where they do not ascend.
# folder: into nodes the hashes of the leaves are put, a line "NUMBER HASH" each; into level.L, for each node that can be worked out
# once those of all levels below are, "NUMBER LEFT RIGHT", where 0 is emptiness. Writes the number of leaves, the highest level, and
# the number of the root.
BEGIN { split("1 2 4 8", power, " ") }
function digit(place, i) { return index("0123456789abcdef", substr(place, i, 1)) - 1 }
# Bit i of a place, the first one being 0.
function bit(place, i) { return int(digit(place, int(i / 4) + 1) / power[4 - i % 4]) % 2 }
function common(a, b,  i, bits) {
    for (i = 1; substr(a, i, 1) == substr(b, i, 1); i++) continue
    for (bits = 4 * (i - 1); bit(a, bits) == bit(b, bits); bits++) continue
    return bits
}
function node(left, right) {
    level[++count] = 1 + (level[left] > level[right] ? level[left] : level[right])
    if (level[count] > highest) highest = level[count]
    print count, left, right > (folder "/level." level[count])
    return count
}
# With only emptiness beside it, so many steps up; a leaf that is alone stands for whatever it is alone in.
function raised(found, many, place, depth) {
    while (many && place > depth) {
        place--
        found = bit(latest, place) ? node(0, found) : node(found, 0)
    }
    return found
}
# The subtree of all that came and share more than so many first bits with the latest; sets `is_many`.
function closed(depth,  found, many, place) {
    found = leaf; many = 0; place = 256
    while (waiting && parted[waiting] > depth) {
        found = node(left_of[waiting], raised(found, many, place, parted[waiting] + 1))
        many = 1
        place = parted[waiting--]
    }
    return raised(found, many, place, depth + 1)
}
{
    if (latest != "") {
        if ("x" $1 <= "x" latest) { is_wrong = 1; exit 1 }
        depth = common(latest, $1)
        half = closed(depth)
        left_of[++waiting] = half
        parted[waiting] = depth
    }
    latest = $1
    leaf = ++count
    leaves++
    print count, $2 > (folder "/nodes")
}
END {
    if (is_wrong) exit 1
    root = latest == "" ? 0 : closed(-1)
    print leaves + 0, highest + 0, root
}
