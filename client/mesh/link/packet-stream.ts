/** One priority class of a link in one direction: frames to numbered packets, and back. Go-back-N (RFC 3366 §2.2). */
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Priority } from '../links-port.ts';
import { type Acks, BODY_BYTES, encodePacket, type Packet } from './packet.ts';

type Data = Extract<Packet, { is: 'data' }>;

export class OutgoingStream {
  readonly #priority: Priority;
  #frames: Uint8Array[] = [];
  /** Where the next packet of the first frame begins. */
  #offset = 0;
  #waiting = 0;
  /** Unacknowledged packets in order; the first has the number `#base`. */
  #kept: Omit<Data, 'acks'>[] = [];
  #keptBytes = 0;
  #base = 0;
  /** How many of the kept ones are under way on the present path. */
  #sent = 0;
  #underWay = 0;
  /** How many packets were ever handed out. */
  #handedOut = 0;

  constructor(priority: Priority) {
    this.#priority = priority;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#waiting += frame.length;
  }

  get heldBytes(): number {
    return this.#waiting + this.#keptBytes;
  }

  get underWayBytes(): number {
    return this.#underWay;
  }

  get hasNext(): boolean {
    return (
      this.#sent < this.#kept.length ||
      (this.#frames.length > 0 && this.#keptBytes < LINK_LIMITS.unacknowledgedBytes)
    );
  }

  /** The next packet to put on the path. `undefined`: there is none, or too much is unacknowledged. */
  next(acks: Acks | undefined): Uint8Array | undefined {
    const packet = this.#kept[this.#sent] ?? this.#cut();
    if (packet === undefined) return undefined;
    this.#sent++;
    this.#underWay += packet.body.length;
    this.#handedOut = Math.max(this.#handedOut, packet.number + 1);
    return encodePacket(acks ? { ...packet, acks } : packet);
  }

  rewind(): void {
    this.#sent = 0;
    this.#underWay = 0;
  }

  acknowledge(count: number): 'progress' | 'nothing' | 'impossible' {
    if (count > this.#handedOut) return 'impossible';
    const done = count - this.#base;
    if (done <= 0) return 'nothing';
    const gone = this.#kept.splice(0, done);
    gone.forEach((packet, index) => {
      this.#keptBytes -= packet.body.length;
      if (index < this.#sent) this.#underWay -= packet.body.length;
    });
    this.#sent = Math.max(0, this.#sent - done);
    this.#base = count;
    return 'progress';
  }

  #cut(): Omit<Data, 'acks'> | undefined {
    const frame = this.#frames[0];
    if (frame === undefined || this.#keptBytes >= LINK_LIMITS.unacknowledgedBytes) return undefined;
    const end = Math.min(frame.length, this.#offset + BODY_BYTES);
    const first = this.#offset === 0;
    const last = end === frame.length;
    const packet: Omit<Data, 'acks'> = {
      is: 'data',
      priority: this.#priority,
      number: this.#base + this.#kept.length,
      first,
      last,
      ...(first && !last && { total: frame.length }),
      body: frame.subarray(this.#offset, end),
    };
    this.#offset = last ? 0 : end;
    if (last) this.#frames.shift();
    this.#waiting -= packet.body.length;
    this.#kept.push(packet);
    this.#keptBytes += packet.body.length;
    return packet;
  }
}

export type Accepted =
  | { readonly is: 'frame'; readonly frame: Uint8Array }
  | { readonly is: 'part' }
  /** Came already, or comes after a gap; not taken. */
  | { readonly is: 'out-of-order' }
  | { readonly is: 'malformed'; readonly reason: string };

export class IncomingStream {
  #received = 0;
  /** The frame that has begun; it grows as its parts come, up to `#total`. */
  #frame: Uint8Array | undefined;
  #length = 0;
  #total = 0;

  /** How many packets have come without a gap. */
  get received(): number {
    return this.#received;
  }

  accept(packet: Data): Accepted {
    if (packet.number !== this.#received) return { is: 'out-of-order' };
    const begun = this.#frame !== undefined;
    if (packet.first === begun) {
      return { is: 'malformed', reason: 'a frame without its beginning or its end' };
    }
    if (packet.first) this.#total = packet.total ?? packet.body.length;
    if (this.#total > LINK_LIMITS.frameBytes) {
      return { is: 'malformed', reason: `a frame of ${this.#total} bytes` };
    }
    const length = this.#length + packet.body.length;
    const fits = packet.last ? length === this.#total : length < this.#total;
    if (!fits) return { is: 'malformed', reason: 'a frame of another length than announced' };
    // Tiny parts would cost far more than the bytes that they bring.
    if (!packet.last && packet.body.length !== BODY_BYTES) {
      return { is: 'malformed', reason: 'a part of a frame that is not full' };
    }
    this.#received++;
    const frame = this.#write(packet.body, length);
    this.#frame = packet.last ? undefined : frame;
    this.#length = packet.last ? 0 : length;
    return packet.last ? { is: 'frame', frame } : { is: 'part' };
  }

  /** Never allocates more than twice what has come, nor more than was announced. */
  #write(body: Uint8Array, length: number): Uint8Array {
    let frame = this.#frame ?? new Uint8Array(0);
    if (frame.length < length) {
      const larger = new Uint8Array(Math.min(this.#total, Math.max(length, 2 * frame.length)));
      larger.set(frame);
      frame = larger;
    }
    frame.set(body, this.#length);
    return frame;
  }
}
