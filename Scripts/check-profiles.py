#!/usr/bin/env python3
"""Checks the profiles of an export against Documentation/profile.schema.json and their own inner rules.

    Scripts/check-profiles.py EXPORT [--annexes FILE] [--every N]

EXPORT has a flattened JWS (or a bare profile) a line, as `suixin export` writes it; signatures are `suixin verify`'s
business. The rest documents are read from EXPORT.annexes.ndjson where that exists. Besides the schema (of every Nth
profile, if asked): the bytes are canonical and within their limit; every place named is one of `records`; every record
is named by a value or an item; the counts in `sources` and `cut` are right; every rest document is there, whole, and
holds what is missing. Needs the Python package jsonschema. Exits 0 if all is well, 1 if not, 2 if it cannot check.
"""
import argparse
import base64
import collections
import hashlib
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    print("check-profiles.py needs the Python package jsonschema: python3 -m pip install jsonschema", file=sys.stderr)
    sys.exit(2)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZE_LIMIT = 95_000
ATTRIBUTES = ("registration", "tax", "quality")
LISTS = (
    "alterations", "arrears", "assessments", "certifications", "inspections", "licences", "listings", "penalties", "shops",
)
ATTRIBUTE_DATASETS = {
    ("hongdun", "registration"), ("quality", "ZZJGDM"), ("statetax", "NSRXX"), ("localtax", "nsr"),
}
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def canonical(value):
    """RFC 8785 for what profiles hold: texts, whole numbers, booleans; the names of members are ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def short_digest(data):
    """`sx` and the first 100 bits of SHA-256."""
    bits = int.from_bytes(hashlib.sha256(data).digest(), "big") >> 156
    return "sx" + "".join(ALPHABET[bits >> shift & 31] for shift in range(95, -1, -5))


def places_of(value):
    """Every place in `records` that a value, an item or anything within it names."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "records" and isinstance(member, list):
                yield from member
            elif name == "originals" and "value" in value and isinstance(member, dict):
                yield from map(int, member)
            else:
                yield from places_of(member)
    elif isinstance(value, list):
        for element in value:
            yield from places_of(element)


def identity(record):
    return (record["agency"], record["dataset"], record["key"], record["role"])


class Check:
    def __init__(self, validators, every, annexes):
        self.profile_schema, self.rest_schema = validators
        self.every = every
        self.annexes = annexes
        self.problems = []
        self.count = 0
        self.cut = 0
        self.silent = 0
        self.sizes = []

    def fail(self, where, what):
        if len(self.problems) < 50:
            print(f"{where}: {what}")
        self.problems.append(what)

    def validate(self, validator, value, where):
        for error in list(validator.iter_errors(value))[:5]:
            path = "/".join(map(str, error.absolute_path))
            self.fail(where, f"{path or 'the document'}: {error.message[:300]}")

    def profile(self, profile, data, where):
        self.count += 1
        self.sizes.append(len(data))
        if canonical(profile) != data:
            self.fail(where, "not canonical")
        if len(data) > SIZE_LIMIT:
            self.fail(where, f"{len(data)} bytes")
        if (self.count - 1) % self.every == 0:
            self.validate(self.profile_schema, profile, where)
        records = profile["records"]
        named = self.places(profile, ATTRIBUTES + LISTS, records, where)
        for place, record in enumerate(records):
            if place in named:
                continue
            if (record["agency"], record["dataset"]) in ATTRIBUTE_DATASETS:
                self.silent += 1
            else:
                self.fail(where, f"records[{place}] is named by nothing")
        known = {identity(record) for record in records}
        if len(known) != len(records):
            self.fail(where, "a record comes twice")
        for section, entry in profile.get("cut", {}).items():
            self.cut += 1
            self.rest(profile, section, entry, known, where)
        self.counts(profile, known, where)

    def places(self, document, sections, records, where):
        named = set()
        for section in sections:
            for place in places_of(document.get(section, {})):
                if not 0 <= place < len(records):
                    self.fail(where, f"{section} names records[{place}] of {len(records)}")
                named.add(place)
        return named

    def rest(self, profile, section, entry, known, where):
        digest = entry["rest"]["digest"]
        rest = self.annexes.get(digest)
        if rest is None:
            self.fail(where, f"the rest of {section}, {digest}, is missing")
            return
        where = f"{where}, rest of {section}"
        if short_digest(canonical(rest)) != digest:
            self.fail(where, "its digest is another")
        self.validate(self.rest_schema, rest, where)
        self.places(rest, ("items",) + ATTRIBUTES, rest["records"], where)
        known.update(map(identity, rest["records"]))
        if rest["id"] != profile["id"] or rest["section"] != section:
            self.fail(where, "it belongs to something else")
        if section == "attributes":
            return
        if len(rest["items"]) != entry["rest"]["count"]:
            self.fail(where, "its count is wrong")
        whole = [item for item in profile[section] if "truncated" not in item]
        if len(whole) + len(rest["items"]) != entry["count"]:
            self.fail(where, "its count does not fit the profile's")

    def counts(self, profile, known, where):
        counts = collections.Counter((agency, dataset) for agency, dataset, _, _ in known)
        for agency, datasets in profile["sources"].items():
            for dataset, count in datasets.items():
                if counts.pop((agency, dataset), 0) != count:
                    self.fail(where, f"sources/{agency}/{dataset} says {count}, the records say otherwise")
        if counts:
            self.fail(where, f"sources lacks {dict(counts)}")


def profile_of(line):
    """The profile of a line, with its exact bytes."""
    value = json.loads(line)
    if "payload" in value:
        payload = base64.urlsafe_b64decode(value["payload"] + "=" * (-len(value["payload"]) % 4))
        value = json.loads(payload)
        start = payload.index(b'"profile":') + len(b'"profile":')
        end = payload.rindex(b',"sub":')
        return value["profile"], payload[start:end]
    return value, line.rstrip(b"\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export")
    parser.add_argument("--annexes", help="default: EXPORT.annexes.ndjson")
    parser.add_argument("--every", type=int, default=1, help="check the schema of every Nth profile only")
    arguments = parser.parse_args()
    with open(os.path.join(ROOT, "Documentation", "profile.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    rest_schema = {key: value for key, value in schema.items() if key not in ("$id", "$ref")} | {"$ref": "#/$defs/rest"}
    validators = [jsonschema.Draft202012Validator(each) for each in (schema, rest_schema)]
    annexes = {}
    path = arguments.annexes or arguments.export + ".annexes.ndjson"
    if arguments.annexes or os.path.exists(path):
        with open(path, "rb") as file:
            for line in file:
                entry = json.loads(line)
                annexes[entry["digest"]] = entry["annex"]
    check = Check(validators, max(1, arguments.every), annexes)
    with open(arguments.export, "rb") as file:
        for number, line in enumerate(file, 1):
            profile, data = profile_of(line)
            check.profile(profile, data, f"line {number} ({profile.get('id')})")
    sizes = sorted(check.sizes) or [0]
    print(
        f"{check.count} profiles, {check.cut} cut lists, {check.silent} registrations that say nothing; "
        f"bytes: median {sizes[len(sizes) // 2]}, greatest {sizes[-1]}; {len(check.problems)} problems"
    )
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
