# Asks a Suixin exchange over HTTP with curl, and keeps what must outlive a program: POSIX sh, to be sourced behind suixin.sh.
#
# The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE, how long it waits from SUIXIN_TIMEOUT.

ATTEMPTS=4 LONGEST_WAIT=60 LIMIT=1048576

# --- the command ------------------------------------------------------------------------------------------------------------

# options NAMES FLAGS ARGUMENT…: sets a variable for each option that is given, and $base and $target.
options() {
    base='' target='' jwks='' issuer='' remember='' now=''
    named=" jwks issuer remember now $1 " flags=" $2 "
    shift 2
    while [ $# -gt 0 ]; do
        option=${1#--}
        case $1 in
        --*[!a-z]* | --) finish $USAGE "no such option: $1" ;;
        --*)
            case $flags in *" $option "*) eval "$option=1"; shift; continue ;; esac
            case $named in *" $option "*) ;; *) finish $USAGE "no such option: $1" ;; esac
            [ $# -ge 2 ] || finish $USAGE "no value for $1"
            eval "$option=\$2"
            shift ;;
        *)
            [ -z "$target" ] || finish $USAGE "more than two arguments"
            if [ -z "$base" ]; then base=$1; else target=$1; fi ;;
        esac
        shift
    done
    [ -n "$now" ] || now=$(date +%s)
    case $now in *[!0-9]* | ?????????????*) finish $USAGE "--now is POSIX seconds" ;; esac
    # Without the zeros before it, which a shell would read as octal.
    now=$(echo "$now" | sed 's/^0*\(.\)/\1/')
    [ -z "$jwks" ] || [ -r "$jwks" ] || finish $USAGE "cannot read $jwks"
    # What one run saw its later steps remember, though nobody wants it kept.
    [ -n "$remember" ] || remember=$work/remember
    recall
}

# read_given_keys: those of --jwks, or the exchange's.
read_given_keys() {
    if [ -z "$jwks" ]; then
        # Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
        echo "the keys are the exchange's own word: give --jwks" >&2
        get /.well-known/jwks.json
        [ "$code" = 200 ] || problem
        jwks=$work/jwks.fetched
        cp "$work/body" "$jwks"
    fi
    read_keys "$jwks"
}

# printable TEXT: somebody else's words do not steer the terminal.
printable() { printf '%s' "$1" | tr '\001-\037\177' ' '; }

# --- the network ------------------------------------------------------------------------------------------------------------

# open_exchange: looks at $base and the environment. What is wrong with the latter is not shown: it may be the key.
open_exchange() {
    printf '%s\n' "$base" | grep -Eq '^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9._~%/-]*)?$' \
        && [ "$(printf '%s\n' "$base" | wc -l)" -eq 1 ] \
        || finish $USAGE "BASE is the address of an exchange, such as https://credit.example"
    base=$(printf '%s' "$base" | sed 's/\/*$//')
    odd="holds characters that do not belong there"
    patience=${SUIXIN_TIMEOUT:-20} purpose=${SUIXIN_PURPOSE:-merchant-reverification}
    case $patience in 0* | *[!0-9]* | ??????*) finish $USAGE "SUIXIN_TIMEOUT $odd" ;; esac
    case $purpose in *[!\ -~]*) finish $USAGE "SUIXIN_PURPOSE $odd" ;; esac
    case ${SUIXIN_KEY-} in *[!A-Za-z0-9._~+/=-]*) finish $USAGE "SUIXIN_KEY $odd" ;; esac
    host=$(printf '%s' "$base" | sed 's/^[a-z]*:\/\///; s/\/.*//; s/:[0-9]*$//')
    case ${SUIXIN_KEY:+key}$base in keyhttp:*)
        printf '%s\n' "$host" | grep -Eq '^(localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])$' \
            || finish $USAGE "the key would go to $host for all to read on the way: ask by https://" ;;
    esac
}

# ask_curl BYTES OPTION…: curl without anybody's own settings, for no more than so many bytes in a file.
ask_curl() {
    blocks=$(($1 / 512 + 1))
    shift
    # The key goes by a pipe: what stands in arguments, everybody on the machine can read. A redirect is not followed: it is a
    # statement to be proven, and must not carry the key elsewhere.
    { [ -z "${SUIXIN_KEY-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$SUIXIN_KEY"; } | (
        trap '' XFSZ
        ulimit -f $blocks
        exec curl -q -gsS --proto '=http,https' --connect-timeout "$patience" --config - -H "Suixin-Purpose: $purpose" -D "$work/headers" \
            -w '%{http_code}' "$@" 2> "$work/error"
    )
}

# header NAME: the values of a header field of the last answer, joined by commas as HTTP does.
header() {
    tr -d '\r' < "$work/headers" | awk -v name="$1:" '/^HTTP\// { joined = "" }
        tolower(substr($0, 1, length(name))) == tolower(name) {
        value = substr($0, length(name) + 1); sub(/^[ \t]*/, "", value); joined = joined (joined == "" ? "" : ", ") value }
        END { print joined }'
}

# wait_asked ATTEMPT: seconds; a date in Retry-After is taken for no number.
wait_asked() {
    wait=$(header Retry-After)
    case $wait in "" | *[!0-9]* | ???????*) wait=$((1 << $1)) ;; esac
    wait=$(echo "$wait" | sed 's/^0*\(.\)/\1/')
}

# get PATH [ETAG]: sets `code`; the answer is in $work/headers and $work/body. Waits where it is asked to, but not for ever.
get() {
    attempt=1
    while :; do
        : > "$work/body"
        code=$(ask_curl $LIMIT --max-time "$patience" --max-filesize $LIMIT -H 'Accept: application/jose+json, application/json;q=0.9' \
            ${2:+-H "If-None-Match: $2"} -o "$work/body" "$base$1") \
            || finish $UNAVAILABLE "cannot reach the exchange: $(head -n 1 "$work/error")"
        [ "$(size "$work/body")" -le $LIMIT ] || finish $UNAVAILABLE "the answer is longer than any that an exchange gives"
        wait_asked $attempt
        case $code in 429 | 503) ;; *) return ;; esac
        if [ $attempt -ge $ATTEMPTS ] || [ "$wait" -gt $LONGEST_WAIT ]; then return; fi
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
    case $code in 401 | 403) finish $NOT_ALLOWED "the exchange answered $code: $(printable "$words")" ;; esac
    finish $UNAVAILABLE "the exchange answered $code: $(printable "$words")"
}

# --- the memory: the greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too -----------

# recall: puts what was seen into $work/seen.parts, a line "issuer<TAB>position" each.
recall() {
    : > "$work/seen.parts"
    [ -f "$remember" ] || return 0
    # Whatever else stood there, nothing would be refused by it.
    { parts "$remember" > "$work/seen.parts" && case $(cat "$remember") in '{'*) ;; *) false ;; esac \
        && awk -F '\t' '$2 !~ /^(0|-?[1-9][0-9]*)$/ || length($2) > 18 { exit 1 }' "$work/seen.parts"; } \
        || finish $USAGE "$remember does not say which positions were seen"
}

# look_up: sets `seen` for the issuer of the status; nothing where there is none.
look_up() {
    member "$work/status.parts" iss | sed 's/^"//; s/"$//' > "$work/seen.issuer"
    # In a file, since awk would read escapes in a variable.
    seen=$(awk -F '\t' 'NR == FNR { wanted = $1; next } $1 == wanted { print $2 }' "$work/seen.issuer" "$work/seen.parts")
}

# note: sets `seen`, and keeps the status' position where that is greater. Nothing that was seen is lowered, though another
# program may have written it since.
note() {
    recall
    look_up
    [ "${seen:--1}" -lt "$position" ] || return 0
    printf '%s\t%s\n' "$(cat "$work/seen.issuer")" "$position" > "$work/seen.new"
    awk -F '\t' 'NR == FNR { wanted = $1; print; next } $1 != wanted' "$work/seen.new" "$work/seen.parts" | sort \
        | awk -F '\t' '{ printf "%s\"%s\":%s", NR == 1 ? "{" : ",", $1, $2 } END { printf "}" }' > "$remember.$$.part" \
        && mv "$remember.$$.part" "$remember" || finish $USAGE "cannot write $remember"
    seen=$position
}
