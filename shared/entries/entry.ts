/**
 * An entry: device public key 32 ‖ signature 64 ‖ sort 1 ‖ key hint 8 ‖ body. The signature covers the document and
 * the deps too, so an entry belongs in one place and one change carries it.
 */
import * as v from 'valibot';
import { concatBytes, equalBytes, fromHex, sha256, toBase64url } from '../crypto/bytes.ts';
import type { DeviceKey } from '../crypto/device-key.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { verifySignature } from '../crypto/verify.ts';
import { type ChangeHash, type DocumentId, EntryId, SpaceId } from '../protocol/ids.ts';
import { ENTRY_LIMITS } from '../protocol/limits.ts';
import { parseAct } from './acts.ts';
import { documentIdBytes } from './document-id.ts';

/** What the body is: sealed for members, an act in clear, an epoch's seal, or what opens a segment. */
export const SORT = { body: 0, act: 1, seal: 2, opening: 3 } as const;
export type Sort = (typeof SORT)[keyof typeof SORT];

export interface Entry {
  /** Ed25519 key of the device that signed it, 32 bytes. */
  readonly device: Uint8Array;
  readonly signature: Uint8Array;
  readonly sort: Sort;
  /** First 8 bytes of the id of the epoch that a `body` is sealed under; zeros for other sorts. */
  readonly hint: Uint8Array;
  /** 1 to `ENTRY_LIMITS.bodyBytes` bytes; of an `opening` 32, the hash of a change in the segment before. */
  readonly body: Uint8Array;
}

const DEVICE_BYTES = 32;
const SIGNATURE_BYTES = 64;
const HINT_BYTES = 8;
const HEADER_BYTES = DEVICE_BYTES + SIGNATURE_BYTES + 1 + HINT_BYTES;
const OPENING_BYTES = 32;
/** The hint of an entry that is no body. */
export const NO_HINT: Uint8Array = new Uint8Array(HINT_BYTES);

const SORTS: ReadonlySet<number> = new Set(Object.values(SORT));
const isSort = (value: number | undefined): value is Sort =>
  value !== undefined && SORTS.has(value);

function isWellFormed(sort: Sort, hint: Uint8Array, body: Uint8Array): boolean {
  if (hint.length !== HINT_BYTES || (sort !== SORT.body && !equalBytes(hint, NO_HINT)))
    return false;
  if (sort === SORT.opening && body.length !== OPENING_BYTES) return false;
  return body.length >= 1 && body.length <= ENTRY_LIMITS.bodyBytes;
}

/** @throws RangeError for what {@link decodeEntry} would not take. */
export function encodeEntry(entry: Entry): Uint8Array {
  const { device, signature, sort, hint, body } = entry;
  const lengthsFit = device.length === DEVICE_BYTES && signature.length === SIGNATURE_BYTES;
  if (!lengthsFit || !isWellFormed(sort, hint, body)) {
    throw new RangeError(
      `Expected device 32, signature 64, hint 8 (zeros unless a body) and body 1 to ${ENTRY_LIMITS.bodyBytes} bytes.`,
    );
  }
  return concatBytes(device, signature, Uint8Array.of(sort), hint, body);
}

/** `undefined` unless `bytes` have the shape of an entry, of which its parts are views. The signature is not looked at. Never throws. */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  const sort = bytes[DEVICE_BYTES + SIGNATURE_BYTES];
  const hint = bytes.subarray(DEVICE_BYTES + SIGNATURE_BYTES + 1, HEADER_BYTES);
  const body = bytes.subarray(HEADER_BYTES);
  if (!isSort(sort) || !isWellFormed(sort, hint, body)) return undefined;
  return {
    device: bytes.subarray(0, DEVICE_BYTES),
    signature: bytes.subarray(DEVICE_BYTES, DEVICE_BYTES + SIGNATURE_BYTES),
    sort,
    hint,
    body,
  };
}

/** SHA-256 of the entry's bytes. */
export function entryId(bytes: Uint8Array): EntryId {
  return entryIdOf(sha256(bytes));
}

/** {@link entryId}, where the SHA-256 is known already. */
export function entryIdOf(digest: Uint8Array): EntryId {
  return v.parse(EntryId, toBase64url(digest));
}

/**
 * Signs an entry for one document and one set of deps (1 to 16 different heads, in any order).
 * @throws RangeError if deps, hint or body are out of bounds
 */
export async function signEntry(parts: {
  readonly device: DeviceKey;
  readonly documentId: DocumentId;
  readonly deps: readonly ChangeHash[];
  readonly sort: Sort;
  readonly hint: Uint8Array;
  readonly body: Uint8Array;
}): Promise<Uint8Array> {
  const { device, documentId, deps, sort, hint, body } = parts;
  const place = placeBytes(documentId, deps);
  if (place === undefined) {
    throw new RangeError(`Expected 1 to ${ENTRY_LIMITS.deps} different deps, got ${deps.length}.`);
  }
  return sign(device, place, sort, hint, body);
}

/** Whether `bytes` are an entry that its device signed for this document and these deps. Never rejects. */
export async function verifyEntry(parts: {
  readonly documentId: DocumentId;
  readonly deps: readonly ChangeHash[];
  readonly bytes: Uint8Array;
}): Promise<boolean> {
  const entry = decodeEntry(parts.bytes);
  const place = placeBytes(parts.documentId, parts.deps);
  if (entry === undefined || place === undefined) return false;
  return verifySignature(entry.device, signedBytes(place, entry), entry.signature);
}

/**
 * Signs the first entry of a space document. It names neither document nor deps, for both follow from its hash.
 * @param body an act of kind `genesis`, encoded
 */
export async function signGenesis(parts: {
  readonly device: DeviceKey;
  readonly body: Uint8Array;
}): Promise<Uint8Array> {
  return sign(parts.device, domainBytes(DOMAINS.genesis), SORT.act, NO_HINT, parts.body);
}

/** Whether `bytes` are a genesis that its device signed; of which space, {@link spaceIdOf} says. Never rejects. */
export async function verifyGenesis(bytes: Uint8Array): Promise<boolean> {
  const entry = decodeEntry(bytes);
  if (entry === undefined || entry.sort !== SORT.act) return false;
  if (parseAct(entry.body)?.act !== 'genesis') return false;
  const place = domainBytes(DOMAINS.genesis);
  return verifySignature(entry.device, signedBytes(place, entry), entry.signature);
}

/** The id of the space that this genesis begins: SHA-256 of the entry. */
export function spaceIdOf(genesis: Uint8Array): SpaceId {
  return v.parse(SpaceId, toBase64url(sha256(genesis)));
}

async function sign(
  device: DeviceKey,
  place: Uint8Array,
  sort: Sort,
  hint: Uint8Array,
  body: Uint8Array,
): Promise<Uint8Array> {
  const unsigned = { device: device.publicKey, sort, hint, body };
  // Checked before the key is used at all.
  encodeEntry({ ...unsigned, signature: new Uint8Array(SIGNATURE_BYTES) });
  const signature = await device.sign(signedBytes(place, unsigned));
  return encodeEntry({ ...unsigned, signature });
}

function signedBytes(place: Uint8Array, entry: Omit<Entry, 'signature'>): Uint8Array {
  return concatBytes(place, entry.device, Uint8Array.of(entry.sort), entry.hint, entry.body);
}

/** Domain, document and deps; `undefined` for deps that no entry has. */
function placeBytes(documentId: DocumentId, deps: readonly ChangeHash[]): Uint8Array | undefined {
  const different = new Set(deps).size === deps.length;
  if (!different || deps.length < 1 || deps.length > ENTRY_LIMITS.deps) return undefined;
  return concatBytes(
    domainBytes(DOMAINS.entry),
    documentIdBytes(documentId),
    Uint8Array.of(deps.length),
    ...[...deps].sort().map(fromHex),
  );
}
