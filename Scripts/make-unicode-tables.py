#!/usr/bin/env python3
"""Writes Sources/Normalisation/UnicodeTables.swift from Debian's unicode-data (apt install unicode-data).

Two tables, as text that compiles in no time and is read at first use:
- compatibility forms (NFKC) of the blocks that occur in Chinese records, beyond full-width ASCII, which is arithmetic;
- traditional characters and their simplified ones, where that is no question of meaning.
"""
import bz2
import sys
import unicodedata
from pathlib import Path

DATA = Path("/usr/share/unicode")
TARGET = Path(__file__).parent.parent / "Sources/Normalisation/UnicodeTables.swift"

# Blocks whose compatibility forms are taken over.
BLOCKS = [
    (0x00A0, 0x00FF),  # Latin-1: superscripts, fractions
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x2100, 0x214F),  # letter-like: ℃ № ℡
    (0x2150, 0x218F),  # Roman numerals
    (0x2460, 0x24FF),  # circled and bracketed
    (0x2E80, 0x2FDF),  # radicals
    (0x3000, 0x303F),
    (0x3200, 0x33FF),  # ㈱ ㊣ ㎡
    (0xF900, 0xFAFF),  # CJK compatibility ideographs
    (0xFB00, 0xFB06),  # ligatures
    (0xFE30, 0xFE6F),  # vertical and small forms
    (0xFFE0, 0xFFE6),
    (0x1F100, 0x1F2FF),
    (0x2F800, 0x2FA1F),
]

# Traditional only, though GB 2312 has them; and simplified in one meaning (瞭望), though it lacks it.
ALWAYS = "後於麽"
NEVER = "瞭"


def decompositions():
    fields = {}
    for line in (DATA / "UnicodeData.txt").read_text().splitlines():
        parts = line.split(";")
        if parts[5]:
            fields[int(parts[0], 16)] = [int(p, 16) for p in parts[5].split() if not p.startswith("<")]

    def full(scalar):
        if scalar not in fields:
            return [scalar]
        return [s for part in fields[scalar] for s in full(part)]

    for scalar in sorted(fields):
        if any(a <= scalar <= b for a, b in BLOCKS):
            text = unicodedata.normalize("NFC", "".join(map(chr, full(scalar))))
            if text != chr(scalar):
                yield chr(scalar), text


def simplified():
    lines = bz2.open(DATA / "Unihan_Variants.txt.bz2", "rt", encoding="utf-8")
    for line in lines:
        parts = line.rstrip("\n").split("\t")
        if len(parts) != 3 or parts[1] != "kSimplifiedVariant":
            continue
        source = int(parts[0][2:], 16)
        targets = [int(t[2:], 16) for t in parts[2].split()]
        # The reader's table has 16-bit units.
        targets = [t for t in targets if t <= 0x9FFF and t != source]
        if not 0x3400 <= source <= 0x9FFF or not targets:
            continue
        # What the simplified standard has too stays: it is its own form in one of its meanings (乾, 著, 吒, 阪).
        if (in_gb2312(source) and chr(source) not in ALWAYS) or chr(source) in NEVER:
            continue
        target = min(targets, key=lambda t: (not in_gb2312(t), targets.index(t)))
        yield chr(source), chr(target)


def in_gb2312(scalar):
    try:
        chr(scalar).encode("gb2312")
        return True
    except UnicodeEncodeError:
        return False


def wrapped(items, width=96):
    line = ""
    for item in items:
        if len(line) + len(item) > width:
            yield line
            line = ""
        line += item
    if line:
        yield line


def escaped(text):
    return "".join(c if c.isprintable() and not unicodedata.combining(c) and c not in '\\"' else f"\\u{{{ord(c):X}}}" for c in text)


def main():
    compat = [escaped(s + t + "\t") .replace("\\u{9}", "\t") for s, t in decompositions()]
    # Blanks around words would be lost to an editor: a tab ends an entry, so write it as an escape.
    compat = [c.replace("\t", "\\t") for c in compat]
    pairs = list(simplified())
    out = ["// Made by Scripts/make-unicode-tables.py from Debian's unicode-data: do not edit.", ""]
    out += ["enum UnicodeTables {"]
    out += ["    /// Each entry: a character, its compatibility form (NFKC), a tab.", "    static let compatibility = \"\"\""]
    out += ["        " + line + "\\" for line in wrapped(compat)]
    out += ["", '        """', ""]
    out += ["    /// A traditional character and its simplified one, by turns.", "    static let simplified = \"\"\""]
    out += ["        " + line + "\\" for line in wrapped([s + t for s, t in pairs], 48)]
    out += ["", '        """', "}"]
    TARGET.write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"{len(compat)} compatibility forms, {len(pairs)} traditional characters", file=sys.stderr)


main()
