#!/usr/bin/env node
// Takes everything that an exchange says, and checks that it is everything.
//
//   snapshot.mjs http://127.0.0.1:8080 FOLDER --jwks jwks.json            download what is missing, check
//   snapshot.mjs --folder FOLDER --jwks jwks.json                         check what was downloaded, without network
//
// A download that broke off goes on where it ended. The client's key comes from the environment (SUIXIN_KEY, SUIXIN_PURPOSE).
// Exit codes as client.mjs': 0 whole and current, 2 whole, but its status has expired or a greater position was seen, 1 not genuine.
import { createHash } from "node:crypto";
import {
  createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline as pipe, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { checkFile, checkSnapshot, openManifest, PARTS } from "./bulk.mjs";
import { canonical, Keys, NotCurrent, NotGenuine, UnusableKeys, Verifier } from "./suixin.mjs";

const CURRENT = 0, FALSE = 1, GENUINE = 2, USAGE = 64, UNAVAILABLE = 69, NOT_ALLOWED = 77;
const ATTEMPTS = 4, LONGEST_LINE = 64 << 20, MANIFEST = "manifest.json", LIMIT = 1 << 20;

/** There is nothing to verify; `code` says why. */
class Stop extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// --- files ------------------------------------------------------------------------------------------------------------------

/** The lines of a compressed file; once they are all read, `found` says what file it was. */
class Lines {
  found = { bytes: 0, count: 0 };
  #hash = createHash("sha256");

  constructor(folder, told) {
    this.told = told;
    this.path = join(folder, told.name);
    if (!existsSync(this.path)) throw new NotGenuine(`${told.name} is not beside the manifest: download it, too`);
  }

  async* read() {
    const { found } = this, hash = this.#hash;
    const digesting = async function* (pieces) {
      for await (const piece of pieces) {
        hash.update(piece);
        found.bytes += piece.length;
        yield piece;
      }
    };
    const inflated = pipe(createReadStream(this.path), digesting, createGunzip(), () => {});
    let rest = Buffer.alloc(0);
    try {
      for await (const piece of inflated) {
        const data = rest.length ? Buffer.concat([rest, piece]) : piece;
        let start = 0;
        for (let end; (end = data.indexOf(10, start)) >= 0; start = end + 1) {
          found.count++;
          yield data.subarray(start, end);
        }
        rest = data.subarray(start);
        if (rest.length > LONGEST_LINE) throw new NotGenuine(`${this.told.name}: a line longer than any of the exchange's`);
      }
    } catch (error) {
      if (!error.code?.startsWith("Z_")) throw error;
      throw new NotGenuine(error.code === "Z_BUF_ERROR" ? `${this.told.name} ends early: go on with its download`
        : `${this.told.name} is damaged: ${error.message}`);
    }
    if (rest.length) throw new NotGenuine(`${this.told.name}: a line that does not end`);
    found.digest = "sha256:" + hash.digest("hex");
  }
}

async function check(verifier, memory, folder) {
  const { manifest, status } = openManifest(verifier, readFileSync(join(folder, MANIFEST)));
  const lines = PARTS.map((part) => new Lines(folder, manifest.files[part]));
  await checkSnapshot(verifier, manifest, Object.fromEntries(PARTS.map((part, place) => [part, lines[place].read()])));
  for (const { told, found } of lines) checkFile(told, found);
  memory.note(status);
  return { manifest, status };
}

/** A file is there whole or not at all, whenever the machine stops. */
function replace(path, data) {
  writeFileSync(path + ".part", data);
  renameSync(path + ".part", path);
}

/** The greatest position seen of each issuer, in the form that `suixin verify --remember` keeps too. */
class Memory {
  constructor(path) {
    this.path = path;
    this.positions = path && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  }

  note({ iss, position }) {
    if (!this.path || (this.positions[iss] ?? -1) >= position) return;
    replace(this.path, canonical({ ...this.positions, [iss]: position }));
  }
}

// --- over the network -------------------------------------------------------------------------------------------------------

class Exchange {
  constructor(base) { this.base = base.replace(/\/+$/, ""); }

  ask(path, headers = {}) {
    if (process.env.SUIXIN_KEY) headers.Authorization = `Bearer ${process.env.SUIXIN_KEY}`;
    // Each query says why it is made. What is not compressed anew on the way can be gone on with.
    headers["Suixin-Purpose"] = process.env.SUIXIN_PURPOSE || "merchant-reverification";
    return fetch(this.base + path, { headers: { "Accept-Encoding": "identity", ...headers }, redirect: "manual" });
  }

  /** A small document, whole. */
  async fetch(path) {
    let answer, body;
    try {
      answer = await this.ask(path, { Accept: "application/jose+json, application/json;q=0.9" });
      body = Buffer.from(await answer.arrayBuffer());
    } catch (error) {
      throw new Stop(UNAVAILABLE, `cannot reach the exchange: ${error.cause?.message ?? error.message}`);
    }
    if (answer.status !== 200 || body.length > LIMIT) throw problem(answer.status, body);
    return body;
  }
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

const sizeOf = (path) => (existsSync(path) ? statSync(path).size : 0);

async function isThere(path, told) {
  if (!existsSync(path) || sizeOf(path) !== told.bytes) return false;
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return "sha256:" + hash.digest("hex") === told.digest;
}

/** As much of the rest as comes; a file that is another by now is begun anew. */
async function fetchPiece(exchange, path, part, told) {
  const start = sizeOf(part);
  const range = start ? { Range: `bytes=${start}-`, "If-Range": `"${told.digest.slice(7)}"` } : {};
  const answer = await exchange.ask(path, range);
  if (answer.status !== 200 && answer.status !== 206) {
    if (answer.status === 416) rmSync(part);
    if (![416, 429, 503].includes(answer.status)) throw problem(answer.status, await answer.text());
    return;
  }
  const isRest = answer.status === 206 && (answer.headers.get("Content-Range") ?? "").startsWith(`bytes ${start}-`);
  let size = isRest ? start : 0;
  const limited = async function* (pieces) {
    for await (const piece of pieces) {
      if ((size += piece.length) > told.bytes) throw new NotGenuine(`${told.name} is longer than the manifest says`);
      yield piece;
    }
  };
  await pipeline(Readable.fromWeb(answer.body), limited, createWriteStream(part, { flags: isRest ? "a" : "w" }));
}

async function fetchFile(exchange, identity, folder, told) {
  const path = join(folder, told.name), part = `${path}.${identity}.part`;
  let attempts = 0;
  while (!(await isThere(path, told))) {
    const before = sizeOf(part);
    if (before === told.bytes) {
      if (!(await isThere(part, told))) {
        rmSync(part);
        throw new NotGenuine(`${told.name} is not the file that the manifest describes`);
      }
      renameSync(part, path);
      return;
    }
    try {
      await fetchPiece(exchange, `/v1/snapshots/${identity}/${told.name}`, part, told);
    } catch (error) {
      if (error instanceof Stop || error instanceof NotGenuine) throw error;
      if (attempts === ATTEMPTS) throw new Stop(UNAVAILABLE, `the download of ${told.name} broke off: ${error.message}`);
    }
    // Whoever gets on may break off as often as he likes.
    attempts = sizeOf(part) > before ? 0 : attempts + 1;
    if (attempts > ATTEMPTS) throw new Stop(UNAVAILABLE, `the download of ${told.name} does not get on`);
    if (attempts) await sleep(1000 * 2 ** attempts);
  }
}

async function download(exchange, verifier, folder) {
  const document = await exchange.fetch("/v1/snapshots/latest");
  const { manifest, status } = openManifest(verifier, document);
  // An old state is not even begun.
  if (status.position < (verifier.seen[status.iss] ?? -1)) verifier.checkTime(status);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const part of PARTS) await fetchFile(exchange, manifest.id, folder, manifest.files[part]);
  replace(join(folder, MANIFEST), document);
}

// --- the command ------------------------------------------------------------------------------------------------------------

async function run() {
  const text = { type: "string" };
  const { values: given, positionals: [base, target] } = parseArgs({
    allowPositionals: true, options: { folder: text, jwks: text, issuer: text, remember: text, now: text },
  });
  if (!(given.folder && given.jwks) && !(base && target)) throw new Stop(USAGE, "give BASE and FOLDER, or --folder and --jwks");
  const memory = new Memory(given.remember);
  const exchange = given.folder ? undefined : new Exchange(base);
  const keys = new Keys(given.jwks ? readFileSync(given.jwks) : await exchange.fetch("/.well-known/jwks.json"));
  const now = given.now === undefined ? Math.floor(Date.now() / 1000) : Number(given.now);
  const verifier = new Verifier(keys, now, { issuer: given.issuer, seen: memory.positions });
  if (exchange) await download(exchange, verifier, target);
  const { manifest, status } = await check(verifier, memory, given.folder ?? target);
  verifier.checkTime(status);
  return manifest;
}

try {
  const manifest = await run();
  console.log(`whole and current: ${PARTS.map((part) => `${manifest.files[part].count} ${part}`).join(", ")}`);
  console.log(`  the changes go on with after=${manifest.after}`);
  process.exitCode = CURRENT;
} catch (error) {
  let code = error instanceof NotGenuine ? FALSE : error instanceof NotCurrent ? GENUINE : error.code ?? USAGE;
  // An unusable JWKS, a wrong option, a file that is not there: the caller's affair.
  if (error instanceof UnusableKeys || typeof code !== "number") code = USAGE;
  console.log({ [FALSE]: "NOT GENUINE", [GENUINE]: "whole and genuine, but not shown to be current" }[code] ?? "no verdict");
  console.log(`  ${error.message}`);
  process.exitCode = code;
}
