#!/usr/bin/env node
// Asks a Suixin exchange about an enterprise and checks every step of the answer.
//
//   client.mjs http://127.0.0.1:8080 91440101…                               ask, check, print
//   client.mjs --file profile.json --status status.json --proof headers \
//              --asked 91440101… --jwks jwks.json                            check what was kept, without network
//
// The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE. Exit codes are in the README beside this folder.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  ABSENCE, canonical, digestText, follow, Keys, namesOf, NotCurrent, NotGenuine, PROFILE, readProof, statement, UnusableKeys, Verifier,
} from "./suixin.mjs";

const CURRENT = 0, FALSE = 1, GENUINE = 2, UNKNOWN = 3, SEVERAL = 4, USAGE = 64, UNAVAILABLE = 69, NOT_ALLOWED = 77;
const ATTEMPTS = 4, LONGEST_WAIT = 60, LIMIT = 1 << 20;
const LOCATION = /^\/v1\/enterprises\/(sx[0-9a-z]{20})$/;

/** There is nothing to verify; `code` says why. */
class Stop extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** A file is there whole or not at all, whenever the machine stops. */
function replace(path, data) {
  writeFileSync(path + ".part", data);
  renameSync(path + ".part", path);
}

/** A problem document (RFC 9457) in words. */
function problem(status, body) {
  let words = "no problem document";
  try {
    const { title, detail } = JSON.parse(body);
    if (title) words = `${title}: ${detail}`;
  } catch { /* a proxy may have answered */ }
  return new Stop(status === 401 || status === 403 ? NOT_ALLOWED : UNAVAILABLE, `the exchange answered ${status}: ${words}`);
}

class Exchange {
  constructor(base, cache) {
    this.base = base.replace(/\/+$/, "");
    this.cache = cache;
  }

  /** Waits where the exchange asks for it, but not for ever. */
  async get(path, etag) {
    const headers = { Accept: "application/jose+json, application/json;q=0.9" };
    if (process.env.SUIXIN_KEY) headers.Authorization = `Bearer ${process.env.SUIXIN_KEY}`;
    // Each query says why it is made.
    headers["Suixin-Purpose"] = process.env.SUIXIN_PURPOSE || "merchant-reverification";
    if (etag) headers["If-None-Match"] = etag;
    for (let attempt = 1; ; attempt++) {
      let answer, body;
      try {
        // A redirect is a statement to be proven, and must not carry the key elsewhere: we follow it ourselves.
        answer = await fetch(this.base + path, { headers, redirect: "manual", signal: AbortSignal.timeout(1000 * (process.env.SUIXIN_TIMEOUT || 20)) });
        body = await read(answer);
      } catch (error) {
        throw error instanceof Stop ? error : new Stop(UNAVAILABLE, `cannot reach the exchange: ${error.cause?.message ?? error.message}`);
      }
      const asked = answer.headers.get("Retry-After") ?? "";
      const wait = /^[0-9]{1,6}$/.test(asked) ? Number(asked) : 2 ** attempt;
      if (![429, 503].includes(answer.status) || attempt === ATTEMPTS || wait > LONGEST_WAIT) {
        return { code: answer.status, headers: answer.headers, body };
      }
      await sleep(wait * 1000);
    }
  }

  async fetch(path) {
    const { code, body } = await this.get(path);
    if (code !== 200) throw problem(code, body);
    return body;
  }

  /** The status of that digest; it never changes, so it is fetched once. */
  async status(digest) {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest ?? "")) throw new NotCurrent("the answer names no status");
    const entry = "status-" + digest.slice(7);
    const kept = this.#kept(entry);
    if (kept) return kept;
    const document = await this.fetch("/v1/sources/" + digest);
    this.#keep(entry, document);
    return document;
  }

  /** An answer about a name; one that was kept and is unchanged (304) is given as if it had come now. */
  async enterprise(name) {
    const entry = "profile-" + digestText(name).slice(7);
    const etag = this.#kept(entry + ".etag")?.toString();
    const answer = await this.get("/v1/enterprises/" + encodeURIComponent(name), etag);
    if (answer.code === 304 && etag) return { ...answer, code: 200, body: this.#kept(entry) };
    if (answer.code === 200 && answer.headers.get("ETag")) {
      this.#keep(entry, answer.body);
      this.#keep(entry + ".etag", answer.headers.get("ETag"));
    }
    return answer;
  }

  #kept(name) {
    return this.cache && existsSync(join(this.cache, name)) ? readFileSync(join(this.cache, name)) : undefined;
  }

  #keep(name, data) {
    if (!this.cache) return;
    mkdirSync(this.cache, { recursive: true, mode: 0o700 });
    replace(join(this.cache, name), data);
  }
}

/** The body, as long as it is no longer than what an exchange answers. */
async function read(answer) {
  const parts = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    if ((size += part.length) > LIMIT) throw new Stop(UNAVAILABLE, "the answer is longer than any that an exchange gives");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too. */
class Memory {
  constructor(path) {
    this.path = path;
    this.positions = path && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  }

  note({ iss, position }) {
    if (!this.path || (this.positions[iss] ?? -1) >= position) return;
    this.positions[iss] = position;
    replace(this.path, canonical(this.positions));
  }
}

/** Verifies an answer; says in `result` what it is, and why it is not more. */
function check(verifier, memory, document, statusDocument, proof, asked, result) {
  result.answer = verifier.openAnswer(document);
  if (!statusDocument) throw new NotCurrent("no status beside it");
  const status = verifier.openStatus(statusDocument);
  if (status.members.iss !== result.answer.members.iss) throw new NotGenuine("document and status come from different issuers");
  memory.note(status.members);
  result.status = status.members;
  if (!proof) throw new NotCurrent("no proof beside it");
  verifier.checkCurrency(result.answer, status, proof, asked);
}

async function ask(exchange, verifier, memory, asked, result) {
  for (let hop = 0; hop < 4; hop++) {
    const { code, headers, body } = await exchange.enterprise(asked);
    const proof = headers.get("Suixin-Proof") ?? "", digest = headers.get("Suixin-Status");
    if (code === 200) return check(verifier, memory, body, await exchange.status(digest), proof, asked, result);
    let members = {};
    try { members = JSON.parse(body) ?? {}; } catch { /* no problem document: said below */ }
    if (code === 404 && members.absence) {
      return check(verifier, memory, Buffer.from(canonical(members.absence)), await exchange.status(digest), proof, asked, result);
    }
    if (code !== 300 && code !== 308) throw problem(code, body);
    const status = verifier.openStatus(await exchange.status(digest));
    if (status.digest !== digest) throw new NotGenuine("another status than the answer names");
    memory.note(status.members);
    result.status = status.members;
    verifier.checkTime(status.members);
    const moved = LOCATION.exec(headers.get("Location") ?? "")?.[1];
    const steps = readProof(proof), end = moved ? steps.findIndex((step) => step.name === moved) : -1;
    // The paths behind the new id prove what is said of that; it is asked for anew.
    const { name, said } = follow(end > 0 ? steps.slice(0, end) : steps, namesOf(asked), verifier.root(status.members));
    if (code === 300) {
      const ids = [...body.toString().matchAll(/"\/v1\/enterprises\/(sx[0-9a-z]{20})"/g)].map((match) => match[1]);
      if (!said.equals(statement("holders", ids))) throw new NotCurrent("the proof is of other holders");
      throw new Stop(SEVERAL, `several enterprises hold this code: ${ids.join(", ")}`);
    }
    if (!moved || !said.equals(statement("movedTo", moved))) {
      throw new NotCurrent("nothing proves that the enterprise has moved there");
    }
    console.error(`${name} was joined to ${moved}`);
    asked = moved;
  }
  throw new Stop(UNAVAILABLE, "redirected too often");
}

const TITLES = {
  [CURRENT]: "genuine and current", [FALSE]: "NOT GENUINE", [GENUINE]: "genuine, but not shown to be current",
  [UNKNOWN]: "nothing is known by this (that is not the same as nothing to know)",
};
const VERDICTS = {
  [CURRENT]: "current", [FALSE]: "not-genuine", [GENUINE]: "not-current", [UNKNOWN]: "nothing-known", [SEVERAL]: "several",
  [NOT_ALLOWED]: "not-allowed",
};

/** A few lines for a person. */
function summary(code, { answer, status, problems }) {
  const lines = [TITLES[code] ?? "no verdict", ...problems.map((words) => "  " + words)];
  if (answer && code !== FALSE) {
    const { members } = answer;
    lines.push(`  issuer: ${members.iss}` + (status ? `, position ${status.position}` : ""));
    if (answer.kind === PROFILE) {
      lines.push(`  enterprise: ${members.sub}, version ${members.version}`);
      lines.push(`  name: ${members.profile.registration?.name?.value ?? "not known"}`);
      for (const [name, value] of Object.entries(members.profile)) {
        if (Array.isArray(value) && value.length) lines.push(`  ${name}: ${value.length}`);
      }
    } else {
      for (const [agency, datasets] of Object.entries(members.sources)) {
        for (const [dataset, said] of Object.entries(datasets)) {
          lines.push(`  ${agency}/${dataset}: ${said.answer} (${said.state}, complete up to ${said.completeUpTo})`);
        }
      }
    }
  }
  return lines.join("\n");
}

function machine(code, { answer, status, problems }) {
  const facts = { verdict: VERDICTS[code] ?? "no-verdict", exitCode: code, problems, position: status?.position ?? null };
  if ([CURRENT, GENUINE, UNKNOWN].includes(code) && answer) {
    for (const name of ["iss", "iat", "sub", "version", "profile", "sources"]) facts[name] = answer.members[name] ?? null;
  }
  return JSON.stringify(facts);
}

function options() {
  const text = { type: "string" };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      jwks: text, issuer: text, remember: text, cache: text, file: text, status: text, proof: text, asked: text, now: text,
      json: { type: "boolean" },
    },
  });
  if (!(values.file && values.jwks) && positionals.length !== 2) throw new Stop(USAGE, "give BASE and NAME, or --file and --jwks");
  return { ...values, base: positionals[0], name: positionals[1] };
}

/** The field as it stands in a file, alone or among others. */
function proofField(path) {
  const text = readFileSync(path, "utf8");
  const fields = text.split(/\r?\n/).filter((line) => line.toLowerCase().startsWith("suixin-proof:"));
  return fields.length ? fields.at(-1).slice(13) : text;
}

async function run(given, result) {
  const memory = new Memory(given.remember);
  const exchange = given.file ? undefined : new Exchange(given.base, given.cache);
  // Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
  const keys = new Keys(given.jwks ? readFileSync(given.jwks) : await exchange.fetch("/.well-known/jwks.json"));
  const now = given.now === undefined ? Math.floor(Date.now() / 1000) : Number(given.now);
  const verifier = new Verifier(keys, now, { issuer: given.issuer, seen: memory.positions });
  if (exchange) await ask(exchange, verifier, memory, given.name, result);
  else {
    check(verifier, memory, readFileSync(given.file), given.status && readFileSync(given.status),
      given.proof && proofField(given.proof), given.asked, result);
  }
  return result.answer.kind === ABSENCE ? UNKNOWN : CURRENT;
}

const result = { problems: [] };
let given = {}, code;
try {
  given = options();
  code = await run(given, result);
} catch (error) {
  code = error instanceof NotGenuine ? FALSE : error instanceof NotCurrent ? GENUINE : error.code ?? USAGE;
  // An unusable JWKS, a wrong option, a file that is not there: the caller's affair.
  if (error instanceof UnusableKeys || typeof code !== "number") code = USAGE;
  result.problems.push(error.message);
}
console.log(given.json ? machine(code, result) : summary(code, result));
process.exitCode = code;
