#!/bin/sh
# Checks one webhook of a Suixin exchange (Standard Webhooks) that was kept: its headers and its body, each in a file.
#
#   webhook.sh --headers headers --body body [--jwks jwks.json] [--seen ids] [--now SECONDS]
#
# v1 (HMAC-SHA256) is checked by SUIXIN_WEBHOOK_SECRET, one or several `whsec_…` with blanks between them while they are being
# changed; v1a (Ed25519) by the Ed25519 keys of the JWKS. Either is enough. A shell is no server: let whatever receives write
# the two files, answer 204 when this has printed the event, and 401 when it refuses.
#
# Exit code: 0 genuine (printed, unless its id is in the file of --seen), 1 not genuine, 64 wrong usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

finish() {
    case $1 in 1) echo "NOT GENUINE: $2" >&2 ;; *) echo "$2" >&2 ;; esac
    exit "$1"
}

. "$here/suixin.sh"

headers='' body='' jwks='' seen='' now=''
while [ $# -gt 0 ]; do
    case $1 in --headers | --body | --jwks | --seen | --now) ;; *) finish $USAGE "no such option: $1" ;; esac
    [ $# -ge 2 ] || finish $USAGE "no value for $1"
    option=${1#--}
    eval "$option=\$2"
    shift 2
done
{ [ -r "$headers" ] && [ -r "$body" ]; } || finish $USAGE "give --headers and --body, two files"
[ -n "$now" ] || now=$(date +%s)
mkdir -p "$work/keys"
[ -z "$jwks" ] || read_keys "$jwks"

field() {
    tr -d '\r' < "$headers" | awk -v name="$1:" 'tolower(substr($0, 1, length(name))) == name {
        value = substr($0, length(name) + 1); gsub(/^[ \t]+|[ \t]+$/, "", value); print value; exit }'
}
# hmac SECRET FILE: the key goes by a file that only we can read, not by arguments. openssl's -macopt would show it to all,
# so the two digests of RFC 2104 are made here.
hmac() {
    key=$(printf '%s' "${1#whsec_}" | openssl base64 -d -A | hex)
    [ ${#key} -le 128 ] || key=$(printf '%s\n' "$key" | unhex | sha256)
    printf '%s\n' "$key" | awk '{
        while (length($0) < 128) $0 = $0 "0"
        for (i = 1; i <= 128; i++) {
            digit = index("0123456789abcdef", substr($0, i, 1)) - 1
            inner = inner mixed(digit, i % 2 ? 3 : 6); outer = outer mixed(digit, i % 2 ? 5 : 12)
        }
        print inner; print outer
    }
    function mixed(a, b,  sum, bit) {
        for (bit = 1; bit < 16; bit *= 2) if (int(a / bit) % 2 != int(b / bit) % 2) sum += bit
        return substr("0123456789abcdef", sum + 1, 1)
    }' > "$work/pads"
    inner=$({ sed -n 1p "$work/pads" | unhex; cat "$2"; } | sha256)
    printf '%s%s\n' "$(sed -n 2p "$work/pads")" "$inner" | unhex | sha256
}

id=$(field webhook-id) timestamp=$(field webhook-timestamp)
# Without a full stop: `id.timestamp.body` could be read in two ways else.
case $id in "" | *[!!-~]* | *.*) not_genuine "webhook-id is missing or of another form" ;; esac
case $timestamp in "" | *[!0-9]* | ?????????????*) not_genuine "webhook-timestamp is missing or of another form" ;; esac
# Without the zeros before it, which a shell would read as octal.
timestamp_number=$(printf '%s' "$timestamp" | sed 's/^0*\(.\)/\1/')
age=$((now - timestamp_number))
{ [ "$age" -le 300 ] && [ "$age" -ge -300 ]; } \
    || not_genuine "its time is more than five minutes from now: sent again by somebody, or one of the clocks is wrong"

{ printf '%s.%s.' "$id" "$timestamp"; cat "$body"; } > "$work/message"
is_good=
for entry in $(field webhook-signature); do
    printf '%s' "${entry#*,}" | openssl base64 -d -A > "$work/signature"
    [ "$(openssl base64 -A < "$work/signature")" = "${entry#*,}" ] || continue
    case $entry in
    v1,*)
        for secret in ${SUIXIN_WEBHOOK_SECRET-}; do
            # Digests of both are compared, so the time it takes says nothing about the signature that was wanted.
            expected=$(hmac "$secret" "$work/message")
            [ "$(printf 'x%s' "$expected" | sha256)" != "$(printf 'x%s' "$(hex < "$work/signature")" | sha256)" ] || is_good=1
        done ;;
    v1a,*)
        for key in "$work"/keys/*.pem; do
            [ -f "$key" ] && [ "$(cat "${key%.pem}")" = EdDSA ] || continue
            ! is_signed EdDSA "$key" "$work/message" "$work/signature" || is_good=1
        done ;;
    esac
done
[ -n "$is_good" ] || not_genuine "no signature fits: changed, or signed by somebody else"

# Whoever pushes repeats what it believes was lost: each id counts once.
if [ -n "$seen" ]; then
    if [ -f "$seen" ] && grep -Fqx -e "$id" "$seen"; then exit 0; fi
    printf '%s\n' "$id" >> "$seen"
fi
cat "$body"
echo
