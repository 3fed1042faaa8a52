#!/usr/bin/env python3
"""Compares what the exchange shows with what the simulated agencies know to be true.

    check-truth.py TRUTH EXPORT-TRUTH [--held UNSETTLED] [--json] [--examples N]

TRUTH           the agencies' truth, one enterprise a line (`suixin-agencies`)
EXPORT-TRUTH    the operator's export with real keys, one profile a line (`suixin export --truth`)
UNSETTLED       records that are in no profile, and why: NDJSON or a JSON list of
                {"agency","dataset","key","role"?,"state"}, state being held, undecided, quarantined or test;
                an entry without a role speaks of all roles of its record

Exit code: 0 nothing wrong, 1 something is, 2 a file cannot be read.

How it judges. A profile belongs to the true enterprise that most of its records speak of; an enterprise's own profile is the
one of those with the most of its records. Each record that the truth lists, and does not mark as unreadable, is then one of
  right        in its enterprise's own profile
  foreign      in another enterprise's profile: the worst error, it puts one company's penalty on another
  split        in another profile that speaks of its enterprise alone
  held, undecided, quarantined, test      in no profile, and UNSETTLED says why
  nowhere      in no profile and not in UNSETTLED: lost. Without --held it is only counted
It fails on: any foreign record; a record that the truth does not list (withdrawn, but shown); a record in two profiles; lost
records; and a *certain* link that was missed. An enterprise whose records give no certain link between two groups is rightly
in two profiles (the tax offices know a shop by its owner's card, the registry by its 注册号), so a split is wrong only where
  - a 红盾 record is not with the one registration of its enterprise (both carry the PRIPID),
  - two profiles of the enterprise have a certain code in common: in the export's lists, or in the key of a tax record or an
    organisation-code record; an organisation code also as part of a USCC or of a tax number that holds no date of birth; a
    code that the truth gives to two enterprises is not certain,
  - both tax offices give one whole number, and their records are apart.
The rest is counted as "no certain link", by dataset, and never fails the check. Neither do held and undecided records:
whether a veto held them rightly is not in the truth.

Memory: about 40 bytes a record and 20 an enterprise, not the records themselves; examples are read again from the files.
"""
import argparse
import array
import collections
import json
import sys

import credit_codes as codes
from truth_files import (
    CERTAIN, ROLES, STATES, UNREADABLE, Export, Parts, Truth, Unreadable, certain_org, first_part, identity, read_unsettled,
)

# Where nobody told us what is held.
NOTHING = {}


class Judgement:
    """Every record's state, and what is wrong."""

    def __init__(self, truth, export, unsettled):
        self.truth, self.export, self.unsettled = truth, export, unsettled
        self.counts = {name: collections.Counter() for name in truth.datasets}
        self.mixed = self.find_mixed()
        self.suspects = []
        self.pieces = collections.Counter()
        self.missing = set()
        self.unreadable_shown = sum(
            1 for i, mark in enumerate(truth.marks) if mark & UNREADABLE and export.place[i] >= 0)
        for enterprise in range(len(truth)):
            self.judge(enterprise)
        self.certain_missed = self.confirm()

    def find_mixed(self):
        """Profiles that speak of several true enterprises: how many records of each. `owner` says whose each profile is."""
        truth, place = self.truth, self.export.place
        self.owner = array.array("i", [-1]) * len(self.export)
        mixed = {}
        for enterprise in range(len(truth)):
            for profile in {place[i] for i in truth.of(enterprise)} - {-1}:
                if self.owner[profile] < 0:
                    self.owner[profile] = enterprise
                else:
                    mixed.setdefault(profile, {self.owner[profile]}).add(enterprise)
        for profile, enterprises in mixed.items():
            tally = {e: sum(place[i] == profile for i in truth.of(e)) for e in sorted(enterprises)}
            mixed[profile] = tally
            self.owner[profile] = max(tally, key=lambda e: (tally[e], -e))
        return mixed

    def judge(self, enterprise):
        place, owner = self.export.place, self.owner
        records = self.truth.of(enterprise)
        parts = collections.Counter(place[i] for i in records if place[i] >= 0 and owner[place[i]] == enterprise)
        own = max(parts, key=lambda p: (parts[p], -p)) if parts else None
        self.pieces[len(parts)] += 1
        suspect = len(parts) > 1
        for record in records:
            profile = place[record]
            if profile < 0:
                state = self.reason(record)
                suspect |= state == "nowhere" and bool(self.truth.marks[record] & CERTAIN)
            elif owner[profile] != enterprise:
                state = "foreign"
            else:
                state = "right" if profile == own else "split"
            self.counts[self.truth.dataset(record)][state] += 1
        if suspect:
            self.suspects.append((enterprise, own))

    def reason(self, record):
        number = self.truth.identities[record]
        state = self.unsettled.get(number)
        if state is None:
            self.missing.add(number)
        return state or "nowhere"

    def confirm(self):
        """Splits that a certain link forbids, and certain records that are lost: judged from the files, now that all is known."""
        missed = []
        self.unlinked = collections.Counter()
        for enterprise, own in self.suspects:
            value = self.truth.lines.again(enterprise)
            start = self.truth.starts[enterprise]
            parts = Parts(value, self.truth, self.export.lines)
            for offset, record in enumerate(value["records"]):
                number, place = start + offset, self.export.place[start + offset]
                if record.get("unreadable"):
                    continue
                if place >= 0 and self.owner[place] == enterprise:
                    parts.add(place, record, bool(self.truth.marks[number] & CERTAIN))
                elif place < 0 and self.is_certainly_lost(number, record, parts.orgs):
                    missed.append((enterprise, record, "nowhere"))
            wrong = parts.linked_to(own) if own is not None else set()
            for place, records in parts.records.items():
                if place in wrong:
                    missed += [(enterprise, record, "split") for record in records]
                elif place != own:
                    self.unlinked.update(f"{record['agency']}/{record['dataset']}" for record in records)
        return missed

    def is_certainly_lost(self, number, record, orgs):
        """Lost ones count only where we were told what is held."""
        if self.unsettled is NOTHING or not self.truth.marks[number] & CERTAIN:
            return False
        if self.truth.identities[number] not in self.missing:
            return False
        return record["agency"] == "hongdun" or hash(certain_org(record, orgs)) not in self.truth.doubled


def shown(record):
    """A record for a report: the number of a person's card is not printed."""
    key = record["key"]
    if codes.is_identity_card(first_part(key)):
        key = key[:6] + "…"
    return f"{record['agency']}/{record['dataset']} {key} ({record.get('role', 'subject')})"


def describe_unlisted(truth, export, judgement, limit):
    """By dataset, how many records are shown that the truth does not list, and how many of those in a wrong role only."""
    by_profile = collections.defaultdict(set)
    for profile, number in export.unlisted:
        by_profile[profile].add(number)
    counts, wrong_role, examples = collections.Counter(), 0, []
    for profile, numbers in sorted(by_profile.items()):
        value = export.lines.again(profile)
        for record in value["records"]:
            if identity(record) not in numbers:
                continue
            counts[f"{record['agency']}/{record['dataset']}"] += 1
            wrong_role += any(identity(record, role) in judgement.missing for role in ROLES)
            if len(examples) < limit:
                examples.append({"profile": value["enterprise"], "record": shown(record)})
    return counts, wrong_role, examples


def report(truth, export, judgement, has_unsettled, limit):
    total = sum((counts for counts in judgement.counts.values()), collections.Counter())
    unlisted, wrong_role, unlisted_examples = describe_unlisted(truth, export, judgement, limit)
    listed = sum(total.values())
    missed = judgement.certain_missed
    result = {
        "enterprises": len(truth), "profiles": len(export), "records": listed,
        "states": {state: total[state] for state in STATES},
        "shares": {state: round(total[state] / listed, 6) if listed else 0 for state in STATES},
        "datasets": {name: {s: judgement.counts[name][s] for s in STATES} for name in sorted(judgement.counts)},
        "enterprisesByProfiles": {str(n): judgement.pieces[n] for n in sorted(judgement.pieces)},
        "mixedProfiles": len(judgement.mixed), "certainMissed": len(missed),
        "certainMissedByDataset": dict(collections.Counter(f"{r['agency']}/{r['dataset']}" for _, r, _ in missed)),
        "noCertainLink": sum(judgement.unlinked.values()),
        "noCertainLinkByDataset": dict(sorted(judgement.unlinked.items())),
        "unlisted": sum(unlisted.values()), "unlistedByDataset": dict(unlisted), "inWrongRole": wrong_role,
        "shownTwice": len(export.doubled), "listedTwice": export.truth_doubled,
        "unreadable": sum(1 for mark in truth.marks if mark & UNREADABLE), "unreadableShown": judgement.unreadable_shown,
        "lost": total["nowhere"] if has_unsettled else None,
    }
    names = lambda e: truth.lines.again(e)["enterprise"]
    result["examples"] = {
        "mixedProfiles": [
            {"profile": export.lines.again(p)["enterprise"], "enterprises": {names(e): n for e, n in tally.items()}}
            for p, tally in sorted(judgement.mixed.items())[:limit]
        ],
        "certainMissed": [{"enterprise": names(e), "record": shown(r), "state": s} for e, r, s in missed[:limit]],
        "unlisted": unlisted_examples,
    }
    problems = {
        "profiles speak of two true enterprises or more": result["mixedProfiles"],
        "records are in another enterprise's profile": total["foreign"],
        "records are apart from their enterprise's profile in spite of a certain link": len(missed),
        "records are shown that the truth does not list": result["unlisted"],
        "records are shown in two profiles": result["shownTwice"],
        "records are lost: in no profile, and nothing says why": result["lost"] or 0,
    }
    result["problems"] = [f"{count} {what}" for what, count in problems.items() if count]
    result["good"] = not result["problems"]
    return result


def print_text(result):
    print("GOOD" if result["good"] else "WRONG: " + "; ".join(result["problems"]))
    print(f"{result['enterprises']} true enterprises, {result['profiles']} profiles, {result['records']} readable records, "
          f"{result['unreadable']} unreadable ({result['unreadableShown']} of them shown)")
    width = max([len(name) for name in result["datasets"]] + [7])
    print("".ljust(width), *(state.rjust(11) for state in STATES))
    for name, counts in list(result["datasets"].items()) + [("all", result["states"])]:
        print(name.ljust(width), *(str(counts[state]).rjust(11) for state in STATES))
    print("share".ljust(width), *(f"{result['shares'][state]:.3%}".rjust(11) for state in STATES))
    pieces = ", ".join(f"{count} in {number}" for number, count in result["enterprisesByProfiles"].items())
    print(f"enterprises by the number of profiles that are theirs alone: {pieces}")
    if result["noCertainLink"]:
        print(f"{result['noCertainLink']} of the split records have no certain link with their enterprise's profile")
    if result["lost"] is None:
        print("without --held it is not known whether records in no profile are held, undecided or lost")
    if result["inWrongRole"]:
        print(f"{result['inWrongRole']} of the records that the truth does not list are there in another role")
    for what, examples in result["examples"].items():
        for example in examples:
            print(f"  {what}: {json.dumps(example, ensure_ascii=False)}")


def main(arguments):
    parser = argparse.ArgumentParser(description="Compares the exchange's profiles with the simulated agencies' truth.")
    parser.add_argument("truth")
    parser.add_argument("export")
    parser.add_argument("--held", help="records in no profile, and why")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--examples", type=int, default=10, help="how many of each kind of error are named")
    options = parser.parse_args(arguments)
    try:
        unsettled = read_unsettled(options.held) if options.held else NOTHING
        truth = Truth(options.truth)
        export = Export(options.export, truth)
        result = report(
            truth, export, Judgement(truth, export, unsettled), options.held is not None, max(0, options.examples))
    except (OSError, Unreadable) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        json.dump(result, sys.stdout, ensure_ascii=False, sort_keys=True)
        print()
    else:
        print_text(result)
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
