"""The two files that check-truth.py compares, read into a few bytes a record."""
import array
import json
import re

import credit_codes as codes

BUCKETS = 32
ROLES = ["subject", "producer", "seller", "victim"]
CERTAIN, UNREADABLE, TAX = 0x80, 0x40, 0x20
STATES = ["right", "foreign", "split", "held", "undecided", "quarantined", "test", "nowhere"]
STATE_TAX = {"NSRXX", "NSRXYDJ", "QSGG"}
LOCAL_TAX = {"nsr", "fzc", "qs"}


def identity(record, role=None):
    """64 bits that stand for a record in its role."""
    role = role or record.get("role", "subject")
    return hash((record["agency"], record["dataset"], role, record["key"])) & 0xFFFFFFFFFFFFFFFF


def first_part(key):
    """The first part of a key, unescaped, in normal form."""
    return codes.normal(re.match(r"(?:[^|\\]|\\.)*", key, re.S).group().replace("\\|", "|").replace("\\\\", "\\"))


def tax_number(record):
    """The taxpayer's number in a record's key; None where it holds none."""
    if record["dataset"] in (STATE_TAX if record["agency"] == "statetax" else LOCAL_TAX if record["agency"] == "localtax" else ()):
        return first_part(record["key"])
    return None


def own_orgs(enterprise):
    """The organisation codes of a true enterprise, those within its USCCs too."""
    orgs = {codes.normal(text) for text in enterprise.get("org", [])}
    return orgs | {text[8:17] for text in map(codes.normal, enterprise.get("uscc", [])) if len(text) == 18}


def certain_org(record, orgs):
    """The code by which a record certainly belongs to an enterprise with these codes, or None."""
    number = tax_number(record)
    if number is not None:
        org = codes.org_in_tax_number(number)
        return org if org in orgs else None
    if record["dataset"] == "ZZJGDM":
        org = first_part(record["key"])
        return org if org in orgs and codes.is_org(org) else None
    return None


class Lines:
    """A file of one JSON object a line, read once in order, and some of its lines again."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.path = path
        self.offsets = array.array("Q")

    def __iter__(self):
        offset = 0
        for number, line in enumerate(self.file, 1):
            if line.strip():
                self.offsets.append(offset)
                yield self.read(line, number)
            offset += len(line)

    def read(self, line, number):
        try:
            value = json.loads(line)
            for record in value["records"]:
                record["agency"], record["dataset"], record["key"]
            return value
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{self.path}, line {number}: not a line of truth ({error!r})") from error

    def again(self, index):
        self.file.seek(self.offsets[index])
        return json.loads(self.file.readline())


class Unreadable(Exception):
    """A file that cannot be judged."""


class Truth:
    """What is true: records by number, in the order of the file, and to whom they belong."""

    def __init__(self, path):
        self.lines = Lines(path)
        self.starts = array.array("Q", [0])
        self.identities = array.array("Q")
        self.marks = bytearray()
        self.datasets = []
        numbers = {}
        given = array.array("q")
        for enterprise in self.lines:
            orgs = own_orgs(enterprise)
            given.extend(hash(org) for org in orgs)
            given.extend(hash((kind, code)) for kind in ("uscc", "regno") for code in set(map(codes.normal, enterprise.get(kind, []))))
            rows = sum(1 for r in enterprise["records"] if r["dataset"] == "registration" and r["agency"] == "hongdun")
            for record in enterprise["records"]:
                name = f"{record['agency']}/{record['dataset']}"
                if name not in numbers:
                    numbers[name] = len(numbers)
                    self.datasets.append(name)
                mark = numbers[name]
                if record.get("unreadable"):
                    mark |= UNREADABLE
                if rows < 2 and record["agency"] == "hongdun" or certain_org(record, orgs):
                    mark |= CERTAIN
                self.identities.append(identity(record))
                self.marks.append(mark)
            self.starts.append(len(self.identities))
        if len(numbers) > 0x1F:
            raise Unreadable(f"{path}: more than 32 datasets")
        # A code that two enterprises have is not certain.
        given = sorted(given)
        self.doubled = {a for a, b in zip(given, given[1:]) if a == b}

    def __len__(self):
        return len(self.starts) - 1

    def of(self, enterprise):
        """The readable records of an enterprise."""
        marks = self.marks
        return [i for i in range(self.starts[enterprise], self.starts[enterprise + 1]) if not marks[i] & UNREADABLE]

    def dataset(self, record):
        return self.datasets[self.marks[record] & 0x1F]


class Parts:
    """The profiles that speak of one true enterprise, and which certain links hold between them."""

    def __init__(self, enterprise, truth, profiles):
        self.orgs = own_orgs(enterprise)
        self.truth = truth
        self.profiles = profiles
        self.records = {}
        self.marks = {}
        self.registrations = sum(1 for record in enterprise["records"] if record["dataset"] == "registration")

    def add(self, place, record, is_certain):
        if place not in self.records:
            self.records[place] = []
            self.marks[place] = self.listed(self.profiles.again(place))
        self.records[place].append(record)
        marks = self.marks[place]
        if record["agency"] == "hongdun" and is_certain and self.registrations == 1:
            marks.add("PRIPID")
        elif is_certain:
            self.add_org(certain_org(record, self.orgs), marks)
        number = tax_number(record)
        if number and codes.is_tax_number(number):
            marks.add(("tax", number, record["agency"]))

    def add_org(self, org, marks):
        if org and hash(org) not in self.truth.doubled:
            marks.add(("org", org))

    def listed(self, profile):
        """The certain codes in the lists of a profile."""
        marks = set()
        for kind, is_good in (("uscc", codes.is_uscc), ("org", codes.is_org), ("regno", codes.is_regno)):
            for text in filter(is_good, map(codes.normal, profile.get(kind, []))):
                if kind == "org":
                    self.add_org(text, marks)
                elif hash((kind, text)) not in self.truth.doubled:
                    marks.add((kind, text))
                if kind == "uscc" and codes.is_org(text[8:17]):
                    self.add_org(text[8:17], marks)
        for text in map(codes.normal, profile.get("tax", [])):
            self.add_org(codes.org_in_tax_number(text), marks)
        return marks

    def linked_to(self, own):
        """The profiles that a chain of certain links leads to from the enterprise's own."""
        reached, waiting = set(), [own]
        while waiting:
            place = waiting.pop()
            reached.add(place)
            waiting += [other for other in self.marks if other not in reached and self.is_linked(place, other)]
        return reached - {own}

    def is_linked(self, a, b):
        if any(not isinstance(mark, tuple) or mark[0] != "tax" for mark in self.marks[a] & self.marks[b]):
            return True
        numbers = [{mark[1:] for mark in self.marks[place] if mark[0] == "tax"} for place in (a, b)]
        return any(number == n and agency != g for number, agency in numbers[0] for n, g in numbers[1])


class Export:
    """What is shown: for each record of the truth the profile that has it, and the records that the truth does not list."""

    def __init__(self, path, truth):
        self.lines = Lines(path)
        buckets = [(array.array("Q"), array.array("I")) for _ in range(BUCKETS)]
        for profile, value in enumerate(self.lines):
            for record in value["records"]:
                number = identity(record)
                identities, profiles = buckets[number % BUCKETS]
                identities.append(number)
                profiles.append(profile)
        self.place = array.array("i", [-1]) * len(truth.identities)
        self.doubled = []
        self.unlisted = []
        self.truth_doubled = 0
        by_bucket = [array.array("I") for _ in range(BUCKETS)]
        for record, number in enumerate(truth.identities):
            by_bucket[number % BUCKETS].append(record)
        # A bucket at a time, so that no table of all records is ever in memory.
        for (identities, profiles), records in zip(buckets, by_bucket):
            self.match(identities, profiles, records, truth)

    def match(self, identities, profiles, records, truth):
        shown = {}
        for number, profile in zip(identities, profiles):
            if shown.setdefault(number, profile) != profile:
                self.doubled.append((profile, number))
        listed = set()
        for record in records:
            number = truth.identities[record]
            self.truth_doubled += number in listed
            listed.add(number)
            self.place[record] = shown.get(number, -1)
        self.unlisted += [(profile, number) for number, profile in shown.items() if number not in listed]

    def __len__(self):
        return len(self.lines.offsets)


def read_unsettled(path):
    """States by record and role; an entry without a role speaks of all."""
    with open(path, "rb") as file:
        start = file.read(64).lstrip()[:1]
        file.seek(0)
        try:
            entries = json.load(file) if start == b"[" else map(json.loads, filter(bytes.strip, file))
            states = {}
            for entry in entries:
                state = entry["state"]
                if state not in STATES[3:7]:
                    raise ValueError(f"unknown state {state}")
                for role in [entry["role"]] if entry.get("role") else ROLES:
                    states[identity(entry, role)] = state
            return states
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{path}: {error!r}") from error
