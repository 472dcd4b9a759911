/**
 * What travels on a link, one frame at a time: a type byte, then a fixed layout for entries (they are most of the
 * traffic) or canonical CBOR for the rest. A frame is parsed once, here; whatever does not fit is a
 * `MalformedFrame` and closes the link.
 *
 * Documents are named on the wire by an *address*: opaque bytes that the space layer turns into a document id. A
 * link's two ends each keep a table of short handles for addresses and devices, so both are named in full once.
 */

import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import type { Priority } from './links-port.ts';
import { type AnnouncedId, announcedBytes, announcedIdsOf } from './short-id.ts';

export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

const TYPE = {
  entry: 1,
  acknowledge: 2,
  digest: 3,
  want: 4,
  bulk: 5,
  session: 6,
  deps: 7,
  depsAnswer: 8,
  announce: 9,
  graft: 10,
  prune: 11,
  receipts: 12,
  presence: 13,
} as const;

/** Most lines of one digest; what is more takes several. */
export const DIGEST_LINES = 256;
/** Most entries in one bulk frame, and about how many bytes of them. */
export const BULK_ENTRIES = 400;
export const BULK_BYTES = 64 * 1024;
/** Largest sync message of a session. */
export const SESSION_MESSAGE_BYTES = 256 * 1024;
/** Most ids in one announcement or graft. */
export const FRAME_IDS = 256;
/** Most receipts in one frame, and most groups that they are in. */
export const FRAME_RECEIPTS = 512;
/** Most presence messages in one frame, each of at most 255 bytes. */
export const FRAME_PRESENCE = 64;
/** Handles a link keeps for each direction; a sender begins anew past that. */
const HANDLES = 4096;

const sized = (min: number, max: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((b) => b.length >= min && b.length <= max, `expected ${min} to ${max} bytes`),
  );
const Address = sized(1, 96);
const ShortId = sized(8, 8);
const EntryBytes = sized(105, 105 + ENTRY_LIMITS.bodyBytes);
const Deps = v.pipe(
  v.instance(Uint8Array),
  v.check(
    (b) => b.length % 32 === 0 && b.length <= 32 * ENTRY_LIMITS.deps,
    'expected up to 16 hashes',
  ),
);

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Longest key in a digest, whole or the part of it that several share. */
const KEY_BYTES = 64;
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
const Digest = v.union([DigestHash, DigestPage]);
const Acknowledge = v.tuple([v.pipe(v.array(ShortId), v.maxLength(1024))]);
const Want = v.tuple([Address, Count]);
const Bulk = v.tuple([
  Address,
  v.pipe(v.array(v.tuple([Deps, EntryBytes])), v.maxLength(BULK_ENTRIES)),
  Count,
  v.boolean(),
]);
const Session = v.tuple([
  sized(8, 8),
  Address,
  v.picklist(['open', 'accept', 'message', 'close']),
  sized(0, SESSION_MESSAGE_BYTES),
]);
const DepsQuestion = v.tuple([Address, ShortId]);
const DepsAnswer = v.tuple([Address, Deps, EntryBytes]);

export type Frame =
  /** An entry pushed along the tree. `tags` are 8-byte keyed hashes of its deps (as in BIP 152). */
  | {
      readonly type: 'entry';
      readonly address: Uint8Array;
      readonly tags: readonly Uint8Array[];
      readonly entry: Uint8Array;
    }
  /**
   * The tree's own: these entries are held here; these are wanted, maybe none, and the sender is to be eager; or it is to
   * be eager no more. `address` is that of the space document.
   */
  | {
      readonly type: 'announce' | 'graft';
      readonly address: Uint8Array;
      readonly ids: readonly AnnouncedId[];
    }
  | { readonly type: 'prune'; readonly address: Uint8Array }
  /** These entries (first 8 bytes of their ids) are stored here. */
  | { readonly type: 'acknowledge'; readonly ids: readonly Uint8Array[] }
  /** What is held of a space: one hash over everything, or one page of lines (see `digest-message.ts`). */
  | {
      readonly type: 'digest';
      readonly space: Uint8Array;
      readonly level: 'space';
      readonly hash: Uint8Array;
    }
  | {
      readonly type: 'digest';
      readonly space: Uint8Array;
      readonly level: 'groups' | 'documents';
      readonly within: Uint8Array;
      readonly after: Uint8Array;
      readonly lines: readonly {
        readonly key: Uint8Array;
        readonly hash: Uint8Array;
        readonly count: number;
      }[];
      readonly last: boolean;
      readonly asks: boolean;
    }
  /** Asks for all of a document in bulk; and once that is under way, says how much of it has been taken in. */
  | { readonly type: 'want'; readonly address: Uint8Array; readonly taken: number }
  /** Part of a document: `upTo` counts its entries from the first up to the last of these. */
  | {
      readonly type: 'bulk';
      readonly address: Uint8Array;
      readonly entries: readonly { readonly deps: Uint8Array; readonly entry: Uint8Array }[];
      readonly upTo: number;
      readonly last: boolean;
    }
  /** A sync session about one document. `open` and `accept` carry the sender's heads, 32 bytes each. */
  | {
      readonly type: 'session';
      readonly session: Uint8Array;
      readonly address: Uint8Array;
      readonly step: 'open' | 'accept' | 'message' | 'close';
      readonly bytes: Uint8Array;
    }
  /** The tags of this entry (first 8 bytes of its id) were ambiguous: send it again with its deps in full. */
  | { readonly type: 'deps'; readonly address: Uint8Array; readonly id: Uint8Array }
  /**
   * Who has stored an author's entries of a channel up to a tip, on their way to the author. `address` is that of the
   * channel's first segment, `author` and `device` are keys of 32 bytes, `tip` the first 4 bytes of an entry's id, `mac` 8 bytes
   * that the author can judge.
   */
  | { readonly type: 'receipts'; readonly groups: readonly ReceiptsFrameGroup[] }
  /**
   * What devices of a space say of themselves, sealed and signed; `address` is that of the space document. `asks` for all that the
   * other has heard; `answers` when it is that.
   */
  | {
      readonly type: 'presence';
      readonly address: Uint8Array;
      readonly asks: boolean;
      readonly answers: boolean;
      readonly messages: readonly { readonly device: Uint8Array; readonly bytes: Uint8Array }[];
    }
  /** A type that a later version may know: ignored. */
  | { readonly type: 'unknown' }
  | {
      readonly type: 'depsAnswer';
      readonly address: Uint8Array;
      readonly deps: Uint8Array;
      readonly entry: Uint8Array;
    };

/** What is sent: everything but what is not known. */
export type SentFrame = Exclude<Frame, { type: 'unknown' }>;

/**
 * Which frames overtake which. All that carry entries one by one share a class with what answers them, because handles
 * and order hold within a class only.
 */
export function priorityOf(frame: SentFrame): Priority {
  switch (frame.type) {
    case 'entry':
    case 'acknowledge':
    case 'deps':
    case 'depsAnswer':
    case 'announce':
    case 'graft':
    case 'prune':
    case 'receipts':
    case 'presence':
      return 'chat';
    case 'digest':
    case 'want':
    case 'bulk':
    case 'session':
      return 'bulk';
  }
}

/** What a frame is for, in the accounts of what a device sends and receives. */
export type TrafficClass = 'entries' | 'tree' | 'receipts' | 'presence' | 'repair';

export function trafficClassOf(frame: Frame): TrafficClass {
  switch (frame.type) {
    case 'entry':
      return 'entries';
    case 'announce':
    case 'graft':
    case 'prune':
      return 'tree';
    case 'acknowledge':
    case 'receipts':
      return 'receipts';
    case 'presence':
      return 'presence';
    case 'digest':
    case 'want':
    case 'bulk':
    case 'session':
    case 'deps':
    case 'depsAnswer':
    case 'unknown':
      return 'repair';
  }
}

export interface ReceiptsFrameGroup {
  readonly address: Uint8Array;
  readonly author: Uint8Array;
  /** How many links these have crossed, at most 255. */
  readonly hops: number;
  readonly tip: Uint8Array;
  readonly receipts: readonly { readonly device: Uint8Array; readonly mac: Uint8Array }[];
}

/** Bytes of an entry before its body: device 32, signature 64, sort 1, hint 8. */
const ENTRY_HEAD = 105;
const DEVICE = 32;

function key(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

class Writer {
  #bytes = new Uint8Array(512);
  #length = 0;

  byte(value: number): void {
    this.bytes(Uint8Array.of(value));
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  bytes(value: Uint8Array): void {
    if (this.#length + value.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + value.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new MalformedFrame('the frame ends too early');
    return value;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedFrame('a number is too long');
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length)
      throw new MalformedFrame('the frame ends too early');
    const taken = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }
}

/** Turns frames into bytes for one link; keeps the sender's half of the handles. */
export class FrameEncoder {
  #addresses = new Map<string, number>();
  #devices = new Map<string, number>();

  encode(frame: SentFrame): Uint8Array {
    switch (frame.type) {
      case 'entry':
        return this.#entry(frame.address, frame.tags, frame.entry);
      case 'acknowledge':
        return cbor(TYPE.acknowledge, [frame.ids]);
      case 'digest':
        if (frame.level === 'space') return cbor(TYPE.digest, [frame.space, frame.hash]);
        return cbor(TYPE.digest, [
          frame.space,
          frame.level === 'groups' ? 0 : 1,
          (frame.last ? 1 : 0) + (frame.asks ? 2 : 0),
          frame.within,
          frame.after,
          frame.lines.map(({ key, hash, count }) => [key, hash, count]),
        ]);
      case 'want':
        return cbor(TYPE.want, [frame.address, frame.taken]);
      case 'bulk':
        return cbor(TYPE.bulk, [
          frame.address,
          frame.entries.map((e) => [e.deps, e.entry]),
          frame.upTo,
          frame.last,
        ]);
      case 'session':
        return cbor(TYPE.session, [frame.session, frame.address, frame.step, frame.bytes]);
      case 'deps':
        return cbor(TYPE.deps, [frame.address, frame.id]);
      case 'depsAnswer':
        return cbor(TYPE.depsAnswer, [frame.address, frame.deps, frame.entry]);
      case 'announce':
      case 'graft':
        return this.#tree(TYPE[frame.type], frame.address, frame.ids);
      case 'prune':
        return this.#tree(TYPE.prune, frame.address, []);
      case 'receipts':
        return this.#receipts(frame.groups);
      case 'presence':
        return this.#presence(frame);
    }
  }

  #tree(type: number, address: Uint8Array, ids: readonly AnnouncedId[]): Uint8Array {
    const out = new Writer();
    out.byte(type);
    name(out, this.#addresses, address, true);
    out.bytes(announcedBytes(ids));
    return out.finish();
  }

  #receipts(groups: readonly ReceiptsFrameGroup[]): Uint8Array {
    const out = new Writer();
    out.byte(TYPE.receipts);
    for (const { address, author, hops, tip, receipts } of groups) {
      name(out, this.#addresses, address, true);
      name(out, this.#devices, author, false);
      out.byte(hops);
      out.bytes(tip);
      out.varint(receipts.length);
      for (const { device, mac } of receipts) {
        name(out, this.#devices, device, false);
        out.bytes(mac);
      }
    }
    return out.finish();
  }

  #presence(frame: Extract<Frame, { type: 'presence' }>): Uint8Array {
    const out = new Writer();
    out.byte(TYPE.presence);
    out.byte((frame.asks ? 1 : 0) | (frame.answers ? 2 : 0));
    name(out, this.#addresses, frame.address, true);
    for (const { device, bytes } of frame.messages) {
      name(out, this.#devices, device, false);
      out.byte(bytes.length);
      out.bytes(bytes);
    }
    return out.finish();
  }

  #entry(address: Uint8Array, tags: readonly Uint8Array[], entry: Uint8Array): Uint8Array {
    const out = new Writer();
    out.byte(TYPE.entry);
    name(out, this.#addresses, address, true);
    name(out, this.#devices, entry.subarray(0, DEVICE), false);
    out.byte(tags.length);
    for (const tag of tags) out.bytes(tag);
    out.bytes(entry.subarray(DEVICE));
    return out.finish();
  }
}

/** Writes the handle of `bytes`, or 0 and the bytes where there is none yet. Handle n is the n-th thing named. */
function name(out: Writer, table: Map<string, number>, bytes: Uint8Array, prefixed: boolean): void {
  const known = table.get(key(bytes));
  if (known !== undefined) return out.varint(known);
  if (table.size >= HANDLES) table.clear();
  table.set(key(bytes), table.size + 1);
  // The other end forgets with us: it counts the same names.
  out.varint(0);
  if (prefixed) out.byte(bytes.length);
  out.bytes(bytes);
}

function cbor(type: number, value: unknown): Uint8Array {
  const body = encode(value);
  const out = new Uint8Array(body.length + 1);
  out[0] = type;
  out.set(body, 1);
  return out;
}

/** Turns bytes of one link into frames; keeps the receiver's half of the handles. */
export class FrameDecoder {
  #addresses: Uint8Array[] = [];
  #devices: Uint8Array[] = [];

  /** Throws `MalformedFrame` and nothing else. */
  decode(bytes: Uint8Array): Frame {
    try {
      return this.#decode(bytes);
    } catch (error) {
      if (error instanceof MalformedFrame) throw error;
      throw new MalformedFrame(error instanceof Error ? error.message.slice(0, 200) : 'unreadable');
    }
  }

  #decode(bytes: Uint8Array): Frame {
    const body = <S extends v.GenericSchema>(schema: S): v.InferOutput<S> => {
      const content = decode(bytes.subarray(1), {
        strict: true,
        rejectDuplicateMapKeys: true,
        allowUndefined: false,
      });
      // A frame of a million small things has a million things wrong: to list them takes many seconds.
      return v.parse(schema, content, { abortEarly: true });
    };
    switch (bytes[0]) {
      case TYPE.entry:
        return this.#entry(bytes);
      case TYPE.acknowledge: {
        const [ids] = body(Acknowledge);
        return { type: 'acknowledge', ids };
      }
      case TYPE.digest:
        return digest(body(Digest));
      case TYPE.want: {
        const [address, taken] = body(Want);
        return { type: 'want', address, taken };
      }
      case TYPE.bulk: {
        const [address, parts, upTo, last] = body(Bulk);
        const entries = parts.map(([deps, entry]) => ({ deps, entry }));
        return { type: 'bulk', address, entries, upTo, last };
      }
      case TYPE.session: {
        const [session, address, step, content] = body(Session);
        return { type: 'session', session, address, step, bytes: content };
      }
      case TYPE.deps: {
        const [address, id] = body(DepsQuestion);
        return { type: 'deps', address, id };
      }
      case TYPE.depsAnswer: {
        const [address, deps, entry] = body(DepsAnswer);
        return { type: 'depsAnswer', address, deps, entry };
      }
      case TYPE.announce:
        return { type: 'announce', ...this.#tree(bytes, 1, FRAME_IDS) };
      case TYPE.graft:
        return { type: 'graft', ...this.#tree(bytes, 0, FRAME_IDS) };
      case TYPE.prune:
        return { type: 'prune', address: this.#tree(bytes, 0, 0).address };
      case TYPE.receipts:
        return this.#receipts(bytes);
      case TYPE.presence:
        return this.#presence(bytes);
      default:
        if (bytes.length === 0) throw new MalformedFrame('the frame is empty');
        return { type: 'unknown' };
    }
  }

  #address(reader: Reader): Uint8Array {
    return named(reader, this.#addresses, () => {
      const length = reader.byte();
      if (length < 1 || length > 96) throw new MalformedFrame('an address is 1 to 96 bytes');
      return reader.take(length);
    });
  }

  #device(reader: Reader): Uint8Array {
    return named(reader, this.#devices, () => reader.take(DEVICE));
  }

  #tree(bytes: Uint8Array, least: number, most: number) {
    const reader = new Reader(bytes, 1);
    const address = this.#address(reader);
    const rest = reader.rest();
    if (rest.length % 4 !== 0 || rest.length < 4 * least || rest.length > 4 * most)
      throw new MalformedFrame(`expected ${least} to ${most} ids of 4 bytes`);
    return { address, ids: announcedIdsOf(rest) };
  }

  #receipts(bytes: Uint8Array): Frame {
    const reader = new Reader(bytes, 1);
    const groups: ReceiptsFrameGroup[] = [];
    let left = FRAME_RECEIPTS;
    while (!reader.atEnd) {
      const address = this.#address(reader);
      const author = this.#device(reader);
      const hops = reader.byte();
      const tip = reader.take(4);
      const count = reader.varint();
      if (count < 1 || count > left)
        throw new MalformedFrame(`a receipts frame holds 1 to ${FRAME_RECEIPTS} receipts`);
      left -= count;
      const receipts = Array.from({ length: count }, () => ({
        device: this.#device(reader),
        mac: reader.take(8),
      }));
      groups.push({ address, author, hops, tip, receipts });
    }
    return { type: 'receipts', groups };
  }

  #presence(bytes: Uint8Array): Frame {
    const reader = new Reader(bytes, 1);
    const flags = reader.byte();
    const address = this.#address(reader);
    const messages: { device: Uint8Array; bytes: Uint8Array }[] = [];
    while (!reader.atEnd) {
      if (messages.length >= FRAME_PRESENCE)
        throw new MalformedFrame(`a presence frame holds at most ${FRAME_PRESENCE} messages`);
      messages.push({ device: this.#device(reader), bytes: reader.take(reader.byte()) });
    }
    return {
      type: 'presence',
      address,
      asks: (flags & 1) !== 0,
      answers: (flags & 2) !== 0,
      messages,
    };
  }

  #entry(bytes: Uint8Array): Frame {
    const reader = new Reader(bytes, 1);
    const address = this.#address(reader);
    const device = this.#device(reader);
    const count = reader.byte();
    if (count > ENTRY_LIMITS.deps) throw new MalformedFrame(`${count} deps; the most is 16`);
    const tags = Array.from({ length: count }, () => reader.take(8));
    const rest = reader.rest();
    const length = DEVICE + rest.length;
    if (length < ENTRY_HEAD || length > ENTRY_HEAD + ENTRY_LIMITS.bodyBytes)
      throw new MalformedFrame(`an entry of ${length} bytes`);
    const entry = new Uint8Array(length);
    entry.set(device);
    entry.set(rest, DEVICE);
    return { type: 'entry', address, tags, entry };
  }
}

function named(reader: Reader, table: Uint8Array[], read: () => Uint8Array): Uint8Array {
  const handle = reader.varint();
  if (handle === 0) {
    const bytes = read();
    if (table.length >= HANDLES) table.length = 0;
    table.push(bytes);
    return bytes;
  }
  const bytes = table[handle - 1];
  if (!bytes) throw new MalformedFrame(`handle ${handle} was never given`);
  return bytes;
}

function digest(parts: v.InferOutput<typeof Digest>): Extract<Frame, { type: 'digest' }> {
  if (parts.length === 2)
    return { type: 'digest', space: parts[0], level: 'space', hash: parts[1] };
  const [space, level, flags, within, after, lines] = parts;
  // What is told of a group names it in full.
  if (lines.some(([key]) => within.length + key.length > KEY_BYTES))
    throw new MalformedFrame(`a key in a digest is at most ${KEY_BYTES} bytes`);
  return {
    type: 'digest',
    space,
    level: level === 0 ? 'groups' : 'documents',
    within,
    after,
    lines: lines.map(([key, hash, count]) => ({ key, hash, count })),
    last: (flags & 1) === 1,
    asks: (flags & 2) === 2,
  };
}
