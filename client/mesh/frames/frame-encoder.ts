/** Writes frames: the layouts, and canonical CBOR for what is not most of the traffic. */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { encode } from 'cborg';
import { DEVICE, TYPE } from './frame-layout.ts';
import { type ResolveDevice, SentNames } from './frame-names.ts';
import { FrameWriter } from './frame-parts.ts';
import type { Frame, ReceiptsFrameGroup, SentFrame } from './frames.ts';
import { type AnnouncedId, announcedBytes } from './short-id.ts';

/** Turns frames into bytes for one link; keeps the sender's half of the handles. */
export class FrameEncoder {
  readonly #names: SentNames;

  /** @param resolve without it every device is named in full */
  constructor(resolve: ResolveDevice = () => undefined) {
    this.#names = new SentNames(resolve);
  }

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
      case 'knock':
        return cbor(TYPE.knock, [frame.number, fromBase64url(frame.topic), frame.note]);
      case 'knockAnswer':
        return cbor(TYPE.knockAnswer, [frame.number, frame.reason ?? '']);
      case 'linking':
        return cbor(TYPE.linking, [fromBase64url(frame.topic), frame.message]);
    }
  }

  #tree(type: number, address: Uint8Array, ids: readonly AnnouncedId[]): Uint8Array {
    const out = new FrameWriter();
    out.byte(type);
    this.#names.address(out, address);
    out.bytes(announcedBytes(ids));
    return out.finish();
  }

  #receipts(groups: readonly ReceiptsFrameGroup[]): Uint8Array {
    const out = new FrameWriter();
    out.byte(TYPE.receipts);
    for (const { address, author, hops, tip, receipts } of groups) {
      this.#names.address(out, address);
      this.#names.device(out, address, author);
      out.byte(hops);
      out.bytes(tip);
      out.varint(receipts.length);
      for (const { device, mac } of receipts) {
        this.#names.device(out, address, device);
        out.bytes(mac);
      }
    }
    return out.finish();
  }

  #presence(frame: Extract<Frame, { type: 'presence' }>): Uint8Array {
    const out = new FrameWriter();
    out.byte(TYPE.presence);
    out.byte((frame.asks ? 1 : 0) | (frame.answers ? 2 : 0));
    this.#names.address(out, frame.address);
    for (const { device, bytes } of frame.messages) {
      this.#names.device(out, frame.address, device);
      out.byte(bytes.length);
      out.bytes(bytes);
    }
    return out.finish();
  }

  #entry(address: Uint8Array, tags: readonly Uint8Array[], entry: Uint8Array): Uint8Array {
    const out = new FrameWriter();
    out.byte(TYPE.entry);
    this.#names.address(out, address);
    this.#names.device(out, address, entry.subarray(0, DEVICE));
    out.byte(tags.length);
    for (const tag of tags) out.bytes(tag);
    out.bytes(entry.subarray(DEVICE));
    return out.finish();
  }
}

function cbor(type: number, value: unknown): Uint8Array {
  const body = encode(value);
  const out = new Uint8Array(body.length + 1);
  out[0] = type;
  out.set(body, 1);
  return out;
}
