// Asks a Suixin exchange over HTTP, and keeps what must outlive a program; `client.mjs` and `snapshot.mjs` are around it.
//
// The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE, how long it waits from SUIXIN_TIMEOUT.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { canonical, isObject, Keys, NotCurrent, NotGenuine } from "./suixin.mjs";

export const CURRENT = 0, FALSE = 1, GENUINE = 2, UNKNOWN = 3, SEVERAL = 4, USAGE = 64, UNAVAILABLE = 69, NOT_ALLOWED = 77;
export const ATTEMPTS = 4, LONGEST_WAIT = 60, LIMIT = 1 << 20;
const LOOPBACK = /^(localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])$/;

/** There is nothing to verify; `code` says why. */
export class Stop extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** What is wrong with it is not shown: it may be the key. */
function ofEnvironment(name, form, otherwise) {
  const text = process.env[name] || otherwise;
  if (text !== undefined && !form.test(text)) throw new Stop(USAGE, `${name} holds characters that do not belong there`);
  return text;
}

export class Exchange {
  constructor(base) {
    const address = URL.canParse(base) ? new URL(base) : {};
    if (!["http:", "https:"].includes(address.protocol) || address.username || address.password) {
      throw new Stop(USAGE, "BASE is the address of an exchange, such as https://credit.example");
    }
    this.base = base.replace(/\/+$/, "");
    /** Milliseconds. */
    this.patience = 1000 * Number(ofEnvironment("SUIXIN_TIMEOUT", /^[1-9][0-9]{0,4}$/, "20"));
    this.purpose = ofEnvironment("SUIXIN_PURPOSE", /^[ -~]+$/, "merchant-reverification");
    this.key = ofEnvironment("SUIXIN_KEY", /^[A-Za-z0-9._~+/=-]+$/);
    if (this.key && address.protocol === "http:" && !LOOPBACK.test(address.hostname)) {
      throw new Stop(USAGE, `the key would go to ${address.hostname} for all to read on the way: ask by https://`);
    }
  }

  /** The answer, whatever its code, its body not read yet. */
  open(path, headers, signal) {
    const all = { ...headers, "Suixin-Purpose": this.purpose };
    if (this.key) all.Authorization = `Bearer ${this.key}`;
    // A redirect is a statement to be proven, and must not carry the key elsewhere: we follow it ourselves.
    return fetch(this.base + path, { headers: all, redirect: "manual", signal });
  }

  /** Waits where the exchange asks for it, but not for ever. */
  async get(path, etag) {
    const headers = { Accept: "application/jose+json, application/json;q=0.9" };
    if (etag) headers["If-None-Match"] = etag;
    for (let attempt = 1; ; attempt++) {
      let answer, body;
      try {
        answer = await this.open(path, headers, AbortSignal.timeout(this.patience));
        body = await whole(answer);
      } catch (error) {
        throw error instanceof Stop ? error : new Stop(UNAVAILABLE, `cannot reach the exchange: ${error.cause?.message ?? error.message}`);
      }
      const wait = waitAsked(answer.headers, attempt);
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
}

/** The body, as long as it is no longer than what an exchange answers. */
export async function whole(answer) {
  const parts = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    if ((size += part.length) > LIMIT) throw new Stop(UNAVAILABLE, "the answer is longer than any that an exchange gives");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Seconds; a date in Retry-After is taken for no number. */
export function waitAsked(headers, attempt) {
  const asked = headers.get("Retry-After") ?? "";
  return /^[0-9]{1,6}$/.test(asked) ? Number(asked) : 2 ** attempt;
}

/** A problem document (RFC 9457) in words. */
export function problem(status, body) {
  let words = "no problem document";
  try {
    const { title, detail } = JSON.parse(body);
    if (title) words = `${title}: ${detail}`;
  } catch { /* a proxy may have answered */ }
  return new Stop(status === 401 || status === 403 ? NOT_ALLOWED : UNAVAILABLE, `the exchange answered ${status}: ${words}`);
}

// --- what outlives the program ----------------------------------------------------------------------------------------------

/** A file is there whole or not at all, whenever the machine stops and whoever else writes it. */
export function replace(path, data) {
  const part = `${path}.${process.pid}.part`, file = openSync(part, "w");
  try {
    const bytes = Buffer.from(data);
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
}

/** The greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too. */
export class Memory {
  constructor(path) {
    this.path = path;
    this.positions = this.#kept();
  }

  /**
   * Nothing that was seen is lowered, though another program may have written it since; what a later check goes by is raised once
   * it is kept.
   */
  note({ iss, position }) {
    if ((this.positions.get(iss) ?? -1) >= position) return;
    if (this.path) {
      const kept = this.#kept();
      kept.set(iss, Math.max(position, kept.get(iss) ?? -1));
      replace(this.path, canonical(Object.fromEntries(kept)));
    }
    this.positions.set(iss, position);
  }

  #kept() {
    if (!this.path || !existsSync(this.path)) return new Map();
    const positions = JSON.parse(readFileSync(this.path, "utf8"));
    // Whatever else stood there, nothing would be refused by it.
    if (!isObject(positions) || !Object.values(positions).every(Number.isSafeInteger)) {
      throw new Error(`${this.path} does not say which positions were seen`);
    }
    return new Map(Object.entries(positions));
  }
}

// --- the command ------------------------------------------------------------------------------------------------------------

/** The options that all have in common, and those that are given; `positionals` beside them. */
export function options(more) {
  const text = { type: "string" };
  const { values, positionals } = parseArgs({
    allowPositionals: true, options: { jwks: text, issuer: text, remember: text, now: text, ...more },
  });
  if (values.now !== undefined && !/^[0-9]{1,12}$/.test(values.now)) throw new Stop(USAGE, "--now is POSIX seconds");
  return { ...values, positionals };
}

export async function keysOf(given, exchange) {
  if (given.jwks) return new Keys(readFileSync(given.jwks));
  // Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
  console.error("the keys are the exchange's own word: give --jwks");
  return new Keys(await exchange.fetch("/.well-known/jwks.json"));
}

export const clock = (given) => (given.now === undefined ? Math.floor(Date.now() / 1000) : Number(given.now));

/** What the work ends with: its own code, or an error; and why it is no other. */
export async function judged(work) {
  try {
    return { code: await work() };
  } catch (error) {
    // An unusable JWKS, a wrong option, a file that is not there: the caller's affair.
    const code = error instanceof Stop ? error.code : error instanceof NotGenuine ? FALSE : error instanceof NotCurrent ? GENUINE : USAGE;
    // Somebody else's words do not steer the terminal.
    return { code, words: error.message.replace(/[\x00-\x1f\x7f-\x9f]/g, " ") };
  }
}
