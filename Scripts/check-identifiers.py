#!/usr/bin/env python3
"""Writes Tests/CreditModelTests/StdnumVectors.swift: random codes and what python-stdnum says of them (pip install python-stdnum).

An independent implementation of the same standards. It does not know codes that begin with a letter, knows no placeholders, and
wants a division to have been in force at birth: none of this makes a difference here. The seed is fixed: the same python-stdnum gives the same file.
"""
import random
from pathlib import Path

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

TARGET = Path(__file__).parent.parent / "Tests/CreditModelTests/StdnumVectors.swift"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
rng = random.Random(20240921)


def digits(n):
    return "".join(rng.choice("0123456789") for _ in range(n))


def spoiled(code, alphabet):
    place = rng.randrange(len(code))
    other = rng.choice([c for c in alphabet if c != code[place]])
    return code[:place] + other + code[place + 1 :]


def codes(make, is_valid, alphabet, count=60):
    for _ in range(count):
        code = make()
        yield code, is_valid(code)
        wrong = spoiled(code, alphabet)
        yield wrong, is_valid(wrong)


def make_uscc():
    body = rng.choice(["91", "92", "93", "11", "12", "51", "52"]) + "4401" + rng.choice(["01", "06", "12", "83"])
    body += "".join(rng.choice(ALPHABET) for _ in range(9))
    return body + uscc.calc_check_digit(body)


def make_regno():
    body = "4401" + digits(10)
    return body + mod_11_10.calc_check_digit(body)


def make_card():
    # python-stdnum wants the division to have been in force at birth: 440106 only since 1985.
    body = "440106%04d%02d%02d%s" % (rng.randint(1986, 2005), rng.randint(1, 12), rng.randint(1, 28), digits(3))
    return body + ric.calc_check_digit(body + "0")


def table(name, pairs):
    lines = [f"    static let {name}: [(String, Bool)] = ["]
    lines += [f'        ("{code}", {str(valid).lower()}),' for code, valid in pairs]
    return lines + ["    ]"]


out = ["// Made by Scripts/check-identifiers.py with python-stdnum: do not edit.", "", "enum StdnumVectors {"]
out += table("uscc", codes(make_uscc, uscc.is_valid, ALPHABET)) + [""]
out += table("registrationNumber", codes(make_regno, mod_11_10.is_valid, "0123456789")) + [""]
out += table("identityCard", codes(make_card, ric.is_valid, "0123456789")) + ["}"]
TARGET.write_text("\n".join(out) + "\n", encoding="utf-8")
