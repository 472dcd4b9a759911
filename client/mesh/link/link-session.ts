/**
 * Makes a link reliable and ordered whatever carries it: frames are cut into numbered packets, kept until they are
 * acknowledged and sent again when the path changes or, where a path may drop, when no acknowledgement comes. Each
 * priority class is a stream of its own with its own numbers, so chat never waits for bulk that is sent again.
 * Sans-I/O: it never sends; the link takes packets from it when its path has room.
 */
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Priority } from '../links-port.ts';
import { type Acks, encodePacket, type Packet } from './packet.ts';
import { IncomingStream, OutgoingStream } from './packet-stream.ts';

/** How a kind of path wants to be used. */
export interface PathManner {
  /** Longest that an acknowledgement waits for company, ms. */
  readonly ackDelayMs: number;
  /** Bytes after which it waits no more. */
  readonly ackBytes: number;
  /** Most bytes under way without an acknowledgement. */
  readonly windowBytes: number;
  /** Whether the path may drop packets, so that they must be sent again after a while. */
  readonly lossy: boolean;
}

export const MANNERS = {
  /** SCTP is reliable: acknowledgements serve the change of path only. */
  direct: {
    ackDelayMs: 250,
    ackBytes: 128 * 1024,
    windowBytes: LINK_LIMITS.unacknowledgedBytes,
    lossy: false,
  },
  /** The server drops what is over its rate. */
  relayed: { ackDelayMs: 60, ackBytes: 32 * 1024, windowBytes: 128 * 1024, lossy: true },
} as const satisfies Record<string, PathManner>;

/** Most bytes that wait to be sent; a neighbour that reads more slowly than we write loses the link. */
export const WAITING_BYTES = 64 * 1024 * 1024;
const FIRST_RETRANSMIT_MS = 700;
const LONGEST_RETRANSMIT_MS = 6_000;

export type Received =
  | { readonly ok: true; readonly frames: readonly Uint8Array[] }
  | { readonly ok: false; readonly reason: string };

export class LinkSession {
  readonly #out: Record<Priority, OutgoingStream>;
  readonly #in: Record<Priority, IncomingStream>;
  #manner: PathManner = MANNERS.direct;
  #ackAt: number | undefined;
  #bytesSinceAck = 0;
  /** The acknowledgement is due, and waits for room. */
  #ackWaits = false;
  #retransmitAt: number | undefined;
  #retransmitMs = FIRST_RETRANSMIT_MS;

  constructor() {
    this.#out = { chat: new OutgoingStream('chat'), bulk: new OutgoingStream('bulk') };
    this.#in = { chat: new IncomingStream(), bulk: new IncomingStream() };
  }

  /** Queues a frame. False: it is too long, or too much waits already; the link must close. */
  send(frame: Uint8Array, priority: Priority): boolean {
    if (frame.length > LINK_LIMITS.frameBytes) return false;
    if (this.waitingBytes + frame.length > WAITING_BYTES) return false;
    this.#out[priority].push(frame);
    return true;
  }

  /** Bytes queued or unacknowledged. */
  get waitingBytes(): number {
    return this.#out.chat.heldBytes + this.#out.bulk.heldBytes;
  }

  /** From now on another path carries the packets: everything unacknowledged goes again, on that one. */
  pathChanged(manner: PathManner, now: number): void {
    this.#manner = manner;
    this.#out.chat.rewind();
    this.#out.bulk.rewind();
    this.#retransmitMs = FIRST_RETRANSMIT_MS;
    this.#retransmitAt = undefined;
    if (this.#ackAt !== undefined) this.#ackAt = Math.min(this.#ackAt, now + manner.ackDelayMs);
  }

  /**
   * Packets to put on the path now, chat first: data of at most `room` bytes and one packet more, and, unless
   * `mayAcknowledge` is false, the acknowledgement that is due. Call it whenever room appears, a packet has come or
   * `wakeAt` has passed.
   */
  take(room: number, now: number, mayAcknowledge = true): Uint8Array[] {
    this.#retransmit(now);
    const packets: Uint8Array[] = [];
    let left = room;
    for (const stream of [this.#out.chat, this.#out.bulk]) {
      while (left > 0) {
        const under = this.#out.chat.underWayBytes + this.#out.bulk.underWayBytes;
        if (under >= this.#manner.windowBytes || !stream.hasNext) break;
        const packet = stream.next(this.#acksForData());
        if (packet === undefined) break;
        left -= packet.length;
        packets.push(packet);
      }
    }
    const due = this.#ackAt !== undefined && this.#ackAt <= now;
    this.#ackWaits = due && !mayAcknowledge;
    if (due && mayAcknowledge) {
      this.#acknowledged();
      packets.push(encodePacket({ is: 'ack', acks: this.#acks() }));
    }
    this.#armRetransmit(now);
    return packets;
  }

  /** Whether something waits that `take` would give if it had room. */
  get wantsRoom(): boolean {
    const { chat, bulk } = this.#out;
    const dataWaits =
      (chat.hasNext || bulk.hasNext) &&
      chat.underWayBytes + bulk.underWayBytes < this.#manner.windowBytes;
    return dataWaits || this.#ackWaits;
  }

  receive(packet: Extract<Packet, { is: 'data' | 'ack' }>, now: number): Received {
    if (packet.acks !== undefined && !this.#takeAcks(packet.acks, now)) {
      return { ok: false, reason: 'acknowledged what was never sent' };
    }
    if (packet.is === 'ack') return { ok: true, frames: [] };
    const took = this.#in[packet.priority].accept(packet);
    if (took.is === 'malformed') return { ok: false, reason: took.reason };
    this.#bytesSinceAck += packet.body.length;
    const prompt = took.is === 'out-of-order' || this.#bytesSinceAck >= this.#manner.ackBytes;
    const at = prompt ? now : now + this.#manner.ackDelayMs;
    this.#ackAt = Math.min(this.#ackAt ?? at, at);
    return { ok: true, frames: took.is === 'frame' ? [took.frame] : [] };
  }

  /** When `take` has something to do even if nothing else happens, ms. */
  get wakeAt(): number | undefined {
    const ackAt = this.#ackWaits ? undefined : this.#ackAt;
    const times = [ackAt, this.#retransmitAt].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #acks(): Acks {
    return { chat: this.#in.chat.received, bulk: this.#in.bulk.received };
  }

  #acksForData(): Acks | undefined {
    if (this.#ackAt === undefined) return undefined;
    const acks = this.#acks();
    this.#acknowledged();
    return acks;
  }

  #acknowledged(): void {
    this.#ackAt = undefined;
    this.#ackWaits = false;
    this.#bytesSinceAck = 0;
  }

  #takeAcks(acks: Acks, now: number): boolean {
    const chat = this.#out.chat.acknowledge(acks.chat);
    const bulk = this.#out.bulk.acknowledge(acks.bulk);
    if (chat === 'impossible' || bulk === 'impossible') return false;
    if (chat === 'progress' || bulk === 'progress') {
      this.#retransmitMs = FIRST_RETRANSMIT_MS;
      this.#retransmitAt = undefined;
      this.#armRetransmit(now);
    }
    return true;
  }

  #armRetransmit(now: number): void {
    const underWay = this.#out.chat.underWayBytes + this.#out.bulk.underWayBytes;
    if (!this.#manner.lossy || underWay === 0) this.#retransmitAt = undefined;
    else this.#retransmitAt ??= now + this.#retransmitMs;
  }

  #retransmit(now: number): void {
    if (this.#retransmitAt === undefined || this.#retransmitAt > now) return;
    this.#retransmitAt = undefined;
    this.#retransmitMs = Math.min(this.#retransmitMs * 2, LONGEST_RETRANSMIT_MS);
    this.#out.chat.rewind();
    this.#out.bulk.rewind();
  }
}
