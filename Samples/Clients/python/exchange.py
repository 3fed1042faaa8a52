"""Asks a Suixin exchange over HTTP, and keeps what must outlive a program; `client.py` and `snapshot.py` are around it.

The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE, how long it waits from SUIXIN_TIMEOUT.
"""
import argparse
import http.client
import json
import os
import queue
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from suixin import Keys, NotCurrent, NotGenuine, UnusableKeys, canonical

CURRENT, FALSE, GENUINE, UNKNOWN, SEVERAL, USAGE, UNAVAILABLE, NOT_ALLOWED = 0, 1, 2, 3, 4, 64, 69, 77
ATTEMPTS, LONGEST_WAIT, LIMIT = 4, 60, 1 << 20
LOOPBACK = re.compile(r"localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|::1")


class Stop(Exception):
    """There is nothing to verify; `code` says why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is a statement to be proven, and must not carry the key elsewhere: we follow it ourselves."""

    def redirect_request(self, *_):
        return None


def within(seconds, work):
    """What the work gives, or TimeoutError: a socket's own timeout begins anew with every byte that drips in."""
    done = queue.SimpleQueue()

    def carry_out():
        try:
            done.put((work(), None))
        except Exception as error:
            done.put((None, error))
    threading.Thread(target=carry_out, daemon=True).start()
    try:
        value, error = done.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no whole answer within {seconds:g} seconds") from None
    if error:
        raise error
    return value


def of_environment(name, form, otherwise=None):
    """What is wrong with it is not shown: it may be the key."""
    text = os.environ.get(name) or otherwise
    if text is not None and not re.fullmatch(form, text):
        raise Stop(USAGE, f"{name} holds characters that do not belong there")
    return text


class Exchange:
    def __init__(self, base):
        address = urllib.parse.urlsplit(base)
        if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc:
            raise Stop(USAGE, "BASE is the address of an exchange, such as https://credit.example")
        self.base = base.rstrip("/")
        self.timeout = float(of_environment("SUIXIN_TIMEOUT", "[1-9][0-9]{0,4}", "20"))
        self.purpose = of_environment("SUIXIN_PURPOSE", "[ -~]+", "merchant-reverification")
        self.key = of_environment("SUIXIN_KEY", r"[A-Za-z0-9._~+/=-]+")
        if self.key and address.scheme == "http" and not LOOPBACK.fullmatch(address.hostname):
            raise Stop(USAGE, f"the key would go to {address.hostname} for all to read on the way: ask by https://")
        self.opener = urllib.request.build_opener(NoRedirect)

    def open(self, path, headers):
        """The answer, whatever its code, its body not read yet."""
        headers = {**headers, "Suixin-Purpose": self.purpose}
        if self.key:
            headers["Authorization"] = "Bearer " + self.key
        try:
            return self.opener.open(urllib.request.Request(self.base + path, headers=headers), timeout=self.timeout)
        except urllib.error.HTTPError as error:
            return error

    def get(self, path, etag=None):
        """(status, headers, body); waits where the exchange asks for it, but not for ever."""
        headers = {"Accept": "application/jose+json, application/json;q=0.9"}
        if etag:
            headers["If-None-Match"] = etag
        for attempt in range(1, ATTEMPTS + 1):
            try:
                status, fields, body = within(self.timeout, lambda: whole(self.open(path, headers)))
            except (OSError, http.client.HTTPException) as error:
                raise Stop(UNAVAILABLE, f"cannot reach the exchange: {error or type(error).__name__}") from error
            wait = wait_asked(fields, attempt)
            if status not in (429, 503) or attempt == ATTEMPTS or wait > LONGEST_WAIT:
                return status, fields, body
            time.sleep(wait)

    def fetch(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise problem(status, body)
        return body


def whole(answer):
    """(status, headers, body), if it is all of the body: of one that was cut urllib says nothing."""
    with answer:
        body = answer.read(LIMIT + 1)
        if len(body) > LIMIT:
            raise Stop(UNAVAILABLE, "the answer is longer than any that an exchange gives")
        told = answer.headers.get("Content-Length")
        if told not in (None, str(len(body))) and answer.status != 304:
            raise http.client.IncompleteRead(body, int(told) - len(body) if told.isdigit() else None)
        return answer.status, answer.headers, body


def wait_asked(fields, attempt):
    """Seconds; a date in Retry-After is taken for no number."""
    asked = fields.get("Retry-After", "")
    return int(asked) if re.fullmatch("[0-9]{1,6}", asked) else 2 ** attempt


def problem(status, body):
    """A problem document (RFC 9457) in words."""
    try:
        members = json.loads(body)
        words = f"{members['title']}: {members['detail']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        words = "no problem document"
    return Stop(NOT_ALLOWED if status in (401, 403) else UNAVAILABLE, f"the exchange answered {status}: {words}")


# --- what outlives the program --------------------------------------------------------------------------------------------

def read(path):
    with open(path, "rb") as file:
        return file.read(LIMIT)


def replace(path, data):
    """A file is there whole or not at all, whenever the machine stops and whoever else writes it."""
    part = f"{path}.{os.getpid()}.part"
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


class Memory:
    """The greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too."""

    def __init__(self, path):
        self.path = path
        self.positions = self._kept()

    def note(self, status):
        """Nothing that was seen is lowered, though another program may have written it since; what a later check goes by
        is raised once it is kept."""
        issuer, position = status["iss"], status["position"]
        if self.positions.get(issuer, -1) >= position:
            return
        if self.path:
            kept = self._kept()
            replace(self.path, canonical({**kept, issuer: max(position, kept.get(issuer, -1))}).encode())
        self.positions[issuer] = position

    def _kept(self):
        if not self.path or not os.path.exists(self.path):
            return {}
        positions = json.loads(read(self.path))
        # Whatever else stood there, nothing would be refused by it.
        if not isinstance(positions, dict) or not all(type(position) is int for position in positions.values()):
            raise ValueError(f"{self.path} does not say which positions were seen")
        return positions


# --- the command ----------------------------------------------------------------------------------------------------------

def parser(description, target, of_target):
    """The options that all have in common."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("base", nargs="?", help="the exchange, such as http://127.0.0.1:8080")
    made.add_argument(target, nargs="?", help=of_target)
    made.add_argument("--jwks", help="the exchange's public keys as you got them when you joined")
    made.add_argument("--issuer", help="who must have issued it")
    made.add_argument("--remember", help="a file that keeps the greatest position seen")
    made.add_argument("--now", type=int, help="POSIX seconds, for tests")
    return made


def keys_of(given, exchange):
    if given.jwks:
        return Keys(read(given.jwks))
    # Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
    print("the keys are the exchange's own word: give --jwks", file=sys.stderr)
    return Keys(exchange.fetch("/.well-known/jwks.json"))


def clock(given):
    return int(time.time()) if given.now is None else given.now


def judged(work):
    """(code, why it is no other) of what the work ends with: its own code, or an error."""
    # What is printed is UTF-8 in every locale, and no verdict is lost to a character.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stderr.reconfigure(encoding="utf-8", errors="replace")
    try:
        return work(), None
    except Stop as stop:
        return stop.code, printable(stop)
    except NotGenuine as error:
        return FALSE, printable(error)
    except NotCurrent as error:
        return GENUINE, printable(error)
    except (UnusableKeys, OSError, ValueError) as error:
        return USAGE, printable(error)


def printable(words):
    """Somebody else's words do not steer the terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", str(words))
