#!/usr/bin/env node
// Receives what a Suixin exchange pushes (Standard Webhooks), and prints each event once.
//
//   webhook.mjs --port 8400 --jwks jwks.json --seen ids         listen on the loopback; TLS belongs to a proxy before it
//   webhook.mjs --headers headers --body body --jwks jwks.json   check one request that was kept
//
// v1 (HMAC-SHA256) is checked by SUIXIN_WEBHOOK_SECRET, one or several `whsec_…` with blanks between them while they are
// being changed; v1a (Ed25519) by the Ed25519 keys of the JWKS. Either is enough.
//
// Exit code with --headers: 0 genuine, 1 not genuine, 64 wrong usage.
import { createHmac, timingSafeEqual, verify as verifySignature } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Keys, NotGenuine } from "./suixin.mjs";

const TOLERANCE = 300, LIMIT = 256 * 1024;

/** Strict base64, as Standard Webhooks writes it. */
function base64(text) {
  const data = Buffer.from(text, "base64");
  return data.toString("base64") === text ? data : undefined;
}

/** The shared secrets of the environment, as bytes. */
function secrets() {
  return (process.env.SUIXIN_WEBHOOK_SECRET ?? "").split(/\s+/).filter(Boolean).map((text) => {
    const secret = text.startsWith("whsec_") ? base64(text.slice(6)) : undefined;
    if (!secret) throw new Error("SUIXIN_WEBHOOK_SECRET is no whsec_…");
    return secret;
  });
}

function isSigned(kind, signature, message, shared, keys) {
  if (kind === "v1") {
    // timingSafeEqual takes the same time wherever the two differ.
    return signature.length === 32
      && shared.some((secret) => timingSafeEqual(createHmac("sha256", secret).update(message).digest(), signature));
  }
  return kind === "v1a" && signature.length === 64 && keys.some((key) => verifySignature(null, message, key, signature));
}

/** The id of a genuine message; throws NotGenuine for any other. */
export function check(headers, body, now, shared, keys) {
  const id = headers["webhook-id"] ?? "", timestamp = headers["webhook-timestamp"] ?? "";
  // Without a full stop: `id.timestamp.body` could be read in two ways else.
  if (!/^[!-\-/-~]{1,256}$/.test(id) || !/^[0-9]{1,12}$/.test(timestamp)) {
    throw new NotGenuine("webhook-id or webhook-timestamp is missing or of another form");
  }
  if (Math.abs(now - Number(timestamp)) > TOLERANCE) {
    throw new NotGenuine("its time is more than five minutes from now: sent again by somebody, or one of the clocks is wrong");
  }
  const message = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  for (const entry of (headers["webhook-signature"] ?? "").split(" ").slice(0, 16)) {
    const comma = entry.indexOf(",");
    const signature = base64(entry.slice(comma + 1));
    if (comma > 0 && signature && isSigned(entry.slice(0, comma), signature, message, shared, keys)) return id;
  }
  throw new NotGenuine("no signature fits: changed, or signed by somebody else");
}

/** The ids that came before: whoever pushes repeats what it believes was lost. The file outlives the program. */
class Seen {
  constructor(path) {
    this.path = path;
    this.ids = new Set(path && existsSync(path) ? readFileSync(path, "ascii").split("\n") : []);
  }

  isNew(id) {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.path) appendFileSync(this.path, id + "\n");
    return true;
  }
}

function receive(shared, keys, seen) {
  return (request, response) => {
    const parts = [];
    let size = 0;
    const reply = (code) => response.writeHead(code, { Connection: "close" }).end();
    request.on("data", (part) => {
      if ((size += part.length) > LIMIT) return reply(413) && request.destroy();
      parts.push(part);
    });
    request.on("end", () => {
      if (request.method !== "POST") return reply(405);
      const body = Buffer.concat(parts);
      try {
        // Here a platform lays the event into its own queue. Work on it afterwards: who pushes waits for the answer.
        if (seen.isNew(check(request.headers, body, Math.floor(Date.now() / 1000), shared, keys))) console.log(body.toString());
        reply(204);
      } catch (error) {
        console.error(`refused: ${error.message}`);
        reply(error instanceof NotGenuine ? 401 : 500);
      }
    });
  };
}

function keptHeaders(path) {
  const lines = readFileSync(path, "latin1").split(/\r?\n/).filter((line) => line.includes(":"));
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
}

try {
  const text = { type: "string" };
  const { values: given } = parseArgs({ options: { port: text, jwks: text, seen: text, headers: text, body: text, now: text } });
  if (given.now !== undefined && !/^[0-9]{1,12}$/.test(given.now)) throw new Error("--now is POSIX seconds");
  const keys = given.jwks ? new Keys(readFileSync(given.jwks)).ed25519 : [];
  const shared = secrets();
  if (!keys.length && !shared.length) {
    throw new Error("give --jwks with an Ed25519 key, or SUIXIN_WEBHOOK_SECRET: nothing could be checked");
  }
  if (given.headers) {
    const body = readFileSync(given.body);
    check(keptHeaders(given.headers), body, given.now ? Number(given.now) : Math.floor(Date.now() / 1000), shared, keys);
    console.log(body.toString());
  } else {
    const server = createServer({ requestTimeout: 20_000 }, receive(shared, keys, new Seen(given.seen)));
    server.listen(Number(given.port ?? 8400), "127.0.0.1", () =>
      console.error(`listening on http://127.0.0.1:${server.address().port}`));
  }
} catch (error) {
  console.error(error instanceof NotGenuine ? `NOT GENUINE: ${error.message}` : error.message);
  process.exitCode = error instanceof NotGenuine ? 1 : 64;
}
