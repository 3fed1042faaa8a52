#!/bin/sh
# Takes everything that an exchange says, and checks that it is everything.
#
#   snapshot.sh http://127.0.0.1:8080 FOLDER --jwks jwks.json            download what is missing, check
#   snapshot.sh --folder FOLDER --jwks jwks.json                         check what was downloaded, without network
#
# Needs curl, openssl 3, gzip and what POSIX has, and as much room in $TMPDIR as a few times the files unpacked. A download that broke off goes
# on where it ended. The client's key comes from the environment, and the exit codes are client.sh's:
# 0 whole and current, 2 whole, but its status has expired or a greater position was seen, 1 not genuine.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

folder='' seen=''

# finish CODE MESSAGE: prints the verdict and ends the program.
finish() {
    case $1 in
    0) ;;
    1) echo "NOT GENUINE" ;;
    2) echo "whole and genuine, but not shown to be current" ;;
    *) echo "no verdict" ;;
    esac
    [ -z "$2" ] || printf '  %s\n' "$2"
    exit "$1"
}

. "$here/suixin.sh"
. "$here/exchange.sh"
. "$here/bulk.sh"

size_of() { if [ -f "$1" ]; then size "$1"; else echo 0; fi; }

# fetch_piece PATH PART: as much of the rest as comes; a file that is another by now is begun anew. Sets `wait`, how long to wait before the
# next piece where the exchange says so, and `words`, why no more came.
fetch_piece() {
    start=$(size_of "$2") wait=0
    set -- "$1" "$2" -f --speed-limit 1 --speed-time "$patience" -o "$2"
    [ "$start" = 0 ] || set -- "$@" -C "$start" -H "If-Range: \"${digest#sha256:}\""
    path=$1 part=$2
    shift 2
    code=$(ask_curl "$bytes" "$@" "$base$path")
    ended=$?
    # So much at least is too much; how much more, nobody needs to know.
    [ "$(size_of "$part")" -le "$bytes" ] || { rm -f "$part"; not_genuine "$name is longer than the manifest says"; }
    words=$(printable "$(head -n 1 "$work/error")")
    case $code in
    000) ;;
    # curl goes on only with the very range that it asked for; else what is there is of no use.
    200 | 206) [ $ended != 33 ] || rm -f "$part" ;;
    416) rm -f "$part" ;;
    429 | 503) wait_asked 1; [ "$wait" -le $LONGEST_WAIT ] || { : > "$work/body"; problem; } ;;
    *) rm -f "$part"; : > "$work/body"; problem ;;
    esac
}

# fetch_file FOLDER PART
fetch_file() {
    tell "$2"
    place=$1/$name
    part=$place.$identity.part
    furthest=$(size_of "$part") attempts=0
    while ! is_file "$place"; do
        if [ "$(size_of "$part")" -ge "$bytes" ]; then
            is_file "$part" || { rm -f "$part"; not_genuine "$name is not the file that the manifest describes"; }
            mv "$part" "$place" || finish $USAGE "cannot write $place"
            return
        fi
        fetch_piece "/v1/snapshots/$identity/$name" "$part"
        # Whoever gets on may break off as often as he likes.
        reached=$(size_of "$part")
        if [ "$reached" -gt "$furthest" ]; then attempts=0 furthest=$reached; continue; fi
        attempts=$((attempts + 1))
        [ $attempts -le $ATTEMPTS ] || finish $UNAVAILABLE "the download of $name does not get on: $words"
        [ "$wait" -gt 0 ] || wait=$((1 << attempts))
        [ "$wait" -le "$patience" ] || [ "$code" = 429 ] || [ "$code" = 503 ] || wait=$patience
        sleep "$wait"
    done
}

download() {
    get /v1/snapshots/latest
    [ "$code" = 200 ] || problem
    cp "$work/body" "$work/manifest.fetched"
    open_manifest "$work/manifest.fetched"
    # An old state is not even begun.
    look_up
    check_seen
    (umask 077 && mkdir -p "$target") || finish $USAGE "cannot write $target"
    for wanted in $PARTS; do fetch_file "$target" $wanted; done
    cp "$work/manifest.fetched" "$target/$MANIFEST.$$.part" && mv "$target/$MANIFEST.$$.part" "$target/$MANIFEST" \
        || finish $USAGE "cannot write $target/$MANIFEST"
}

options folder "" "$@"
{ [ -n "$folder" ] && [ -n "$jwks" ]; } || { [ -n "$base" ] && [ -n "$target" ]; } \
    || finish $USAGE "give BASE and FOLDER, or --folder and --jwks"
[ -n "$folder" ] || open_exchange
read_given_keys
[ -n "$folder" ] || download
check_snapshot "${folder:-$target}"
note
check_time
echo "whole and current: $profiles_count profiles, $names_count names, $annexes_count annexes"
echo "  the changes go on with after=$after"
