"""Checks a snapshot: that its files are exactly what the root in the signed status was signed over. Knows neither network nor clock nor files."""
import heapq
import re

from suixin import (ID, PROFILE, NotGenuine, canonical, read_canonical, read_profile, require, sha256, short_digest)

SNAPSHOT = "suixin-snapshot+jws"
PARTS = ("profiles", "names", "annexes")
DIGEST = re.compile("sha256:[0-9a-f]{64}")
WIDTH = 256


def read_manifest(data):
    members = read_canonical(data)
    require(members, after=int, files=dict, iat=int, id=str, iss=str, position=int, status=dict, statusDigest=str, tree=dict)
    for part in PARTS:
        file = members["files"].get(part)
        if not isinstance(file, dict) or file.get("name") != part + ".ndjson.gz" or not DIGEST.fullmatch(str(file.get("digest"))):
            raise NotGenuine(f"the manifest does not describe {part}")
        require({**file, "iat": 0}, bytes=int, count=int)
    if not re.fullmatch("[0-9]+-[0-9]+-[0-9a-f]{12}", members["id"]):
        raise NotGenuine("no id of a snapshot")
    return members


def open_manifest(verifier, document):
    """The manifest and the status in it, which must be of one piece."""
    _, manifest, _ = verifier.open(document, **{SNAPSHOT: read_manifest})
    status, digest = verifier.open_status(canonical(manifest["status"]).encode())
    of_status = (digest, status["iss"], status["position"], status.get("tree"), status.get("tree", {}).get("change"))
    if of_status != tuple(manifest[name] for name in ("statusDigest", "iss", "position", "tree", "after")):
        raise NotGenuine("the manifest is of another status than the one in it")
    return manifest, status


class Fold:
    """The root of a hash tree whose leaves come in its order, in memory that does not depend on their number."""

    def __init__(self):
        # Left halves that wait for their right ones: (subtree, how many first bits both have in common).
        self.waiting, self.latest, self.count = [], None, 0

    def add(self, key, value, name):
        place = int.from_bytes(key, "big")
        if self.latest:
            if place <= self.latest[0]:
                raise NotGenuine(f"{name} comes twice or out of order")
            depth = WIDTH - (place ^ self.latest[0]).bit_length()
            self.waiting.append((self._closed(depth), depth))
        self.latest = (place, sha256(b"\x00", key, value))
        self.count += 1

    def root(self):
        return self._closed(-1)[1] if self.latest else bytes(32)

    def _closed(self, depth):
        found, place = (False, self.latest[1]), WIDTH
        while self.waiting and self.waiting[-1][1] > depth:
            left, parted = self.waiting.pop()
            found, place = (True, sha256(b"\x01", left[1], self._raised(found, place, parted + 1)[1])), parted
        return self._raised(found, place, depth + 1)

    def _raised(self, subtree, place, depth):
        """With only emptiness beside it, so many steps up; a leaf that is alone stands for whatever it is alone in."""
        is_many, found = subtree
        while is_many and place > depth:
            place -= 1
            right = self.latest[0] >> WIDTH - 1 - place & 1
            found = sha256(b"\x01", bytes(32), found) if right else sha256(b"\x01", found, bytes(32))
        return is_many, found


def annex_digests(value):
    """The digests under `rest`, in the order of the document."""
    if isinstance(value, dict):
        for name in sorted(value):
            member = value[name]
            if name == "rest" and isinstance(member, dict) and isinstance(member.get("digest"), str):
                yield member["digest"]
            else:
                yield from annex_digests(member)
    elif isinstance(value, list):
        for member in value:
            yield from annex_digests(member)


def check_annex(line, digest, sub):
    annex = read_canonical(line) if line is not None else {}
    if annex.get("digest") != digest or annex.get("sub") != sub or len(annex) != 3 \
            or short_digest(canonical(annex.get("annex")).encode()) != digest:
        raise NotGenuine(f"the annex {digest} of {sub} is missing or another")


def profile_leaves(lines, annexes, verifier, issuer):
    for line in lines:
        _, members, _ = verifier.open(line, **{PROFILE: read_profile})
        if members["iss"] != issuer:
            raise NotGenuine("a profile that somebody else issued")
        for digest in annex_digests(members["profile"]):
            check_annex(next(annexes, None), digest, members["sub"])
        statement = canonical({"version": members["version"]}).encode()
        yield sha256(members["sub"].encode()), sha256(statement), members["sub"]


def name_leaves(lines):
    for line in lines:
        members = read_canonical(line)
        name, place = members.pop("name", None), members.pop("key", None)
        holders, moved = members.get("holders"), members.get("movedTo")
        is_holders = isinstance(holders, list) and holders and all(isinstance(item, str) and ID.fullmatch(item) for item in holders)
        is_moved = isinstance(moved, str) and ID.fullmatch(moved)
        if len(members) != 1 or not (is_holders or is_moved) or (name is None) == (place is None):
            raise NotGenuine("a line that no snapshot has")
        if name is not None and not isinstance(name, str) or place is not None and not DIGEST.fullmatch(str(place)):
            raise NotGenuine("a line that no snapshot has")
        key = sha256(name.encode()) if name is not None else bytes.fromhex(place[7:])
        yield key, sha256(canonical(members).encode()), name or place


def check_snapshot(verifier, manifest, profiles, names, annexes):
    """Raises NotGenuine unless the lines are all that the status says: none left out, none added, none of another version."""
    fold = Fold()
    leaves = heapq.merge(profile_leaves(profiles, annexes, verifier, manifest["iss"]), name_leaves(names), key=lambda leaf: leaf[0])
    for leaf in leaves:
        fold.add(*leaf)
    if next(annexes, None) is not None:
        raise NotGenuine("an annex that no profile names")
    if (fold.count, "sha256:" + fold.root().hex()) != (manifest["tree"].get("count"), manifest["tree"]["root"]):
        raise NotGenuine("these are not the ids and codes that the status' root was signed over: something was left out, added, "
                         "or is of another version")


def check_file(told, size, digest, count):
    if (told["bytes"], told["digest"]) != (size, digest):
        raise NotGenuine(f"{told['name']} is not the file that the manifest describes")
    if told["count"] != count:
        raise NotGenuine(f"{told['name']} has {count} lines, the manifest says {told['count']}")
