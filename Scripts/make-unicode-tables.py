#!/usr/bin/env python3
"""Writes Sources/Normalisation/UnicodeTables.swift from Debian's unicode-data (apt install unicode-data).

Tables, as text that compiles in no time and is read at first use:
- compatibility forms (NFKC) of the blocks that occur in Chinese records, beyond full-width ASCII, which is arithmetic;
- traditional characters and their simplified ones, where that is no question of meaning;
- for search only: the one form to which variants and what is a question of meaning are folded, too;
- the readings of characters in pinyin without tones, the usual one apart from the others.

The first two make keys by which records are joined: they must not change by chance. DATA names another folder than Debian's.
"""
import bz2
import os
import sys
import unicodedata
from pathlib import Path

DATA = Path(os.environ.get("DATA", "/usr/share/unicode"))
TARGET = Path(__file__).parent.parent / "Sources/Normalisation/UnicodeTables.swift"
SEARCH_TARGET = TARGET.with_name("SearchTables.swift")

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


def unihan(file, *names):
    """The values of some properties, by character."""
    found = {name: {} for name in names}
    for line in bz2.open(DATA / file, "rt", encoding="utf-8"):
        parts = line.rstrip("\n").split("\t")
        if len(parts) == 3 and parts[1] in found:
            found[parts[1]][int(parts[0][2:], 16)] = parts[2]
    return [found[name] for name in names]


def search_forms(pairs):
    """Each character and the form by which a search knows it, where that is another than the simplified one."""
    simple = {ord(s): ord(t) for s, t in pairs}
    properties = unihan("Unihan_Variants.txt.bz2", "kSimplifiedVariant", "kZVariant", "kSemanticVariant")

    def targets(table, source):
        found = [int(t.split("<")[0][2:], 16) for t in table.get(source, "").split()]
        return [t for t in found if t != source and 0x3400 <= t <= 0x9FFF]

    def step(source):
        simplified, *variants = [targets(table, source) for table in properties]
        standard = [t for t in simplified if in_gb2312(t)]
        # One form for all: 乾 is 干, 著 is 着, whichever of its meanings is meant.
        if standard:
            return standard[0]
        if in_gb2312(source):
            return source
        for form in variants:
            for target in form:
                if in_gb2312(target):
                    return target
                if in_gb2312(simple.get(target, target)):
                    return simple[target]
        return simple.get(source, source)

    for source in range(0x3400, 0xA000):
        form = source
        for _ in range(4):
            form = step(form)
        if step(form) != form:
            # A ring: its least member stands for all.
            ring = {form}
            while step(form) not in ring:
                form = step(form)
                ring.add(form)
            form = min(ring)
        if form != simple.get(source, source):
            yield chr(source), chr(form)


def readings(forms):
    """(syllable, characters) of the usual readings, and of the further ones that are no rarity."""
    mandarin, frequent = unihan("Unihan_Readings.txt.bz2", "kMandarin", "kHanyuPinlu")
    usual, further = {}, {}

    def toneless(text):
        marks = unicodedata.normalize("NFD", text.lower()).replace("u\u0308", "v")
        return "".join(c for c in marks if "a" <= c <= "z")

    for scalar in range(0x4E00, 0xA000):
        if chr(scalar) in forms or scalar not in mandarin and scalar not in frequent:
            continue
        counts = {}
        for entry in frequent.get(scalar, "").split():
            syllable, count = entry.rstrip(")").split("(")
            counts[toneless(syllable)] = counts.get(toneless(syllable), 0) + int(count)
        all_counts = sum(counts.values())
        found = [s for s in sorted(counts, key=lambda s: -counts[s]) if counts[s] * 20 >= all_counts]
        for syllable in map(toneless, mandarin.get(scalar, "").split()):
            if syllable not in found:
                found.append(syllable)
        usual.setdefault(found[0], []).append(chr(scalar))
        for syllable in found[1:3]:
            further.setdefault(syllable, []).append(chr(scalar))
    return [[f"{s}{''.join(table[s])}\t" for s in sorted(table)] for table in (usual, further)]


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


def write_search_tables(pairs):
    forms = list(search_forms(pairs))
    usual, further = readings({s for s, t in pairs} | {s for s, t in forms})
    out = ["// Made by Scripts/make-unicode-tables.py from Debian's unicode-data: do not edit.", "", "enum SearchTables {"]
    for comment, name, items, width in [
        ("A character and the form by which a search knows it, by turns; where that is not the simplified one.",
         "forms", [s + t for s, t in forms], 48),
        ("Each entry: a syllable without tone (ü is v), the characters that are read so as a rule, a tab.",
         "readings", [c for item in usual for c in item], 76),
        ("The same of the readings that a character has besides.", "furtherReadings", [c for item in further for c in item], 76),
    ]:
        items = [c.replace("\t", "\\t") for c in items]
        out += [f"    /// {comment}", f"    static let {name} = \"\"\""]
        out += ["        " + line + "\\" for line in wrapped(items, width)]
        out += ["", '        """', ""]
    out[-1] = "}"
    SEARCH_TARGET.write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"{len(forms)} search forms, {len(usual)} syllables", file=sys.stderr)


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
    write_search_tables(pairs)
    print(f"{len(compat)} compatibility forms, {len(pairs)} traditional characters", file=sys.stderr)


main()
