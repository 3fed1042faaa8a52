#!/bin/bash
# Fetch an enterprise's credit profile from a Suixin exchange, verify its signature, print it.
#
#   verify.sh http://127.0.0.1:8080 9144010112345678XX     fetch profile and keys, verify, print
#   verify.sh --offline profile.json jwks.json             verify files fetched before
#
# Needs bash, curl, openssl 3, grep, sed and coreutils; no Python, no jq. Both documents are canonical JSON on one line, so
# sed can read them; the signature is over exact bytes, so nothing has to be understood before it is checked.
# Keep the JWKS that you were given when you joined:
# whoever serves a false profile would serve a false key with it.
#
# Exit code: 0 the signature is good, 1 it is not, 3 nothing could be fetched.
set -euo pipefail

fail() { echo "NOT GENUINE: $1" >&2; exit 1; }
usage() { echo "usage: $0 BASE ID | $0 --offline PROFILE JWKS" >&2; exit 64; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

[ $# -ge 2 ] || usage
if [ "$1" = --offline ]; then
    [ $# -eq 3 ] || usage
    cp "$2" "$folder/profile"
    cp "$3" "$folder/jwks"
else
    curl -sSfL --max-redirs 3 --max-time 20 --max-filesize 1048576 "$1/v1/enterprises/$2" -o "$folder/profile" || exit 3
    curl -sSf --max-time 20 --max-filesize 1048576 "$1/.well-known/jwks.json" -o "$folder/jwks" || exit 3
fi

# member NAME < object: the text value of a member of a flat canonical object.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
# base64url on stdin to bytes; base64 wants its padding back.
decode() {
    local text
    text=$(tr -d '\n')
    while [ $((${#text} % 4)) -ne 0 ]; do text+="="; done
    printf '%s' "$text" | basenc --base64url -d
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { tr 'a-f' 'A-F' | basenc --base16 -d; }

grep -Eq '^\{"payload":"[A-Za-z0-9_-]+","protected":"[A-Za-z0-9_-]+","signature":"[A-Za-z0-9_-]+"\}$' "$folder/profile" \
    || fail "no flattened JWS in canonical form"
protected=$(member protected < "$folder/profile")
payload=$(member payload < "$folder/profile")
header=$(printf '%s' "$protected" | decode)
echo "$header" | grep -Eq '^\{"alg":"(ES256|EdDSA)","kid":"[A-Za-z0-9_-]{43}","typ":"suixin-profile\+jws"\}$' \
    || fail "the header is not that of a profile"
kid=$(echo "$header" | member kid)

# The one key of that id, on a line of its own.
key=$(grep -o '{"alg":[^{}]*}' "$folder/jwks" | grep -F "\"kid\":\"$kid\"") || fail "key $kid is not among the keys"
# The key decides the algorithm.
[ "$(echo "$key" | member alg)" = "$(echo "$header" | member alg)" ] || fail "the algorithm is not the key's"

printf '%s.%s' "$protected" "$payload" > "$folder/message"
member signature < "$folder/profile" | decode > "$folder/raw"
[ "$(wc -c < "$folder/raw")" -eq 64 ] || fail "a signature has 64 bytes"

# integer HEX: DER INTEGER of a positive number.
integer() {
    local number=$1
    while [ "${#number}" -gt 2 ] && [ "${number:0:2}" = 00 ]; do number=${number:2}; done
    case $number in [89a-f]*) number=00$number ;; esac
    printf '02%02x%s' $((${#number} / 2)) "$number"
}

x=$(echo "$key" | member x | decode | hex)
case $(echo "$key" | member crv) in
P-256)
    # SubjectPublicKeyInfo: id-ecPublicKey, prime256v1, then the uncompressed point.
    y=$(echo "$key" | member y | decode | hex)
    printf '3059301306072a8648ce3d020106082a8648ce3d03010703420004%s%s' "$x" "$y" | unhex > "$folder/key.der"
    # JOSE gives r and s side by side, openssl wants them as a DER sequence.
    raw=$(hex < "$folder/raw")
    body=$(integer "${raw:0:64}")$(integer "${raw:64}")
    printf '30%02x%s' $((${#body} / 2)) "$body" | unhex > "$folder/signature"
    openssl dgst -sha256 -verify <(openssl pkey -pubin -inform DER -in "$folder/key.der") \
        -signature "$folder/signature" "$folder/message" > /dev/null 2>&1 || fail "the signature does not fit"
    ;;
Ed25519)
    printf '302a300506032b6570032100%s' "$x" | unhex > "$folder/key.der"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$folder/key.der" -rawin -in "$folder/message" \
        -sigfile "$folder/raw" > /dev/null 2>&1 || fail "the signature does not fit"
    ;;
*) fail "a key of a kind that is not used here" ;;
esac

echo "genuine: signed by key $kid; whether it is the newest version is not proven" >&2
printf '%s' "$payload" | decode
echo
