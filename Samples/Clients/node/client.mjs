#!/usr/bin/env node
// Asks a Suixin exchange about an enterprise and checks every step of the answer.
//
//   client.mjs http://127.0.0.1:8080 91440101…                               ask, check, print
//   client.mjs --file profile.json --status status.json --proof headers \
//              --asked 91440101… --jwks jwks.json                            check what was kept, without network
//
// The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE. Exit codes are in the README beside this folder.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  clock, CURRENT, Exchange, FALSE, GENUINE, judged, keysOf, Memory, NOT_ALLOWED, options, problem, replace, SEVERAL, Stop, UNAVAILABLE,
  UNKNOWN, USAGE,
} from "./exchange.mjs";
import {
  ABSENCE, canonical, follow, namesOf, NotCurrent, NotGenuine, PROFILE, readProof, sha256, statement, Verifier,
} from "./suixin.mjs";

const LOCATION = /^\/v1\/enterprises\/(sx[0-9a-z]{20})$/;

/** Profiles and statuses that came before; what comes is kept only once it was found genuine. */
class Cache {
  #fresh = new Map();

  constructor(folder, exchange) {
    this.folder = folder;
    this.exchange = exchange;
  }

  /** The status of that digest; it never changes, so it is fetched once. */
  async status(digest) {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest ?? "")) throw new NotCurrent("the answer names no status");
    const entry = "status-" + digest.slice(7), kept = this.#kept(entry);
    if (kept) return kept;
    const document = await this.exchange.fetch("/v1/sources/" + digest);
    this.#fresh.set(entry, document);
    return document;
  }

  /** An answer about a name; one that was kept and is unchanged (304) is given as if it had come now. */
  async enterprise(name) {
    // Of each exchange its own: equal names are not equal answers.
    const entry = "answer-" + sha256(this.exchange.base, "\n", name).toString("hex");
    const kept = this.#kept(entry), end = kept?.indexOf("\n") ?? 0, etag = kept?.subarray(0, end).toString("latin1");
    const answer = await this.exchange.get("/v1/enterprises/" + encodeURIComponent(name), etag);
    if (answer.code === 304 && etag) return { ...answer, code: 200, body: kept.subarray(end + 1) };
    const given = answer.headers.get("ETag");
    if (answer.code === 200 && given) this.#fresh.set(entry, Buffer.concat([Buffer.from(given + "\n", "latin1"), answer.body]));
    return answer;
  }

  keep() {
    if (!this.folder) return;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const [entry, data] of this.#fresh) replace(join(this.folder, entry), data);
  }

  #kept(entry) {
    return this.folder && existsSync(join(this.folder, entry)) ? readFileSync(join(this.folder, entry)) : undefined;
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

async function ask(cache, verifier, memory, asked, result) {
  for (let hop = 0; hop < 4; hop++) {
    const { code, headers, body } = await cache.enterprise(asked);
    const proof = headers.get("Suixin-Proof") ?? "", digest = headers.get("Suixin-Status");
    if (code === 200) return check(verifier, memory, body, await cache.status(digest), proof, asked, result);
    let members = {};
    try { members = JSON.parse(body) ?? {}; } catch { /* no problem document: said below */ }
    if (code === 404 && members.absence) {
      return check(verifier, memory, Buffer.from(canonical(members.absence)), await cache.status(digest), proof, asked, result);
    }
    // Any other redirect is none of an exchange's: nothing would prove where it leads.
    if ((code !== 300 && code !== 308) || !digest) throw problem(code, body);
    const status = verifier.openStatus(await cache.status(digest));
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

/** The field as it stands in a file, alone or among others. */
function proofField(path) {
  const text = readFileSync(path, "utf8");
  const fields = text.split(/\r?\n/).filter((line) => line.toLowerCase().startsWith("suixin-proof:"));
  return fields.length ? fields.at(-1).slice(13) : text;
}

async function run(result) {
  const text = { type: "string" };
  const given = options({ cache: text, file: text, status: text, proof: text, asked: text, json: { type: "boolean" } });
  result.isForMachines = given.json;
  const [base, name] = given.positionals;
  if (!(given.file && given.jwks) && given.positionals.length !== 2) throw new Stop(USAGE, "give BASE and NAME, or --file and --jwks");
  const memory = new Memory(given.remember);
  const exchange = given.file ? undefined : new Exchange(base);
  const verifier = new Verifier(await keysOf(given, exchange), clock(given), { issuer: given.issuer, seen: memory.positions });
  if (exchange) {
    const cache = new Cache(given.cache, exchange);
    await ask(cache, verifier, memory, name, result);
    cache.keep();
  } else {
    check(verifier, memory, readFileSync(given.file), given.status && readFileSync(given.status),
      given.proof && proofField(given.proof), given.asked, result);
  }
  return result.answer.kind === ABSENCE ? UNKNOWN : CURRENT;
}

const result = { problems: [] };
const { code, words } = await judged(() => run(result));
if (words !== undefined) result.problems.push(words);
console.log(result.isForMachines ? machine(code, result) : summary(code, result));
process.exitCode = code;
