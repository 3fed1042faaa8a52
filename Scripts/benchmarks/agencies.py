"""The agencies' answers, made once and replayed from then on, so that the agencies' own work is not measured."""

import glob
import json
import os
import re
import shutil
import sys
import urllib.request

from processes import Server, run

HERE = os.path.dirname(os.path.abspath(__file__))
AGENCIES = ("hongdun", "statetax", "localtax", "quality")
FIRST_DAY = "2018-06-01"
# Two days of a simulated town change about 0.1 % of its records.
LATER_DAY = "2018-06-03"


class Exchange:
    """One installation of the exchange in a folder."""

    def __init__(self, program, folder, base):
        self.program, self.folder = program, folder
        self.configuration = f"{folder}/suixin.json"
        self.keys = {}
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        run([program, "init", "--config", self.configuration, "--agencies", base])

    def run(self, command, *arguments, base=None):
        """Runs a command of the exchange; 2 is done in part, as with an agency that is incomplete."""
        settings = []
        for agency in AGENCIES if base else ():
            settings += ["--set", f"sources.{agency}.baseURL={base}/{agency}"]
        return run([self.program, command, *arguments, "--config", self.configuration, *settings], codes=(0, 2))

    def key(self, name="bench"):
        """A key of a client who may ask as much as he likes; made when first asked for."""
        if name not in self.keys:
            names = ("enterprises:read", "enterprises:search", "enterprises:match", "changes:read", "section:*")
            scopes = [word for name in names for word in ("--scope", name)]
            plenty = ["--burst", "1000000", "--window", "1", "--no-daily"]
            self.run("clients", "add", name, *scopes, *plenty)
            self.keys[name] = self.run("clients", "keys", "add", name).output.decode().strip()
        return self.keys[name]

    def sync(self, *agencies, base=None):
        used = self.run("sync", *agencies, "--day", FIRST_DAY, "--json", base=base)
        said = json.loads(used.output)
        for source in said["sources"]:
            if "error" in source:
                sys.exit(f"bench: {source['source']}: {source['error']}")
        return used, said

    @property
    def store(self):
        return f"{self.folder}/data/suixin.sqlite"

    @property
    def sources(self):
        return json.load(open(self.configuration))["sources"]


class Town:
    """Enterprises and what the agencies answer about them: on a first day, and on a later one what is new since."""

    def __init__(self, enterprises, program, agencies, work):
        self.enterprises, self.program, self.agencies, self.work = enterprises, program, agencies, work
        self.answers = f"{work}/answers-{enterprises}"
        self.later = f"{work}/answers-{enterprises}-later"
        self.mark = f"{self.answers}/complete.json"
        if not os.path.exists(self.mark):
            self.make()
        self.about = json.load(open(self.mark))

    def make(self):
        print(f"{self.enterprises} enterprises; asking the agencies once for what is replayed from then on", flush=True)
        for folder in (self.answers, self.later):
            shutil.rmtree(folder, ignore_errors=True)
        ready = f"{self.work}/agencies.json"
        command = [
            self.agencies, "--port", "0", "--seed", "1", "--enterprises", str(self.enterprises), "--at", FIRST_DAY,
            "--data", f"{self.work}/agencies-{self.enterprises}", "--ready-file", ready,
        ]
        with Server(command, ready, f"{self.work}/agencies.log") as server:
            base = json.loads(server.said)["hongdun"].removesuffix("/hongdun")
            with self.replay(base) as replay:
                exchange = Exchange(self.program, f"{self.work}/making", replay.said.strip())
                exchange.sync()
                # The same requests are asked again when nothing is new, one agency at a time or all at once.
                for agency in AGENCIES:
                    exchange.sync(agency)
                pages = self.save_feed(replay.said.strip())
            request = urllib.request.Request(f"{base}/control/pass?to={LATER_DAY}", method="POST")
            urllib.request.urlopen(request).read()
            with self.replay(base, later=True) as replay:
                _, said = exchange.sync(base=replay.said.strip())
        shutil.rmtree(exchange.folder)
        shutil.rmtree(f"{self.work}/agencies-{self.enterprises}", ignore_errors=True)
        with open(self.mark, "w") as file:
            json.dump({"pages": pages, "changed": said["taken"]}, file)

    def replay(self, upstream="http://127.0.0.1:1", later=False):
        folder = self.later if later else self.answers
        ready = f"{self.work}/replay-{os.getpid()}"
        script = os.path.join(os.path.dirname(HERE), "replay-agencies.py")
        return Server([script, upstream, folder, ready], ready, f"{self.work}/replay.log")

    def save_feed(self, base):
        """Saves the pages of 红盾's registration feed as files, in order; how many."""
        shutil.rmtree(self.feed, ignore_errors=True)
        os.makedirs(self.feed)
        cursor, count = "", 0
        while True:
            request = urllib.request.Request(
                f"{base}/hongdun/api/registration.xml?after={cursor}&limit=1000", headers={"X-Access-Token": "suixin-token"}
            )
            page = urllib.request.urlopen(request).read()
            count += 1
            with open(f"{self.feed}/{count:05}.xml", "wb") as file:
                file.write(page)
            following, more = re.search(rb'<PAGE NEXT="([^"]*)" MORE="([01])"', page).groups()
            if more == b"0":
                return count
            cursor = following.decode()

    @property
    def feed(self):
        return f"{self.answers}/feed"

    @property
    def pages(self):
        return sorted(glob.glob(f"{self.feed}/*.xml"))
