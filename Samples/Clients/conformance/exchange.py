"""A real exchange in a folder that is thrown away, its keys, and its paths taken apart: what the corpus is made of."""
import base64
import hashlib
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER = "https://demo.suixin.example"


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def compact_json(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def short(data):
    bits = int.from_bytes(sha256(data)[:13], "big") >> 4
    return "sx" + "".join("0123456789abcdefghjkmnpqrstvwxyz"[bits >> shift & 31] for shift in range(95, -1, -5))


class Exchange:
    """A real one in a folder that is thrown away."""

    def __init__(self, suixin, agencies, folder, enterprises=150):
        self.suixin, self.folder = suixin, folder
        self.started = []
        self._start([agencies, "--port", "0", "--seed", "7", "--enterprises", str(enterprises), "--data", "agencies",
                     "--ready-file", "agencies.json"])
        self.agencies = re.search("http://[^/]*", self._ready("agencies.json"))[0]
        self.run("init", "--agencies", self.agencies, "--issuer", ISSUER)
        self.run("sync")
        self._start([suixin, "serve", "--config", "suixin.json", "--port", "0", "--ready-file", "serve.json"])
        self.base = re.search("http://[^\"/ ]*", self._ready("serve.json"))[0]

    def _start(self, command):
        self.started.append(subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def _ready(self, name):
        path = self.folder / name
        while not (path.exists() and path.stat().st_size):
            if self.started[-1].poll() is not None:
                sys.exit("a program of the exchange ended at once")
            time.sleep(0.05)
        return path.read_text()

    def run(self, *arguments):
        # 2 is a part done: a simulated agency may have a bad day.
        done = subprocess.run([self.suixin, *arguments, "--config", "suixin.json"], cwd=self.folder, capture_output=True)
        if done.returncode not in (0, 2):
            sys.exit(f"suixin {arguments[0]}: {done.stderr.decode()}")

    def pass_time(self, day):
        urllib.request.urlopen(urllib.request.Request(f"{self.agencies}/control/pass?to={day}", method="POST")).read()

    def get(self, path):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None
        try:
            answer = urllib.request.build_opener(Stay).open(self.base + path)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read().decode()

    def ask(self, name):
        status, headers, body = self.get("/v1/enterprises/" + urllib.parse.quote(name, safe=""))
        return status, headers.get("Suixin-Proof"), body

    def stop(self):
        for process in self.started:
            process.terminate()
            process.wait()


class Signer:
    """Signs as the exchange does, with its own private key: some rules only an exchange could break."""

    def __init__(self, jwk):
        self.kid, self.algorithm = jwk["kid"], jwk["alg"]
        if self.algorithm == "ES256":
            self.key = ec.derive_private_key(int.from_bytes(bytes64(jwk["d"]), "big"), ec.SECP256R1())
        else:
            self.key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes64(jwk["d"]))

    def sign(self, message):
        if self.algorithm == "EdDSA":
            return self.key.sign(message)
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def document(self, payload, kind, header=None, **members):
        if header is None:
            header = compact_json({"alg": self.algorithm, "kid": self.kid, "typ": kind, **members})
        payload = payload if isinstance(payload, str) else compact_json(payload)
        protected, body = text64(header.encode()), text64(payload.encode())
        return flattened(body, protected, text64(self.sign(f"{protected}.{body}".encode())))


def flattened(payload, protected, signature):
    return f'{{"payload":"{payload}","protected":"{protected}","signature":"{signature}"}}'


def payload_of(document):
    return json.loads(bytes64(json.loads(document)["payload"]))


class Path:
    """A path of a proof, taken apart."""

    def __init__(self, text):
        data = bytes64(text)
        self.form, self.end, self.count = data[0], data[1], data[2]
        width = (self.count + 7) // 8
        self.marks = [data[3 + place // 8] >> 7 - place % 8 & 1 for place in range(width * 8)]
        rest = data[3 + width:]
        self.hashes = [rest[place:place + 32] for place in range(0, len(rest), 32)]

    def text(self, behind=b""):
        marks = int("".join(map(str, self.marks)) or "0", 2).to_bytes(len(self.marks) // 8, "big")
        return text64(bytes([self.form, self.end, self.count]) + marks + b"".join(self.hashes) + behind)


def steps_of(proof):
    return re.findall('"([^"]*)"(?:;name="([^"]*)")?', proof)


def proof_of(steps):
    return ", ".join(f'"{path}"' + (f';name="{name}"' if name else "") for path, name in steps)
