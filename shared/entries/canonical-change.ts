/**
 * The one shape of Automerge change that Snug knows: a bytes value set under a root key nobody used, `seq` 1, `time` 0,
 * no message. It is a function of (deps, startOp, entry), so it is built and never trusted: what comes as a change
 * must equal what is built from its parts. Format: the Automerge binary format, automerge.org/automerge-binary-format-spec,
 * change chunks; held to the library by a property test.
 */
import * as v from 'valibot';
import {
  concatBytes,
  equalBytes,
  fromHex,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '../crypto/bytes.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { readVarint, varint } from '../crypto/varint.ts';
import { ChangeHash, type DocumentId } from '../protocol/ids.ts';
import { ENTRY_LIMITS } from '../protocol/limits.ts';
import { documentIdBytes } from './document-id.ts';

export interface BuiltChange {
  readonly bytes: Uint8Array;
  readonly hash: ChangeHash;
}

export interface ChangeParts {
  /** At most 16, no two alike, in any order. None only for a document's first change. */
  readonly deps: readonly ChangeHash[];
  /** 1 + the largest `startOp` among the deps; from 1 to {@link MAX_START_OP}. */
  readonly startOp: number;
  readonly entry: Uint8Array;
}

/** Device 32, signature 64, sort 1, hint 8, and the longest body. */
export const MAX_ENTRY_BYTES = 32 + 64 + 1 + 8 + ENTRY_LIMITS.bodyBytes;
/**
 * Automerge sets aside memory for as many operations as the highest `startOp` says when it loads a document: at 2^20 some
 * 20 ms' worth, at 3 × 10^7 it runs out and the document never loads again (measured, 3.5.0). Whoever lets a change in
 * must also see that its `startOp` follows from its deps; this bound is for ever and far beyond any honest document.
 */
export const MAX_START_OP = 2 ** 20 - 1;

const MAGIC = Uint8Array.of(0x85, 0x6f, 0x4a, 0x83);
const CHECKSUM_BYTES = 4;
const CHANGE_CHUNK = 1;
const CHUNK = Uint8Array.of(CHANGE_CHUNK);
const HASH_BYTES = 32;
const ACTOR_BYTES = 20;
const KEY_BYTES = 9;
/** 9 bytes as base64url. */
const KEY_LENGTH = 12;
/** A varint of at most 2^53 - 1. */
const MAX_VARINT_BYTES = 8;
/** More than the longest canonical change has. */
const MAX_CHUNK_BYTES = MAX_ENTRY_BYTES + ENTRY_LIMITS.deps * HASH_BYTES + 256;

/** Value type 7, bytes, in the low 4 bits of a value's metadata. */
const BYTES_VALUE = 7;
/** A run of one literal value, in the column encodings (signed LEB128 of -1). */
const LITERAL = 0x7f;
const ONE_LITERAL = Uint8Array.of(LITERAL);
const ACTION_SET = 1;

const ACTOR_LENGTH = Uint8Array.of(ACTOR_BYTES);
const SEQ = Uint8Array.of(1);
/** Time, length of the message, number of other actors. */
const NO_TIME_MESSAGE_ACTORS = Uint8Array.of(0, 0, 0);
/**
 * Six columns: of each its specification and length, then all their data. Key string, insert, action, the value's metadata and
 * raw bytes, predecessors. Booleans are runs that begin with false: one false. One operation, which replaces none.
 */
const COLUMNS_BEFORE_METADATA = Uint8Array.of(6, 0x15, 2 + KEY_LENGTH, 0x34, 1, 0x42, 2, 0x56);
const COLUMNS_AFTER_ENTRY = Uint8Array.of(0x70, 2, LITERAL, KEY_LENGTH);
const ONE_FALSE_ONE_SET = Uint8Array.of(1, LITERAL, ACTION_SET);
const NOTHING_REPLACED = Uint8Array.of(LITERAL, 0);

/**
 * Builds the change that carries `entry`.
 * @throws RangeError for parts that no canonical change has; use {@link tryBuildChange} for parts from a wire
 */
export function buildChange(parts: ChangeParts): BuiltChange {
  const built = tryBuildChange(parts);
  if (built === undefined) {
    throw new RangeError(
      `Expected at most ${ENTRY_LIMITS.deps} different deps, startOp in [1, 2^20) and an entry of 1 to ` +
        `${MAX_ENTRY_BYTES} bytes; got ${parts.deps.length}, ${parts.startOp}, ${parts.entry.length}.`,
    );
  }
  return built;
}

/**
 * {@link buildChange}, or `undefined` for parts that no canonical change has.
 *
 * @param digest SHA-256 of the entry, where it is known already
 */
export function tryBuildChange(
  { deps, startOp, entry }: ChangeParts,
  digest?: Uint8Array,
): BuiltChange | undefined {
  if (deps.length > ENTRY_LIMITS.deps || new Set(deps).size !== deps.length) return undefined;
  if (!Number.isInteger(startOp) || startOp < 1 || startOp > MAX_START_OP) return undefined;
  if (entry.length < 1 || entry.length > MAX_ENTRY_BYTES) return undefined;
  const named = digest ?? sha256(entry);
  const metadata = concatBytes(ONE_LITERAL, varint(entry.length * 16 + BYTES_VALUE));
  const before = concatBytes(
    varint(deps.length),
    ...[...deps].sort().map(fromHex),
    ACTOR_LENGTH,
    named.subarray(0, ACTOR_BYTES),
    SEQ,
    varint(startOp),
    NO_TIME_MESSAGE_ACTORS,
    COLUMNS_BEFORE_METADATA,
    Uint8Array.of(metadata.length, 0x57),
    varint(entry.length),
    COLUMNS_AFTER_ENTRY,
    utf8(toBase64url(named.subarray(0, KEY_BYTES))),
    ONE_FALSE_ONE_SET,
    metadata,
  );
  const length = varint(before.length + entry.length + NOTHING_REPLACED.length);
  const start = MAGIC.length + CHECKSUM_BYTES;
  const checksum = new Uint8Array(CHECKSUM_BYTES);
  const bytes = concatBytes(MAGIC, checksum, CHUNK, length, before, entry, NOTHING_REPLACED);
  const hash = sha256(bytes.subarray(start));
  bytes.set(hash.subarray(0, CHECKSUM_BYTES), MAGIC.length);
  return { bytes, hash: v.parse(ChangeHash, toHex(hash)) };
}

/** The parts of a canonical change; `undefined` for any other bytes. Deps come sorted. Never throws. */
export function parseChange(
  bytes: Uint8Array,
): (ChangeParts & { readonly hash: ChangeHash }) | undefined {
  if (bytes.length > MAX_CHUNK_BYTES) return undefined;
  const parts = readParts(bytes);
  if (parts === undefined) return undefined;
  const built = tryBuildChange(parts);
  if (built === undefined || !equalBytes(built.bytes, bytes)) return undefined;
  return { ...parts, hash: built.hash };
}

/** Takes the parts from where they would be; whether the rest is right shows when they are built again. */
function readParts(bytes: Uint8Array): ChangeParts | undefined {
  const length = readVarint(bytes, MAGIC.length + CHECKSUM_BYTES + 1);
  const count = length && readVarint(bytes, length.end);
  if (count === undefined || count.value > ENTRY_LIMITS.deps) return undefined;
  const depsEnd = count.end + count.value * HASH_BYTES;
  const startOp = readVarint(bytes, depsEnd + 1 + ACTOR_BYTES + 1);
  if (startOp === undefined) return undefined;
  const deps: ChangeHash[] = [];
  for (let at = count.end; at < depsEnd; at += HASH_BYTES) {
    const dep = v.safeParse(ChangeHash, toHex(bytes.subarray(at, at + HASH_BYTES)));
    if (!dep.success) return undefined;
    deps.push(dep.output);
  }
  // Time, message and other actors; the count of columns; four columns of 2 bytes each but the lengths of two.
  const metadataLength = readVarint(bytes, startOp.end + 3 + 1 + 3 * 2 + 1);
  const entryLength = metadataLength && readVarint(bytes, metadataLength.end + 1);
  if (!metadataLength || !entryLength || entryLength.value > MAX_ENTRY_BYTES) return undefined;
  const before = 2 + KEY_LENGTH + 1 + 2 + metadataLength.value;
  const entryAt = entryLength.end + 2 + before;
  const entry = bytes.slice(entryAt, entryAt + entryLength.value);
  return { deps, startOp: startOp.value, entry };
}

/**
 * The common first change of every document but a space document, whose first is its genesis. It carries no entry of
 * anybody's, only the document's id, so all who open the document make the same.
 */
export function rootChange(documentId: DocumentId): BuiltChange {
  const entry = concatBytes(domainBytes(DOMAINS.root), documentIdBytes(documentId));
  return buildChange({ deps: [], startOp: 1, entry });
}

/**
 * Cuts a run of change chunks, as a sync message holds them, by their headers. `undefined` if it is not wholly made of
 * change chunks (type 1) of lengths that a canonical change can have. The chunks are not looked into. Never throws.
 */
export function splitChunks(bytes: Uint8Array): Uint8Array[] | undefined {
  const chunks: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const typeAt = at + MAGIC.length + CHECKSUM_BYTES;
    if (!equalBytes(bytes.subarray(at, at + MAGIC.length), MAGIC)) return undefined;
    if (bytes[typeAt] !== CHANGE_CHUNK) return undefined;
    const length = readVarint(bytes.subarray(0, typeAt + 1 + MAX_VARINT_BYTES), typeAt + 1);
    if (length === undefined || length.value > MAX_CHUNK_BYTES) return undefined;
    const end = length.end + length.value;
    if (end > bytes.length) return undefined;
    chunks.push(bytes.slice(at, end));
    at = end;
  }
  return chunks;
}
