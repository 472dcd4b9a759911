/** What is inside the frames that are canonical CBOR. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { sized } from '../wire-schema.ts';
import {
  BULK_ENTRIES,
  DIGEST_LINES,
  ENTRY_BYTES,
  ENTRY_HEAD,
  KNOCK_NOTE_BYTES,
  KNOCK_REASON,
  LINKING_BYTES,
  SESSION_MESSAGE_BYTES,
} from './frame-layout.ts';

const Address = sized(1, 96);
const ShortId = sized(8, 8);
const EntryBytes = sized(ENTRY_HEAD, ENTRY_BYTES);
const Deps = v.pipe(
  v.instance(Uint8Array),
  v.check(
    (b) => b.length % 32 === 0 && b.length <= 32 * ENTRY_LIMITS.deps,
    'expected up to 16 hashes',
  ),
);

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Longest key in a digest, whole or the part of it that several share. */
export const KEY_BYTES = 64;
const KeyPart = sized(0, KEY_BYTES);
const DigestHash = v.tuple([sized(32, 32), ShortId]);
/** Level 0 groups, 1 documents; then the flags `last` 1 and `asks` 2; within, after, and lines of key, hash and count. */
const DigestPage = v.tuple([
  sized(32, 32),
  v.picklist([0, 1]),
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)),
  KeyPart,
  KeyPart,
  v.pipe(v.array(v.tuple([KeyPart, ShortId, Count])), v.maxLength(DIGEST_LINES)),
]);
export const Digest = v.union([DigestHash, DigestPage]);
export const Acknowledge = v.tuple([v.pipe(v.array(ShortId), v.maxLength(1024))]);
export const Want = v.tuple([Address, Count]);
export const Bulk = v.tuple([
  Address,
  v.pipe(v.array(v.tuple([Deps, EntryBytes])), v.maxLength(BULK_ENTRIES)),
  Count,
  v.boolean(),
]);
export const Session = v.tuple([
  sized(8, 8),
  Address,
  v.picklist(['open', 'accept', 'message', 'close']),
  sized(0, SESSION_MESSAGE_BYTES),
]);
export const DepsQuestion = v.tuple([Address, ShortId]);
export const DepsAnswer = v.tuple([Address, Deps, EntryBytes]);
const KnockNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));
const TopicBytes = v.pipe(
  sized(32, 32),
  v.transform((b) => toBase64url(b)),
  Topic,
);
export const Knock = v.tuple([KnockNumber, TopicBytes, sized(1, KNOCK_NOTE_BYTES)]);
/** The reason of a refusal; empty: the knock has been let in. */
export const KnockAnswer = v.tuple([KnockNumber, v.pipe(v.string(), v.maxLength(KNOCK_REASON))]);
export const Linking = v.tuple([TopicBytes, sized(1, LINKING_BYTES)]);
