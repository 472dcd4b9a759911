/** Reads frames, each once and here: what does not fit is malformed. */
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import { decode } from 'cborg';
import * as v from 'valibot';
import {
  DEVICE,
  ENTRY_BYTES,
  ENTRY_HEAD,
  FRAME_IDS,
  FRAME_PRESENCE,
  FRAME_RECEIPTS,
  MalformedFrame,
  TYPE,
} from './frame-layout.ts';
import { ReceivedNames, type ResolveDevice } from './frame-names.ts';
import { FrameReader } from './frame-parts.ts';
import {
  Acknowledge,
  Bulk,
  DepsAnswer,
  DepsQuestion,
  Digest,
  KEY_BYTES,
  Knock,
  KnockAnswer,
  Linking,
  Session,
  Want,
} from './frame-schemas.ts';
import type { Frame, ReceiptsFrameGroup } from './frames.ts';
import { announcedIdsOf } from './short-id.ts';

/** Turns bytes of one link into frames; keeps the receiver's half of the handles. */
export class FrameDecoder {
  readonly #names: ReceivedNames;

  /** @param resolve without it a device that is not named in full is not known */
  constructor(resolve: ResolveDevice = () => undefined) {
    this.#names = new ReceivedNames(resolve);
  }

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
      case TYPE.knock: {
        const [number, topic, note] = body(Knock);
        return { type: 'knock', number, topic, note };
      }
      case TYPE.knockAnswer: {
        const [number, reason] = body(KnockAnswer);
        return { type: 'knockAnswer', number, ...(reason !== '' && { reason }) };
      }
      case TYPE.linking: {
        const [topic, message] = body(Linking);
        return { type: 'linking', topic, message };
      }
      default:
        if (bytes.length === 0) throw new MalformedFrame('the frame is empty');
        return { type: 'unknown' };
    }
  }

  #tree(bytes: Uint8Array, least: number, most: number) {
    const reader = new FrameReader(bytes, 1);
    const address = this.#names.address(reader);
    const rest = reader.rest();
    if (rest.length % 4 !== 0 || rest.length < 4 * least || rest.length > 4 * most)
      throw new MalformedFrame(`expected ${least} to ${most} ids of 4 bytes`);
    return { address, ids: announcedIdsOf(rest) };
  }

  #receipts(bytes: Uint8Array): Frame {
    const reader = new FrameReader(bytes, 1);
    const groups: ReceiptsFrameGroup[] = [];
    let left = FRAME_RECEIPTS;
    while (!reader.atEnd) {
      const address = this.#names.address(reader);
      const author = this.#names.device(reader, address);
      const hops = reader.byte();
      const tip = reader.take(4);
      const count = reader.varint();
      if (count < 1 || count > left)
        throw new MalformedFrame(`a receipts frame holds 1 to ${FRAME_RECEIPTS} receipts`);
      left -= count;
      const receipts = Array.from({ length: count }, () => ({
        device: this.#names.device(reader, address),
        mac: reader.take(8),
      })).filter(({ device }) => isKnown(device));
      if (isKnown(author) && receipts.length > 0)
        groups.push({ address, author, hops, tip, receipts });
    }
    return { type: 'receipts', groups };
  }

  #presence(bytes: Uint8Array): Frame {
    const reader = new FrameReader(bytes, 1);
    const flags = reader.byte();
    const address = this.#names.address(reader);
    const messages: { device: Uint8Array; bytes: Uint8Array }[] = [];
    for (let count = 0; !reader.atEnd; count++) {
      if (count >= FRAME_PRESENCE)
        throw new MalformedFrame(`a presence frame holds at most ${FRAME_PRESENCE} messages`);
      const device = this.#names.device(reader, address);
      const message = { device, bytes: reader.take(reader.byte()) };
      if (isKnown(device)) messages.push(message);
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
    const reader = new FrameReader(bytes, 1);
    const address = this.#names.address(reader);
    const device = this.#names.device(reader, address);
    const count = reader.byte();
    if (count > ENTRY_LIMITS.deps) throw new MalformedFrame(`${count} deps; the most is 16`);
    const tags = Array.from({ length: count }, () => reader.take(8));
    const rest = reader.rest();
    const length = DEVICE + rest.length;
    if (length < ENTRY_HEAD || length > ENTRY_BYTES)
      throw new MalformedFrame(`an entry of ${length} bytes`);
    if (!isKnown(device)) return { type: 'unnamed', address, tags, prefix: device, rest };
    const entry = concatBytes(device, rest);
    return { type: 'entry', address, tags, entry };
  }
}

function isKnown(device: Uint8Array): boolean {
  return device.length === DEVICE;
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
