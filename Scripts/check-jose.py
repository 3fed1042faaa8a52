#!/usr/bin/env python3
"""Independent JOSE libraries verify what this exchange signs.

    check-jose.py --jwks JWKS [--manifest FILE] [--every N] FILE...

Each FILE holds documents in the flattened form (one a line: an export, or a profile alone) or the compact one. joserfc and
jwcrypto must both take every document (of every Nth line, if asked), read the same payload, and refuse it once a character
of its payload is changed. Where FILE.manifest.json lies beside a FILE, or --manifest names it, it is verified alike, and
the number, size and SHA-256 of the file's lines must be those that it states; FILE.annexes.ndjson's too, where that exists.

Needs joserfc and jwcrypto (`pip install joserfc jwcrypto`). Exit code: 0 all is well, 1 it is not, 2 it cannot be checked.
"""
import argparse
import hashlib
import json
import os
import sys

try:
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
    from jwcrypto.common import JWException
    from jwcrypto.jwk import JWKSet
    from jwcrypto.jws import JWS
except ImportError:
    print("check-jose.py needs two Python packages: python3 -m pip install joserfc jwcrypto", file=sys.stderr)
    sys.exit(2)

ALGORITHMS = ["ES256", "EdDSA"]


def by_joserfc(document, keys):
    if isinstance(document, dict):
        return jws.deserialize_json(document, keys, algorithms=ALGORITHMS).payload
    return jws.deserialize_compact(document.encode(), keys, algorithms=ALGORITHMS).payload


def by_jwcrypto(document, keys):
    token = JWS()
    token.allowed_algs = ALGORITHMS
    token.deserialize(json.dumps(document) if isinstance(document, dict) else document)
    header = json.loads(token.objects["protected"])
    token.verify(keys.get_key(header["kid"]))
    return token.payload


def tampered(document):
    def change(text):
        middle = len(text) // 2
        return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1:]
    if isinstance(document, dict):
        return document | {"payload": change(document["payload"])}
    protected, payload, signature = document.split(".")
    return ".".join([protected, change(payload), signature])


def refuses(read, document, keys):
    try:
        read(document, keys)
    except (JoseError, JWException, ValueError):
        return True
    return False


class Wrong(Exception):
    """Something is not as it should be."""


def check(line, readers, kind):
    """Both libraries take a document, agree on its payload, and refuse a changed copy. Returns the payload."""
    document = json.loads(line) if line.startswith("{") else line
    payloads = [read(document, keys) for read, keys in readers]
    if payloads[0] != payloads[1]:
        raise Wrong("the libraries read different payloads")
    for read, keys in readers:
        if not refuses(read, tampered(document), keys):
            raise Wrong(f"{read.__name__} takes a changed copy")
    payload = json.loads(payloads[0])
    if kind == "manifest" and "profiles" not in payload:
        raise Wrong("no manifest")
    return payload


def check_file(path, readers, every):
    """All documents of a file; what a manifest says of it."""
    hash, size, count, checked = hashlib.sha256(), 0, 0, 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            hash.update(line)
            size += len(line)
            if not line.strip():
                continue
            count += 1
            if (number - 1) % every:
                continue
            try:
                check(line.decode().strip(), readers, "any")
            except (JoseError, JWException, ValueError, KeyError, Wrong) as error:
                raise Wrong(f"{path}, line {number}: {error!r}") from error
            checked += 1
    return {"bytes": size, "count": count, "digest": "sha256:" + hash.hexdigest()}, checked


def measure(path):
    with open(path, "rb") as file:
        lines = 0
        hash = hashlib.sha256()
        for line in file:
            lines += 1
            hash.update(line)
        return {"bytes": file.tell(), "count": lines, "digest": "sha256:" + hash.hexdigest()}


def check_manifest(path, manifest, found, readers):
    """The manifest's signature, and what it says of the files."""
    try:
        stated = check(open(manifest).read().strip(), readers, "manifest")
    except (JoseError, JWException, ValueError, KeyError, Wrong) as error:
        raise Wrong(f"{manifest}: {error!r}") from error
    if stated["profiles"] != found:
        raise Wrong(f"{path}: {found}, but its manifest states {stated['profiles']}")
    annexes = path + ".annexes.ndjson"
    if stated.get("annexes") and os.path.exists(annexes) and measure(annexes) != stated["annexes"]:
        raise Wrong(f"{annexes}: not as the manifest states")


def main(arguments):
    parser = argparse.ArgumentParser(description="Independent JOSE libraries verify what this exchange signs.")
    parser.add_argument("--jwks", required=True, help="the exchange's public keys")
    parser.add_argument("--manifest", help="the manifest of the one FILE, where it does not lie beside it")
    parser.add_argument("--every", type=int, default=1, help="verify every Nth line only; all are digested")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        jwks = open(options.jwks).read()
        readers = [(by_joserfc, KeySet.import_key_set(json.loads(jwks))), (by_jwcrypto, JWKSet.from_json(jwks))]
        total = manifests = 0
        for path in options.files:
            found, checked = check_file(path, readers, max(1, options.every))
            total += checked
            manifest = options.manifest or path + ".manifest.json"
            if options.manifest or os.path.exists(manifest):
                check_manifest(path, manifest, found, readers)
                manifests += 1
    except Wrong as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{total} documents and {manifests} manifests verified by joserfc and jwcrypto, changed copies refused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
