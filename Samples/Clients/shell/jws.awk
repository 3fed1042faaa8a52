# Takes the documents of a snapshot apart, one a line (flattened JWS); ends with 1 where a line is none. Reads no key and no payload.
# folder: where for each line N the files N.payload64 (base64), N.message (what was signed) are put. Writes "N PROTECTED SIZE RAW DER":
# the size of the payload, and the signature twice, for a printf that knows \ooo: as it stands, and as the DER sequence of r and s.
BEGIN {
    split("1 2 4 8 16 32", power, " ")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for (i = 1; i <= 64; i++) value_of[substr(alphabet, i, 1)] = i - 1
}
# Strict base64url: no spare bits, so one byte string has one text.
function is_sound(text,  rest, last) {
    rest = length(text) % 4
    last = value_of[substr(text, length(text), 1)]
    return rest == 0 || rest == 2 && last % 16 == 0 || rest == 3 && last % 4 == 0
}
function padded(text,  rest) {
    rest = length(text) % 4
    gsub(/-/, "+", text)
    gsub(/_/, "/", text)
    return text (rest == 2 ? "==" : rest == 3 ? "=" : "")
}
# bytes[1…] of a text.
function decode(text, bytes,  i, bits, number, count) {
    split("", bytes)
    for (i = 1; i <= length(text); i++) {
        number = number * 64 + value_of[substr(text, i, 1)]
        bits += 6
        if (bits >= 8) {
            bits -= 8
            bytes[++count] = int(number / power[bits + 1])
            number -= bytes[count] * power[bits + 1]
        }
    }
    return count
}
function octal(byte) { return sprintf("\\%03o", byte) }
# A DER INTEGER of the 32 bytes behind a place.
function integer(bytes, from,  i, text, count) {
    for (i = from + 1; i < from + 32 && bytes[i] == 0; i++) continue
    if (bytes[i] > 127) { text = octal(0); count = 1 }
    for (; i <= from + 32; i++) { text = text octal(bytes[i]); count++ }
    width = width + count + 2
    return octal(2) octal(count) text
}
{
    if ($0 !~ /^[{]"payload":"[A-Za-z0-9_-]+","protected":"[A-Za-z0-9_-]+","signature":"[A-Za-z0-9_-]+"[}]$/) exit 1
    split($0, part, "\"")
    payload = part[4]; signature = part[12]
    if (length($0) > 196608 || length(signature) != 86 || !is_sound(payload) || !is_sound(signature)) exit 1
    name = sprintf("%06d", NR)
    file = folder "/" name ".payload64"
    print padded(payload) > file
    close(file)
    file = folder "/" name ".message"
    printf "%s.%s", part[8], payload > file
    close(file)
    decode(signature, bytes)
    raw = ""; width = 0
    for (i = 1; i <= 64; i++) raw = raw octal(bytes[i])
    r = integer(bytes, 0); s = integer(bytes, 32)
    print name, part[8], int(length(payload) * 3 / 4), raw, octal(48) octal(width) r s
}
