/**
 * A presence message: "I am here", "I am typing there", "I am leaving", "I have lost sight of them". It goes from member to
 * member along the broadcast tree and is never stored. Sealed under a key from the epoch's content secret, so nobody but
 * members reads it; signed by its device, so no member speaks for another.
 *
 * `run 6 ‖ count varint ‖ AES-256-GCM-SIV(signature 64 ‖ statement)`: about 90 bytes; the device is named by whoever carries it.
 * Run and count are in clear, because who has heard it already must be told before anything is opened; the nonce is made of
 * them, and used once. The count goes by seconds, so that the two also say when a message was made, by its device's clock.
 */
import { gcmsiv } from '@noble/ciphers/aes.js';
import * as v from 'valibot';
import { type ChannelId, ChannelId as ChannelIdSchema, type SpaceId } from '../protocol/ids.ts';
import { concatBytes, fromBase64url, sha256, toBase64url } from './bytes.ts';
import type { DeviceKey } from './device-key.ts';
import { derive } from './hkdf.ts';
import { DOMAINS, domainBytes, LABELS } from './labels.ts';
import { readVarint, varint } from './varint.ts';
import { verifySignature } from './verify.ts';

const SIGNATURE_BYTES = 64;
const TAG_BYTES = 16;
const RUN_BYTES = 6;
const NONCE_BYTES = 12;
/** How much of a lost device's key is named: enough to tell members apart, and too much to grind. */
export const LOST_NAME_BYTES = 8;
/** Most lost devices in one message. */
export const MOST_LOST = 6;
/** How much of the SHA-256 of another message is named: a forger would have to hit one that was named long ago. */
export const MESSAGE_NAME_BYTES = 8;
/** Most messages that one names as heard before. */
export const MOST_AFTER = 2;
/** Longest message: everything said at once. */
export const MAX_PRESENCE_BYTES =
  RUN_BYTES +
  8 +
  TAG_BYTES +
  SIGNATURE_BYTES +
  3 +
  16 +
  MOST_LOST * LOST_NAME_BYTES +
  MOST_AFTER * MESSAGE_NAME_BYTES;
/** Longest time that may be named until the next one, s. */
export const MOST_SECONDS = 3600;

/** Which of a device's messages it is: of one run of its program they are counted, and a later run has a higher number. */
export interface PresenceMark {
  /** When the run began, by the device's own clock, ms since 1970: below 2^48. */
  readonly run: number;
  /** Seconds of the run, at least one more than in the message before. */
  readonly count: number;
}

/** When the message was made, by its device's clock: ms since 1970, to within a second. */
export function markedAt({ run, count }: PresenceMark): number {
  return run + count * 1000;
}

/** What other messages name a message by. */
export function presenceName(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).slice(0, MESSAGE_NAME_BYTES);
}

/** Everything that a device says of itself just now: a later message takes the place of an earlier. */
export interface PresenceStatement {
  /** It will be heard again within so many seconds, 0 to 3,600. */
  readonly seconds: number;
  readonly leaving: boolean;
  /** The channel in which its owner is typing. */
  readonly typing?: ChannelId;
  /** First 8 bytes of the keys of devices whose link to it has just gone down; at most 6. */
  readonly lost: readonly Uint8Array[];
  /** Messages that it had heard by then, by `presenceName`; at most 2. */
  readonly after: readonly Uint8Array[];
}

interface Place {
  readonly space: SpaceId;
  /** The epoch's, 32 bytes. */
  readonly contentSecret: Uint8Array;
}

/** @throws RangeError for a run, count or statement out of bounds */
export async function sealPresence(
  { space, contentSecret }: Place,
  device: DeviceKey,
  mark: PresenceMark,
  statement: PresenceStatement,
): Promise<Uint8Array> {
  const head = markBytes(mark);
  const content = statementBytes(statement);
  const signature = await device.sign(signedBytes(space, device.publicKey, head, content));
  const sealed = cipher(contentSecret, space, device.publicKey, head).encrypt(
    concatBytes(signature, content),
  );
  return concatBytes(head, sealed);
}

/** Reads which message it is without opening it; `undefined` for what is none. */
export function presenceMark(bytes: Uint8Array): PresenceMark | undefined {
  return readHead(bytes)?.mark;
}

/** `undefined` unless it was sealed under this secret and signed by this device, for this space. Never rejects. */
export async function openPresence(
  { space, contentSecret }: Place,
  /** Ed25519 of the device that it is said to be from, 32 bytes. */
  device: Uint8Array,
  bytes: Uint8Array,
): Promise<PresenceStatement | undefined> {
  const head = readHead(bytes);
  if (!head || bytes.length > MAX_PRESENCE_BYTES) return undefined;
  let plain: Uint8Array;
  try {
    plain = cipher(contentSecret, space, device, head.bytes).decrypt(
      bytes.slice(head.bytes.length),
    );
  } catch {
    return undefined;
  }
  const content = plain.subarray(SIGNATURE_BYTES);
  const statement = readStatement(content);
  if (!statement) return undefined;
  const signed = signedBytes(space, device, head.bytes, content);
  const good = await verifySignature(device, signed, plain.slice(0, SIGNATURE_BYTES));
  return good ? statement : undefined;
}

function cipher(contentSecret: Uint8Array, space: SpaceId, device: Uint8Array, head: Uint8Array) {
  const key = derive(contentSecret, LABELS.presenceKey, fromBase64url(space));
  return gcmsiv(key, sha256(concatBytes(device, head)).subarray(0, NONCE_BYTES));
}

/** Each part has a fixed length or says its own, so the whole reads in one way only. */
function signedBytes(
  space: SpaceId,
  device: Uint8Array,
  head: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  return concatBytes(domainBytes(DOMAINS.presence), fromBase64url(space), device, head, content);
}

function markBytes({ run, count }: PresenceMark): Uint8Array {
  if (!Number.isInteger(run) || run < 0 || run >= 2 ** 48)
    throw new RangeError(`Expected a run from 0 to 2^48 - 1, got ${run}.`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(run));
  return concatBytes(bytes.subarray(2), varint(count));
}

function readHead(
  bytes: Uint8Array,
): { readonly mark: PresenceMark; readonly bytes: Uint8Array } | undefined {
  if (bytes.length < RUN_BYTES) return undefined;
  const run = bytes.subarray(0, RUN_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  const count = readVarint(bytes, RUN_BYTES);
  return count && { mark: { run, count: count.value }, bytes: bytes.slice(0, count.end) };
}

const TYPING = 1;
const LEAVING = 2;
const LOST_SHIFT = 2;
const LOST_MASK = 7;
const AFTER_SHIFT = 5;

/**
 * `flags 1 (typing, leaving, how many lost, after how many) ‖ seconds 2 ‖ channel 16 if typing ‖ 8 for each lost ‖ 8 for each after
 * which it was said`.
 */
function statementBytes({ seconds, leaving, typing, lost, after }: PresenceStatement): Uint8Array {
  const fits =
    Number.isInteger(seconds) &&
    seconds >= 0 &&
    seconds <= MOST_SECONDS &&
    lost.length <= MOST_LOST &&
    lost.every((name) => name.length === LOST_NAME_BYTES) &&
    after.length <= MOST_AFTER &&
    after.every((name) => name.length === MESSAGE_NAME_BYTES);
  if (!fits)
    throw new RangeError(`No statement: ${seconds} s, ${lost.length} lost, after ${after.length}.`);
  const flags =
    (typing ? TYPING : 0) |
    (leaving ? LEAVING : 0) |
    (lost.length << LOST_SHIFT) |
    (after.length << AFTER_SHIFT);
  return concatBytes(
    Uint8Array.of(flags, seconds >> 8, seconds & 0xff),
    typing ? fromBase64url(typing) : new Uint8Array(0),
    ...lost,
    ...after,
  );
}

function readStatement(bytes: Uint8Array): PresenceStatement | undefined {
  const [flags, high, low] = bytes;
  if (flags === undefined || high === undefined || low === undefined) return undefined;
  const lostMany = (flags >> LOST_SHIFT) & LOST_MASK;
  const afterMany = flags >> AFTER_SHIFT;
  const seconds = high * 256 + low;
  const types = (flags & TYPING) !== 0;
  const lostAt = 3 + (types ? 16 : 0);
  const afterAt = lostAt + lostMany * LOST_NAME_BYTES;
  if (lostMany > MOST_LOST || afterMany > MOST_AFTER || seconds > MOST_SECONDS) return undefined;
  if (bytes.length !== afterAt + afterMany * MESSAGE_NAME_BYTES) return undefined;
  const lost = namesAt(bytes, lostAt, lostMany, LOST_NAME_BYTES);
  const after = namesAt(bytes, afterAt, afterMany, MESSAGE_NAME_BYTES);
  const statement = { seconds, leaving: (flags & LEAVING) !== 0, lost, after };
  if (!types) return statement;
  return { ...statement, typing: v.parse(ChannelIdSchema, toBase64url(bytes.subarray(3, 19))) };
}

function namesAt(bytes: Uint8Array, at: number, many: number, length: number): Uint8Array[] {
  return Array.from({ length: many }, (_, i) =>
    bytes.slice(at + i * length, at + (i + 1) * length),
  );
}
