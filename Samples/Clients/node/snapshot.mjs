#!/usr/bin/env node
// Takes everything that an exchange says, and checks that it is everything.
//
//   snapshot.mjs http://127.0.0.1:8080 FOLDER --jwks jwks.json            download what is missing, check
//   snapshot.mjs --folder FOLDER --jwks jwks.json                         check what was downloaded, without network
//
// A download that broke off goes on where it ended. The client's key comes from the environment (SUIXIN_KEY, SUIXIN_PURPOSE).
// Exit codes as client.mjs': 0 whole and current, 2 whole, but its status has expired or a greater position was seen, 1 not genuine.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline as pipe } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { checkFile, checkSnapshot, openManifest, PARTS } from "./bulk.mjs";
import {
  ATTEMPTS, clock, CURRENT, Exchange, FALSE, GENUINE, judged, keysOf, LONGEST_WAIT, Memory, options, problem, replace, Stop, UNAVAILABLE,
  USAGE, waitAsked, whole,
} from "./exchange.mjs";
import { NotGenuine, Verifier } from "./suixin.mjs";

const LONGEST_LINE = 64 << 20, MANIFEST = "manifest.json";

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

// --- over the network -------------------------------------------------------------------------------------------------------

const sizeOf = (path) => (existsSync(path) ? statSync(path).size : 0);

async function isThere(path, told) {
  if (!existsSync(path) || sizeOf(path) !== told.bytes) return false;
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return "sha256:" + hash.digest("hex") === told.digest;
}

/** As much of the rest as comes, and how long to wait before the next piece; a file that is another by now is begun anew. */
async function fetchPiece(exchange, path, part, told) {
  const start = sizeOf(part);
  const range = start ? { Range: `bytes=${start}-`, "If-Range": `"${told.digest.slice(7)}"` } : {};
  // Patience begins anew with each piece: nobody knows how long a whole file takes.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error("nothing more comes")), exchange.patience);
  try {
    // What is not compressed anew on the way can be gone on with.
    const answer = await exchange.open(path, { "Accept-Encoding": "identity", ...range }, patience.signal);
    if (answer.status === 416) {
      rmSync(part);
      throw new Error("it has no such range");
    }
    if ([429, 503].includes(answer.status) && waitAsked(answer.headers, 1) <= LONGEST_WAIT) return waitAsked(answer.headers, 1);
    if (answer.status !== 200 && answer.status !== 206) throw problem(answer.status, await whole(answer));
    const isRest = answer.status === 206 && (answer.headers.get("Content-Range") ?? "").startsWith(`bytes ${start}-`);
    if (answer.status === 206 && !isRest) throw new Error("another range came than was asked for");
    let size = isRest ? start : 0;
    const limited = async function* (pieces) {
      for await (const piece of pieces) {
        timer.refresh();
        if ((size += piece.length) > told.bytes) throw new NotGenuine(`${told.name} is longer than the manifest says`);
        yield piece;
      }
    };
    await pipeline(answer.body ?? [], limited, createWriteStream(part, { flags: isRest ? "a" : "w" }));
    return 0;
  } finally {
    clearTimeout(timer);
    // Whatever is left of it is not waited for.
    patience.abort();
  }
}

async function fetchFile(exchange, identity, folder, told) {
  const path = join(folder, told.name), part = `${path}.${identity}.part`;
  let furthest = sizeOf(part), attempts = 0, words = "nothing more comes";
  while (!(await isThere(path, told))) {
    if (sizeOf(part) >= told.bytes) {
      if (!(await isThere(part, told))) {
        rmSync(part);
        throw new NotGenuine(`${told.name} is not the file that the manifest describes`);
      }
      renameSync(part, path);
      return;
    }
    let wait = 0;
    try {
      wait = await fetchPiece(exchange, `/v1/snapshots/${identity}/${told.name}`, part, told);
    } catch (error) {
      if (error instanceof Stop || error instanceof NotGenuine) throw error;
      words = error.cause?.message ?? error.message;
    }
    // Whoever gets on may break off as often as he likes.
    attempts = sizeOf(part) > furthest ? 0 : attempts + 1;
    furthest = Math.max(furthest, sizeOf(part));
    if (attempts > ATTEMPTS) throw new Stop(UNAVAILABLE, `the download of ${told.name} does not get on: ${words}`);
    if (attempts) await sleep(wait * 1000 || Math.min(1000 * 2 ** attempts, exchange.patience));
  }
}

async function download(exchange, verifier, folder) {
  const document = await exchange.fetch("/v1/snapshots/latest");
  const { manifest, status } = openManifest(verifier, document);
  // An old state is not even begun.
  if (status.position < (verifier.seen.get(status.iss) ?? -1)) verifier.checkTime(status);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const part of PARTS) await fetchFile(exchange, manifest.id, folder, manifest.files[part]);
  replace(join(folder, MANIFEST), document);
}

// --- the command ------------------------------------------------------------------------------------------------------------

async function run() {
  const given = options({ folder: { type: "string" } });
  const [base, target] = given.positionals;
  if (!(given.folder && given.jwks) && given.positionals.length !== 2) throw new Stop(USAGE, "give BASE and FOLDER, or --folder and --jwks");
  const memory = new Memory(given.remember);
  const exchange = given.folder ? undefined : new Exchange(base);
  const verifier = new Verifier(await keysOf(given, exchange), clock(given), { issuer: given.issuer, seen: memory.positions });
  if (exchange) await download(exchange, verifier, target);
  const { manifest, status } = await check(verifier, memory, given.folder ?? target);
  verifier.checkTime(status);
  console.log(`whole and current: ${PARTS.map((part) => `${manifest.files[part].count} ${part}`).join(", ")}`);
  console.log(`  the changes go on with after=${manifest.after}`);
  return CURRENT;
}

const { code, words } = await judged(run);
if (words !== undefined) {
  console.log({ [FALSE]: "NOT GENUINE", [GENUINE]: "whole and genuine, but not shown to be current" }[code] ?? "no verdict");
  console.log("  " + words);
}
process.exitCode = code;
