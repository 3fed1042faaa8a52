# Checks a snapshot: that its files are exactly what the root in the signed status was signed over. POSIX sh, to be sourced behind suixin.sh
# and exchange.sh; gzip and split beside what that needs. No network, no clock.
#
# Each signature costs a process. Everything else is done for many lines at once: awk reads them, one openssl digests a thousand.

MANIFEST=manifest.json PARTS="profiles names annexes" LINES_AT_ONCE=500

# open_manifest FILE: the manifest and the status in it, which must be of one piece. Sets `identity`, `after`, and for each part
# `PART_bytes`, `PART_count`, `PART_digest`; beside them what open_status sets.
open_manifest() {
    open_jws "$1" manifest
    [ "$typ" = suixin-snapshot+jws ] || not_genuine "signed, but not a suixin-snapshot+jws"
    manifest=$work/manifest.parts
    for name in files status tree; do kind "$manifest" $name '{'; done
    identity=$(text "$manifest" id)
    printf '%s\n' "$identity" | grep -Eq '^[0-9]+-[0-9]+-[0-9a-f]{12}$' || not_genuine "no id of a snapshot"
    after=$(number "$manifest" after) || not_genuine "after is missing or of another kind"
    told=$(number "$manifest" position) || not_genuine "position is missing or of another kind"
    issuer_told=$(member "$manifest" iss)
    member "$manifest" files > "$work/files"
    parts "$work/files" > "$work/files.parts"
    for part in $PARTS; do
        member "$work/files.parts" $part > "$work/file"
        { parts "$work/file" > "$work/file.parts" && [ "$(text "$work/file.parts" name)" = $part.ndjson.gz ] \
            && bytes=$(number "$work/file.parts" bytes) && lines=$(number "$work/file.parts" count) \
            && digest=$(text "$work/file.parts" digest) && printf '%s\n' "$digest" | grep -Eq '^sha256:[0-9a-f]{64}$'; } \
            || not_genuine "the manifest does not describe $part"
        eval "${part}_bytes=\$bytes ${part}_count=\$lines ${part}_digest=\$digest"
    done
    member "$manifest" status > "$work/status.document"
    open_status "$work/status.document"
    { [ -n "$root" ] && [ "$(member "$manifest" tree)" = "$(cat "$work/tree")" ] && [ "$told" = "$position" ] \
        && [ "$issuer_told" = "$(member "$work/status.parts" iss)" ] && [ "$(number "$work/tree.parts" change)" = "$after" ] \
        && [ "$(text "$manifest" statusDigest)" = "$status_digest" ]; } \
        || not_genuine "the manifest is of another status than the one in it"
    leaves_told=$(number "$work/tree.parts" count)
}

# tell PART: sets `name`, `bytes`, `lines` and `digest` of a file as the manifest tells of it.
tell() { name=$1.ndjson.gz; eval "bytes=\$${1}_bytes lines=\$${1}_count digest=\$${1}_digest"; }

# is_file PATH: whether it is the file that was told of.
is_file() { [ -f "$1" ] && [ "$(size "$1")" = "$bytes" ] && [ "sha256:$(sha256 < "$1")" = "$digest" ]; }

# unpack FOLDER PART: the lines of a file into $work/PART/lines.aaaaa and so on.
unpack() {
    tell "$2"
    [ -f "$1/$name" ] || not_genuine "$name is not beside the manifest: download it, too"
    [ "$(size "$1/$name")" -ge "$bytes" ] || not_genuine "$name ends early: go on with its download"
    is_file "$1/$name" || not_genuine "$name is not the file that the manifest describes"
    mkdir -p "$work/$2"
    { gzip -dc < "$1/$name" 2> "$work/error" || : > "$work/$2/damaged"; } | split -l $LINES_AT_ONCE -a 5 - "$work/$2/lines."
    [ ! -f "$work/$2/damaged" ] || not_genuine "$name is damaged: $(head -n 1 "$work/error")"
    found=0
    for piece in "$work/$2"/lines.*; do
        [ -f "$piece" ] || continue
        [ -z "$(tail -c 1 "$piece")" ] || not_genuine "$name: a line that does not end"
        found=$((found + $(wc -l < "$piece")))
    done
    [ "$found" = "$lines" ] || not_genuine "$name has $found lines, the manifest says $lines"
}

# digests: of each line, which is hexadecimal, the SHA-256 of its bytes, in order. A printf that knows \ooo is all that POSIX promises.
digests() {
    mkdir -p "$work/many"
    awk '
    BEGIN {
        hex = "0123456789abcdef"
        for (i = 0; i < 256; i++) octal[substr(hex, int(i / 16) + 1, 1) substr(hex, i % 16 + 1, 1)] = sprintf("\\%03o", i)
    }
    function digest() { if (NR) print "openssl dgst -sha256 -r [0-9]* | cut -c1-64; rm -f [0-9]*" }
    {
        bytes = ""
        for (i = 1; i < length($0); i += 2) bytes = bytes octal[substr($0, i, 2)]
        printf "printf '\''%s'\'' > %04d\n", bytes, NR % 1000
        if (NR % 1000 == 999) digest()
    }
    END { if (NR % 1000 != 999) digest() }' > "$work/many.sh"
    (cd "$work/many" && sh "$work/many.sh")
}

# short_of FOLDER SUFFIX: the short digests of files, in order of their names.
short_of() { openssl dgst -sha256 -r "$1"/*."$2" | cut -c1-64 | awk -f "$here/json.awk" -f "$here/short.awk"; }

# check_signatures: of the documents that jws.awk took apart, and their payloads into files.
check_signatures() {
    known=''
    while read -r name protected _ raw der; do
        if [ "$protected" != "$known" ]; then
            open_header "$protected"
            [ "$typ" = suixin-profile+jws ] || not_genuine "signed, but not a suixin-profile+jws"
            known=$protected
        fi
        if [ "$alg" = ES256 ]; then
            # shellcheck disable=SC2059
            printf "$der" > "$work/signature"
            openssl dgst -sha256 -verify "$work/keys/$kid.pem" -signature "$work/signature" "$chunk/$name.message" > "$work/said" 2>&1
        else
            # shellcheck disable=SC2059
            printf "$raw" > "$work/signature"
            openssl pkeyutl -verify -pubin -inkey "$work/keys/$kid.pem" -rawin -in "$chunk/$name.message" \
                -sigfile "$work/signature" > "$work/said" 2>&1
        fi || not_genuine "the signature does not fit: changed, or signed by somebody else"
        openssl base64 -d -A -in "$chunk/$name.payload64" -out "$chunk/$name.payload"
    done < "$chunk/list"
}

# read_profiles: puts a line "PLACE VALUE" for each into $work/profiles.leaves, and the annexes that they name into $work/wanted.
read_profiles() {
    for piece in "$work"/profiles/lines.*; do
        [ -f "$piece" ] || continue
        rm -rf "$chunk" && mkdir "$chunk" && : > "$chunk/wanted"
        awk -v folder="$chunk" -f "$here/jws.awk" "$piece" > "$chunk/list" || not_genuine "no JWS as the exchange writes it"
        check_signatures
        awk -v what=profiles -v folder="$chunk" -v sizes="$chunk/list" -v issuer="$(awk_text "$issuer_told")" -f "$here/json.awk" \
            -f "$here/bulk.awk" "$chunk/list" "$chunk"/*.payload > "$chunk/profiles" || not_genuine "not a profile of its subject"
        [ "$(wc -l < "$chunk/profiles")" -eq "$(wc -l < "$chunk/list")" ] || not_genuine "not a profile of its subject"
        short_of "$chunk" profile > "$chunk/versions"
        awk '{ print $2 }' "$chunk/profiles" | cmp -s - "$chunk/versions" || not_genuine "the version is not the digest of the profile"
        cat "$chunk/wanted" >> "$work/wanted"
        awk -f "$here/json.awk" -f "$here/leaves.awk" "$chunk/profiles" | digests | paste -d ' ' - - >> "$work/profiles.leaves"
    done
}

# awk_text TEXT: as -v takes it, which reads escapes.
awk_text() { printf '%s' "$1" | sed 's/\\/\\\\/g'; }

# read_names: puts a line "PLACE VALUE" for each into $work/names.leaves.
read_names() {
    for piece in "$work"/names/lines.*; do
        [ -f "$piece" ] || continue
        awk -v what=names -v folder="$chunk" -f "$here/json.awk" -f "$here/bulk.awk" "$piece" > "$work/names.said" \
            || not_genuine "a line that no snapshot has"
        # Where the place is told, it stands for the digest of a name that is not.
        digests < "$work/names.said" | paste -d ' ' "$work/names.said" - \
            | awk '{ print $1 ~ /^=/ ? substr($1, 2) : $2 }' | paste -d ' ' - - >> "$work/names.leaves"
    done
}

# check_annexes: exactly those that the profiles name, in their order.
check_annexes() {
    : > "$work/annexes.found"
    for piece in "$work"/annexes/lines.*; do
        [ -f "$piece" ] || continue
        rm -rf "$chunk" && mkdir "$chunk"
        awk -v what=annexes -v folder="$chunk" -f "$here/json.awk" -f "$here/bulk.awk" "$piece" > "$chunk/annexes" \
            || not_genuine "an annex that is none"
        short_of "$chunk" annex > "$chunk/digests"
        awk '{ print $1 }' "$chunk/annexes" | cmp -s - "$chunk/digests" || not_genuine "an annex that is missing or another"
        cat "$chunk/annexes" >> "$work/annexes.found"
    done
    cmp -s "$work/annexes.found" "$work/wanted" || not_genuine "an annex that is missing, or that no profile names"
}

# check_tree: the root and the number of all leaves of both files must be the status'.
check_tree() {
    : > "$work/leaves"
    for part in profiles names; do
        awk '{ if ("x" $1 <= last) exit 1; last = "x" $1 }' "$work/$part.leaves" || not_genuine "$part.ndjson.gz: a line twice or out of order"
        awk '{ print "00" $1 $2 }' "$work/$part.leaves" | digests | paste -d ' ' "$work/$part.leaves" - \
            | awk '{ print $1, $3 }' > "$work/$part.hashes"
    done
    rm -rf "$chunk" && mkdir "$chunk"
    printf '0 %064d\n' 0 > "$work/nodes"
    sort -m "$work/profiles.hashes" "$work/names.hashes" | awk -v folder="$chunk" -f "$here/tree.awk" > "$work/plan" \
        || not_genuine "a line twice or out of order"
    read -r leaves highest root_node < "$work/plan"
    [ ! -f "$chunk/nodes" ] || cat "$chunk/nodes" >> "$work/nodes"
    level=1
    while [ $level -le "$highest" ]; do
        awk 'NR == FNR { hash[$1] = $2; next } { print "01" hash[$2] hash[$3] }' "$work/nodes" "$chunk/level.$level" | digests \
            | paste -d ' ' "$chunk/level.$level" - | awk '{ print $1, $4 }' > "$work/more"
        cat "$work/more" >> "$work/nodes"
        level=$((level + 1))
    done
    { [ "$leaves" = "$leaves_told" ] && [ "$(awk -v wanted="$root_node" '$1 == wanted { print $2 }' "$work/nodes")" = "$root" ]; } \
        || not_genuine "these are not the ids and codes that the status' root was signed over: something was left out, added, or is of another version"
}

# check_snapshot FOLDER: whether what lies there is all that the status says: none left out, none added, none of another version.
check_snapshot() {
    [ -r "$1/$MANIFEST" ] || finish $USAGE "cannot read $1/$MANIFEST"
    open_manifest "$1/$MANIFEST"
    chunk=$work/chunk
    for part in $PARTS; do unpack "$1" $part; done
    : > "$work/profiles.leaves"; : > "$work/names.leaves"; : > "$work/wanted"
    read_profiles
    read_names
    check_annexes
    check_tree
}
