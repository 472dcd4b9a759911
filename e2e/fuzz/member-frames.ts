/** Frames of a member who holds every secret and a link, and lies in every way that frames allow. */
import * as Automerge from '@automerge/automerge/slim';
import { FrameEncoder, type SentFrame } from '@snug/client/mesh/frames/frames.ts';
import { type Address, encodeAddress } from '@snug/client/space/address.ts';
import { joinHashes } from '@snug/client/space/document-log.ts';
import { concatBytes, fromBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { presenceMark } from '@snug/shared/crypto/sealed-presence.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { SeededRandom } from '../sim/seeded-random.ts';
import type { Conversation } from './conversation.ts';
import { giant } from './frame-bytes.ts';
import { mutated, noise, oddLength } from './mutation.ts';
import { announced, FRAME_TYPES, randomFrame, type Subjects } from './random-frames.ts';
import { madeUp, type Stock, stockOf } from './stock.ts';

export class Liar {
  readonly #talk: Conversation;
  readonly #random: SeededRandom;
  readonly #stock: Stock;
  #session: Uint8Array | undefined;

  private constructor(talk: Conversation, random: SeededRandom, stock: Stock) {
    this.#talk = talk;
    this.#random = random;
    this.#stock = stock;
  }

  static async of(talk: Conversation, random: SeededRandom): Promise<Liar> {
    return new Liar(talk, random, await stockOf(talk, random));
  }

  /** Where members meet, and where they might. */
  #address(): Uint8Array {
    const { eve, shared, secret } = this.#talk;
    const random = this.#random;
    const [epoch] = eve.space.membership.epochs;
    const places: Address[] = [
      eve.segment(),
      eve.segment(),
      eve.segment(1 + random.below(100)),
      { kind: 'space', space: shared.space },
      { kind: 'space', space: secret.space },
      { kind: 'segment', ...secret, number: 0 },
    ];
    if (epoch) places.push({ kind: 'epoch', space: shared.space, epoch: epoch.id });
    if (random.chance(0.05)) return noise(random, 1 + random.below(96));
    return encodeAddress(random.pick(places) ?? eve.segment());
  }

  get #subjects(): Subjects {
    const { eve, ada, ben, dora, mallory, shared, secret } = this.#talk;
    const random = this.#random;
    const own = () => random.pick(this.#heldIds()) ?? random.bytes(8);
    return {
      address: () => this.#address(),
      space: () => fromBase64url((random.chance(0.9) ? shared : secret).space),
      device: () =>
        publicKeyFromPeerId((random.pick([dora, dora, ada, ben, eve, mallory]) ?? eve).peer),
      id: () => (random.chance(0.7) ? own() : random.bytes(8)),
    };
  }

  /** First bytes of the ids of what Ada wrote. */
  #heldIds(): Uint8Array[] {
    const { ada } = this.#talk;
    const own = ada.engine.bearings().holders.slice(-20);
    return own.map(([id]) => fromBase64url(id).slice(0, 8));
  }

  /**
   * These bytes read by themselves, whatever was named before. Devices are named in full, or by their beginnings, also those that
   * nobody else knows.
   */
  #encoded(frame: SentFrame): Uint8Array {
    const { eve, ada, ben, dora, mallory } = this.#talk;
    const keys = [eve, ada, ben, dora, mallory].map((who) => publicKeyFromPeerId(who.peer));
    const byBeginning = this.#random.chance(0.4);
    const resolve = (_: Uint8Array, prefix: Uint8Array) =>
      byBeginning ? keys.find((key) => prefix.every((byte, i) => byte === key[i])) : undefined;
    return new FrameEncoder(resolve).encode(frame);
  }

  /** One hostile frame, and what it was, for the report of a failure. */
  next(): { readonly what: string; readonly bytes: Uint8Array } {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.1) return { what: 'noise', bytes: this.#noise() };
    if (kind < 0.25) {
      const frame = this.#lie();
      return { what: `spoilt ${frame.type}`, bytes: mutated(this.#encoded(frame), random) };
    }
    if (kind < 0.35) {
      const frames = [
        ...this.#talk.room.frames.slice(-200).map(({ frame }) => frame),
        ...this.#talk.eve.raw.slice(-100),
      ];
      return { what: 'replayed', bytes: random.pick(frames) ?? new Uint8Array([10]) };
    }
    const frame = kind < 0.6 ? randomFrame(random, this.#subjects) : this.#lie();
    return { what: frame.type, bytes: this.#encoded(frame) };
  }

  #noise(): Uint8Array {
    const random = this.#random;
    if (random.chance(0.01)) return giant(random);
    const bytes = noise(random, oddLength(random, LINK_LIMITS.frameBytes));
    if (bytes.length > 0) bytes[0] = random.below(FRAME_TYPES + 3);
    return bytes;
  }

  #lie(): SentFrame {
    const random = this.#random;
    const { device, address, id } = this.#subjects;
    switch (random.below(11)) {
      case 0:
      case 1:
        return this.#entry();
      case 2: {
        // Of things that never come, by the hundred; or of all that is held, that it be pushed once more.
        const type = random.pick(['announce', 'graft'] as const) ?? 'graft';
        return { type, address: this.#spaceAddress(), ids: announced(random, 256) };
      }
      case 3:
        return random.chance(0.5)
          ? { type: 'prune', address: this.#spaceAddress() }
          : { type: 'graft', address: this.#spaceAddress(), ids: [] };
      case 4:
        return {
          type: 'receipts',
          groups: Array.from({ length: 1 + random.below(4) }, () => ({
            address: encodeAddress(this.#talk.eve.segment()),
            author: device(),
            hops: random.below(256),
            tip: random.chance(0.7) ? id().slice(0, 4) : random.bytes(4),
            receipts: Array.from({ length: 1 + random.below(20) }, () => ({
              device: device(),
              mac: random.bytes(8),
            })),
          })),
        };
      case 5:
      case 6:
        return this.#presenceFrame();
      case 7:
      case 8:
        return this.#sessionFrame();
      case 9:
        return random.chance(0.5) ? this.#bulk() : this.#inPlace();
      default:
        return random.chance(0.5)
          ? { type: 'deps', address: address(), id: id() }
          : { type: 'want', address: address(), taken: random.below(3) };
    }
  }

  #spaceAddress(): Uint8Array {
    return encodeAddress({ kind: 'space', space: this.#talk.shared.space });
  }

  #entry(): SentFrame {
    const random = this.#random;
    const { bytes } = random.pick(this.#stock.entries) ?? { bytes: random.bytes(200) };
    const entry = new Uint8Array(bytes);
    // In the name of somebody else, or not signed for this.
    if (random.chance(0.3)) entry.set(this.#subjects.device());
    if (random.chance(0.2)) entry[32 + random.below(64)] = random.below(256);
    const tags = Array.from({ length: random.below(4) }, () => random.bytes(8));
    if (random.chance(0.7)) return { type: 'entry', address: this.#address(), tags, entry };
    const deps = random.chance(0.5)
      ? random.bytes(32)
      : joinHashes(this.#talk.eve.space.log(this.#talk.eve.segment()).heads.slice(0, 16));
    return { type: 'depsAnswer', address: this.#address(), deps, entry };
  }

  /** With its deps in full, where it was made for: it is judged for what it is. */
  #inPlace(): SentFrame {
    const random = this.#random;
    const one = random.pick(this.#stock.judged);
    if (!one) return this.#bulk();
    const entry = { deps: joinHashes(one.deps), entry: one.bytes };
    const address = encodeAddress(one.address);
    return random.chance(0.5)
      ? { type: 'depsAnswer', address, ...entry }
      : { type: 'bulk', address, entries: [entry], upTo: 1, last: random.chance(0.5) };
  }

  #bulk(): SentFrame {
    const random = this.#random;
    const entries = random.sample(
      this.#stock.entries,
      1 + random.below(random.chance(0.05) ? 400 : 10),
    );
    return {
      type: 'bulk',
      address: random.chance(0.7) ? encodeAddress(this.#talk.eve.segment()) : this.#address(),
      entries: entries.map(({ bytes, deps }) => ({ deps: joinHashes(deps), entry: bytes })),
      upTo: random.below(10_000),
      last: random.chance(0.5),
    };
  }

  #presenceFrame(): SentFrame {
    const random = this.#random;
    const messages = random.sample(this.#stock.presence, random.below(20)).map((one) => {
      const mark = presenceMark(one.bytes);
      return mark && random.chance(0.2)
        ? { ...one, bytes: mutated(one.bytes, random).slice(0, 255) }
        : one;
    });
    return {
      type: 'presence',
      address: this.#spaceAddress(),
      asks: random.chance(0.3),
      answers: random.chance(0.5),
      messages,
    };
  }

  /** Opens sessions, speaks in them and after their end, and in those of nobody. */
  #sessionFrame(): SentFrame {
    const random = this.#random;
    const address = encodeAddress(this.#talk.eve.segment());
    const step =
      random.pick(['open', 'message', 'message', 'message', 'close', 'accept'] as const) ?? 'open';
    if (step === 'open' || !this.#session) this.#session = random.bytes(8);
    const session = random.chance(0.9) ? this.#session : random.bytes(8);
    if (step !== 'message')
      return {
        type: 'session',
        session,
        address,
        step,
        bytes: random.bytes(32 * random.below(20)),
      };
    return { type: 'session', session, address, step, bytes: this.#syncMessage() };
  }

  #syncMessage(): Uint8Array {
    const random = this.#random;
    const changes = random
      .sample(this.#stock.changes, random.below(4))
      .map((change) => (random.chance(0.2) ? mutated(change, random) : change));
    if (random.chance(0.1)) return noise(random, random.below(400));
    const bloom = random.chance(0.3) ? random.bytes(random.below(20)) : new Uint8Array();
    const heads = random.chance(0.3) ? [madeUp(random)] : [];
    try {
      const message = Automerge.encodeSyncMessage({
        heads,
        need: heads,
        have: [{ lastSync: [], bloom }],
        changes,
      });
      return random.chance(0.2) ? mutated(message, random) : message;
    } catch {
      return concatBytes(utf8('B'), ...changes).slice(0, 200_000);
    }
  }
}
