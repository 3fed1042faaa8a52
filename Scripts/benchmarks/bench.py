#!/usr/bin/env python3
"""Measures what issue "The core holds" asks of the exchange's speed; `make bench` calls it by Scripts/bench.

The machine may be shared and noisy, so references are measured in the same run and figures are ratios to them. Environment:

    ENTERPRISES   100000; how many enterprises the agencies have
    ONLY          parts of it: decode sync steady export serve reads signing store file
    FILE_BYTES    1000000000; the size of 质监's file
"""

import json
import os
import sys

import measures
from figures import Figures, now

PARTS = ("decode", "sync", "steady", "export", "serve", "reads", "signing", "store", "file")


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    os.chdir(root)
    enterprises = int(os.environ.get("ENTERPRISES", "100000"))
    only = os.environ.get("ONLY", "").split() or PARTS
    unknown = [name for name in only if name not in PARTS]
    if unknown:
        sys.exit(f"bench: there is no part {unknown[0]}; there are: {' '.join(PARTS)}")
    release = os.environ.get("RELEASE", f"{root}/.build/release")
    bench = measures.Bench(
        program=f"{release}/suixin", agencies=f"{release}/suixin-agencies",
        performance=f"{root}/.build-performance/release/Performance", work=f"{root}/.bench", enterprises=enterprises,
    )
    figures = Figures({
        "enterprises": enterprises, "began": now(), "cores": os.cpu_count(), "commit": measures.commit(root),
    })
    path = f"{bench.work}/figures-{enterprises}.json"
    try:
        bench.measure(only, figures)
    finally:
        # What was measured before anything failed is kept.
        figures.about["ended"] = now()
        figures.write(path)
        print(f"\n{figures.table()}\n")
    if bench.noise > 0.1:
        print(f"Other programs used up to {bench.noise:.1f} cores meanwhile: figures of wall time are worse for it.")
    print(f"{len(figures.short)} fall short. All figures: {os.path.relpath(path)}")


main()
