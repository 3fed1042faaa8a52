"""The table of figures: each with what it is held against."""

import json
import os
import time


class Figures:
    def __init__(self, about):
        self.about = about
        self.rows = []
        self.details = {}

    def add(self, name, figure, reference="", ratio=None, target="", met=None):
        """A row; `met` is None where nothing is asked, as for what is there for scale."""
        word = {None: "for scale", True: "met", False: "SHORT"}[met]
        self.rows.append({
            "name": name, "figure": figure, "reference": reference,
            "ratio": None if ratio is None else round(ratio, 3), "target": target, "verdict": word,
        })
        print(f"  {name}: {figure}{f', reference {reference}' if reference else ''} — {word}", flush=True)

    def detail(self, name, value):
        """What is not in the table but in the JSON."""
        self.details[name] = value

    def table(self):
        titles = ["figure", "measured", "reference", "ratio", "target", ""]
        lines = [titles] + [
            [row["name"], row["figure"], row["reference"], "" if row["ratio"] is None else f"{row['ratio']:.2f}",
             row["target"], row["verdict"]]
            for row in self.rows
        ]
        widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
        lines.insert(1, ["-" * width for width in widths])
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)

    def write(self, path):
        with open(path + ".new", "w") as file:
            json.dump({"about": self.about, "figures": self.rows, "details": self.details}, file, indent=1, ensure_ascii=False)
        os.rename(path + ".new", path)

    @property
    def short(self):
        return [row["name"] for row in self.rows if row["verdict"] == "SHORT"]


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def grouped(number):
    return f"{number:,.0f}"
