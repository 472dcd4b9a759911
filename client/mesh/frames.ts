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
} as const;

/** Most documents one digest names; a larger space takes several. */
export const DIGEST_DOCUMENTS = 256;
/** Most entries in one bulk frame, and about how many bytes of them. */
export const BULK_ENTRIES = 400;
export const BULK_BYTES = 96 * 1024;
/** Largest sync message of a session. */
export const SESSION_MESSAGE_BYTES = 256 * 1024;
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

/** One document of a digest: address, first 8 bytes of SHA-256 over its sorted heads, number of entries. */
const DigestLine = v.tuple([Address, ShortId, v.pipe(v.number(), v.integer(), v.minValue(0))]);
const Digest = v.tuple([
  sized(1, 64),
  v.boolean(),
  v.pipe(v.array(DigestLine), v.maxLength(DIGEST_DOCUMENTS)),
]);
const Acknowledge = v.tuple([v.pipe(v.array(ShortId), v.maxLength(1024))]);
const Want = v.tuple([Address]);
const Bulk = v.tuple([
  Address,
  v.pipe(v.array(v.tuple([Deps, EntryBytes])), v.maxLength(BULK_ENTRIES)),
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
  /** These entries (first 8 bytes of their ids) are stored here. */
  | { readonly type: 'acknowledge'; readonly ids: readonly Uint8Array[] }
  /** What is held of a space. `space` is its id; `question` asks for the other's in return. */
  | {
      readonly type: 'digest';
      readonly space: Uint8Array;
      readonly question: boolean;
      readonly documents: readonly DigestEntry[];
    }
  /** Asks for all of a document, in bulk. */
  | { readonly type: 'want'; readonly address: Uint8Array }
  | {
      readonly type: 'bulk';
      readonly address: Uint8Array;
      readonly entries: readonly { readonly deps: Uint8Array; readonly entry: Uint8Array }[];
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
      return 'chat';
    case 'digest':
    case 'want':
    case 'bulk':
    case 'session':
      return 'bulk';
  }
}

export interface DigestEntry {
  readonly address: Uint8Array;
  readonly heads: Uint8Array;
  readonly count: number;
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
        return cbor(TYPE.digest, [
          frame.space,
          frame.question,
          frame.documents.map((d) => [d.address, d.heads, d.count]),
        ]);
      case 'want':
        return cbor(TYPE.want, [frame.address]);
      case 'bulk':
        return cbor(TYPE.bulk, [
          frame.address,
          frame.entries.map((e) => [e.deps, e.entry]),
          frame.last,
        ]);
      case 'session':
        return cbor(TYPE.session, [frame.session, frame.address, frame.step, frame.bytes]);
      case 'deps':
        return cbor(TYPE.deps, [frame.address, frame.id]);
      case 'depsAnswer':
        return cbor(TYPE.depsAnswer, [frame.address, frame.deps, frame.entry]);
    }
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
    const body = () =>
      decode(bytes.subarray(1), {
        strict: true,
        rejectDuplicateMapKeys: true,
        allowUndefined: false,
      });
    switch (bytes[0]) {
      case TYPE.entry:
        return this.#entry(bytes);
      case TYPE.acknowledge: {
        const [ids] = v.parse(Acknowledge, body());
        return { type: 'acknowledge', ids };
      }
      case TYPE.digest: {
        const [space, question, lines] = v.parse(Digest, body());
        const documents = lines.map(([address, heads, count]) => ({ address, heads, count }));
        return { type: 'digest', space, question, documents };
      }
      case TYPE.want: {
        const [address] = v.parse(Want, body());
        return { type: 'want', address };
      }
      case TYPE.bulk: {
        const [address, entries, last] = v.parse(Bulk, body());
        return {
          type: 'bulk',
          address,
          entries: entries.map(([deps, entry]) => ({ deps, entry })),
          last,
        };
      }
      case TYPE.session: {
        const [session, address, step, content] = v.parse(Session, body());
        return { type: 'session', session, address, step, bytes: content };
      }
      case TYPE.deps: {
        const [address, id] = v.parse(DepsQuestion, body());
        return { type: 'deps', address, id };
      }
      case TYPE.depsAnswer: {
        const [address, deps, entry] = v.parse(DepsAnswer, body());
        return { type: 'depsAnswer', address, deps, entry };
      }
      default:
        if (bytes.length === 0) throw new MalformedFrame('the frame is empty');
        return { type: 'unknown' };
    }
  }

  #entry(bytes: Uint8Array): Frame {
    const reader = new Reader(bytes, 1);
    const address = named(reader, this.#addresses, () => {
      const length = reader.byte();
      if (length < 1 || length > 96) throw new MalformedFrame('an address is 1 to 96 bytes');
      return reader.take(length);
    });
    const device = named(reader, this.#devices, () => reader.take(DEVICE));
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
