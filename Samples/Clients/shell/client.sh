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

base='' target='' jwks='' issuer='' remember='' cache='' file='' status='' proof='' asked='' now='' json='' seen='' answer=''

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

# --- the network ------------------------------------------------------------------------------------------------------------

# header FILE NAME: the values of a header field, joined by commas as HTTP does.
header() {
    tr -d '\r' < "$1" | awk -v name="$2:" 'tolower(substr($0, 1, length(name))) == tolower(name) {
        value = substr($0, length(name) + 1); sub(/^[ \t]*/, "", value); joined = joined (joined == "" ? "" : ", ") value }
        END { print joined }'
}

# get PATH [ETAG]: sets `code`; the answer is in $work/headers and $work/body. Waits where it is asked to, but not for ever.
# A redirect is not followed here: it is a statement to be proven, and must not carry the key elsewhere.
get() {
    attempt=1
    while :; do
        # The key goes by a pipe: what stands in arguments, everybody on the machine can read.
        code=$({ [ -z "${SUIXIN_KEY-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$SUIXIN_KEY"
                 [ -z "${2-}" ] || printf 'header = "If-None-Match: %s"\n' "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"; } \
            | curl -sS --config - -H "Suixin-Purpose: ${SUIXIN_PURPOSE:-merchant-reverification}" --max-time "${SUIXIN_TIMEOUT:-20}" --max-filesize 1048576 -H 'Accept: application/jose+json, application/json;q=0.9' \
                -D "$work/headers" -o "$work/body" -w '%{http_code}' "$base$1" 2> "$work/error") \
            || finish $UNAVAILABLE "cannot reach the exchange: $(head -1 "$work/error")"
        [ -f "$work/body" ] || : > "$work/body"
        wait=$(header "$work/headers" Retry-After)
        case $wait in "" | *[!0-9]* | ???????*) wait=$((attempt * 2)) ;; esac
        case $code in 429 | 503) ;; *) return ;; esac
        if [ $attempt -ge 4 ] || [ "$wait" -gt 60 ]; then return; fi
        attempt=$((attempt + 1))
        sleep "$wait"
    done
}

# problem: says a problem document (RFC 9457) in words.
problem() {
    words="no problem document"
    if parts "$work/body" > "$work/problem.parts" 2> /dev/null && [ -n "$(text "$work/problem.parts" title)" ]; then
        words="$(text "$work/problem.parts" title): $(text "$work/problem.parts" detail)"
    fi
    case $code in 401 | 403) finish $NOT_ALLOWED "the exchange answered $code: $words" ;; esac
    finish $UNAVAILABLE "the exchange answered $code: $words"
}

# keep FILE NAME: into the cache, whole or not at all.
keep() {
    [ -n "$cache" ] || return 0
    mkdir -p "$cache" && cp "$1" "$cache/$2.part" && mv "$cache/$2.part" "$cache/$2"
}

# fetch_status DIGEST: into $work/status; it never changes, so it is fetched once.
fetch_status() {
    printf '%s\n' "$1" | grep -Eq '^sha256:[0-9a-f]{64}$' || not_current "the answer names no status"
    if [ -n "$cache" ] && [ -f "$cache/status-${1#sha256:}" ]; then
        cp "$cache/status-${1#sha256:}" "$work/status"
        return
    fi
    get "/v1/sources/$1"
    [ "$code" = 200 ] || problem
    cp "$work/body" "$work/status"
    keep "$work/status" "status-${1#sha256:}"
}

# fetch_enterprise NAME: what was kept and is unchanged (304) is given as if it had come now.
fetch_enterprise() {
    entry=profile-$(printf '%s' "$1" | sha256) etag=''
    [ -z "$cache" ] || [ ! -f "$cache/$entry.etag" ] || etag=$(cat "$cache/$entry.etag")
    get "/v1/enterprises/$(printf '%s' "$1" | hex | sed 's/../%&/g')" "$etag"
    if [ "$code" = 304 ] && [ -n "$etag" ]; then
        cp "$cache/$entry" "$work/body"
        code=200
    elif [ "$code" = 200 ]; then
        header "$work/headers" ETag > "$work/etag"
        keep "$work/body" "$entry"
        keep "$work/etag" "$entry.etag"
    fi
}

# --- the memory: the greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too -----------

recall() {
    : > "$work/seen.parts"
    [ -n "$remember" ] && [ -f "$remember" ] || return 0
    parts "$remember" > "$work/seen.parts" || finish $USAGE "$remember does not say which positions were seen"
}

# note: sets `seen` for the issuer of the status, and keeps its position where that is greater.
note() {
    iss=$(member "$work/status.parts" iss | sed 's/^"//; s/"$//')
    # In a file, since awk would read escapes in a variable.
    printf '%s\t%s\n' "$iss" "$position" > "$work/seen.new"
    seen=$(awk -F '\t' 'NR == FNR { wanted = $1; next } $1 == wanted { print $2 }' "$work/seen.new" "$work/seen.parts")
    [ -n "$remember" ] && [ "${seen:--1}" -lt "$position" ] || return 0
    awk -F '\t' 'NR == FNR { wanted = $1; print; next } $1 != wanted' "$work/seen.new" "$work/seen.parts" | sort \
        | awk -F '\t' '{ printf "%s\"%s\":%s", NR == 1 ? "{" : ",", $1, $2 } END { printf "}" }' > "$remember.part"
    mv "$remember.part" "$remember"
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
    if [ $answer = absence ]; then finish $UNKNOWN ""; fi
    finish $CURRENT ""
}

ask() {
    for _ in 1 2 3 4; do
        fetch_enterprise "$target"
        proof=$(header "$work/headers" Suixin-Proof) digest=$(header "$work/headers" Suixin-Status)
        location=$(header "$work/headers" Location) answered=$code
        cp "$work/body" "$work/document"
        if [ "$code" = 404 ]; then
            parts "$work/body" > "$work/problem.parts" || problem
            member "$work/problem.parts" absence > "$work/document"
            [ -s "$work/document" ] || problem
        fi
        case $code in 200 | 404)
            fetch_status "$digest"
            check "$work/document" "$work/status" "$proof" "$target" ;;
        300 | 308) ;;
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

while [ $# -gt 0 ]; do
    case $1 in
    --json) json=1 ;;
    --jwks | --issuer | --remember | --cache | --file | --status | --proof | --asked | --now)
        [ $# -ge 2 ] || finish $USAGE "no value for $1"
        option=${1#--}
        shift
        eval "$option=\$1" ;;
    -*) finish $USAGE "no such option: $1" ;;
    *) if [ -z "$base" ]; then base=${1%/}; else target=$1; fi ;;
    esac
    shift
done
{ [ -n "$file" ] && [ -n "$jwks" ]; } || { [ -n "$base" ] && [ -n "$target" ]; } \
    || finish $USAGE "give BASE and NAME, or --file and --jwks"
[ -n "$now" ] || now=$(date +%s)
for path in "$jwks" "$file" "$status" "$proof"; do
    [ -z "$path" ] || [ -r "$path" ] || finish $USAGE "cannot read $path"
done
recall
if [ -z "$jwks" ]; then
    # Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
    get /.well-known/jwks.json
    [ "$code" = 200 ] || problem
    jwks=$work/jwks.fetched
    cp "$work/body" "$jwks"
fi
read_keys "$jwks"
[ -n "$file" ] || ask
field=''
if [ -n "$proof" ]; then
    # The field alone, or the last one among headers as curl -D keeps them.
    field=$(tr -d '\r' < "$proof" | awk 'tolower($0) ~ /^suixin-proof:/ { value = substr($0, 14); found = 1 }
        !found { all = all $0 } END { print found ? value : all }')
    field=${field# }
fi
check "$file" "$status" "$field" "$asked"
