"""Verifies what a Suixin exchange signs: no network, no clock, no files. `Documentation/wire-format.md` is the contract.

Needs Python 3.9 and `cryptography` (Debian: python3-cryptography).
"""
import base64
import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

PROFILE, STATUS, ABSENCE = "suixin-profile+jws", "suixin-status+jws", "suixin-absence+jws"
DOCUMENT_LIMIT, HEADER_LIMIT, PAYLOAD_LIMIT = 192 * 1024, 512, 96_000
STATUS_LIFETIME, CLOCK_DIFFERENCE = 7200, 120
# What a sandbox signs is invented: it is taken from whoever names this issuer, and from nobody by mistake.
SANDBOX = "https://sandbox.suixin.invalid"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID = re.compile(f"sx[{ALPHABET}]{{20}}")
FLATTENED = re.compile(rb'\{"payload":"([\w-]+)","protected":"([\w-]+)","signature":"([\w-]+)"\}', re.ASCII)
COMPACT = re.compile(rb"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)
STEP = re.compile(r'"([\w-]+)"(?:;name="([ !#-+\--:<-\[\]-~]+)")?', re.ASCII)


class NotGenuine(Exception):
    """It is not what it says it is: somebody made or changed it."""


class NotCurrent(Exception):
    """It is genuine, but not shown to be what the exchange says now."""


class UnusableKeys(Exception):
    """The JWKS cannot be used: no document was looked at."""


# --- bytes and JSON -------------------------------------------------------------------------------------------------------

def base64url(text):
    """Strict: no padding, no other alphabet, no spare bits. One byte string has one text."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise NotGenuine("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise NotGenuine("not canonical base64url")
    return data


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def digest_text(data):
    return "sha256:" + sha256(data).hex()


def short_digest(data):
    """`sx` and the first 100 bits of SHA-256 in an alphabet without look-alikes."""
    bits = int.from_bytes(sha256(data)[:13], "big") >> 4
    return "sx" + "".join(ALPHABET[bits >> shift & 31] for shift in range(95, -1, -5))


def canonical(value):
    """RFC 8785 for what an exchange writes: objects, lists, texts, whole numbers, true, false, null."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(item)}" for name, item in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def read_canonical(data):
    """Reads JSON that is written canonically. So no name comes twice: written again, one of them would be missing."""
    def no_fraction(text):
        raise NotGenuine(f"{text} is no whole number")
    try:
        value = json.loads(data.decode(), parse_float=no_fraction, parse_constant=no_fraction)
        if canonical(value).encode() != data:
            raise NotGenuine("not canonical JSON")
    except (ValueError, RecursionError) as error:
        raise NotGenuine(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotGenuine("no JSON object")
    return value


def require(members, **kinds):
    for name, kind in kinds.items():
        value = members.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise NotGenuine(f"{name} is missing or of another kind")
        if kind is int and not -2 ** 63 <= value < 2 ** 63:
            raise NotGenuine(f"{name} is too large")
    if not 0 <= members["iat"] < 253_402_300_800:
        raise NotGenuine("iat lies outside the years 1970 to 9999")


# --- keys and signatures --------------------------------------------------------------------------------------------------

class Keys:
    """The exchange's public keys. The key decides the algorithm, never the document."""

    def __init__(self, jwks):
        self.by_id = {}
        try:
            if len(jwks) > 1 << 20:
                raise ValueError("too large")
            for jwk in json.loads(jwks)["keys"]:
                self._add(jwk)
        except (NotGenuine, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnusableKeys(f"not the JWKS of an exchange: {error}") from error

    def _add(self, jwk):
        kind = (jwk.get("kty"), jwk.get("crv"))
        algorithm = {("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}.get(kind)
        # Keys of kinds that are not used here are passed over (RFC 7517, section 5).
        if algorithm is None or jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
            return
        members = {name: jwk[name] for name in (("crv", "kty", "x", "y") if algorithm == "ES256" else ("crv", "kty", "x"))}
        point = [base64url(jwk[name]) for name in ("x", "y") if name in members]
        if any(len(number) != 32 for number in point):
            raise ValueError("a coordinate has 32 bytes")
        # An id that is not the thumbprint (RFC 7638) would let one key pass for another.
        thumbprint = base64.urlsafe_b64encode(sha256(canonical(members).encode())).rstrip(b"=").decode()
        if jwk.get("kid", thumbprint) != thumbprint:
            raise ValueError("a key whose kid is not its thumbprint")
        if algorithm == "ES256":
            x, y = (int.from_bytes(number, "big") for number in point)
            key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        else:
            key = ed25519.Ed25519PublicKey.from_public_bytes(point[0])
        self.by_id[thumbprint] = (algorithm, key)

    @property
    def ed25519(self):
        """The Ed25519 keys, which sign webhooks."""
        return [key for algorithm, key in self.by_id.values() if algorithm == "EdDSA"]

    def check(self, header, message, signature):
        if header.get("kid") not in self.by_id:
            raise NotGenuine("signed by a key that is not among those handed in: fetch the JWKS anew from where you trust")
        algorithm, key = self.by_id[header["kid"]]
        if header.get("alg") != algorithm:
            raise NotGenuine("the algorithm is not the key's")
        if len(signature) != 64:
            raise NotGenuine("a signature has 64 bytes")
        try:
            if algorithm == "ES256":
                r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
            else:
                key.verify(signature, message)
        except InvalidSignature as error:
            raise NotGenuine("the signature does not fit: changed, or signed by somebody else") from error


def open_jws(document, keys):
    """The type and the payload's bytes of a flattened or compact JWS whose signature is good."""
    if len(document) > DOCUMENT_LIMIT:
        raise NotGenuine("longer than anything that an exchange signs")
    document = document.strip(b" \t\r\n")
    if match := FLATTENED.fullmatch(document):
        payload, protected, signature = match.groups()
    elif match := COMPACT.fullmatch(document):
        protected, payload, signature = match.groups()
    else:
        raise NotGenuine("no JWS as the exchange writes it")
    header_bytes = base64url(protected.decode())
    if len(header_bytes) > HEADER_LIMIT:
        raise NotGenuine("a header longer than any that an exchange writes")
    header = read_canonical(header_bytes)
    # We understand no extension, so none may be critical; b64 changes what is signed (RFC 7797).
    if "crit" in header or "b64" in header:
        raise NotGenuine("its header asks for an extension")
    data = base64url(payload.decode())
    keys.check(header, protected + b"." + payload, base64url(signature.decode()))
    if len(data) > PAYLOAD_LIMIT:
        raise NotGenuine("a payload longer than the exchange ever signs")
    return header.get("typ"), data


# --- the three payloads ---------------------------------------------------------------------------------------------------

def read_profile(data):
    members = read_canonical(data)
    require(members, iat=int, iss=str, profile=dict, sub=str, version=str)
    if len(members) != 5 or not ID.fullmatch(members["sub"]) or members["profile"].get("id") != members["sub"]:
        raise NotGenuine("not a profile of its subject")
    # Canonical as a whole, so written again the profile has the very bytes that were digested.
    if short_digest(canonical(members["profile"]).encode()) != members["version"]:
        raise NotGenuine("the version is not the digest of the profile")
    return members


def read_status(data):
    members = read_canonical(data)
    require(members, exp=int, iat=int, iss=str, position=int, sources=dict)
    if not 0 < members["exp"] - members["iat"] <= STATUS_LIFETIME:
        raise NotGenuine("the status lives longer than two hours")
    # A status from before there was a tree has none.
    tree = members.get("tree", {"root": "sha256:" + "0" * 64})
    if not isinstance(tree, dict) or not re.fullmatch("sha256:[0-9a-f]{64}", str(tree.get("root"))):
        raise NotGenuine("the status' tree has no root")
    return members


def read_absence(data):
    members = read_canonical(data)
    require(members, iat=int, iss=str, key=str, position=int, sources=dict, status=str)
    if len(members) != 6:
        raise NotGenuine("a member that does not belong into an absence")
    return members


# --- the hash tree --------------------------------------------------------------------------------------------------------

def bit(key, place):
    return key[place // 8] >> 7 - place % 8 & 1


def statement_at(path, name, root):
    """What a path proves of a name: the digest of the statement, None that nothing is said.

    Raises NotCurrent where it does not lead from this root to this name.
    """
    wrong = NotCurrent("a path of the proof does not lead from the status to what was asked for")
    key = sha256(name.encode())
    if len(path) < 3 or path[0] != 1 or path[1] > 2:
        raise wrong
    end, count = path[1], path[2]
    marks, rest = path[3:3 + (count + 7) // 8], path[3 + (count + 7) // 8:]
    if len(marks) != (count + 7) // 8 or len(rest) % 32:
        raise wrong
    hashes_left = [rest[place:place + 32] for place in range(0, len(rest), 32)]
    shown = [bit(marks, place) for place in range(count)]
    # One path has one form: no spare marks, no zero written out, nothing behind it.
    if len(hashes_left) != sum(shown) + end or any(bit(marks, place) for place in range(count, len(marks) * 8)):
        raise wrong
    siblings = [hashes_left.pop(0) if is_shown else bytes(32) for is_shown in shown]
    if any(is_shown and sibling == bytes(32) for is_shown, sibling in zip(shown, siblings)):
        raise wrong
    if end == 0:
        found = bytes(32)
    else:
        leaf = hashes_left[0] if end == 2 else key
        # Another's leaf proves emptiness around it only where the asked key would lead to it.
        if end == 2 and (leaf == key or any(bit(leaf, place) != bit(key, place) for place in range(count))):
            raise wrong
        found = sha256(b"\x00", leaf, hashes_left[-1])
    for depth in range(count - 1, -1, -1):
        left, right = (siblings[depth], found) if bit(key, depth) else (found, siblings[depth])
        found = sha256(b"\x01", left, right)
    if found != root:
        raise wrong
    return hashes_left[-1] if end == 1 else None


def read_proof(field):
    """The field Suixin-Proof: a list of (path, name or None)."""
    steps = []
    for item in field.strip().split(","):
        match = STEP.fullmatch(item.strip(" \t"))
        if not match or len(field) > 64 * 1024 or len(steps) == 32:
            raise NotGenuine("the proof cannot be read: it must be the field Suixin-Proof as it came")
        steps.append((base64url(match[1]), match[2]))
    return steps


def statement(name, value):
    return sha256(canonical({name: value}).encode())


def names_of(asked):
    """The names under which the tree would speak of what was asked for: an id, or a code and the id of a registry key."""
    plain = re.sub(r"[\s-]", "", asked)
    if ID.fullmatch(plain.lower()):
        return [plain.lower()]
    return [plain.upper(), short_digest(b"suixin/enterprise/pripid/" + asked.strip().encode())]


def follow(steps, names, root):
    """Follows the paths from what was asked for: the last name, and the digest of what is said of it."""
    name = steps[0][1] or names[0]
    if name not in names:
        raise NotCurrent("the proof is of another name than was asked for")
    for place, (path, _) in enumerate(steps):
        said = statement_at(path, name, root)
        if said is None:
            raise NotCurrent("the proof says that nothing is known")
        if place + 1 == len(steps):
            return name, said
        name = steps[place + 1][1]
        if said not in (statement("holders", [name]), statement("movedTo", name)):
            raise NotCurrent("one path of the proof does not lead to the next")


def check_absence(steps, names, root):
    """Every name under which it could be known must be proven absent, a registry key's id too."""
    if len(steps) < len(names):
        raise NotCurrent("the proof is not of every name under which this could be known")
    for (path, said), name in zip(steps, names):
        if (said or names[0]) != name or statement_at(path, name, root) is not None:
            raise NotCurrent("the proof does not show that nothing is known by this")


# --- the whole answer -----------------------------------------------------------------------------------------------------

class Verifier:
    def __init__(self, keys, now, issuer=None, seen=None):
        """`seen`: the greatest position that was ever shown, by issuer; a lower one is an old state shown again."""
        self.keys, self.now, self.issuer, self.seen = keys, now, issuer, seen or {}

    def open(self, document, **readers):
        """Checks signature, type and issuer; the readers are named by types."""
        kind, data = open_jws(document, self.keys)
        if kind not in readers:
            raise NotGenuine(f"signed, but not a {' or '.join(readers)}")
        members = readers[kind](data)
        if self.issuer is not None and members["iss"] != self.issuer:
            raise NotGenuine("issued by somebody else")
        if self.issuer is None and members["iss"].lower().startswith(SANDBOX):
            raise NotGenuine(f"issued by a sandbox: all of it is invented (--issuer {SANDBOX} takes it)")
        return kind, members, digest_text(data)

    def open_status(self, document):
        _, members, digest = self.open(document, **{STATUS: read_status})
        return members, digest

    def open_answer(self, document):
        kind, members, _ = self.open(document, **{PROFILE: read_profile, ABSENCE: read_absence})
        return kind, members

    def check_currency(self, kind, members, status, status_digest, proof, asked):
        """Raises NotCurrent unless the answer is what the exchange says as of an unexpired status."""
        if status["iss"] != members["iss"]:
            raise NotGenuine("document and status come from different issuers")
        root = self.root(status)
        steps = read_proof(proof)
        if kind == PROFILE:
            names = names_of(asked) if asked else [steps[0][1] or ""]
            if follow(steps, names, root) != (members["sub"], statement("version", members["version"])):
                raise NotCurrent("the proof leads to another version or another enterprise")
        else:
            if not asked:
                raise NotCurrent("without what was asked for nobody can tell whose absence it is")
            names = names_of(asked)
            if members["key"] != digest_text(names[0].encode()):
                raise NotCurrent("the absence is of another name than was asked for")
            if (members["status"], members["position"]) != (status_digest, status["position"]):
                raise NotCurrent("the absence speaks of another status")
            check_absence(steps, names, root)
        self.check_time(status)

    @staticmethod
    def root(status):
        if "tree" not in status:
            raise NotCurrent("the status has no tree: no proof can be checked by it")
        return bytes.fromhex(status["tree"]["root"][7:])

    def check_time(self, status):
        seen = self.seen.get(status["iss"], -1)
        if status["position"] < seen:
            raise NotCurrent(f"the status is of position {status['position']}, but {seen} was seen before")
        if self.now >= status["exp"]:
            raise NotCurrent("the status has expired")
        if status["iat"] > self.now + CLOCK_DIFFERENCE:
            raise NotCurrent("the status was issued in the future: one of the clocks is wrong")
