#!/bin/sh
# Asks a Suixin exchange about an enterprise and checks every step of the answer.
#
#   client.sh http://127.0.0.1:8080 91440101…                               ask, check, print
#   client.sh --file profile.json --status status.json --proof headers \
#             --asked 91440101… --jwks jwks.json                            check what was kept, without network
#
# Needs curl, openssl 3 and what POSIX has. The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE.
# Exit codes are in the README beside this folder.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

cache='' file='' status='' proof='' asked='' json='' seen='' answer=''

# finish CODE MESSAGE: prints the verdict and ends the program.
finish() {
    case $1 in
    0) verdict=current title="genuine and current" ;;
    1) verdict=not-genuine title="NOT GENUINE" ;;
    2) verdict=not-current title="genuine, but not shown to be current" ;;
    3) verdict=nothing-known title="nothing is known by this (that is not the same as nothing to know)" ;;
    4) verdict=several title="no verdict" ;;
    77) verdict=not-allowed title="no verdict" ;;
    *) verdict=no-verdict title="no verdict" ;;
    esac
    if [ -n "$json" ]; then machine "$1" "$2"; else summary "$1" "$2"; fi
    exit "$1"
}

. "$here/suixin.sh"
. "$here/exchange.sh"

has_answer() { [ -n "$answer" ] && [ -s "$work/answer.parts" ] && case $1 in 0 | 2 | 3) ;; *) false ;; esac; }

machine() {
    problem=$(printf '%s' "$2" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')
    printf '{"exitCode":%s' "$1"
    if has_answer "$1"; then
        for part in iat iss profile sources sub version; do
            value=$(member "$work/answer.parts" $part)
            printf ',"%s":%s' $part "${value:-null}"
        done
    fi
    printf ',"position":%s,"problems":[%s],"verdict":"%s"}\n' "${position:-null}" "${2:+\"$problem\"}" "$verdict"
}

summary() {
    echo "$title"
    [ -z "$2" ] || printf '  %s\n' "$2"
    has_answer "$1" || return 0
    printf '  issuer: %s%s\n' "$(member "$work/answer.parts" iss | sed 's/^"//; s/"$//')" "${position:+, position $position}"
    if [ "$answer" = profile ]; then
        echo "  enterprise: $sub, version $version"
        printf '  name: %s\n' "$(inside "$work/profile.parts" registration name value)"
        while read -r part value; do
            printf '%s' "$value" > "$work/list"
            case $value in '[]') ;; '['*) echo "  $part: $(parts "$work/list" | wc -l | tr -d ' ')" ;; esac
        done < "$work/profile.parts"
    else
        each "$work/answer.parts" sources | while read -r agency datasets; do
            printf '%s' "$datasets" > "$work/datasets"
            parts "$work/datasets" | while read -r dataset said; do
                printf '%s' "$said" > "$work/said"
                parts "$work/said" > "$work/said.parts"
                echo "  $agency/$dataset: $(text "$work/said.parts" answer) ($(text "$work/said.parts" state), complete up to" \
                    "$(member "$work/said.parts" completeUpTo | tr -d '"'))"
            done
        done
    fi
}

# each FILE NAME: the parts of a member that is an object or a list.
each() { member "$1" "$2" | tr -d '\n' > "$work/inner"; parts "$work/inner"; }
# inside FILE NAME…: the text at the end of a way of names.
inside() {
    cp "$1" "$work/outer"; shift
    while [ $# -gt 1 ]; do each "$work/outer" "$1" > "$work/outer.next"; mv "$work/outer.next" "$work/outer"; shift; done
    found=$(text "$work/outer" "$1")
    echo "${found:-not known}"
}

# --- what came before -------------------------------------------------------------------------------------------------------

# keep: what came goes into the cache now that it was found genuine, each file whole or not at all.
keep() {
    [ -n "$cache" ] || return 0
    (umask 077 && mkdir -p "$cache") || finish $USAGE "cannot write $cache"
    for fresh in "$work"/fresh/*; do
        [ -f "$fresh" ] || continue
        name=${fresh##*/}
        cp "$fresh" "$cache/$name.$$.part" && mv "$cache/$name.$$.part" "$cache/$name" || finish $USAGE "cannot write $cache"
    done
}

# fetch_status DIGEST: into $work/status; it never changes, so it is fetched once.
fetch_status() {
    printf '%s\n' "$1" | grep -Eq '^sha256:[0-9a-f]{64}$' || not_current "the answer names no status"
    entry=status-${1#sha256:}
    if [ -n "$cache" ] && [ -f "$cache/$entry" ]; then
        cp "$cache/$entry" "$work/status"
        return
    fi
    get "/v1/sources/$1"
    [ "$code" = 200 ] || problem
    cp "$work/body" "$work/status"
    cp "$work/body" "$work/fresh/$entry"
}

# fetch_enterprise NAME: what was kept and is unchanged (304) is given as if it had come now.
fetch_enterprise() {
    # Of each exchange its own: equal names are not equal answers.
    entry=answer-$(printf '%s\n%s' "$base" "$1" | sha256) etag=''
    [ -z "$cache" ] || [ ! -f "$cache/$entry" ] || etag=$(head -n 1 "$cache/$entry")
    get "/v1/enterprises/$(printf '%s' "$1" | hex | sed 's/../%&/g')" "$etag"
    if [ "$code" = 304 ] && [ -n "$etag" ]; then
        tail -n +2 "$cache/$entry" > "$work/body"
        code=200
    elif [ "$code" = 200 ] && [ -n "$(header ETag)" ]; then
        { header ETag; cat "$work/body"; } > "$work/fresh/$entry"
    fi
}

# --- the verdict ------------------------------------------------------------------------------------------------------------

# check DOCUMENT STATUS PROOF ASKED: the first two are files, the second may be missing; ends the program.
check() {
    open_answer "$1"
    [ -n "$2" ] || not_current "no status beside it"
    open_status "$2"
    [ "$(member "$work/answer.parts" iss)" = "$(member "$work/status.parts" iss)" ] \
        || not_genuine "document and status come from different issuers"
    note
    [ -n "$3" ] || not_current "no proof beside it"
    check_currency "$3" "$4"
    keep
    if [ $answer = absence ]; then finish $UNKNOWN ""; fi
    finish $CURRENT ""
}

ask() {
    for _ in 1 2 3 4; do
        fetch_enterprise "$target"
        proof=$(header Suixin-Proof) digest=$(header Suixin-Status)
        location=$(header Location) answered=$code
        cp "$work/body" "$work/document"
        if [ "$code" = 404 ]; then
            parts "$work/body" > "$work/problem.parts" || problem
            member "$work/problem.parts" absence > "$work/document"
            [ -s "$work/document" ] || problem
        fi
        case $code in 200 | 404)
            fetch_status "$digest"
            check "$work/document" "$work/status" "$proof" "$target" ;;
        # Any other redirect is none of an exchange's: nothing would prove where it leads.
        300 | 308) [ -n "$digest" ] || problem ;;
        *) problem ;;
        esac
        fetch_status "$digest"
        open_status "$work/status"
        [ "$status_digest" = "$digest" ] || not_genuine "another status than the answer names"
        note
        check_time
        need_root
        read_proof "$proof"
        names_of "$target"
        moved=${location#/v1/enterprises/}
        # The paths behind the new id prove what is said of that; it is asked for anew.
        awk -v moved="$moved" 'NR > 1 && $2 == moved { exit } { print }' "$work/proof" > "$work/proof.before"
        mv "$work/proof.before" "$work/proof"
        follow
        if [ "$answered" = 300 ]; then
            ids=$(grep -Eo '"/v1/enterprises/sx[0-9a-z]{20}"' "$work/document" | sed 's/.*\///; s/"//' | tr '\n' ' ')
            [ "$said" = "$(says holders "[$(for id in $ids; do printf '%s"%s"' "${comma-}" "$id"; comma=,; done)]")" ] \
                || not_current "the proof is of other holders"
            finish $SEVERAL "several enterprises hold this code: $(echo $ids | sed 's/ /, /g')"
        fi
        { is_id "$moved" && [ "$said" = "$(says movedTo "\"$moved\"")" ]; } \
            || not_current "nothing proves that the enterprise has moved there"
        echo "$reached was joined to $moved" >&2
        target=$moved
    done
    finish $UNAVAILABLE "redirected too often"
}

# --- the command ------------------------------------------------------------------------------------------------------------

mkdir "$work/fresh"
options "cache file status proof asked" json "$@"
{ [ -n "$file" ] && [ -n "$jwks" ]; } || { [ -n "$base" ] && [ -n "$target" ]; } \
    || finish $USAGE "give BASE and NAME, or --file and --jwks"
for path in "$file" "$status" "$proof"; do
    [ -z "$path" ] || [ -r "$path" ] || finish $USAGE "cannot read $path"
done
[ -n "$file" ] || open_exchange
read_given_keys
[ -n "$file" ] || ask
field=''
if [ -n "$proof" ]; then
    # The field alone, or the last one among headers as curl -D keeps them.
    field=$(tr -d '\r' < "$proof" | awk 'tolower($0) ~ /^suixin-proof:/ { value = substr($0, 14); found = 1 }
        !found { all = all $0 } END { print found ? value : all }')
    field=${field# }
fi
check "$file" "$status" "$field" "$asked"
