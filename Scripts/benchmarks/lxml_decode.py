#!/usr/bin/env python3
"""The work of the exchange on a feed of 红盾's registrations, in Python with lxml: for scale only.

Usage: lxml_decode.py PAGE…

Each row becomes a dictionary of normalised values: texts trimmed, in compatibility form and without control characters;
days, amounts and codes read; an identifier taken for one where its check character is right.
"""

import datetime
import decimal
import re
import sys
import unicodedata

from lxml import etree

DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$")
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
SIGNS = {sign: place for place, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
DAYS = {"ESTDATE", "OPFROM", "OPTO", "APPRDATE"}
CODES = {"ENTTYPE", "DOMDISTRICT", "REGCAPCUR", "INDUSTRYCO", "REGSTATE"}


def plain(text):
    text = unicodedata.normalize("NFKC", text)
    return " ".join("".join(sign for sign in text if unicodedata.category(sign)[0] != "C").split())


def day(text):
    found = DAY.match(text)
    if not found:
        return text
    try:
        return datetime.date(*map(int, found.groups()))
    except ValueError:
        return text


def amount(text):
    try:
        return decimal.Decimal(text.replace(",", "")) * 10_000
    except decimal.InvalidOperation:
        return text


def credit_code(text):
    code = text.upper()
    if len(code) != 18 or any(sign not in SIGNS for sign in code):
        return None
    return code if (31 - sum(SIGNS[sign] * weight for sign, weight in zip(code, WEIGHTS)) % 31) % 31 == SIGNS[code[17]] else None


def registration_number(text):
    if len(text) != 15 or not text.isdigit():
        return None
    rest = 10
    for sign in text[:14]:
        rest = ((rest + int(sign)) % 10 or 10) * 2 % 11
    return text if (rest + int(text[14])) % 10 == 1 else None


def record(row):
    values = {"SEQ": int(row.get("SEQ")), "OP": row.get("OP"), "TS": datetime.datetime.fromisoformat(row.get("TS"))}
    for element in row:
        text = plain(element.text or "")
        if not text:
            continue
        name = element.tag
        if name in DAYS:
            values[name] = day(text)
        elif name == "REGCAP":
            values[name] = amount(text)
        elif name == "UNISCID":
            values[name] = credit_code(text)
        elif name == "REGNO":
            values[name] = registration_number(text)
        elif name == "OLDNAME":
            values[name] = re.split("[;、,]", text)
        elif name in CODES:
            values[name] = text.upper()
        else:
            values[name] = text
    return values


def main():
    count = 0
    for page in sys.argv[1:]:
        for _, row in etree.iterparse(page, tag="ROW"):
            count += len(record(row)) > 3
            row.clear()
            while row.getprevious() is not None:
                del row.getparent()[0]
    print(count)


main()
