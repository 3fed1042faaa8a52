#!/usr/bin/env python3
"""Fetch an enterprise's credit profile from a Suixin exchange, verify its signature, print it.

    verify.py http://127.0.0.1:8080 9144010112345678XX      fetch profile and keys, verify, print
    verify.py --jwks jwks.json --file profile.json           offline

Needs Python 3.9 and `cryptography` (Debian: python3-cryptography). A real platform keeps the JWKS that it was given when it
joined, and does not fetch the keys from whoever also serves the profile.

Exit code: 0 the signature is good, 1 it is not, 3 nothing could be fetched.
"""
import argparse
import base64
import hashlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


class NotGenuine(Exception):
    """The document is not what it says it is."""


def base64url(text):
    """Strict: no padding, no other alphabet, no spare bits."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise NotGenuine("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise NotGenuine("not canonical base64url")
    return data


def strict_json(data):
    """JSON in which no name occurs twice."""
    def members(pairs):
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise NotGenuine("a name occurs twice")
        return dict(pairs)
    try:
        return json.loads(data, object_pairs_hook=members)
    except ValueError as error:
        raise NotGenuine(f"no JSON: {error}") from error


def check_signature(jwk, algorithm, message, signature):
    """The key decides the algorithm; the header only has to agree."""
    kind = (jwk.get("kty"), jwk.get("crv"), algorithm)
    if len(signature) != 64:
        raise NotGenuine("a signature has 64 bytes")
    try:
        if kind == ("EC", "P-256", "ES256"):
            numbers = ec.EllipticCurvePublicNumbers(
                int.from_bytes(base64url(jwk["x"]), "big"), int.from_bytes(base64url(jwk["y"]), "big"), ec.SECP256R1())
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            numbers.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        elif kind == ("OKP", "Ed25519", "EdDSA"):
            ed25519.Ed25519PublicKey.from_public_bytes(base64url(jwk["x"])).verify(signature, message)
        else:
            raise NotGenuine(f"algorithm {algorithm} does not belong to key {jwk.get('kid')}")
    except InvalidSignature as error:
        raise NotGenuine("the signature does not fit: changed, or signed by somebody else") from error


def verify(document, jwks, kind="suixin-profile+jws"):
    """The payload of a flattened JWS, as bytes, if its signature is good."""
    jws = strict_json(document)
    if not isinstance(jws, dict) or set(jws) != {"payload", "protected", "signature"}:
        raise NotGenuine("no flattened JWS")
    header = strict_json(base64url(jws["protected"]))
    if "crit" in header or header.get("typ") != kind:
        raise NotGenuine(f"not a {kind}")
    keys = {key["kid"]: key for key in strict_json(jwks)["keys"]}
    if header.get("kid") not in keys:
        raise NotGenuine(f"signed by a key that is not known: {header.get('kid')}")
    message = f"{jws['protected']}.{jws['payload']}".encode()
    check_signature(keys[header["kid"]], header.get("alg"), message, base64url(jws["signature"]))
    return base64url(jws["payload"])


def profile_bytes(payload, envelope):
    """The profile's exact bytes: the signed payload around them is known to the letter."""
    def text(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    head = f'{{"iat":{envelope["iat"]},"iss":{text(envelope["iss"])},"profile":'.encode()
    tail = f',"sub":{text(envelope["sub"])},"version":{text(envelope["version"])}}}'.encode()
    if not (payload.startswith(head) and payload.endswith(tail)):
        raise NotGenuine("the payload is not canonical")
    return payload[len(head):-len(tail)]


def version_of(profile):
    """`sx` and the first 100 bits of SHA-256 in an alphabet without look-alikes."""
    bits = int.from_bytes(hashlib.sha256(profile).digest()[:13], "big") >> 4
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    return "sx" + "".join(alphabet[bits >> shift & 31] for shift in range(95, -1, -5))


def fetch(url):
    """At most one mebibyte; redirects are followed, since an enterprise may have got another id."""
    request = urllib.request.Request(url, headers={"Accept": "application/jose+json, application/jwk-set+json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(1 << 20)


def main():
    parser = argparse.ArgumentParser(description="Fetch and verify a credit profile.")
    parser.add_argument("base", nargs="?", help="the exchange, such as http://127.0.0.1:8080")
    parser.add_argument("id", nargs="?", help="an enterprise id or any code of it")
    parser.add_argument("--file", help="a profile fetched before")
    parser.add_argument("--jwks", help="the exchange's public keys, fetched before")
    options = parser.parse_args()
    if not (options.file and options.jwks) and not (options.base and options.id):
        parser.error("give BASE and ID, or --file and --jwks")
    try:
        if options.file:
            document = open(options.file, "rb").read()
        else:
            document = fetch(f"{options.base}/v1/enterprises/{urllib.parse.quote(options.id, safe='')}")
        jwks = open(options.jwks, "rb").read() if options.jwks else fetch(f"{options.base}/.well-known/jwks.json")
    except urllib.error.HTTPError as error:
        print(f"{error.code}: {error.read(4096).decode(errors='replace')}", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"cannot fetch: {error}", file=sys.stderr)
        return 3
    try:
        payload = verify(document, jwks)
        envelope = strict_json(payload)
        if version_of(profile_bytes(payload, envelope)) != envelope["version"]:
            raise NotGenuine("the version is not the digest of the profile")
    except (NotGenuine, KeyError, TypeError) as error:
        print(f"NOT GENUINE: {error}", file=sys.stderr)
        return 1
    print(f"genuine: signed by {envelope['iss']}, version {envelope['version']}; whether it is the newest is not proven",
          file=sys.stderr)
    json.dump(envelope["profile"], sys.stdout, ensure_ascii=False, indent=2, sort_keys=True)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
