#!/usr/bin/env python3
"""Asks a Suixin exchange about an enterprise and checks every step of the answer.

    client.py http://127.0.0.1:8080 91440101…                              ask, check, print
    client.py --file profile.json --status status.json --proof headers \\
              --asked 91440101… --jwks jwks.json                           check what was kept, without network

The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE. Exit codes are in the README beside this folder.
"""
import itertools
import json
import os
import re
import sys
import urllib.parse

from exchange import (CURRENT, FALSE, GENUINE, NOT_ALLOWED, SEVERAL, UNAVAILABLE, UNKNOWN, USAGE, Exchange, Memory, Stop, clock, judged,
                      keys_of, parser, problem, read, replace)
from suixin import (ABSENCE, PROFILE, NotCurrent, NotGenuine, Verifier, digest_text, follow, names_of, read_proof, sha256, statement)

LOCATION = re.compile(r"/v1/enterprises/(sx[0-9a-z]{20})")


class Cache:
    """Profiles and statuses that came before; what comes is kept only once it was found genuine."""

    def __init__(self, folder, exchange):
        self.folder, self.exchange, self.fresh = folder, exchange, {}

    def status(self, digest):
        """The status of that digest; it never changes, so it is fetched once."""
        if not re.fullmatch("sha256:[0-9a-f]{64}", digest or ""):
            raise NotCurrent("the answer names no status")
        entry = "status-" + digest[7:]
        document = self._kept(entry)
        if document is None:
            document = self.fresh[entry] = self.exchange.fetch("/v1/sources/" + digest)
        return document

    def enterprise(self, name):
        """An answer about a name; one that was kept and is unchanged (304) is given as if it had come now."""
        # Of each exchange its own: equal names are not equal answers.
        entry = "answer-" + sha256(self.exchange.base.encode(), b"\n", name.encode()).hex()
        etag, _, document = (self._kept(entry) or b"").partition(b"\n")
        status, headers, body = self.exchange.get("/v1/enterprises/" + urllib.parse.quote(name, safe=""), etag.decode("latin-1"))
        if status == 304 and etag:
            return 200, headers, document
        if status == 200 and headers.get("ETag"):
            self.fresh[entry] = headers["ETag"].encode("latin-1") + b"\n" + body
        return status, headers, body

    def keep(self):
        if self.folder:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            for entry, data in self.fresh.items():
                replace(os.path.join(self.folder, entry), data)

    def _kept(self, entry):
        path = os.path.join(self.folder or "", entry)
        return read(path) if self.folder and os.path.exists(path) else None


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


def ask(cache, verifier, memory, asked, result):
    for _ in range(4):
        code, headers, body = cache.enterprise(asked)
        proof = ", ".join(headers.get_all("Suixin-Proof", []))
        digest = headers.get("Suixin-Status")
        if code == 200:
            return check(verifier, memory, body, cache.status(digest), proof, asked, result)
        if code == 404:
            try:
                absence = json.loads(body).get("absence")
            except (ValueError, AttributeError, RecursionError):
                absence = None
            if not absence:
                raise problem(code, body)
            return check(verifier, memory, json.dumps(absence, sort_keys=True, separators=(",", ":")).encode(),
                         cache.status(digest), proof, asked, result)
        # Any other redirect is none of an exchange's: nothing would prove where it leads.
        if code not in (300, 308) or not digest:
            raise problem(code, body)
        status, found = verifier.open_status(cache.status(digest))
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
    made = parser("Ask a Suixin exchange about an enterprise, and check the answer.", "name", "an id (sx…), a code, or a registry key")
    made.add_argument("--cache", help="a folder that keeps profiles and statuses")
    made.add_argument("--file", help="a profile or absence fetched before")
    made.add_argument("--status", help="the status that its Suixin-Status named")
    made.add_argument("--proof", help="its Suixin-Proof: alone, or among headers as curl -D keeps them")
    made.add_argument("--asked", help="what was asked for")
    made.add_argument("--json", action="store_true", help="output for machines")
    given = made.parse_args()
    if not (given.file and given.jwks) and not (given.base and given.name):
        made.error("give BASE and NAME, or --file and --jwks")
    return given


def proof_field(path):
    fields = [line[13:] for line in read(path).decode(errors="replace").splitlines() if line.lower().startswith("suixin-proof:")]
    return fields[-1] if fields else read(path).decode(errors="replace")


def run(given, result):
    memory = Memory(given.remember)
    exchange = Exchange(given.base) if not given.file else None
    verifier = Verifier(keys_of(given, exchange), clock(given), given.issuer, memory.positions)
    if exchange:
        cache = Cache(given.cache, exchange)
        ask(cache, verifier, memory, given.name, result)
        cache.keep()
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
    code, words = judged(lambda: run(given, result))
    if words is not None:
        result["problems"].append(words)
    print(machine(code, result) if given.json else summary(code, result))
    return code


if __name__ == "__main__":
    sys.exit(main())
