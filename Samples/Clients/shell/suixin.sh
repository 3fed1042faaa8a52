# Verifies what a Suixin exchange signs, with openssl, awk, sed, od, tr, cut: POSIX sh, to be sourced. No network, no clock.
# `Documentation/wire-format.md` is the contract. Bytes are held in files and as hexadecimal text, never in variables.
#
# The caller defines `finish CODE MESSAGE`, which ends the program, $here, where this file lies, and $work, a folder of its own.

LC_ALL=C
export LC_ALL
CURRENT=0 FALSE=1 GENUINE=2 UNKNOWN=3 SEVERAL=4 USAGE=64 UNAVAILABLE=69 NOT_ALLOWED=77

not_genuine() { finish $FALSE "$1"; }
not_current() { finish $GENUINE "$1"; }
size() { wc -c < "$1" | tr -d ' '; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
# Hexadecimal on stdin to bytes; a printf that knows \ooo is all that POSIX promises.
unhex() {
    printf "$(awk '{ for (i = 1; i < length($0); i += 2)
        printf "\\%03o", 16 * (index("0123456789abcdef", substr($0, i, 1)) - 1) + index("0123456789abcdef", substr($0, i + 1, 1)) - 1 }')"
}
sha256() { openssl dgst -sha256 -r | cut -c1-64; }
sha256_of_hex() { printf '%s\n' "$1" | unhex | sha256; }
to_base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# decode TEXT FILE: strict base64url, no padding, no spare bits: one byte string has one text.
decode() {
    case $1 in *[!A-Za-z0-9_-]*) not_genuine "not base64url" ;; esac
    padding=
    case $((${#1} % 4)) in 1) not_genuine "not base64url" ;; 2) padding='==' ;; 3) padding='=' ;; esac
    printf '%s%s' "$1" "$padding" | tr -- '-_' '+/' | openssl base64 -d -A > "$2"
    [ "$(to_base64url < "$2")" = "$1" ] || not_genuine "not canonical base64url"
}

# short_digest HEX: `sx` and the first 100 bits of a SHA-256 in an alphabet without look-alikes.
short_digest() { echo "$1" | awk -f "$here/json.awk" -f "$here/short.awk"; }

# parts FILE: the parts of a canonical JSON object or list, one a line: "name<TAB>value", or "value".
parts() { awk -f "$here/json.awk" -f "$here/parts.awk" "$1"; }

# member FILE NAME: the value of a member as it stands, out of what `parts` wrote; nothing where there is none.
member() { awk -F '\t' -v name="$2" '$1 == name { print $2 }' "$1"; }
# text FILE NAME: the same for a text without escapes, without its quotes.
text() { member "$1" "$2" | sed -n 's/^"\([^"\\]*\)"$/\1/p'; }
number() { member "$1" "$2" | grep -E '^(0|[1-9][0-9]{0,17})$'; }
# kind FILE NAME FIRST: whether a member begins with this character.
kind() { case $(member "$1" "$2") in "$3"*) ;; *) not_genuine "$2 is missing or of another kind" ;; esac; }

# --- keys and signatures ----------------------------------------------------------------------------------------------------

# read_keys FILE: puts each usable key of a JWKS into $work/keys/KID.pem and its algorithm into $work/keys/KID.
read_keys() {
    mkdir -p "$work/keys"
    unusable() { finish $USAGE "not the JWKS of an exchange: $1"; }
    tr -d '\n' < "$1" > "$work/jwks"
    parts "$work/jwks" > "$work/jwks.parts" || unusable "no JSON on one line, without blanks and with sorted names"
    member "$work/jwks.parts" keys > "$work/jwks.keys"
    [ -s "$work/jwks.keys" ] || unusable "no list of keys"
    parts "$work/jwks.keys" > "$work/jwks.list" || unusable "no list of keys"
    while read -r key; do
        printf '%s' "$key" > "$work/jwk"
        parts "$work/jwk" > "$work/jwk.parts" || unusable "a key that is no object"
        crv=$(text "$work/jwk.parts" crv) kty=$(text "$work/jwk.parts" kty) x=$(text "$work/jwk.parts" x)
        case $kty/$crv in
        EC/P-256) alg=ES256 ;;
        OKP/Ed25519) alg=EdDSA ;;
        *) continue ;;   # Keys of kinds that are not used here are passed over (RFC 7517, section 5).
        esac
        case $(member "$work/jwk.parts" alg) in "" | "\"$alg\"") ;; *) continue ;; esac
        case $(member "$work/jwk.parts" use) in "" | '"sig"') ;; *) continue ;; esac
        decode "$x" "$work/x"
        [ "$(size "$work/x")" = 32 ] || unusable "a coordinate has 32 bytes"
        if [ $alg = ES256 ]; then
            y=$(text "$work/jwk.parts" y)
            decode "$y" "$work/y"
            [ "$(size "$work/y")" = 32 ] || unusable "a coordinate has 32 bytes"
            thumbprint="{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"$x\",\"y\":\"$y\"}"
            # SubjectPublicKeyInfo: id-ecPublicKey, prime256v1, then the uncompressed point.
            der=3059301306072a8648ce3d020106082a8648ce3d03010703420004$(hex < "$work/x")$(hex < "$work/y")
        else
            thumbprint="{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"$x\"}"
            der=302a300506032b6570032100$(hex < "$work/x")
        fi
        # An id that is not the thumbprint (RFC 7638) would let one key pass for another.
        kid=$(printf '%s' "$thumbprint" | openssl dgst -sha256 -binary | to_base64url)
        case $(member "$work/jwk.parts" kid) in "" | "\"$kid\"") ;; *) unusable "a key whose kid is not its thumbprint" ;; esac
        echo "$der" | unhex | openssl pkey -pubin -inform DER -out "$work/keys/$kid.pem" 2> /dev/null || unusable "a point that is none"
        echo $alg > "$work/keys/$kid"
    done < "$work/jwks.list"
}

# integer HEX: DER INTEGER of a positive number.
integer() {
    digits=$(echo "$1" | sed 's/^\(00\)*\(..*\)$/\2/')
    case $digits in [89a-f]*) digits=00$digits ;; esac
    printf '02%02x%s' $((${#digits} / 2)) "$digits"
}

# is_signed ALG KEY MESSAGE SIGNATURE: whether the 64 bytes are the key's over the message; all but ALG are files.
is_signed() {
    [ "$(size "$4")" = 64 ] || return 1
    if [ "$1" = ES256 ]; then
        # JOSE has r and s side by side, openssl wants them as a DER sequence.
        raw=$(hex < "$4")
        body=$(integer "$(echo "$raw" | cut -c1-64)")$(integer "$(echo "$raw" | cut -c65-128)")
        printf '30%02x%s\n' $((${#body} / 2)) "$body" | unhex > "$work/signature.der"
        openssl dgst -sha256 -verify "$2" -signature "$work/signature.der" "$3" > /dev/null 2>&1
    else
        openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$3" -sigfile "$4" > /dev/null 2>&1
    fi
}

# open_header PROTECTED: checks a header, and sets `kid` and `alg`, its key, and `typ`.
open_header() {
    decode "$1" "$work/header"
    [ "$(size "$work/header")" -le 512 ] || not_genuine "a header longer than any that an exchange writes"
    { parts "$work/header" > "$work/header.parts" && [ "$(tail -c 1 "$work/header")" = "}" ]; } || not_genuine "the header is no canonical JSON"
    # We understand no extension, so none may be critical; b64 changes what is signed (RFC 7797).
    [ -z "$(member "$work/header.parts" crit)$(member "$work/header.parts" b64)" ] || not_genuine "its header asks for an extension"
    kid=$(text "$work/header.parts" kid)
    case $kid in "" | *[!A-Za-z0-9_-]*) kid=none ;; esac
    [ -f "$work/keys/$kid" ] \
        || not_genuine "signed by a key that is not among those handed in: fetch the JWKS anew from where you trust"
    # The key decides the algorithm, never the document.
    alg=$(cat "$work/keys/$kid")
    [ "$(text "$work/header.parts" alg)" = "$alg" ] || not_genuine "the algorithm is not the key's"
    typ=$(text "$work/header.parts" typ)
}

# open_jws FILE NAME: checks size, form, header and signature; leaves $work/NAME.payload and its parts, and sets `typ`.
open_jws() {
    [ "$(size "$1")" -le 196608 ] || not_genuine "longer than anything that an exchange signs"
    document=$(cat "$1")
    document=$(printf '%s' "$document" | sed '1s/^[ 	]*//; $s/[ 	]*$//')
    flattened='^{"payload":"[A-Za-z0-9_-]*","protected":"[A-Za-z0-9_-]*","signature":"[A-Za-z0-9_-]*"}$'
    if [ "$(printf '%s\n' "$document" | wc -l)" -eq 1 ] && printf '%s\n' "$document" | grep -q "$flattened"; then
        old_ifs=$IFS; IFS='"'
        # shellcheck disable=SC2086
        set -- $document "$2"
        IFS=$old_ifs
        payload=$4 protected=$8 signature=${12} opened=${14}
    elif printf '%s\n' "$document" | grep -q '^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$'; then
        protected=${document%%.*} signature=${document##*.} opened=$2
        payload=${document#*.} payload=${payload%.*}
    else
        not_genuine "no JWS as the exchange writes it"
    fi
    open_header "$protected"
    decode "$signature" "$work/signature"
    decode "$payload" "$work/$opened.payload"
    printf '%s.%s' "$protected" "$payload" > "$work/message"
    is_signed "$alg" "$work/keys/$kid.pem" "$work/message" "$work/signature" \
        || not_genuine "the signature does not fit: changed, or signed by somebody else"
    [ "$(size "$work/$opened.payload")" -le 96000 ] || not_genuine "a payload longer than the exchange ever signs"
    # awk would not see an end of line behind it.
    { parts "$work/$opened.payload" > "$work/$opened.parts" && [ "$(tail -c 1 "$work/$opened.payload")" = "}" ]; } \
        || not_genuine "the payload is no canonical JSON"
    count=$(wc -l < "$work/$opened.parts")
    iat=$(number "$work/$opened.parts" iat) && [ "$iat" -lt 253402300800 ] || not_genuine "iat lies outside the years 1970 to 9999"
    kind "$work/$opened.parts" iss '"'
    issuer_is "$(member "$work/$opened.parts" iss)" || not_genuine "issued by somebody else"
    # What a sandbox signs is invented: it is taken from whoever names this issuer, and from nobody by mistake.
    [ -n "${issuer-}" ] || case $(member "$work/$opened.parts" iss | tr '[:upper:]' '[:lower:]') in
    '"https://sandbox.suixin.invalid'*)
        not_genuine "issued by a sandbox: all of it is invented (--issuer https://sandbox.suixin.invalid takes it)" ;;
    esac
}

# issuer_is JSON: whether it is the one that was asked for, if one was.
issuer_is() { [ -z "${issuer-}" ] || [ "$1" = "\"$(printf '%s' "$issuer" | sed 's/[\\"]/\\&/g')\"" ]; }

is_id() { printf '%s\n' "$1" | grep -Eq '^sx[0-9a-hjkmnp-tv-z]{20}$'; }

# open_answer FILE: a profile or an absence; sets `answer` to which.
open_answer() {
    open_jws "$1" answer
    case $typ in
    suixin-profile+jws)
        answer=profile
        kind "$work/answer.parts" profile '{'
        sub=$(text "$work/answer.parts" sub)
        member "$work/answer.parts" profile | tr -d '\n' > "$work/profile"
        parts "$work/profile" > "$work/profile.parts"
        { [ "$count" -eq 5 ] && is_id "$sub" && [ "$(text "$work/profile.parts" id)" = "$sub" ]; } \
            || not_genuine "not a profile of its subject"
        version=$(short_digest "$(sha256 < "$work/profile")")
        [ "$(text "$work/answer.parts" version)" = "$version" ] || not_genuine "the version is not the digest of the profile"
        ;;
    suixin-absence+jws)
        answer=absence
        for name in key status; do kind "$work/answer.parts" $name '"'; done
        kind "$work/answer.parts" sources '{'
        number "$work/answer.parts" position > /dev/null || not_genuine "position is missing or of another kind"
        [ "$count" -eq 6 ] || not_genuine "a member that does not belong into an absence"
        ;;
    *) not_genuine "signed, but neither a profile nor an absence" ;;
    esac
}

# open_status FILE: sets position, expires, issued, root (empty where there is no tree) and status_digest.
open_status() {
    open_jws "$1" status
    [ "$typ" = suixin-status+jws ] || not_genuine "signed, but not a status of the sources"
    kind "$work/status.parts" sources '{'
    position=$(number "$work/status.parts" position) || not_genuine "position is missing or of another kind"
    expires=$(number "$work/status.parts" exp) || not_genuine "exp is missing or of another kind"
    issued=$iat root=
    { [ "$expires" -gt "$issued" ] && [ "$((expires - issued))" -le 7200 ]; } || not_genuine "the status lives longer than two hours"
    member "$work/status.parts" tree > "$work/tree"
    if [ -s "$work/tree" ]; then
        parts "$work/tree" > "$work/tree.parts" || not_genuine "the status' tree has no root"
        root=$(text "$work/tree.parts" root)
        printf '%s\n' "$root" | grep -Eq '^sha256:[0-9a-f]{64}$' || not_genuine "the status' tree has no root"
        root=${root#sha256:}
    fi
    status_digest=sha256:$(sha256 < "$work/status.payload")
}

# --- the hash tree ----------------------------------------------------------------------------------------------------------

# statement_at PATH NAME: what a path proves of a name under $root: sets `said` to the digest of the statement, or to nothing.
statement_at() {
    wrong="a path of the proof does not lead from the status to what was asked for"
    decode "$1" "$work/path"
    key=$(printf '%s' "$2" | sha256)
    # Takes the path apart: how it ends, the leaf's value, what the leaf's hash is over, then the siblings from the last one
    # up, each with the side on which it stands. One path has one form: no spare marks, no zero written out, nothing behind it.
    hex < "$work/path" | awk -v key="$key" '
    function digit(text, i) { return index("0123456789abcdef", substr(text, i, 1)) - 1 }
    function byte(i) { return digit(path, 2 * i + 1) * 16 + digit(path, 2 * i + 2) }
    function bit(text, i) { return int(digit(text, int(i / 4) + 1) / power[i % 4 + 1]) % 2 }
    function take(  hash) { hash = substr(path, at, 64); at += 64; if (length(hash) < 64) exit 1; return hash }
    { path = $0 }
    END {
        split("8 4 2 1", power, " ")
        if (length(path) < 6 || byte(0) != 1 || byte(1) > 2) exit 1
        end = byte(1); count = byte(2); width = int((count + 7) / 8)
        marks = substr(path, 7, 2 * width); at = 7 + 2 * width
        if (length(marks) < 2 * width) exit 1
        for (i = 0; i < 8 * width; i++) {
            if (i >= count) { if (bit(marks, i)) exit 1; continue }
            sibling[i] = bit(marks, i) ? take() : zero()
            if (bit(marks, i) && sibling[i] == zero()) exit 1
        }
        leaf = key; value = "-"
        if (end == 2) {
            leaf = take()
            if (leaf == key) exit 1
            # Another leaf proves emptiness around it only where the asked key would lead to it.
            for (i = 0; i < count; i++) if (bit(leaf, i) != bit(key, i)) exit 1
        }
        if (end > 0) value = take()
        if (at != length(path) + 1) exit 1
        print end, value, end ? "00" leaf value : "-"
        for (i = count - 1; i >= 0; i--) print bit(key, i) ? "left" : "right", sibling[i]
    }
    function zero() { return sprintf("%064d", 0) }' > "$work/steps" || not_current "$wrong"
    [ -s "$work/steps" ] || not_current "$wrong"
    { read -r end value over; cat > "$work/siblings"; } < "$work/steps"
    found=$(printf '%064d' 0)
    [ "$end" = 0 ] || found=$(sha256_of_hex "$over")
    while read -r side sibling; do
        if [ "$side" = left ]; then found=$(sha256_of_hex "01$sibling$found"); else found=$(sha256_of_hex "01$found$sibling"); fi
    done < "$work/siblings"
    [ "$found" = "$root" ] || not_current "$wrong"
    said=
    [ "$end" != 1 ] || said=$value
}

# read_proof FIELD: writes a line "path name" for each step into $work/proof; the name is - where there is none.
read_proof() {
    [ "${#1}" -le 65536 ] || not_genuine "the proof cannot be read: it is too long"
    printf '%s\n' "$1" | tr ',' '\n' | sed 's/^[ 	]*//; s/[ 	]*$//' > "$work/items"
    ! grep -Evq '^"[A-Za-z0-9_-]+"(;name="[] !#-+.-:<-[^-~-]+")?$' "$work/items" && [ "$(wc -l < "$work/items")" -le 32 ] \
        || not_genuine "the proof cannot be read: it must be the field Suixin-Proof as it came"
    sed 's/^"\([^"]*\)"$/\1 -/; s/^"\([^"]*\)";name="\([^"]*\)"$/\1 \2/' "$work/items" > "$work/proof"
    while read -r path name; do decode "$path" "$work/path"; done < "$work/proof"
}

# names_of ASKED: sets `first`, an id or code as the tree speaks of it, and `derived`, the id of a registry key (or nothing).
names_of() {
    plain=$(printf '%s' "$1" | tr -d ' \t\r\n-')
    first=$(printf '%s' "$plain" | tr 'A-Z' 'a-z') derived=
    is_id "$first" && return
    first=$(printf '%s' "$plain" | tr 'a-z' 'A-Z')
    trimmed=$(printf '%s' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
    derived=$(short_digest "$(printf 'suixin/enterprise/pripid/%s' "$trimmed" | sha256)")
}

# says NAME VALUE: the digest of a statement such as {"movedTo":"sx…"}; VALUE is JSON.
says() { printf '{"%s":%s}' "$1" "$2" | sha256; }

# follow: goes through $work/proof from what was asked for; sets `reached` and `said`.
follow() {
    reached=
    while read -r path name; do
        if [ -z "$reached" ]; then
            [ "$name" != - ] || name=$first
            case $name in "$first" | "$derived") ;; *) not_current "the proof is of another name than was asked for" ;; esac
        else
            case $said in
            "$(says holders "[\"$name\"]")" | "$(says movedTo "\"$name\"")") ;;
            *) not_current "one path of the proof does not lead to the next" ;;
            esac
        fi
        reached=$name
        statement_at "$path" "$name"
        [ -n "$said" ] || not_current "the proof says that nothing is known"
    done < "$work/proof"
}

# check_absence: every name under which it could be known must be proven absent, a registry key's id too.
check_absence() {
    step=0
    for wanted in "$first" $derived; do
        step=$((step + 1))
        path=$(sed -n "${step}s/ .*//p" "$work/proof") name=$(sed -n "${step}s/[^ ]* //p" "$work/proof")
        [ -n "$path" ] || not_current "the proof is not of every name under which this could be known"
        [ "$name" != - ] || name=$first
        said=x
        [ "$name" != "$wanted" ] || statement_at "$path" "$name"
        [ -z "$said" ] || not_current "the proof does not show that nothing is known by this"
    done
}

# check_currency PROOF ASKED: whether the answer is what the exchange says as of an unexpired status.
check_currency() {
    need_root
    read_proof "$1"
    if [ $answer = profile ]; then
        first=$(sed -n '1s/[^ ]* //p' "$work/proof") derived=
        [ -z "$2" ] || names_of "$2"
        follow
        { [ "$reached" = "$sub" ] && [ "$said" = "$(says version "\"$version\"")" ]; } \
            || not_current "the proof leads to another version or another enterprise"
    else
        [ -n "$2" ] || not_current "without what was asked for nobody can tell whose absence it is"
        names_of "$2"
        [ "$(text "$work/answer.parts" key)" = "sha256:$(printf '%s' "$first" | sha256)" ] \
            || not_current "the absence is of another name than was asked for"
        { [ "$(text "$work/answer.parts" status)" = "$status_digest" ] \
            && [ "$(number "$work/answer.parts" position)" = "$position" ]; } || not_current "the absence speaks of another status"
        check_absence
    fi
    check_time
}

need_root() { [ -n "$root" ] || not_current "the status has no tree: no proof can be checked by it"; }

# check_seen: an old state shown again is refused.
check_seen() {
    [ -z "$seen" ] || [ "$position" -ge "$seen" ] \
        || not_current "the status is of position $position, but $seen was seen before"
}

check_time() {
    check_seen
    [ "$now" -lt "$expires" ] || not_current "the status has expired"
    [ "$issued" -le $((now + 120)) ] || not_current "the status was issued in the future: one of the clocks is wrong"
}
