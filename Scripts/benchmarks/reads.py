"""What platforms feel: signed profiles against nginx's static files, names, examples, and the wait for a change.

Every line of wrk is the same for both servers: random ids, a key and a purpose, out of the same script.
"""

import base64
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

from processes import Server, middle

SECONDS = 6
ROUNDS = 3
SCRIPT = """
local ids, headers = {}, {["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY"), ["Suixin-Purpose"] = "dispute"}
for line in io.lines(os.getenv("BENCH_IDS")) do ids[#ids + 1] = line end
local tags = os.getenv("BENCH_TAGS") ~= ""
local number = 0
function setup(thread) number = number + 1; thread:set("seed", number) end
function init() math.randomseed(os.time() + seed) end
function request()
    local id, tag = string.match(ids[math.random(#ids)], "(%S+) (%S+)")
    headers["If-None-Match"] = tags and '"' .. tag .. '"' or nil
    return wrk.format("GET", os.getenv("BENCH_PREFIX") .. id, headers)
end
"""
NGINX = """
worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_rlimit_nofile 4096;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; etag {etag};
  server {{ listen 127.0.0.1:{port}; root {folder}; location / {{ {answer} }} }}
}}
"""


class Reads:
    """A server over the bench's store, asked by wrk beside nginx."""

    def __init__(self, bench, address, process):
        self.bench, self.figures, self.address, self.process = bench, bench.figures, address, process
        self.folder = f"{bench.work}/reads"
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.key = bench.exchange.key("reads")
        with sqlite3.connect(f"file:{bench.exchange.store}?mode=ro", uri=True) as store:
            rows = store.execute(
                "SELECT e.text, p.version FROM enterprise e JOIN profile p ON p.enterprise = e.id "
                "WHERE e.current = e.id AND p.served IS NOT NULL"
            ).fetchall()
        self.ids = [row[0] for row in rows]
        with open(f"{self.folder}/ids", "w") as file:
            file.writelines(f"{name} {tag}\n" for name, tag in rows)
        with open(f"{self.folder}/wrk.lua", "w") as file:
            file.write(SCRIPT)

    def ask(self, path, body=None, key=None):
        request = urllib.request.Request(
            f"{self.address}{path}", data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key or self.key}", "Suixin-Purpose": "dispute", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers

    def wrk(self, address, tags=False, ids="ids", prefix="/v1/enterprises/", connections=32):
        """Requests a second, and the 99th percentile in milliseconds."""
        environment = dict(os.environ, BENCH_KEY=self.key, BENCH_IDS=f"{self.folder}/{ids}", BENCH_TAGS="1" if tags else "",
                           BENCH_PREFIX=prefix)
        command = ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}", "--latency", "-s", f"{self.folder}/wrk.lua", address]
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        if "Socket errors" in said or "Non-2xx" in said:
            sys.exit(f"bench: wrk was answered with errors:\n{said}")
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
        return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    def nginx(self, size, answer="try_files $uri /file;", etag="on"):
        """nginx with one file of a size, whatever is asked for."""
        with open(f"{self.folder}/file", "wb") as file:
            file.write(os.urandom(size * 3 // 4 + 3).hex().encode()[:size])
        os.chmod(self.folder, 0o755)
        port = 18_099
        with open(f"{self.folder}/nginx.conf", "w") as file:
            file.write(NGINX.format(folder=self.folder, port=port, answer=answer, etag=etag))
        subprocess.run(["nginx", "-c", f"{self.folder}/nginx.conf", "-p", self.folder], check=True)
        return f"http://127.0.0.1:{port}/"

    def stop_nginx(self):
        subprocess.run(["nginx", "-c", f"{self.folder}/nginx.conf", "-p", self.folder, "-s", "stop"], check=True)
        while os.path.exists(f"{self.folder}/nginx.pid"):
            time.sleep(0.02)

    def measure(self):
        self.profiles()
        self.names()
        self.examples()
        self.memory()
        self.beside_a_sync()

    def rounds(self, name, file, tags=False):
        """nginx and the exchange in turns; the figures of the middle round."""
        self.wrk(self.address + "/", tags)
        turns = [(self.wrk(file, tags), self.wrk(self.address + "/", tags)) for _ in range(ROUNDS)]
        self.figures.detail(name, turns)
        return [[middle([turn[who][what] for turn in turns]) for what in (0, 1)] for who in (0, 1)]

    def profiles(self):
        sample = self.ids[:: max(1, len(self.ids) // 500)]
        size = sum(len(self.ask(f"/v1/enterprises/{name}")[0]) for name in sample) // len(sample)
        file = self.nginx(size)
        try:
            (rate, slow), (ours, late) = self.rounds("reads", file)
        finally:
            self.stop_nginx()
        self.figures.add(f"signed profiles read, {size:,} B, key, limits, journal", f"{ours:,.0f}/s", f"nginx {rate:,.0f}/s",
                         ours / rate, "≥ 0.5", ours >= 0.5 * rate)
        self.figures.add("their 99th percentile", f"{late:.1f} ms", f"nginx {slow:.1f} ms", late / slow, "≤ 3", late <= 3 * slow)
        (known, _) = self.rounds("not modified", self.address + "/", tags=True)[1]
        self.figures.add("304s", f"{known:,.0f}/s", f"whole answers {ours:,.0f}/s", known / ours, "≥ 1", known >= ours)

    def names(self):
        """Parts of names as people type them, twenty at once."""
        with sqlite3.connect(f"file:{self.bench.exchange.store}?mode=ro", uri=True) as store:
            documents = store.execute(
                "SELECT bytes FROM document WHERE id IN (SELECT document FROM profile ORDER BY enterprise * 7919 % 100003 LIMIT 400)"
            ).fetchall()
        found = [re.search(rb'"name":"([^"]{9,})"', row[0]) for row in documents]
        self.texts = [match.group(1).decode() for match in found if match]
        words = [text[2:6] for text in self.texts] + [text[:5] for text in self.texts]
        with open(f"{self.folder}/words", "w") as file:
            file.writelines(f"{urllib.request.quote(word)} -\n" for word in words)

        turns = [self.wrk(self.address + "/", ids="words", prefix="/v1/enterprises?name=", connections=20) for _ in range(ROUNDS)]
        self.figures.detail("names", turns)
        rate, late = [middle([turn[what] for turn in turns]) for what in (0, 1)]
        self.figures.add("name search, 20 at once, 99th percentile", f"{late:.0f} ms", f"{rate:,.0f}/s", late / 50, "≤ 50 ms",
                         late <= 50)

    def examples(self):
        batch = [{"name": text} for text in self.texts[:50]]
        start, count = time.monotonic(), 0
        before = self.processor()
        while time.monotonic() - start < SECONDS:
            self.ask("/v1/match", {"queries": batch})
            count += len(batch)
        rate = count / max(self.processor() - before, 1e-6)
        self.figures.add("match, for each core that it keeps busy", f"{rate:,.0f}/s", "", rate / 300, "≥ 300/s", rate >= 300)

    def processor(self):
        words = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        peak = int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{self.process.pid}/status").read()).group(1)) / 1024
        self.figures.add("memory of the server after all that", f"{peak:.0f} MB", "", peak / 400, "≤ 400 MB", peak <= 400)

    def beside_a_sync(self):
        """Reads while a sync takes what two days brought, and how soon a long-poll hears of it."""
        quiet = self.wrk(self.address + "/")[0]
        payload = json.loads(self.ask("/v1/sources")[0])["payload"]
        cursor = json.loads(base64.urlsafe_b64decode(payload + "=="))["tree"]["change"]
        heard = []

        def wait():
            while True:
                page = json.loads(self.ask(f"/v1/changes?after={cursor}&wait=30")[0])
                if page["changes"]:
                    return heard.append(time.time())

        waiting = threading.Thread(target=wait)
        waiting.start()
        with self.bench.town.replay(later=True) as replay:
            base, done = replay.said.strip(), []
            sync = threading.Thread(target=lambda: (self.bench.exchange.sync(base=base), done.append(time.time())))
            sync.start()
            busy = self.wrk(self.address + "/")[0]
            sync.join()
        waiting.join()
        self.figures.add("reads while a sync writes", f"{busy:,.0f}/s", f"quiet {quiet:,.0f}/s", busy / quiet, "≥ 0.7",
                         busy >= 0.7 * quiet)
        late = max(0.0, heard[0] - done[0])
        self.figures.add("a long-poll hears of a sync that has ended", f"{late:.2f} s later", "", late, "≤ 1 s", late <= 1)


def measure(bench):
    ready = f"{bench.work}/serve.json"
    bench.exchange.key("reads")
    command = [bench.program, "serve", "--config", bench.exchange.configuration, "--port", "0", "--ready-file", ready]
    with Server(command, ready, f"{bench.work}/serve.log") as server:
        address = next(part for part in server.said.replace('"', " ").split() if part.startswith("http"))
        Reads(bench, address, server.process).measure()
