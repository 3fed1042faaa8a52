"""What is measured, part by part."""

import base64
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

import reads
import references
from agencies import AGENCIES, FIRST_DAY, Exchange, Town
from bulk import Quality, write
from figures import grouped
from processes import Server, middle, run

HERE = os.path.dirname(os.path.abspath(__file__))


def commit(root):
    return subprocess.run(["git", "describe", "--always", "--dirty"], cwd=root, capture_output=True, text=True).stdout.strip()


class Bench:
    def __init__(self, program, agencies, performance, work, enterprises):
        self.program, self.agencies, self.performance = program, agencies, performance
        self.work, self.enterprises = work, enterprises
        os.makedirs(work, exist_ok=True)
        # The most cores that others used during anything measured.
        self.noise = 0.0
        self.records = None

    def measure(self, only, figures):
        self.figures = figures
        self.town = Town(self.enterprises, self.program, self.agencies, self.work)
        with self.town.replay() as replay:
            self.base = replay.said.strip()
            self.exchange = Exchange(self.program, f"{self.work}/exchange", self.base)
            if set(only) & {"sync", "steady", "export", "serve", "reads", "signing"}:
                self.sync(judged="sync" in only)
            if set(only) & {"export", "signing"}:
                self.export(judged="export" in only)
            if "serve" in only:
                self.serve()
            if "reads" in only:
                reads.measure(self)
            if "steady" in only:
                self.steady()
            if "signing" in only:
                self.signing()
            if "decode" in only:
                self.decode()
            if "store" in only:
                self.store()
        if "file" in only:
            self.file()

    def noted(self, name, used, **more):
        self.noise = max(self.noise, used.others)
        self.figures.detail(name, {**used.described(), **more})
        return used

    # A feed of 红盾

    def decode(self):
        pages = references.parsed_whole(self.town.pages)
        size = sum(map(os.path.getsize, pages))
        rounds = max(1, -(-100_000_000 // size))
        ours, theirs = [], []
        for attempt in range(3):
            theirs.append(self.noted(f"xmllint-{attempt}", references.xmllint(pages, rounds)))
            command = [self.performance, "decode", "hongdun", "registration", str(rounds), *pages]
            ours.append(self.noted(f"decode-{attempt}", run(command)))
        said = json.loads(ours[0].output)
        if said["faults"] * 1000 > said["records"]:
            sys.exit(f"bench: of the feed {said['faults']} rows could not be read")
        us, them = middle([used.processor for used in ours]), middle([used.processor for used in theirs])
        python = self.noted("lxml", run([sys.executable, f"{HERE}/lxml_decode.py", *pages]))
        megabytes = size * rounds / 1e6
        self.figures.detail("decode", {
            "megabytes": megabytes, "pages": len(pages), "pagesLeftOut": len(self.town.pages) - len(pages), **said,
        })
        self.figures.add(
            "decode and normalise a 红盾 feed, one core", f"{megabytes / us:.1f} MB/s", f"xmllint --sax {megabytes / them:.1f} MB/s",
            them / us, "≥ 0.4", them / us >= 0.4,
        )
        speed = size / 1e6 / python.processor
        self.figures.add("the same work in Python with lxml", f"{speed:.1f} MB/s", f"xmllint --sax {megabytes / them:.1f} MB/s",
                         speed / (megabytes / them))

    # The four agencies

    def sync(self, judged):
        used, said = self.exchange.sync()
        self.noted("sync", used, milliseconds=said["milliseconds"], profiles=said["profiles"])
        self.records = said["taken"] + said["unchanged"]
        self.profiles = said["profiles"]
        rate = self.records / used.wall
        self.figures.detail("records", self.records)
        self.figures.detail("processorMicrosecondsPerRecord", round(1e6 * used.processor / self.records, 1))
        self.figures.detail("storeBytes", os.path.getsize(self.exchange.store))
        if not judged:
            return
        path = f"{self.work}/rate-100000.json"
        if self.enterprises == 100_000:
            json.dump({"rate": rate}, open(path, "w"))
        target, least, reference = "≥ 15,000/s", 15_000, ""
        if self.enterprises >= 1_000_000 and os.path.exists(path):
            least = 0.8 * json.load(open(path))["rate"]
            reference = f"{grouped(least / 0.8)}/s at 100,000"
            target = "≥ 0.8"
        self.figures.add(
            f"sync of {grouped(self.records)} records", f"{grouped(rate)}/s", reference,
            rate / (least / 0.8) if reference else rate / least, target, rate >= least,
        )
        # Unlike the wall's, this says the same whatever else runs: what the machine's cores could do if none ever waited.
        self.figures.add(
            "processor time of the sync", f"{1e6 * used.processor / self.records:.0f} µs a record",
            f"all {os.cpu_count()} cores: at most {grouped(os.cpu_count() * self.records / used.processor)}/s",
        )
        self.figures.add("peak memory of the sync", f"{used.megabytes:.0f} MB", "", used.megabytes / 400, "≤ 400 MB",
                         used.megabytes <= 400)

    def steady(self):
        """A sync with nothing new, then one with what two days brought."""
        for agency in AGENCIES:
            walls = [self.noted(f"nothing-new-{agency}-{n}", self.exchange.sync(agency)[0]).wall for n in range(5)]
            self.figures.add(f"sync of {agency} with nothing new", f"{middle(walls):.2f} s", "", middle(walls), "< 1 s",
                             middle(walls) < 1)
        large = self.change(self.town, self.exchange, self.records)
        if self.enterprises < 20_000:
            return
        small = Town(min(100_000, self.enterprises // 5), self.program, self.agencies, self.work)
        with small.replay() as replay:
            exchange = Exchange(self.program, f"{self.work}/small", replay.said.strip())
            _, said = exchange.sync()
            little = self.change(small, exchange, said["taken"] + said["unchanged"])
        shutil.rmtree(exchange.folder)
        # What is done whatever changed is done at both sizes: it is taken away by what nothing new costs.
        ratio = large["perRecord"] / little["perRecord"]
        self.figures.add(
            f"work a changed record, against {grouped(small.enterprises)} enterprises", f"{1e3 * large['perRecord']:.2f} ms",
            f"{1e3 * little['perRecord']:.2f} ms", ratio, "≤ 1.25", ratio <= 1.25,
        )

    def change(self, town, exchange, held):
        idle = middle([self.noted(f"nothing-new-{town.enterprises}-{n}", exchange.sync()[0]).processor for n in range(3)])
        with town.replay(later=True) as replay:
            used, said = exchange.sync(base=replay.said.strip())
        changed = said["taken"]
        result = {
            "changed": changed, "share": changed / held, "rowsRead": changed + said["unchanged"], "profiles": said["profiles"],
            "perRecord": max(0.0, used.processor - idle) / changed, "idleProcessor": idle,
        }
        self.noted(f"changed-{town.enterprises}", used, milliseconds=said["milliseconds"], **result)
        self.figures.add(
            f"sync with {100 * changed / held:.2f} % changed of {grouped(town.enterprises)} enterprises",
            f"{used.wall:.2f} s, {used.processor:.2f} s of processors",
            f"{grouped(changed)} records, {grouped(said['profiles'])} profiles",
        )
        return result

    # What is handed out

    def export(self, judged):
        path = f"{self.work}/export.ndjson"
        runs = [self.noted(f"export-{n}", self.exchange.run("export", "--output", path)) for n in range(3)]
        size = os.path.getsize(path)
        disk = references.disk_write(f"{self.work}/disk", size)
        wall = middle([used.wall for used in runs])
        rate, possible = self.profiles / wall, 0.8 * disk / size * self.profiles
        least = min(15_000, possible)
        sizes = [len(line) for line, records in documents(path) if records == 10]
        self.figures.detail("export", {"bytes": size, "diskBytesPerSecond": disk, "tenRecords": len(sizes)})
        if not judged:
            return
        self.figures.add(
            f"export of {grouped(self.profiles)} profiles", f"{grouped(rate)}/s",
            f"disk {disk / 1e6:.0f} MB/s = {grouped(possible / 0.8)}/s", rate / (possible / 0.8),
            "≥ 15,000/s" if least == 15_000 else "≥ 0.8", rate >= least,
        )
        if sizes:
            self.figures.add(
                f"signed profile with ten records ({grouped(len(sizes))} of them)", f"most {grouped(max(sizes))} B",
                f"middle {grouped(statistics.median(sizes))} B", max(sizes) / 6000, "≤ 6 kB", max(sizes) <= 6000,
            )

    def serve(self):
        found = json.loads(self.exchange.run("search", "广州", "--json").output)
        wanted = found[0]["id"]
        key = self.exchange.key()
        times = [self.first_answer(wanted, key) for _ in range(7)]
        self.figures.detail("serve", times)
        self.figures.add("serve: start to first answer", f"{middle(times):.3f} s", "", middle(times), "≤ 0.3 s",
                         middle(times) <= 0.3)

    def first_answer(self, wanted, key):
        ready, start = f"{self.work}/serve.json", time.monotonic()
        command = [self.program, "serve", "--config", self.exchange.configuration, "--port", "0", "--ready-file", ready]
        with Server(command, ready, f"{self.work}/serve.log") as server:
            address = next(part for part in server.said.replace('"', " ").split() if part.startswith("http"))
            request = urllib.request.Request(f"{address}/v1/enterprises/{wanted}",
                                             headers={"Authorization": f"Bearer {key}", "Suixin-Purpose": "dispute"})
            with urllib.request.urlopen(request) as answer:
                answer.read()
            return time.monotonic() - start

    # One step alone

    def signing(self):
        rounds = []
        for attempt in range(3):
            openssl = references.openssl_signatures()
            said = json.loads(self.noted(f"sign-{attempt}", run([self.performance, "sign", f"{self.work}/export.ndjson", "3"])).output)
            rounds.append((said["documents"] / openssl, said["digests"] / openssl, said, openssl))
        ratio = middle([one[0] for one in rounds])
        _, _, said, openssl = min(rounds, key=lambda one: abs(one[0] - ratio))
        self.figures.detail("signing", {"rounds": [one[2] | {"openssl": one[3]} for one in rounds]})
        self.figures.add(
            f"ES256 of {grouped(said['bytes'])} B, one core", f"{grouped(said['documents'])}/s",
            f"openssl speed {grouped(openssl)}/s", ratio, "≥ 0.9", ratio >= 0.9,
        )
        self.figures.add("ES256 of 32 B", f"{grouped(said['digests'])}/s", f"openssl speed {grouped(openssl)}/s",
                         middle([one[1] for one in rounds]))
        self.figures.add("hashing's share of signing", f"{said['documents'] / said['hashes']:.0%}")

    def store(self):
        folder = f"{self.work}/store"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        sources = json.dumps(self.exchange.sources)
        used = self.noted("store", run([self.performance, "store", folder, FIRST_DAY, sources]))
        said = json.loads(used.output)
        steps = ("commit", "read", "derived", "close")
        wall = sum(said[step]["wall"] for step in steps)
        transactions = said["commit"]["calls"] + said["derived"]["calls"]
        bare, size, rows = references.bare_insert(f"{folder}/store.sqlite", f"{self.work}/bare", transactions)
        self.noted("bare-insert", bare, bytes=size, rows=rows, transactions=transactions)
        self.figures.detail("store", {**said, "bytes": os.path.getsize(f"{folder}/store.sqlite")})
        shutil.rmtree(folder)
        self.figures.add(
            "store work of the sync", f"{wall:.1f} s", f"sqlite3 {bare.wall:.1f} s for {size / 1e6:.0f} MB", wall / bare.wall, "≤ 2",
            wall / bare.wall <= 2,
        )
        processor = sum(said[step]["processor"] for step in steps)
        self.figures.add("the same in processor time", f"{processor:.1f} s", f"sqlite3 {bare.processor:.1f} s",
                         processor / bare.processor)

    def file(self):
        size = int(os.environ.get("FILE_BYTES", "1000000000"))
        path = f"{self.work}/file.xml"
        count = write(path, size)
        peaks = {}
        for name, held in (("idle", None), ("file", path)):
            with Quality(held, count) as quality:
                exchange = Exchange(self.program, f"{self.work}/{name}", quality.base)
                used, said = exchange.sync("quality", base=None)
                self.noted(f"quality-{name}", used, taken=said["taken"])
                peaks[name] = used.megabytes
            shutil.rmtree(exchange.folder)
        if said["taken"] != count:
            sys.exit(f"bench: of {count} rows of the file {said['taken']} were taken")
        os.remove(path)
        above = peaks["file"] - peaks["idle"]
        self.figures.add(
            f"peak memory for a file of {size / 1e6:,.0f} MB", f"{peaks['file']:.0f} MB", f"idle {peaks['idle']:.0f} MB",
            above / 150, "≤ 150 MB above idle", above <= 150,
        )


def documents(path):
    """The signed profiles of an export, each with the number of its records."""
    with open(path, "rb") as file:
        for line in file:
            payload = json.loads(line)["payload"]
            profile = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get("profile")
            if profile is not None:
                yield line, len(profile.get("records", ()))
