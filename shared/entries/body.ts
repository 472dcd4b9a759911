/** What a member wrote, as it is before sealing and after opening, and the seal itself. */
import { gcmsiv } from '@noble/ciphers/aes.js';
import * as v from 'valibot';
import { concatBytes, fromBase64url, fromHex, sha256 } from '../crypto/bytes.ts';
import { derive } from '../crypto/hkdf.ts';
import { keeping } from '../crypto/keeping.ts';
import { LABELS } from '../crypto/labels.ts';
import type { ChangeHash, DocumentId, EpochId } from '../protocol/ids.ts';
import { ENTRY_LIMITS } from '../protocol/limits.ts';
import { decodeCanonical, encodeCanonical } from './canonical-cbor.ts';
import { documentIdBytes } from './document-id.ts';
import { bytesOf, CborMapSchema, Milliseconds } from './fields.ts';

const BodySchema = v.strictObject({
  /** What `content` is; a kind that this program does not know is kept as it came. */
  kind: v.pipe(v.string(), v.minLength(1), v.maxLength(32), v.regex(/^[a-z0-9 -]+$/)),
  hlc: Milliseconds,
  /** 1 + the greatest `n` of `prev`, so the first of a device in a channel has 1. Below 2^32. */
  n: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 32 - 1)),
  /** The device's tips in this channel: the first 16 bytes of their entry ids. */
  prev: v.pipe(v.array(bytesOf(16)), v.maxLength(16)),
  /** Ids of the entries that this one speaks of. */
  refs: v.pipe(v.array(bytesOf(32)), v.maxLength(16)),
  content: CborMapSchema,
});
export type Body = v.InferOutput<typeof BodySchema>;

const FIELDS = 6;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HINT_BYTES = 8;
/** Longest body before it is sealed. */
export const MAX_BODY_BYTES = ENTRY_LIMITS.bodyBytes - TAG_BYTES;

/**
 * Canonical CBOR of the fields' values, in the order above: their names would add 29 bytes to every message.
 * @throws RangeError for what {@link decodeBody} would not take
 */
export function encodeBody(body: Body): Uint8Array {
  const { kind, hlc, n, prev, refs, content } = body;
  const bytes = encodeCanonical([kind, hlc, n, prev, refs, content]);
  if (decodeBody(bytes) === undefined) {
    throw new RangeError(
      `Not a body of at most ${MAX_BODY_BYTES} bytes: ${kind}, n ${n}, hlc ${hlc}.`,
    );
  }
  return bytes;
}

/** `undefined` for anything but the canonical encoding of a body within its bounds. Never throws. */
export function decodeBody(bytes: Uint8Array): Body | undefined {
  if (bytes.length > MAX_BODY_BYTES) return undefined;
  const values = decodeCanonical(bytes);
  if (!Array.isArray(values) || values.length !== FIELDS) return undefined;
  const [kind, hlc, n, prev, refs, content] = values;
  const result = v.safeParse(BodySchema, { kind, hlc, n, prev, refs, content });
  return result.success ? result.output : undefined;
}

/** First 8 bytes of an epoch's id: by which a reader finds the secret that opens a body. */
export function hintOf(epochId: EpochId): Uint8Array {
  return fromBase64url(epochId).slice(0, HINT_BYTES);
}

/** Where a body is: its key and nonce follow from this, so it opens nowhere else. */
export interface BodyPlace {
  readonly contentSecret: Uint8Array;
  readonly documentId: DocumentId;
  /** The author's Ed25519 key, 32 bytes. */
  readonly device: Uint8Array;
  readonly deps: readonly ChangeHash[];
}

/** Seals with AES-256-GCM-SIV (RFC 8452). @throws RangeError as {@link encodeBody} does */
export function sealBody(parts: BodyPlace & { readonly epochId: EpochId; readonly body: Body }): {
  readonly hint: Uint8Array;
  readonly sealed: Uint8Array;
} {
  return {
    hint: hintOf(parts.epochId),
    sealed: cipher(parts).encrypt(encodeBody(parts.body)),
  };
}

/** `undefined` if it was not sealed in this place under this secret, or is no body inside. Never throws. */
export function openBody(parts: BodyPlace & { readonly sealed: Uint8Array }): Body | undefined {
  const unsealed = unsealBody(parts);
  return unsealed && decodeBody(unsealed);
}

/** What is for {@link decodeBody}; `undefined` if it was not sealed in this place under this secret. Never throws. */
export function unsealBody(
  parts: BodyPlace & { readonly sealed: Uint8Array },
): Uint8Array | undefined {
  if (parts.sealed.length > ENTRY_LIMITS.bodyBytes) return undefined;
  try {
    return cipher(parts).decrypt(parts.sealed);
  } catch {
    return undefined;
  }
}

/** Documents of an epoch whose keys are remembered, as long as its secret is. */
const KEPT_KEYS = 64;
const keys = new WeakMap<Uint8Array, (documentId: DocumentId) => Uint8Array>();

/** To derive a key takes a third as long as to open a short body. */
function keyUnder(contentSecret: Uint8Array): (documentId: DocumentId) => Uint8Array {
  const known = keys.get(contentSecret);
  if (known) return known;
  const keyOf = keeping<DocumentId, Uint8Array>(KEPT_KEYS, (id) =>
    derive(contentSecret, LABELS.body, documentIdBytes(id)),
  );
  keys.set(contentSecret, keyOf);
  return keyOf;
}

/**
 * The nonce is not sent: SHA-256 of device and deps, of which a device has a new set for each entry. Should it lose its
 * last write and use a set twice, GCM-SIV gives away only whether two bodies are the same.
 */
function cipher({ contentSecret, documentId, device, deps }: BodyPlace) {
  const key = keyUnder(contentSecret)(documentId);
  const place = sha256(concatBytes(device, ...[...deps].sort().map(fromHex)));
  return gcmsiv(key, place.subarray(0, NONCE_BYTES));
}
