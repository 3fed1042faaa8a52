#!/usr/bin/env python3
"""Independent JOSE libraries verify what this exchange signs.

    check-jose.py JWKS FILE…      each file: documents in the flattened form (one a line) or the compact one

Needs joserfc and jwcrypto (`pip install joserfc jwcrypto`). Both must take every document, read the same payload, and refuse
it once a character of its payload is changed. Exit code 0 only then.
"""
import json
import sys

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS

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


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    jwks = open(arguments[0]).read()
    readers = [(by_joserfc, KeySet.import_key_set(json.loads(jwks))), (by_jwcrypto, JWKSet.from_json(jwks))]
    count = 0
    for path in arguments[1:]:
        for number, line in enumerate(open(path), 1):
            line = line.strip()
            if not line:
                continue
            document = json.loads(line) if line.startswith("{") else line
            payloads = [read(document, keys) for read, keys in readers]
            assert payloads[0] == payloads[1], f"{path}:{number}: the libraries read different payloads"
            json.loads(payloads[0])
            for read, keys in readers:
                assert refuses(read, tampered(document), keys), f"{path}:{number}: {read.__name__} takes a changed copy"
            count += 1
    print(f"{count} documents verified by joserfc and jwcrypto, changed copies refused")


if __name__ == "__main__":
    main(sys.argv[1:])
