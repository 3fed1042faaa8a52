#!/usr/bin/env python3
"""Writes Sources/Normalisation/RegionNames.swift: what divisions of the country (GB/T 2260) are or were called.

    python3 -m pip install python-stdnum && Scripts/make-region-names.py

The names are those of python-stdnum's list, which has the divisions since 1980 and the years of each.
"""
import importlib.resources
import os
import re

OUT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Sources/Normalisation/RegionNames.swift")
WIDTH = 108


def names():
    """(names of prefectures, names of counties and districts), those of the past too."""
    cities, counties = set(), set()
    text = importlib.resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    for line in text.splitlines():
        found = re.match(r'  (\d{4}) county="(.*)"', line)
        if not found or found[1] == "0000":
            continue
        for name in re.split(r"[,，]", re.sub(r"\[[^]]*\]", "", found[2])):
            # No region: 县, 市辖区, 省直辖行政单位; nor what the list has in traditional characters.
            if not re.fullmatch(r"[\u4e00-\u9fff]{2,}(市|地区|盟|州|区|县|旗)", name):
                continue
            if name in ("市辖区", "市区", "地区") or "直辖" in name or "區" in name:
                continue
            (cities if found[1].endswith("00") else counties).add(name)
    return sorted(cities), sorted(counties - cities)


def literal(names):
    lines, line = [], ""
    for name in names:
        if len(line) + len(name) > WIDTH // 2:
            lines.append(line)
            line = ""
        line += name + " "
    lines.append(line.rstrip())
    return "\\\n".join("        " + line for line in lines)


cities, counties = names()
with open(OUT, "w", encoding="utf-8") as file:
    file.write(f'''// Made by Scripts/make-region-names.py from python-stdnum's GB/T 2260: do not edit.

/// What prefectures, counties and districts are or were called since 1980.
enum RegionNames {{
    static let cities = """
{literal(cities)}
        """

    static let counties = """
{literal(counties)}
        """
}}
''')
print(len(cities), "cities", len(counties), "counties")
