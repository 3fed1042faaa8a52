#!/bin/sh
# Receives what a Suixin exchange pushes (Standard Webhooks), and prints each event once.
#
#   webhook.sh --port 8400 --jwks jwks.json --seen ids           listen on the loopback; TLS belongs to a proxy before it
#   webhook.sh --headers headers --body body --jwks jwks.json    check one request that was kept
#
# v1 (HMAC-SHA256) is checked by SUIXIN_WEBHOOK_SECRET, one or several `whsec_…` with blanks between them while they are being
# changed; v1a (Ed25519) by the Ed25519 keys of the JWKS. Either is enough. A shell is no server: with --port busybox' httpd
# listens, and starts this once more for each call (CGI, RFC 3875). Calls go to /cgi-bin/hook.
#
# Exit code with --headers: 0 genuine, 1 not genuine, 64 wrong usage.
set -uf
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

LIMIT=262144
is_call=${SUIXIN_WEBHOOK_FOLDER:+${REQUEST_METHOD-}}

finish() {
    if [ -n "$is_call" ]; then
        echo "refused: $2" >&2
        if [ "$1" = 1 ]; then reply "401 Unauthorized"; else reply "500 Internal Server Error"; fi
    fi
    case $1 in 1) echo "NOT GENUINE: $2" >&2 ;; *) echo "$2" >&2 ;; esac
    exit "$1"
}

# reply STATUS: to a call, which ends with it.
reply() { printf 'Status: %s\r\nConnection: close\r\n\r\n' "$1"; exit 0; }

. "$here/suixin.sh"

# --- the check --------------------------------------------------------------------------------------------------------------

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

# check: whether the request in $headers and $body is genuine; sets `id`.
check() {
    id=$(field webhook-id) timestamp=$(field webhook-timestamp)
    # Without a full stop: `id.timestamp.body` could be read in two ways else.
    case $id in "" | *[!!-~]* | *.*) not_genuine "webhook-id is missing or of another form" ;; esac
    [ ${#id} -le 256 ] || not_genuine "webhook-id is missing or of another form"
    case $timestamp in "" | *[!0-9]* | ?????????????*) not_genuine "webhook-timestamp is missing or of another form" ;; esac
    # Without the zeros before it, which a shell would read as octal.
    age=$((now - $(printf '%s' "$timestamp" | sed 's/^0*\(.\)/\1/')))
    { [ "$age" -le 300 ] && [ "$age" -ge -300 ]; } \
        || not_genuine "its time is more than five minutes from now: sent again by somebody, or one of the clocks is wrong"
    { printf '%s.%s.' "$id" "$timestamp"; cat "$body"; } > "$work/message"
    is_good=
    for entry in $(field webhook-signature | cut -d ' ' -f 1-16); do
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
            for kid in $(ls "$work/keys"); do
                case $kid in *.pem) ;; *) continue ;; esac
                [ "$(cat "$work/keys/${kid%.pem}")" = EdDSA ] || continue
                ! is_signed EdDSA "$work/keys/$kid" "$work/message" "$work/signature" || is_good=1
            done ;;
        esac
    done
    [ -n "$is_good" ] || not_genuine "no signature fits: changed, or signed by somebody else"
}

# tell ID FILE: prints an event. Whoever pushes repeats what it believes was lost: each id counts once.
tell() {
    if [ -n "$seen" ]; then
        if [ -f "$seen" ] && grep -Fqx -e "$1" "$seen"; then return; fi
        printf '%s\n' "$1" >> "$seen"
    fi
    cat "$2"
    echo
}

# --- the calls --------------------------------------------------------------------------------------------------------------

# answer: one call, as CGI tells of it. What is genuine is handed to whoever prints; he looks whether it came before.
answer() {
    [ "$REQUEST_METHOD" = POST ] || reply "405 Method Not Allowed"
    case ${CONTENT_LENGTH-} in "" | *[!0-9]* | ???????*) reply "413 Content Too Large" ;; esac
    [ "$CONTENT_LENGTH" -le $LIMIT ] || reply "413 Content Too Large"
    headers=$work/headers body=$work/body now=$(date +%s)
    {
        printf 'webhook-id:%s\n' "$(printf '%s' "${HTTP_WEBHOOK_ID-}" | tr -d '\n')"
        printf 'webhook-timestamp:%s\n' "$(printf '%s' "${HTTP_WEBHOOK_TIMESTAMP-}" | tr -d '\n')"
        printf 'webhook-signature:%s\n' "$(printf '%s' "${HTTP_WEBHOOK_SIGNATURE-}" | tr -d '\n')"
    } > "$headers"
    head -c "$CONTENT_LENGTH" > "$body"
    cp -r "$SUIXIN_WEBHOOK_FOLDER/keys" "$work/keys"
    check
    came=$(mktemp "$SUIXIN_WEBHOOK_FOLDER/calls/XXXXXXXX")
    # Here a platform lays the event into its own queue. A line so short is written at once, whoever else writes.
    { cp "$body" "$came" && printf '%s %s\n' "$id" "$came" >&3; } || reply "500 Internal Server Error"
    reply "204 No Content"
}

# listen: becomes busybox' httpd; what prints beside it ends with it.
listen() {
    case $port in "" | *[!0-9]* | ??????*) finish $USAGE "--port is a number" ;; esac
    command -v busybox > "$work/busybox" || finish $USAGE "a shell is no server: --port needs busybox (Debian: busybox)"
    if [ "$port" = 0 ]; then
        # Any that nobody listens on (curl ends with 7).
        while port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000)); do
            curl -q -s -o "$work/nobody" --max-time 5 "http://127.0.0.1:$port/"
            [ $? != 7 ] || break
        done
    fi
    mkdir -p "$work/www/cgi-bin" "$work/calls"
    mkfifo "$work/events"
    printf '#!/bin/sh\nexec sh "$SUIXIN_WEBHOOK_PROGRAM"\n' > "$work/www/cgi-bin/hook"
    chmod 700 "$work/www/cgi-bin/hook"
    # The folder is the printer's by now.
    trap - EXIT
    print &
    exec 3> "$work/events"
    export SUIXIN_WEBHOOK_FOLDER="$work" SUIXIN_WEBHOOK_PROGRAM="$here/webhook.sh"
    exec busybox httpd -f -p "127.0.0.1:$port" -h "$work/www"
}

# print: each event that comes, as long as anybody is there who could hand one over.
print() {
    trap 'rm -rf "$work"' EXIT
    trap '' INT TERM
    {
        # Of the server's own process only: whoever holds the other end of the pipe is waited for.
        until curl -q -s -o "$work/nobody" --max-time 5 "http://127.0.0.1:$port/"; do
            kill -0 $$ 2> "$work/gone" || exit
            sleep 0.1
        done
        echo "listening on http://127.0.0.1:$port/cgi-bin" >&2
    } &
    while read -r id file; do
        tell "$id" "$file"
        rm -f "$file"
    done < "$work/events"
}

# --- the command ------------------------------------------------------------------------------------------------------------

[ -z "$is_call" ] || answer
headers='' body='' jwks='' seen='' now='' port=''
while [ $# -gt 0 ]; do
    case $1 in --port | --headers | --body | --jwks | --seen | --now) ;; *) finish $USAGE "no such option: $1" ;; esac
    [ $# -ge 2 ] || finish $USAGE "no value for $1"
    option=${1#--}
    eval "$option=\$2"
    shift 2
done
[ -n "$now" ] || now=$(date +%s)
case $now in *[!0-9]* | ?????????????*) finish $USAGE "--now is POSIX seconds" ;; esac
mkdir -p "$work/keys"
[ -z "$jwks" ] || { [ -r "$jwks" ] && read_keys "$jwks"; } || finish $USAGE "cannot read $jwks"
for secret in ${SUIXIN_WEBHOOK_SECRET-}; do
    case $secret in whsec_?*) ;; *) finish $USAGE "SUIXIN_WEBHOOK_SECRET is no whsec_…" ;; esac
done
{ [ -n "${SUIXIN_WEBHOOK_SECRET-}" ] || grep -rqsx EdDSA "$work/keys"; } \
    || finish $USAGE "give --jwks with an Ed25519 key, or SUIXIN_WEBHOOK_SECRET: nothing could be checked"
if [ -z "$headers" ]; then listen; fi
{ [ -r "$headers" ] && [ -r "$body" ]; } || finish $USAGE "give --headers and --body, two files"
check
tell "$id" "$body"
