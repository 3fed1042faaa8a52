// Verifies what a Suixin exchange signs: no network, no clock, no files. `Documentation/wire-format.md` is the contract.
// Node 20, no dependencies.
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";

export const PROFILE = "suixin-profile+jws", STATUS = "suixin-status+jws", ABSENCE = "suixin-absence+jws";
const DOCUMENT_LIMIT = 192 * 1024, HEADER_LIMIT = 512, PAYLOAD_LIMIT = 96_000;
const STATUS_LIFETIME = 7200, CLOCK_DIFFERENCE = 120;
/** What a sandbox signs is invented: it is taken from whoever names this issuer, and from nobody by mistake. */
const SANDBOX = "https://sandbox.suixin.invalid";
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
export const ID = new RegExp(`^sx[${ALPHABET}]{20}$`);
const FLATTENED = /^\{"payload":"([\w-]+)","protected":"([\w-]+)","signature":"([\w-]+)"\}$/;
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const STEP = /^"([\w-]+)"(?:;name="([ !#-+\--:<-[\]-~]+)")?$/;
const ZERO = Buffer.alloc(32);

/** It is not what it says it is: somebody made or changed it. */
export class NotGenuine extends Error {}
/** It is genuine, but not shown to be what the exchange says now. */
export class NotCurrent extends Error {}
/** The JWKS cannot be used: no document was looked at. */
export class UnusableKeys extends Error {}

// --- bytes and JSON ---------------------------------------------------------------------------------------------------------

/** Strict: no padding, no other alphabet, no spare bits. One byte string has one text. */
export function base64url(text) {
  const data = Buffer.from(text, "base64url");
  if (data.toString("base64url") !== text) throw new NotGenuine("not canonical base64url");
  return data;
}

export const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
export const digestText = (data) => "sha256:" + sha256(data).toString("hex");

/** `sx` and the first 100 bits of SHA-256 in an alphabet without look-alikes. */
export function shortDigest(data) {
  let bits = BigInt("0x" + sha256(data).toString("hex")) >> 156n, text = "";
  for (let place = 0; place < 20; place++, bits >>= 5n) text = ALPHABET[Number(bits & 31n)] + text;
  return "sx" + text;
}

/** RFC 8785: JSON.stringify writes texts and numbers as it asks, and sort() goes by UTF-16 as it asks. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** Reads JSON that is written canonically. So no name comes twice: written again, one of them would be missing. */
export function readCanonical(data) {
  const text = data.toString("utf8");
  let value;
  try {
    value = JSON.parse(text);
    // Of texts that are no UTF-8 the bytes would differ too.
    if (!Buffer.from(canonical(value)).equals(data)) throw new NotGenuine("not canonical JSON");
  } catch (error) {
    throw error instanceof NotGenuine ? error : new NotGenuine(`no JSON: ${error.message}`);
  }
  if (!isObject(value)) throw new NotGenuine("no JSON object");
  return value;
}

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isKind = { number: Number.isSafeInteger, string: (value) => typeof value === "string", object: isObject };

export function require(members, kinds) {
  for (const [name, kind] of Object.entries(kinds)) {
    if (!isKind[kind](members[name])) throw new NotGenuine(`${name} is missing or of another kind`);
  }
  if (members.iat < 0 || members.iat >= 253_402_300_800) throw new NotGenuine("iat lies outside the years 1970 to 9999");
}

// --- keys and signatures ----------------------------------------------------------------------------------------------------

/** The exchange's public keys. The key decides the algorithm, never the document. */
export class Keys {
  #byId = new Map();

  constructor(jwks) {
    try {
      if (jwks.length > 1 << 20) throw new Error("too large");
      for (const jwk of JSON.parse(jwks).keys) this.#add(jwk);
    } catch (error) {
      throw new UnusableKeys(`not the JWKS of an exchange: ${error.message}`);
    }
  }

  #add(jwk) {
    const algorithm = { "EC/P-256": "ES256", "OKP/Ed25519": "EdDSA" }[`${jwk.kty}/${jwk.crv}`];
    // Keys of kinds that are not used here are passed over (RFC 7517, section 5).
    if (!algorithm || (jwk.alg ?? algorithm) !== algorithm || (jwk.use ?? "sig") !== "sig") return;
    const { crv, kty, x, y } = jwk;
    const members = algorithm === "ES256" ? { crv, kty, x, y } : { crv, kty, x };
    for (const number of algorithm === "ES256" ? [x, y] : [x]) {
      if (base64url(number).length !== 32) throw new Error("a coordinate has 32 bytes");
    }
    // An id that is not the thumbprint (RFC 7638) would let one key pass for another.
    const thumbprint = sha256(canonical(members)).toString("base64url");
    if ((jwk.kid ?? thumbprint) !== thumbprint) throw new Error("a key whose kid is not its thumbprint");
    this.#byId.set(thumbprint, { algorithm, key: createPublicKey({ key: members, format: "jwk" }) });
  }

  /** The Ed25519 keys, which sign webhooks. */
  get ed25519() {
    return [...this.#byId.values()].filter(({ algorithm }) => algorithm === "EdDSA").map(({ key }) => key);
  }

  check(header, message, signature) {
    const known = this.#byId.get(header.kid);
    if (!known) {
      throw new NotGenuine("signed by a key that is not among those handed in: fetch the JWKS anew from where you trust");
    }
    if (header.alg !== known.algorithm) throw new NotGenuine("the algorithm is not the key's");
    if (signature.length !== 64) throw new NotGenuine("a signature has 64 bytes");
    const isGood = known.algorithm === "ES256"
      ? verifySignature("sha256", message, { key: known.key, dsaEncoding: "ieee-p1363" }, signature)
      : verifySignature(null, message, known.key, signature);
    if (!isGood) throw new NotGenuine("the signature does not fit: changed, or signed by somebody else");
  }
}

/** The type and the payload's bytes of a flattened or compact JWS whose signature is good. */
function openJWS(document, keys) {
  if (document.length > DOCUMENT_LIMIT) throw new NotGenuine("longer than anything that an exchange signs");
  const text = document.toString("latin1").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  let payload, protectedHeader, signature, match;
  if ((match = FLATTENED.exec(text))) [, payload, protectedHeader, signature] = match;
  else if ((match = COMPACT.exec(text))) [, protectedHeader, payload, signature] = match;
  else throw new NotGenuine("no JWS as the exchange writes it");
  const headerBytes = base64url(protectedHeader);
  if (headerBytes.length > HEADER_LIMIT) throw new NotGenuine("a header longer than any that an exchange writes");
  const header = readCanonical(headerBytes);
  // We understand no extension, so none may be critical; b64 changes what is signed (RFC 7797).
  if ("crit" in header || "b64" in header) throw new NotGenuine("its header asks for an extension");
  const data = base64url(payload);
  keys.check(header, Buffer.from(`${protectedHeader}.${payload}`), base64url(signature));
  if (data.length > PAYLOAD_LIMIT) throw new NotGenuine("a payload longer than the exchange ever signs");
  return [header.typ, data];
}

// --- the three payloads -----------------------------------------------------------------------------------------------------

export function readProfile(data) {
  const members = readCanonical(data);
  require(members, { iat: "number", iss: "string", profile: "object", sub: "string", version: "string" });
  if (Object.keys(members).length !== 5 || !ID.test(members.sub) || members.profile.id !== members.sub) {
    throw new NotGenuine("not a profile of its subject");
  }
  // Canonical as a whole, so written again the profile has the very bytes that were digested.
  if (shortDigest(canonical(members.profile)) !== members.version) {
    throw new NotGenuine("the version is not the digest of the profile");
  }
  return members;
}

function readStatus(data) {
  const members = readCanonical(data);
  require(members, { exp: "number", iat: "number", iss: "string", position: "number", sources: "object" });
  const life = members.exp - members.iat;
  if (life <= 0 || life > STATUS_LIFETIME) throw new NotGenuine("the status lives longer than two hours");
  // A status from before there was a tree has none.
  if ("tree" in members && !/^sha256:[0-9a-f]{64}$/.test(members.tree?.root)) {
    throw new NotGenuine("the status' tree has no root");
  }
  return members;
}

function readAbsence(data) {
  const members = readCanonical(data);
  require(members, { iat: "number", iss: "string", key: "string", position: "number", sources: "object", status: "string" });
  if (Object.keys(members).length !== 6) throw new NotGenuine("a member that does not belong into an absence");
  return members;
}

// --- the hash tree ----------------------------------------------------------------------------------------------------------

const bit = (key, place) => (key[place >> 3] >> (7 - (place & 7))) & 1;

/**
 * What a path proves of a name: the digest of the statement, null that nothing is said.
 * Throws NotCurrent where it does not lead from this root to this name.
 */
function statementAt(path, name, root) {
  const key = sha256(name);
  const check = (isRight) => {
    if (!isRight) throw new NotCurrent("a path of the proof does not lead from the status to what was asked for");
  };
  check(path.length >= 3 && path[0] === 1 && path[1] <= 2);
  const end = path[1], count = path[2], width = (count + 7) >> 3;
  const marks = path.subarray(3, 3 + width), rest = path.subarray(3 + width);
  check(marks.length === width && rest.length % 32 === 0);
  const hashes = [];
  for (let place = 0; place < rest.length; place += 32) hashes.push(rest.subarray(place, place + 32));
  const siblings = [];
  for (let place = 0; place < width * 8; place++) {
    const isShown = bit(marks, place) === 1;
    // One path has one form: no spare marks, no zero written out, nothing behind it.
    check(!isShown || (place < count && hashes.length > 0 && !hashes[0].equals(ZERO)));
    if (place < count) siblings.push(isShown ? hashes.shift() : ZERO);
  }
  check(hashes.length === end);
  let found = ZERO;
  if (end > 0) {
    const leaf = end === 2 ? hashes[0] : key;
    // Another's leaf proves emptiness around it only where the asked key would lead to it.
    if (end === 2) check(!leaf.equals(key) && siblings.every((_, place) => bit(leaf, place) === bit(key, place)));
    found = sha256([0], leaf, hashes[end - 1]);
  }
  for (let depth = count - 1; depth >= 0; depth--) {
    found = bit(key, depth) ? sha256([1], siblings[depth], found) : sha256([1], found, siblings[depth]);
  }
  check(found.equals(root));
  return end === 1 ? hashes[0] : null;
}

/** The field Suixin-Proof: a list of { path, name }, the name undefined where there is none. */
export function readProof(field) {
  const items = field.trim().split(",");
  return items.map((item) => {
    const match = STEP.exec(item.replace(/^[ \t]+|[ \t]+$/g, ""));
    if (!match || field.length > 64 * 1024 || items.length > 32) {
      throw new NotGenuine("the proof cannot be read: it must be the field Suixin-Proof as it came");
    }
    return { path: base64url(match[1]), name: match[2] };
  });
}

/** The digest of a statement such as {"movedTo":"sx…"}. */
export const statement = (name, value) => sha256(canonical({ [name]: value }));

/** The names under which the tree would speak of what was asked for: an id, or a code and the id of a registry key. */
export function namesOf(asked) {
  const plain = asked.replace(/[\s-]/g, "");
  if (ID.test(plain.toLowerCase())) return [plain.toLowerCase()];
  return [plain.toUpperCase(), shortDigest("suixin/enterprise/pripid/" + asked.trim())];
}

/** Follows the paths from what was asked for: the last name, and the digest of what is said of it. */
export function follow(steps, names, root) {
  let name = steps[0].name ?? names[0];
  if (!names.includes(name)) throw new NotCurrent("the proof is of another name than was asked for");
  for (let place = 0; ; place++) {
    const said = statementAt(steps[place].path, name, root);
    if (!said) throw new NotCurrent("the proof says that nothing is known");
    if (place + 1 === steps.length) return { name, said };
    name = steps[place + 1].name ?? null;
    if (!said.equals(statement("holders", [name])) && !said.equals(statement("movedTo", name))) {
      throw new NotCurrent("one path of the proof does not lead to the next");
    }
  }
}

/** Every name under which it could be known must be proven absent, a registry key's id too. */
function checkAbsence(steps, names, root) {
  if (steps.length < names.length) throw new NotCurrent("the proof is not of every name under which this could be known");
  names.forEach((name, place) => {
    if ((steps[place].name ?? names[0]) !== name || statementAt(steps[place].path, name, root)) {
      throw new NotCurrent("the proof does not show that nothing is known by this");
    }
  });
}

// --- the whole answer -------------------------------------------------------------------------------------------------------

export class Verifier {
  /** `seen`: a Map of the greatest position that was ever shown, by issuer; a lower one is an old state shown again. */
  constructor(keys, now, { issuer, seen = new Map() } = {}) {
    Object.assign(this, { keys, now, issuer, seen });
  }

  /** Checks signature, type and issuer; the readers are named by types. */
  open(document, readers) {
    const [kind, data] = openJWS(document, this.keys);
    if (!Object.hasOwn(readers, kind)) throw new NotGenuine(`signed, but not a ${Object.keys(readers).join(" or ")}`);
    const members = readers[kind](data);
    if (this.issuer !== undefined && members.iss !== this.issuer) throw new NotGenuine("issued by somebody else");
    if (this.issuer === undefined && members.iss.toLowerCase().startsWith(SANDBOX)) {
      throw new NotGenuine(`issued by a sandbox: all of it is invented (--issuer ${SANDBOX} takes it)`);
    }
    return { kind, members, digest: digestText(data) };
  }

  openStatus(document) { return this.open(document, { [STATUS]: readStatus }); }
  openAnswer(document) { return this.open(document, { [PROFILE]: readProfile, [ABSENCE]: readAbsence }); }

  /** Throws NotCurrent unless the answer is what the exchange says as of an unexpired status. */
  checkCurrency({ kind, members }, { members: status, digest }, proof, asked) {
    const root = this.root(status), steps = readProof(proof);
    if (kind === PROFILE) {
      const end = follow(steps, asked ? namesOf(asked) : [steps[0].name ?? ""], root);
      if (end.name !== members.sub || !end.said.equals(statement("version", members.version))) {
        throw new NotCurrent("the proof leads to another version or another enterprise");
      }
    } else {
      if (!asked) throw new NotCurrent("without what was asked for nobody can tell whose absence it is");
      const names = namesOf(asked);
      if (members.key !== digestText(names[0])) throw new NotCurrent("the absence is of another name than was asked for");
      if (members.status !== digest || members.position !== status.position) {
        throw new NotCurrent("the absence speaks of another status");
      }
      checkAbsence(steps, names, root);
    }
    this.checkTime(status);
  }

  root(status) {
    if (!status.tree) throw new NotCurrent("the status has no tree: no proof can be checked by it");
    return Buffer.from(status.tree.root.slice(7), "hex");
  }

  checkTime(status) {
    const seen = this.seen.get(status.iss) ?? -1;
    if (status.position < seen) {
      throw new NotCurrent(`the status is of position ${status.position}, but ${seen} was seen before`);
    }
    if (this.now >= status.exp) throw new NotCurrent("the status has expired");
    if (status.iat > this.now + CLOCK_DIFFERENCE) {
      throw new NotCurrent("the status was issued in the future: one of the clocks is wrong");
    }
  }
}
