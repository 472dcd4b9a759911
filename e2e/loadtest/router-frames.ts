/**
 * What is said between a chat router and its members: one frame to come in, one back, then entries. An entry goes up as the
 * frame that the others get, byte for byte, so the server copies and makes nothing. It names its author by the number that
 * the server gave, and what it builds on by tags of 8 bytes, as on a link of the mesh.
 *
 *   enter    0, room 16                                          up
 *   welcome  0, number, how many entries follow of the history   down
 *   entry    1, number of its author, tags, rest of the entry    both
 *   first    2, the same, with the author's key 32 after the number: of each author the first
 */
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import { readVarint, varint } from '@snug/shared/crypto/varint.ts';
import { MAX_ENTRY_BYTES } from '@snug/shared/entries/canonical-change.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';

const TYPE = { room: 0, entry: 1, first: 2 } as const;
const ROOM_BYTES = 16;
export const TAG_BYTES = 8;
const DEVICE_BYTES = 32;
/** Members of a room are numbered from 0, below this. */
export const MEMBERS = 2 ** 20;
const HISTORY = 2 ** 32;
/** Type, number, key, tags, entry. */
export const LONGEST_FRAME =
  1 + 3 + DEVICE_BYTES + 1 + ENTRY_LIMITS.deps * TAG_BYTES + MAX_ENTRY_BYTES;

export interface EntryFrame {
  readonly author: number;
  /** The author's key, in the first of its entries. */
  readonly device?: Uint8Array;
  readonly tags: readonly Uint8Array[];
  /** The entry without the key that it begins with. */
  readonly rest: Uint8Array;
}

export function enterFrame(room: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(TYPE.room), room);
}

/** The room that somebody wants to enter, 16 bytes; `undefined` for any other frame. */
export function roomIn(frame: Uint8Array): Uint8Array | undefined {
  const fits = frame[0] === TYPE.room && frame.length === 1 + ROOM_BYTES;
  return fits ? frame.slice(1) : undefined;
}

export interface Welcome {
  readonly number: number;
  /** Entries written so far, which follow. */
  readonly history: number;
}

export function welcomeFrame({ number, history }: Welcome): Uint8Array {
  return concatBytes(Uint8Array.of(TYPE.room), varint(number), varint(history));
}

/** `undefined` for any other frame. */
export function welcomeIn(frame: Uint8Array): Welcome | undefined {
  if (frame[0] !== TYPE.room) return undefined;
  const number = readVarint(frame, 1);
  const history = number && readVarint(frame, number.end);
  if (!history || history.end !== frame.length) return undefined;
  if (number.value >= MEMBERS || history.value >= HISTORY) return undefined;
  return { number: number.value, history: history.value };
}

export function entryFrame({ author, device, tags, rest }: EntryFrame): Uint8Array {
  return concatBytes(
    Uint8Array.of(device ? TYPE.first : TYPE.entry),
    varint(author),
    device ?? new Uint8Array(0),
    Uint8Array.of(tags.length),
    ...tags,
    rest,
  );
}

/** Who wrote the entry in a frame: all that a server reads of it. `undefined` for any other frame. */
export function authorIn(frame: Uint8Array): number | undefined {
  if (frame[0] !== TYPE.entry && frame[0] !== TYPE.first) return undefined;
  return readVarint(frame, 1)?.value;
}

/** `undefined` for any other frame. What the entry holds is not looked at. */
export function entryIn(frame: Uint8Array): EntryFrame | undefined {
  const first = frame[0] === TYPE.first;
  if (!first && frame[0] !== TYPE.entry) return undefined;
  const author = readVarint(frame, 1);
  if (author === undefined || author.value >= MEMBERS) return undefined;
  const deviceEnd = author.end + (first ? DEVICE_BYTES : 0);
  const count = frame[deviceEnd];
  if (count === undefined || count > ENTRY_LIMITS.deps) return undefined;
  const tagsAt = deviceEnd + 1;
  const restAt = tagsAt + count * TAG_BYTES;
  if (restAt > frame.length) return undefined;
  const tags = Array.from({ length: count }, (_, i) =>
    frame.slice(tagsAt + i * TAG_BYTES, tagsAt + (i + 1) * TAG_BYTES),
  );
  const device = first ? { device: frame.slice(author.end, deviceEnd) } : {};
  return { author: author.value, ...device, tags, rest: frame.slice(restAt) };
}
