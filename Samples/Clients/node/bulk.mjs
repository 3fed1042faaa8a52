// Checks a snapshot: that its files are exactly what the root in the signed status was signed over. No network, no clock, no files.
import { canonical, ID, isObject, NotGenuine, PROFILE, readCanonical, readProfile, require, sha256, shortDigest } from "./suixin.mjs";

export const SNAPSHOT = "suixin-snapshot+jws";
export const PARTS = ["profiles", "names", "annexes"];
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ZERO = Buffer.alloc(32), WIDTH = 256;

function readManifest(data) {
  const members = readCanonical(data);
  require(members, {
    after: "number", files: "object", iat: "number", id: "string", iss: "string", position: "number", status: "object",
    statusDigest: "string", tree: "object",
  });
  for (const part of PARTS) {
    const file = members.files[part];
    if (!isObject(file) || file.name !== `${part}.ndjson.gz` || !DIGEST.test(file.digest)) {
      throw new NotGenuine(`the manifest does not describe ${part}`);
    }
    require({ ...file, iat: 0 }, { bytes: "number", count: "number" });
  }
  if (!/^[0-9]+-[0-9]+-[0-9a-f]{12}$/.test(members.id)) throw new NotGenuine("no id of a snapshot");
  return members;
}

/** The manifest and the status in it, which must be of one piece. */
export function openManifest(verifier, document) {
  const { members: manifest } = verifier.open(document, { [SNAPSHOT]: readManifest });
  const { members: status, digest } = verifier.openStatus(Buffer.from(canonical(manifest.status)));
  const told = ["statusDigest", "iss", "position", "tree", "after"].map((name) => manifest[name]);
  if (canonical(told) !== canonical([digest, status.iss, status.position, status.tree ?? null, status.tree?.change ?? null])) {
    throw new NotGenuine("the manifest is of another status than the one in it");
  }
  return { manifest, status };
}

const bit = (key, place) => (key[place >> 3] >> (7 - (place & 7))) & 1;

/** How many first bits two keys have in common. */
function commonBits(a, b) {
  let place = 0;
  while (place < 32 && a[place] === b[place]) place++;
  return place === 32 ? WIDTH : place * 8 + Math.clz32(a[place] ^ b[place]) - 24;
}

/** The root of a hash tree whose leaves come in its order, in memory that does not depend on their number. */
class Fold {
  count = 0;
  // Left halves that wait for their right ones, each with how many first bits both have in common.
  #waiting = [];
  #latest;

  add({ key, value, name }) {
    if (this.#latest) {
      if (key.compare(this.#latest.key) <= 0) throw new NotGenuine(`${name} comes twice or out of order`);
      const depth = commonBits(key, this.#latest.key);
      this.#waiting.push({ subtree: this.#closed(depth), depth });
    }
    this.#latest = { key, hash: sha256([0], key, value) };
    this.count++;
  }

  get root() { return this.#latest ? this.#closed(-1).hash : ZERO; }

  #closed(depth) {
    let found = { isMany: false, hash: this.#latest.hash }, place = WIDTH;
    while (this.#waiting.length && this.#waiting.at(-1).depth > depth) {
      const left = this.#waiting.pop();
      found = { isMany: true, hash: sha256([1], left.subtree.hash, this.#raised(found, place, left.depth + 1).hash) };
      place = left.depth;
    }
    return this.#raised(found, place, depth + 1);
  }

  /** With only emptiness beside it, so many steps up; a leaf that is alone stands for whatever it is alone in. */
  #raised({ isMany, hash }, place, depth) {
    while (isMany && place > depth) {
      place--;
      hash = bit(this.#latest.key, place) ? sha256([1], ZERO, hash) : sha256([1], hash, ZERO);
    }
    return { isMany, hash };
  }
}

/** The digests under `rest`, in the order of the document. */
function* annexDigests(value) {
  if (Array.isArray(value)) for (const member of value) yield* annexDigests(member);
  else if (isObject(value)) {
    for (const name of Object.keys(value).sort()) {
      if (name === "rest" && typeof value[name]?.digest === "string") yield value[name].digest;
      else yield* annexDigests(value[name]);
    }
  }
}

function checkAnnex(line, digest, sub) {
  const annex = line ? readCanonical(line) : {};
  if (annex.digest !== digest || annex.sub !== sub || Object.keys(annex).length !== 3 || shortDigest(canonical(annex.annex)) !== digest) {
    throw new NotGenuine(`the annex ${digest} of ${sub} is missing or another`);
  }
}

async function* profileLeaves(lines, annexes, verifier, issuer) {
  for await (const line of lines) {
    const { members } = verifier.open(line, { [PROFILE]: readProfile });
    if (members.iss !== issuer) throw new NotGenuine("a profile that somebody else issued");
    for (const digest of annexDigests(members.profile)) checkAnnex((await annexes.next()).value, digest, members.sub);
    yield { key: sha256(members.sub), value: sha256(canonical({ version: members.version })), name: members.sub };
  }
}

async function* nameLeaves(lines) {
  for await (const line of lines) {
    const { name, key, ...statement } = readCanonical(line);
    const { holders, movedTo } = statement;
    const isHolders = Array.isArray(holders) && holders.length > 0 && holders.every((id) => typeof id === "string" && ID.test(id));
    const isMoved = typeof movedTo === "string" && ID.test(movedTo);
    const isNamed = key === undefined ? typeof name === "string" : name === undefined && DIGEST.test(key);
    if (Object.keys(statement).length !== 1 || !(isHolders || isMoved) || !isNamed) throw new NotGenuine("a line that no snapshot has");
    yield {
      key: key === undefined ? sha256(name) : Buffer.from(key.slice(7), "hex"), value: sha256(canonical(statement)), name: name ?? key,
    };
  }
}

/** Both go by the places in the tree; that they do so is checked where they are put together. */
async function* merged(first, second) {
  let [a, b] = [await first.next(), await second.next()];
  while (!a.done || !b.done) {
    if (b.done || (!a.done && a.value.key.compare(b.value.key) <= 0)) {
      yield a.value;
      a = await first.next();
    } else {
      yield b.value;
      b = await second.next();
    }
  }
}

/** Throws NotGenuine unless the lines are all that the status says: none left out, none added, none of another version. */
export async function checkSnapshot(verifier, manifest, { profiles, names, annexes }) {
  const fold = new Fold();
  for await (const leaf of merged(profileLeaves(profiles, annexes, verifier, manifest.iss), nameLeaves(names))) fold.add(leaf);
  if (!(await annexes.next()).done) throw new NotGenuine("an annex that no profile names");
  if (fold.count !== manifest.tree.count || "sha256:" + fold.root.toString("hex") !== manifest.tree.root) {
    throw new NotGenuine("these are not the ids and codes that the status' root was signed over: something was left out, added, or is of "
      + "another version");
  }
}

export function checkFile(told, { bytes, digest, count }) {
  if (told.bytes !== bytes || told.digest !== digest) throw new NotGenuine(`${told.name} is not the file that the manifest describes`);
  if (told.count !== count) throw new NotGenuine(`${told.name} has ${count} lines, the manifest says ${told.count}`);
}
