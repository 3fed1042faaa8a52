#!/usr/bin/env python3
"""Takes everything that an exchange says, and checks that it is everything.

    snapshot.py http://127.0.0.1:8080 FOLDER --jwks jwks.json            download what is missing, check
    snapshot.py --folder FOLDER --jwks jwks.json                         check what was downloaded, without network

A download that broke off goes on where it ended. The client's key comes from the environment, and the exit codes are client.py's:
0 whole and current, 2 whole, but its status has expired or a greater position was seen, 1 not genuine.
"""
import gzip
import hashlib
import http.client
import os
import re
import sys
import time
import zlib

from bulk import PARTS, check_file, check_snapshot, open_manifest
from exchange import (ATTEMPTS, CURRENT, FALSE, GENUINE, LIMIT, LONGEST_WAIT, UNAVAILABLE, USAGE, Exchange, Memory, Stop, clock, judged,
                      keys_of, parser, problem, read, replace, wait_asked, within)
from suixin import NotGenuine, Verifier

MANIFEST, PIECE, LONGEST_LINE = "manifest.json", 1 << 18, 64 << 20


class Digesting:
    """A file that is digested as it is read."""

    def __init__(self, path):
        self.file, self.hash, self.size = open(path, "rb"), hashlib.sha256(), 0

    def read(self, count=-1):
        data = self.file.read(count)
        self.hash.update(data)
        self.size += len(data)
        return data

    def close(self):
        self.file.close()


class Lines:
    """The lines of a compressed file; once they are all read, whether the file is the one that the manifest describes."""

    def __init__(self, folder, told):
        self.told, path = told, os.path.join(folder, told["name"])
        if not os.path.exists(path):
            raise NotGenuine(f"{told['name']} is not beside the manifest: download it, too")
        self.source, self.count = Digesting(path), 0
        self.lines = gzip.GzipFile(fileobj=self.source)

    def __iter__(self):
        return self

    def __next__(self):
        try:
            line = self.lines.readline(LONGEST_LINE)
        except EOFError as error:
            raise NotGenuine(f"{self.told['name']} ends early: go on with its download") from error
        except (OSError, zlib.error) as error:
            raise NotGenuine(f"{self.told['name']} is damaged: {error}") from error
        if not line:
            raise StopIteration
        if not line.endswith(b"\n"):
            raise NotGenuine(f"{self.told['name']}: a line that does not end")
        self.count += 1
        return line[:-1]

    def check(self):
        while self.source.read(PIECE):
            pass
        check_file(self.told, self.source.size, "sha256:" + self.source.hash.hexdigest(), self.count)


def check(verifier, memory, folder):
    manifest, status = open_manifest(verifier, read(os.path.join(folder, MANIFEST)))
    files = {part: Lines(folder, manifest["files"][part]) for part in PARTS}
    check_snapshot(verifier, manifest, files["profiles"], files["names"], files["annexes"])
    for file in files.values():
        file.check()
    memory.note(status)
    return manifest, status


# --- over the network -----------------------------------------------------------------------------------------------------

def is_there(path, told):
    if not os.path.exists(path) or os.path.getsize(path) != told["bytes"]:
        return False
    file = Digesting(path)
    while file.read(PIECE):
        pass
    file.close()
    return "sha256:" + file.hash.hexdigest() == told["digest"]


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def fetch_piece(exchange, path, part, told):
    """As much of the rest as comes, and how long to wait before the next piece; a file that is another by now is begun anew."""
    start = size_of(part)
    # What is not compressed anew on the way can be gone on with.
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers.update({"Range": f"bytes={start}-", "If-Range": f'"{told["digest"][7:]}"'})
    with within(exchange.timeout, lambda: exchange.open(path, headers)) as answer:
        if answer.status == 416:
            os.remove(part)
            raise OSError("it has no such range")
        if answer.status in (429, 503) and wait_asked(answer.headers, 1) <= LONGEST_WAIT:
            return wait_asked(answer.headers, 1)
        if answer.status not in (200, 206):
            raise problem(answer.status, within(exchange.timeout, lambda: answer.read(LIMIT)))
        is_rest = answer.status == 206 and re.match(f"bytes {start}-[0-9]", answer.headers.get("Content-Range", ""))
        if answer.status == 206 and not is_rest:
            raise OSError("another range came than was asked for")
        with open(part, "ab" if is_rest else "wb") as file:
            while data := answer.read1(PIECE):
                if file.tell() + len(data) > told["bytes"]:
                    raise NotGenuine(f"{told['name']} is longer than the manifest says")
                file.write(data)
    return 0


def fetch_file(exchange, identity, folder, told):
    path = os.path.join(folder, told["name"])
    part = f"{path}.{identity}.part"
    furthest, attempts, words = size_of(part), 0, "nothing more comes"
    while not is_there(path, told):
        wait = 0
        if size_of(part) >= told["bytes"]:
            if not is_there(part, told):
                os.remove(part)
                raise NotGenuine(f"{told['name']} is not the file that the manifest describes")
            os.replace(part, path)
            break
        try:
            wait = fetch_piece(exchange, f"/v1/snapshots/{identity}/{told['name']}", part, told)
        except (OSError, http.client.HTTPException) as error:
            words = error or type(error).__name__
        # Whoever gets on may break off as often as he likes.
        attempts = 0 if size_of(part) > furthest else attempts + 1
        furthest = max(furthest, size_of(part))
        if attempts > ATTEMPTS:
            raise Stop(UNAVAILABLE, f"the download of {told['name']} does not get on: {words}")
        if attempts:
            time.sleep(wait or min(2 ** attempts, exchange.timeout))


def download(exchange, verifier, folder):
    document = exchange.fetch("/v1/snapshots/latest")
    manifest, status = open_manifest(verifier, document)
    # An old state is not even begun.
    if status["position"] < verifier.seen.get(status["iss"], -1):
        verifier.check_time(status)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for part in PARTS:
        fetch_file(exchange, manifest["id"], folder, manifest["files"][part])
    replace(os.path.join(folder, MANIFEST), document)


# --- the command ----------------------------------------------------------------------------------------------------------

def options():
    made = parser("Take everything that a Suixin exchange says, and check that it is everything.", "target", "the folder to download into")
    made.add_argument("--folder", help="a folder that was downloaded before")
    given = made.parse_args()
    if not (given.folder and given.jwks) and not (given.base and given.target):
        made.error("give BASE and FOLDER, or --folder and --jwks")
    return given


def run(given):
    memory = Memory(given.remember)
    exchange = Exchange(given.base) if not given.folder else None
    verifier = Verifier(keys_of(given, exchange), clock(given), given.issuer, memory.positions)
    if exchange:
        download(exchange, verifier, given.target)
    manifest, status = check(verifier, memory, given.folder or given.target)
    verifier.check_time(status)
    counts = ", ".join(f"{manifest['files'][part]['count']} {part}" for part in PARTS)
    print(f"whole and current: {counts}\n  the changes go on with after={manifest['after']}")
    return CURRENT


def main():
    try:
        given = options()
    except SystemExit as error:
        return USAGE if error.code else 0
    code, words = judged(lambda: run(given))
    if words is not None:
        print({FALSE: "NOT GENUINE", GENUINE: "whole and genuine, but not shown to be current"}.get(code, "no verdict"))
        print("  " + words)
    return code


if __name__ == "__main__":
    sys.exit(main())
