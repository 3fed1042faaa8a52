#!/usr/bin/env python3
"""Serves the corpus as a network may: whole, cut off, dripping, busy, redirected elsewhere. Loopback only; Python 3.9 alone.

    conformance/misbehaving.py READY LOG      writes its address to READY once it listens, each request to LOG

What it does is the first part of the path, so `http://127.0.0.1:PORT/cut` is the address of an exchange whose answers are cut off. What
stands behind a full stop there tells callers apart: `/cut.python`, `/cut.node`.
"""
import base64
import hashlib
import http.server
import json
import pathlib
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
SNAPSHOT = {"manifest.json": "whole.manifest", **{f"{part}.ndjson.gz": f"whole.{part}" for part in ("profiles", "names", "annexes")}}
BYTES = {name: (HERE / name).read_bytes() for name in ("documents/by-id", "statuses/by-id", "keys/by-id", "proofs/by-id")}


class Book:
    """Which requests came; some ways depend on how many there were."""

    def __init__(self, path):
        self.file, self.lock, self.counts = open(path, "a", encoding="utf-8"), threading.Lock(), {}

    def enter(self, caller, path, headers):
        with self.lock:
            self.counts[caller, path] = self.counts.get((caller, path), 0) + 1
            key = "with-key" if "Authorization" in headers else "-"
            self.file.write(f"{caller} {path} {key} {headers.get('Range', '-')}\n")
            self.file.flush()
            return self.counts[caller, path]


class Exchange(http.server.BaseHTTPRequestHandler):
    timeout = 60

    def do_GET(self):
        caller, _, rest = self.path[1:].partition("/")
        count = self.server.book.enter(caller, "/" + rest, self.headers)
        act = getattr(self, "way_" + caller.partition(".")[0].replace("-", "_"), None)
        act(rest, count) if act else self.give(rest)

    # --- what a sound exchange answers ------------------------------------------------------------------------------------

    def found(self, rest):
        """(body, headers) of a path; None where there is nothing."""
        if rest == ".well-known/jwks.json":
            return BYTES["keys/by-id"], {}
        if rest.startswith("v1/sources/"):
            return BYTES["statuses/by-id"], {}
        if rest.startswith("v1/enterprises/"):
            status = self.server.status_digest
            return BYTES["documents/by-id"], {"ETag": '"v"', "Suixin-Status": status, "Suixin-Proof": BYTES["proofs/by-id"].decode().strip()}
        name = "manifest.json" if rest == "v1/snapshots/latest" else rest.rpartition("/")[2]
        is_there = rest.startswith("v1/snapshots/") and name in SNAPSHOT
        return ((HERE / "snapshots" / SNAPSHOT[name]).read_bytes(), {}) if is_there else None

    def give(self, rest, is_ranged=True):
        if not (found := self.found(rest)):
            return self.answer(404, b"{}", {})
        body, headers = found
        asked = self.headers.get("Range", "")
        if is_ranged and asked.startswith("bytes="):
            start = int(asked[6:].split("-")[0])
            if start >= len(body):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
            return self.answer(206, body[start:], {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"})
        self.answer(200, body, headers)

    def answer(self, code, body, headers, length=None):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.pour(body)
        if length not in (None, len(body)):
            # As on a road: some client libraries throw away what came in the same instant as the end.
            self.wfile.flush()
            self.server.ended.wait(0.3)

    def is_file(self, rest):
        return rest.endswith(".gz")

    # --- ways to misbehave ------------------------------------------------------------------------------------------------

    def way_cut(self, rest, count):
        """Half of what was announced."""
        body, headers = self.found(rest)
        self.answer(200, body[:len(body) // 2], headers, len(body))

    def way_stalled(self, rest, count):
        """Half of it, and then nothing more."""
        if not self.is_file(rest) and rest.startswith("v1/snapshots"):
            return self.give(rest)
        body, headers = self.found(rest)
        self.answer(200, body[:len(body) // 2] if not self.is_file(rest) else b"", headers, len(body))
        self.wfile.flush()
        self.rfile.read(1)

    def way_dripping(self, rest, count):
        """A byte now and then, each before anybody's patience with silence ends."""
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.ended.wait(0.2):
                self.wfile.write(b" ")
        except OSError:
            pass

    def way_endless(self, rest, count):
        """More than anybody should take, of a length that was not announced."""
        self.send_response(200)
        self.end_headers()
        self.pour(b" " * (8 << 20))

    def pour(self, body):
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def way_silent(self, rest, count):
        """Not even a status line."""
        self.rfile.read(1)

    def way_closed(self, rest, count):
        pass

    def way_not_http(self, rest, count):
        self.wfile.write(b"220 smtp.example ESMTP\r\n" * 20)

    def way_portal(self, rest, count):
        self.answer(200, b"<html>Please log in.</html>", {"ETag": '"v"', "Suixin-Status": self.server.status_digest})

    def elsewhere(self, code):
        self.answer(code, b"", {"Location": f"http://127.0.0.1:{self.server.server_port}/elsewhere{self.path}"})

    def way_moved_301(self, rest, count):
        self.elsewhere(301)

    def way_moved_302(self, rest, count):
        self.elsewhere(302)

    def way_moved_307(self, rest, count):
        self.elsewhere(307)

    def way_moved_308(self, rest, count):
        self.elsewhere(308)

    def way_unproven_308(self, rest, count):
        """Says that an enterprise was joined to another, which nothing proves."""
        if rest.startswith("v1/enterprises/"):
            _, headers = self.found(rest)
            return self.answer(308, b"", {**headers, "Location": "/v1/enterprises/sx00000000000000000000"})
        self.give(rest)

    def way_file_moved(self, rest, count):
        self.elsewhere(302) if self.is_file(rest) else self.give(rest)

    def way_busy_once(self, rest, count):
        self.answer(429, b"{}", {"Retry-After": "1"}) if count == 1 else self.give(rest)

    def way_busy_always(self, rest, count):
        self.answer(503, b"{}", {"Retry-After": "0"}) if not rest.startswith("v1/snapshots") or self.is_file(rest) else self.give(rest)

    def way_busy_long(self, rest, count):
        self.answer(429, b"{}", {"Retry-After": "3600"}) if not rest.startswith("v1/snapshots") or self.is_file(rest) else self.give(rest)

    def way_refused(self, rest, count):
        self.answer(403, b'{"detail":"No such key.\\u001b[2Jgenuine and current","title":"Not allowed"}', {})

    def way_portal_once(self, rest, count):
        """Somebody else's page at first, as in front of a hotel's network; what was kept of it must harm nobody later."""
        if count == 1:
            return self.way_portal(rest, count)
        if self.headers.get("If-None-Match"):
            return self.answer(304, b"", self.found(rest)[1])
        self.give(rest)

    def way_cut_often(self, rest, count):
        """Each file comes in pieces, each cut off."""
        if not self.is_file(rest):
            return self.give(rest)
        body, _ = self.found(rest)
        asked = self.headers.get("Range", "")
        start = int(asked[6:].split("-")[0]) if asked else 0
        piece = body[start:start + max(1, len(body) // 3)]
        code, headers = (206, {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}) if start else (200, {})
        self.answer(code, piece, headers, len(body) - start)

    def way_no_ranges(self, rest, count):
        """Whole files only, the first of which is cut off."""
        if self.is_file(rest) and count == 1:
            return self.way_cut(rest, count)
        self.give(rest, is_ranged=False)

    def way_other_range(self, rest, count):
        """Cut off, then another range than was asked for; after that as it should be."""
        if self.is_file(rest) and count == 1:
            return self.way_cut(rest, count)
        if self.is_file(rest) and count == 2:
            body, _ = self.found(rest)
            return self.answer(206, body[:10], {"Content-Range": f"bytes 0-9/{len(body)}"})
        self.give(rest)

    def way_too_long(self, rest, count):
        """A file of which much more comes than was told of."""
        if not self.is_file(rest):
            return self.give(rest)
        self.send_response(200)
        self.end_headers()
        self.pour(self.found(rest)[0] + b"\0" * (8 << 20))

    def way_gone(self, rest, count):
        self.answer(404, b'{"detail":"It is not kept.","title":"Not found"}', {}) if self.is_file(rest) else self.give(rest)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    server.daemon_threads = True
    server.book, server.ended = Book(sys.argv[2]), threading.Event()
    payload = json.loads(BYTES["statuses/by-id"])["payload"]
    server.status_digest = "sha256:" + hashlib.sha256(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).hexdigest()
    part = pathlib.Path(sys.argv[1] + ".part")
    part.write_text(f"http://127.0.0.1:{server.server_port}\n")
    part.rename(sys.argv[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
