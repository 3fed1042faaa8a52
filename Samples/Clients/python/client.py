#!/usr/bin/env python3
"""Asks a Suixin exchange about an enterprise and checks every step of the answer.

    client.py http://127.0.0.1:8080 91440101…                              ask, check, print
    client.py --file profile.json --status status.json --proof headers \\
              --asked 91440101… --jwks jwks.json                           check what was kept, without network

The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE. Exit codes are in the README beside this folder.
"""
import argparse
import itertools
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from suixin import (ABSENCE, PROFILE, Keys, NotCurrent, NotGenuine, UnusableKeys, Verifier, digest_text, follow, names_of,
                    read_proof, statement)

CURRENT, FALSE, GENUINE, UNKNOWN, SEVERAL, USAGE, UNAVAILABLE, NOT_ALLOWED = 0, 1, 2, 3, 4, 64, 69, 77
ATTEMPTS, LONGEST_WAIT, LIMIT = 4, 60, 1 << 20
LOCATION = re.compile(r"/v1/enterprises/(sx[0-9a-z]{20})")


class Stop(Exception):
    """There is nothing to verify; `code` says why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is a statement to be proven, and must not carry the key elsewhere: we follow it ourselves."""

    def redirect_request(self, *_):
        return None


class Exchange:
    def __init__(self, base, cache=None):
        self.base, self.cache = base.rstrip("/"), cache
        self.opener = urllib.request.build_opener(NoRedirect)

    def headers(self):
        """What goes with each query: who asks, and why."""
        headers = {"Accept": "application/jose+json, application/json;q=0.9"}
        if os.environ.get("SUIXIN_KEY"):
            headers["Authorization"] = "Bearer " + os.environ["SUIXIN_KEY"]
        headers["Suixin-Purpose"] = os.environ.get("SUIXIN_PURPOSE") or "merchant-reverification"
        return headers

    def get(self, path, etag=None):
        """(status, headers, body); waits where the exchange asks for it, but not for ever."""
        headers = self.headers()
        if etag:
            headers["If-None-Match"] = etag
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self.opener.open(urllib.request.Request(self.base + path, headers=headers), timeout=float(os.environ.get("SUIXIN_TIMEOUT") or 20))
            except urllib.error.HTTPError as error:
                answer = error
            except OSError as error:
                raise Stop(UNAVAILABLE, f"cannot reach the exchange: {error}") from error
            with answer:
                body = answer.read(LIMIT + 1)
            if len(body) > LIMIT:
                raise Stop(UNAVAILABLE, "the answer is longer than any that an exchange gives")
            wait = answer.headers.get("Retry-After", "")
            wait = int(wait) if re.fullmatch("[0-9]{1,6}", wait) else 2 ** attempt
            if answer.status not in (429, 503) or attempt == ATTEMPTS or wait > LONGEST_WAIT:
                return answer.status, answer.headers, body
            time.sleep(wait)

    def fetch(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise problem(status, body)
        return body

    def status(self, digest):
        """The status of that digest; it never changes, so it is fetched once."""
        if not re.fullmatch("sha256:[0-9a-f]{64}", digest or ""):
            raise NotCurrent("the answer names no status")
        kept = self._read("status-" + digest[7:])
        if kept:
            return kept
        document = self.fetch("/v1/sources/" + digest)
        self._write("status-" + digest[7:], document)
        return document

    def enterprise(self, name):
        """An answer about a name; one that was kept and is unchanged (304) is given as if it had come now."""
        entry = "profile-" + digest_text(name.encode())[7:]
        etag = self._read(entry + ".etag")
        status, headers, body = self.get("/v1/enterprises/" + urllib.parse.quote(name, safe=""), etag and etag.decode())
        if status == 304 and etag:
            return 200, headers, self._read(entry)
        if status == 200 and headers.get("ETag"):
            self._write(entry, body)
            self._write(entry + ".etag", headers["ETag"].encode())
        return status, headers, body

    def _read(self, name):
        if not self.cache or not os.path.exists(os.path.join(self.cache, name)):
            return None
        with open(os.path.join(self.cache, name), "rb") as file:
            return file.read()

    def _write(self, name, data):
        if self.cache:
            os.makedirs(self.cache, mode=0o700, exist_ok=True)
            replace(os.path.join(self.cache, name), data)


def replace(path, data):
    """A file is there whole or not at all, whenever the machine stops."""
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.replace(path + ".part", path)


def problem(status, body):
    """A problem document (RFC 9457) in words."""
    try:
        members = json.loads(body)
        words = f"{members['title']}: {members['detail']}"
    except (ValueError, KeyError, TypeError):
        words = "no problem document"
    return Stop(NOT_ALLOWED if status in (401, 403) else UNAVAILABLE, f"the exchange answered {status}: {words}")


class Memory:
    """The greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too."""

    def __init__(self, path):
        self.path, self.positions = path, {}
        if path and os.path.exists(path):
            with open(path, "rb") as file:
                self.positions = json.load(file)

    def note(self, status):
        if self.path and self.positions.get(status["iss"], -1) < status["position"]:
            self.positions[status["iss"]] = status["position"]
            replace(self.path, json.dumps(self.positions, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def check(verifier, memory, document, status_document, proof, asked, result):
    """Verifies an answer; says in `result` what it is, and why it is not more."""
    result["kind"], members = verifier.open_answer(document)
    result["members"] = members
    if status_document is None:
        raise NotCurrent("no status beside it")
    status, digest = verifier.open_status(status_document)
    if status["iss"] != members["iss"]:
        raise NotGenuine("document and status come from different issuers")
    memory.note(status)
    result["status"] = status
    if not proof:
        raise NotCurrent("no proof beside it")
    verifier.check_currency(result["kind"], members, status, digest, proof, asked)


def ask(exchange, verifier, memory, asked, result):
    for _ in range(4):
        code, headers, body = exchange.enterprise(asked)
        proof = ", ".join(headers.get_all("Suixin-Proof", []))
        digest = headers.get("Suixin-Status")
        if code == 200:
            return check(verifier, memory, body, exchange.status(digest), proof, asked, result)
        if code == 404:
            try:
                absence = json.loads(body).get("absence")
            except (ValueError, AttributeError):
                absence = None
            if not absence:
                raise problem(code, body)
            return check(verifier, memory, json.dumps(absence, sort_keys=True, separators=(",", ":")).encode(),
                         exchange.status(digest), proof, asked, result)
        if code not in (300, 308):
            raise problem(code, body)
        status, found = verifier.open_status(exchange.status(digest))
        if found != digest:
            raise NotGenuine("another status than the answer names")
        memory.note(status)
        result["status"] = status
        verifier.check_time(status)
        moved = LOCATION.fullmatch(headers.get("Location", ""))
        steps = read_proof(proof)
        # The paths behind the new id prove what is said of that; it is asked for anew.
        before = list(itertools.takewhile(lambda step: not moved or step[1] != moved[1], steps)) or steps
        end, said = follow(before, names_of(asked), verifier.root(status))
        if code == 300:
            ids = re.findall(r'"/v1/enterprises/(sx[0-9a-z]{20})"', body.decode(errors="replace"))
            if said != statement("holders", ids):
                raise NotCurrent("the proof is of other holders")
            raise Stop(SEVERAL, "several enterprises hold this code: " + ", ".join(ids))
        if not moved or said != statement("movedTo", moved[1]):
            raise NotCurrent("nothing proves that the enterprise has moved there")
        print(f"{end} was joined to {moved[1]}", file=sys.stderr)
        asked = moved[1]
    raise Stop(UNAVAILABLE, "redirected too often")


def summary(code, result):
    """A few lines for a person."""
    members, status = result.get("members"), result.get("status")
    title = {CURRENT: "genuine and current", FALSE: "NOT GENUINE", GENUINE: "genuine, but not shown to be current",
             UNKNOWN: "nothing is known by this (that is not the same as nothing to know)"}.get(code, "no verdict")
    lines = [title] + ["  " + words for words in result["problems"]]
    if members and code != FALSE:
        lines.append(f"  issuer: {members['iss']}" + (f", position {status['position']}" if status else ""))
        if result["kind"] == PROFILE:
            profile = members["profile"]
            lines.append(f"  enterprise: {members['sub']}, version {members['version']}")
            lines.append("  name: " + str(profile.get("registration", {}).get("name", {}).get("value", "not known")))
            lines += [f"  {name}: {len(value)}" for name, value in profile.items() if isinstance(value, list) and value]
        else:
            lines += [f"  {agency}/{dataset}: {said['answer']} ({said['state']}, complete up to {said['completeUpTo']})"
                      for agency, datasets in members["sources"].items() for dataset, said in datasets.items()]
    return "\n".join(lines)


def machine(code, result):
    members, status = result.get("members") or {}, result.get("status") or {}
    verdict = {CURRENT: "current", FALSE: "not-genuine", GENUINE: "not-current", UNKNOWN: "nothing-known",
               SEVERAL: "several", NOT_ALLOWED: "not-allowed"}.get(code, "no-verdict")
    facts = {"verdict": verdict, "exitCode": code, "problems": result["problems"], "position": status.get("position")}
    if code in (CURRENT, GENUINE, UNKNOWN):
        facts.update({name: members.get(name) for name in ("iss", "iat", "sub", "version", "profile", "sources")})
    return json.dumps(facts, ensure_ascii=False)


def options():
    parser = argparse.ArgumentParser(description="Ask a Suixin exchange about an enterprise, and check the answer.")
    parser.add_argument("base", nargs="?", help="the exchange, such as http://127.0.0.1:8080")
    parser.add_argument("name", nargs="?", help="an id (sx…), a code, or a registry key")
    parser.add_argument("--jwks", help="the exchange's public keys as you got them when you joined")
    parser.add_argument("--issuer", help="who must have issued it")
    parser.add_argument("--remember", help="a file that keeps the greatest position seen")
    parser.add_argument("--cache", help="a folder that keeps profiles and statuses")
    parser.add_argument("--file", help="a profile or absence fetched before")
    parser.add_argument("--status", help="the status that its Suixin-Status named")
    parser.add_argument("--proof", help="its Suixin-Proof: alone, or among headers as curl -D keeps them")
    parser.add_argument("--asked", help="what was asked for")
    parser.add_argument("--now", type=int, help="POSIX seconds, for tests")
    parser.add_argument("--json", action="store_true", help="output for machines")
    given = parser.parse_args()
    if not (given.file and given.jwks) and not (given.base and given.name):
        parser.error("give BASE and NAME, or --file and --jwks")
    return given


def read(path):
    with open(path, "rb") as file:
        return file.read(LIMIT)


def proof_field(path):
    fields = [line[13:] for line in read(path).decode(errors="replace").splitlines() if line.lower().startswith("suixin-proof:")]
    return fields[-1] if fields else read(path).decode(errors="replace")


def run(given, result):
    memory = Memory(given.remember)
    exchange = Exchange(given.base, given.cache) if not given.file else None
    # Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
    keys = Keys(read(given.jwks) if given.jwks else exchange.fetch("/.well-known/jwks.json"))
    now = int(time.time()) if given.now is None else given.now
    verifier = Verifier(keys, now, given.issuer, memory.positions)
    if exchange:
        ask(exchange, verifier, memory, given.name, result)
    else:
        check(verifier, memory, read(given.file), read(given.status) if given.status else None,
              proof_field(given.proof) if given.proof else None, given.asked, result)
    return UNKNOWN if result["kind"] == ABSENCE else CURRENT


def main():
    try:
        given = options()
    except SystemExit as error:
        return USAGE if error.code else 0
    result = {"problems": []}
    try:
        code = run(given, result)
    except Stop as stop:
        code, words = stop.code, stop
    except NotGenuine as error:
        code, words = FALSE, error
    except NotCurrent as error:
        code, words = GENUINE, error
    except (UnusableKeys, OSError, ValueError) as error:
        code, words = USAGE, error
    if code not in (CURRENT, UNKNOWN):
        result["problems"].append(str(words))
    print(machine(code, result) if given.json else summary(code, result))
    return code


if __name__ == "__main__":
    sys.exit(main())
