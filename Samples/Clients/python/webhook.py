#!/usr/bin/env python3
"""Receives what a Suixin exchange pushes (Standard Webhooks), and prints each event once.

    webhook.py --port 8400 --jwks jwks.json --seen ids        listen on the loopback; TLS belongs to a proxy before it
    webhook.py --headers headers --body body --jwks jwks.json  check one request that was kept

v1 (HMAC-SHA256) is checked by SUIXIN_WEBHOOK_SECRET, one or several `whsec_…` with blanks between them while they are being
changed; v1a (Ed25519) by the Ed25519 keys of the JWKS. Either is enough.

Exit code with --headers: 0 genuine, 1 not genuine, 64 wrong usage.
"""
import argparse
import base64
import binascii
import hashlib
import hmac
import http.server
import os
import re
import sys
import threading
import time

from cryptography.exceptions import InvalidSignature

from suixin import Keys, NotGenuine, UnusableKeys

TOLERANCE = 300
LIMIT = 256 * 1024


def secrets():
    """The shared secrets of the environment, as bytes."""
    texts = os.environ.get("SUIXIN_WEBHOOK_SECRET", "").split()
    if any(not text.startswith("whsec_") for text in texts):
        raise ValueError("SUIXIN_WEBHOOK_SECRET is no whsec_…")
    return [base64.b64decode(text[6:], validate=True) for text in texts]


def is_signed(kind, signature, message, shared, keys):
    if kind == "v1":
        # compare_digest takes the same time wherever the two differ.
        return any(hmac.compare_digest(hmac.digest(secret, message, hashlib.sha256), signature) for secret in shared)
    if kind == "v1a":
        for key in keys:
            try:
                key.verify(signature, message)
                return True
            except InvalidSignature:
                continue
    return False


def check(headers, body, now, shared, keys):
    """The id of a genuine message; raises NotGenuine for any other. `headers` is a function from name to value or None."""
    message_id, timestamp = headers("webhook-id") or "", headers("webhook-timestamp") or ""
    # Without a full stop: `id.timestamp.body` could be read in two ways else.
    if not re.fullmatch(r"[!-\-/-~]{1,256}", message_id) or not re.fullmatch("[0-9]{1,12}", timestamp):
        raise NotGenuine("webhook-id or webhook-timestamp is missing or of another form")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise NotGenuine("its time is more than five minutes from now: sent again by somebody, or one of the clocks is wrong")
    message = f"{message_id}.{timestamp}.".encode() + body
    for entry in (headers("webhook-signature") or "").split(" ")[:16]:
        kind, _, text = entry.partition(",")
        try:
            signature = base64.b64decode(text, validate=True)
        except binascii.Error:
            continue
        if is_signed(kind, signature, message, shared, keys):
            return message_id
    raise NotGenuine("no signature fits: changed, or signed by somebody else")


class Seen:
    """The ids that came before: whoever pushes repeats what it believes was lost. The file outlives the program."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.file = open(path, "a+", encoding="ascii") if path else None
        self.ids = set()
        if self.file:
            self.file.seek(0)
            self.ids.update(self.file.read().split())

    def is_new(self, message_id):
        with self.lock:
            if message_id in self.ids:
                return False
            self.ids.add(message_id)
            if self.file:
                self.file.write(message_id + "\n")
                self.file.flush()
            return True


def receiver(shared, keys, seen):
    class Receiver(http.server.BaseHTTPRequestHandler):
        timeout = 20

        def do_POST(self):
            length = self.headers.get("Content-Length", "")
            if not re.fullmatch("[0-9]{1,9}", length) or int(length) > LIMIT:
                return self.reply(413)
            body = self.rfile.read(int(length))
            try:
                message_id = check(self.headers.get, body, int(time.time()), shared, keys)
            except NotGenuine as error:
                print(f"refused: {error}", file=sys.stderr)
                return self.reply(401)
            if seen.is_new(message_id):
                # Here a platform lays the event into its own queue. Work on it afterwards: who pushes waits for the answer.
                print(body.decode(errors="replace"), flush=True)
            self.reply(204)

        def reply(self, code):
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()

        def log_message(self, *_):
            pass
    return Receiver


def kept_headers(path):
    with open(path, encoding="latin-1") as file:
        fields = dict(line.strip().partition(":")[::2] for line in file if ":" in line)
    fields = {name.lower(): value.strip() for name, value in fields.items()}
    return fields.get


def main():
    parser = argparse.ArgumentParser(description="Receive what a Suixin exchange pushes.")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--jwks", help="the exchange's public keys, for v1a")
    parser.add_argument("--seen", help="a file that keeps the ids that came")
    parser.add_argument("--headers", help="the headers of a request that was kept")
    parser.add_argument("--body", help="its body")
    parser.add_argument("--now", type=int, help="POSIX seconds, for tests")
    try:
        given = parser.parse_args()
    except SystemExit as error:
        return 64 if error.code else 0
    try:
        keys = []
        if given.jwks:
            with open(given.jwks, "rb") as file:
                keys = Keys(file.read()).ed25519
        shared = secrets()
        if not keys and not shared:
            raise ValueError("give --jwks with an Ed25519 key, or SUIXIN_WEBHOOK_SECRET: nothing could be checked")
        if given.headers:
            with open(given.body, "rb") as file:
                body = file.read()
            check(kept_headers(given.headers), body, int(time.time()) if given.now is None else given.now, shared, keys)
            sys.stdout.write(body.decode(errors="replace") + "\n")
            return 0
        server = http.server.ThreadingHTTPServer(("127.0.0.1", given.port), receiver(shared, keys, Seen(given.seen)))
        print(f"listening on http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
        server.serve_forever()
    except NotGenuine as error:
        print(f"NOT GENUINE: {error}", file=sys.stderr)
        return 1
    except (UnusableKeys, OSError, ValueError, TypeError) as error:
        print(error, file=sys.stderr)
        return 64
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
