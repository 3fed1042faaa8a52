"""The comparison with the truth finds what it says it finds. Run: python3 -m unittest discover Scripts/tests"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, SCRIPTS)
import credit_codes as codes

ORG_A, ORG_B = "721199128", "100003962"
TAX_A = "440106" + ORG_A
REGNO = "110108000000016"
# With the check character that makes it valid.
USCC_A = next(text for text in ("91440106" + ORG_A + c for c in codes.USCC_CHARACTERS) if codes.is_uscc(text))


def record(agency, dataset, key, role="subject", **more):
    return {"agency": agency, "dataset": dataset, "key": key, "role": role} | more


REGISTRATION = {name: record("hongdun", "registration", f"P-{name}") for name in "AB"}
PENALTY = record("hongdun", "penalty", "穗工商罚〔2015〕1号|广州市工商局")
TAXPAYER = record("statetax", "NSRXX", TAX_A)
CARD = "440106900101123"
PAIR = [record("statetax", "NSRXYDJ", CARD + "|2014"), record("localtax", "nsr", CARD)]
LICENCE = record("quality", "SCXKZ", "XK13-001-00001")
PRODUCER, VICTIM = record("quality", "JDCC", "R1", "producer"), record("quality", "JDCC", "R1", "victim")


def enterprise(name, orgs, *records):
    return {"enterprise": name, "uscc": [], "org": orgs, "regno": [], "tax": [], "names": [], "records": list(records)}


TRUTH = [
    enterprise("E1", [ORG_A], REGISTRATION["A"], PENALTY, TAXPAYER, *PAIR, LICENCE,
               record("quality", "CCC", "broken", unreadable=True)),
    enterprise("E2", [ORG_B], REGISTRATION["B"], VICTIM),
]


class CheckTruth(unittest.TestCase):
    def check(self, profiles, unsettled=None, truth=TRUTH):
        with tempfile.TemporaryDirectory() as folder:
            def write(name, lines):
                path = os.path.join(folder, name)
                with open(path, "w") as file:
                    file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
                return path
            shown = [
                enterprise(f"sx{n}", [], *(r for r in records if "key" in r))
                | {name: codes for r in records if "key" not in r for name, codes in r.items()}
                for n, records in enumerate(profiles)
            ]
            arguments = [write("truth", truth), write("export", shown), "--json"]
            if unsettled is not None:
                arguments += ["--held", write("held", unsettled)]
            done = subprocess.run(
                [sys.executable, os.path.join(SCRIPTS, "check-truth.py")] + arguments, capture_output=True, text=True)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            result = json.loads(done.stdout)
            self.assertEqual(result["good"], done.returncode == 0)
            self.text = done.stdout
            return result

    whole_a = [REGISTRATION["A"], PENALTY, TAXPAYER, *PAIR, LICENCE]
    whole_b = [REGISTRATION["B"], VICTIM]

    def test_what_is_true_is_good(self):
        result = self.check([self.whole_a, self.whole_b], [])
        self.assertEqual((result["good"], result["states"]["right"], result["lost"]), (True, 8, 0))
        self.assertEqual((result["unreadable"], result["unreadableShown"]), (1, 0))

    def test_two_enterprises_in_one_profile(self):
        result = self.check([self.whole_a + self.whole_b])
        self.assertEqual((result["mixedProfiles"], result["states"]["foreign"], result["good"]), (1, 2, False))
        self.assertEqual(result["examples"]["mixedProfiles"][0]["enterprises"], {"E1": 6, "E2": 2})

    def test_one_foreign_record(self):
        result = self.check([self.whole_a[:1] + self.whole_a[2:], self.whole_b + [PENALTY]])
        self.assertEqual((result["states"]["foreign"], result["good"]), (1, False))

    def test_a_split_without_a_certain_link_is_counted(self):
        for record in (LICENCE, TAXPAYER):
            rest = [other for other in self.whole_a if other is not record]
            result = self.check([rest, [record], self.whole_b])
            self.assertEqual((result["noCertainLink"], result["good"]), (1, True))
            self.assertEqual(result["noCertainLinkByDataset"], {f"{record['agency']}/{record['dataset']}": 1})
        self.assertEqual(result["enterprisesByProfiles"], {"1": 1, "2": 1})

    def test_a_registry_record_apart_from_its_registration(self):
        rest = [record for record in self.whole_a if record is not PENALTY]
        self.assertEqual(self.check([rest, [PENALTY], self.whole_b])["certainMissed"], 1)

    def test_profiles_that_have_a_certain_code_in_common(self):
        rest = [record for record in self.whole_a if record is not TAXPAYER]
        for mine, its in (({"org": [ORG_A]}, []), ({"uscc": [USCC_A]}, []), ({"org": [ORG_A]}, [{"uscc": [USCC_A]}])):
            result = self.check([rest + [mine], [TAXPAYER, *its], self.whole_b])
            self.assertEqual((result["certainMissed"], result["good"]), (1, False), mine)
        regno = {"regno": [REGNO]}
        self.assertEqual(self.check([rest + [regno], [TAXPAYER, regno], self.whole_b])["certainMissed"], 1)
        # Not the code of the other's record, or not a valid one.
        for mine in ({"org": [ORG_B]}, {"org": ["721199129"]}):
            self.assertTrue(self.check([rest + [mine], [TAXPAYER], self.whole_b])["good"], mine)

    def test_a_code_of_two_enterprises_is_not_certain(self):
        truth = [TRUTH[0], enterprise("E2", [ORG_A], *self.whole_b)]
        rest = [record for record in self.whole_a if record is not TAXPAYER]
        self.assertTrue(self.check([rest + [{"org": [ORG_A]}], [TAXPAYER], self.whole_b], truth=truth)["good"])

    def test_a_number_that_both_tax_offices_give_holds_together(self):
        rest = [record for record in self.whole_a if record is not PAIR[1]]
        result = self.check([rest, [PAIR[1]], self.whole_b])
        self.assertEqual(result["certainMissed"], 1)
        self.assertNotIn(CARD, self.text)
        both = [record for record in rest if record is not PAIR[0]]
        self.assertTrue(self.check([both, PAIR, self.whole_b])["good"])

    def test_what_is_in_no_profile_must_be_accounted_for(self):
        profiles = [self.whole_a[:-1], self.whole_b]
        self.assertTrue(self.check(profiles)["good"])
        self.assertEqual(self.check(profiles, [])["lost"], 1)
        for state in ("held", "undecided", "quarantined"):
            entry = {name: LICENCE[name] for name in ("agency", "dataset", "key")} | {"state": state}
            result = self.check(profiles, [entry])
            self.assertEqual((result["good"], result["states"][state]), (True, 1))

    def test_lost_and_certain(self):
        self.assertEqual(self.check([self.whole_a[:1] + self.whole_a[2:], self.whole_b], [])["certainMissed"], 1)

    def test_what_was_withdrawn_must_not_be_shown(self):
        gone = record("hongdun", "illegal", "L1")
        result = self.check([self.whole_a + [gone], self.whole_b])
        self.assertEqual((result["unlistedByDataset"], result["good"]), ({"hongdun/illegal": 1}, False))

    def test_a_victim_shown_as_the_producer(self):
        result = self.check([self.whole_a, [REGISTRATION["B"], PRODUCER]], [])
        self.assertEqual((result["inWrongRole"], result["unlisted"], result["lost"]), (1, 1, 1))

    def test_a_record_in_two_profiles(self):
        self.assertEqual(self.check([self.whole_a, self.whole_b, [LICENCE]])["shownTwice"], 1)


class Codes(unittest.TestCase):
    def test_public_codes(self):
        self.assertTrue(codes.is_uscc("91350100M000100Y43"))
        self.assertFalse(codes.is_uscc("91350100M000100Y44"))
        self.assertTrue(codes.is_org("D2143569X") and codes.is_org(ORG_A) and codes.is_org(ORG_B))
        self.assertFalse(codes.is_org("000000000") or codes.is_org("721199129"))
        self.assertTrue(codes.is_regno("110108000000016"))
        self.assertFalse(codes.is_regno("110108000000017"))
        self.assertTrue(codes.is_identity_card("11010519491231002X"))
        self.assertTrue(codes.is_identity_card("11010519491231002X01"))
        self.assertTrue(codes.is_identity_card(CARD))
        self.assertEqual(codes.normal(" ９1-44a "), "9144A")

    def test_codes_in_tax_numbers(self):
        self.assertEqual(codes.org_in_tax_number(TAX_A), ORG_A)
        self.assertIsNone(codes.org_in_tax_number("990106" + ORG_A))
        self.assertIsNone(codes.org_in_tax_number(CARD))


if __name__ == "__main__":
    unittest.main()
