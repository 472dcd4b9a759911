/** What may wait for connections that read more slowly than others write to them. */
export const BACKLOG = {
  /** Bytes for one connection. */
  perPeer: 4 * 1024 * 1024,
  /** Bytes for all together. */
  total: 256 * 1024 * 1024,
  /** Bytes in the stream beneath a connection, however they came there. */
  stream: 8 * 1024 * 1024,
  /**
   * Time for the kernel to take what was handed over at once, ms: what Engine.IO gives for the answer to a ping, which a
   * client that never reads can send unasked.
   */
  batchMs: 45_000,
} as const;

/** What waits in the memory of the whole server, shared by its connections. */
export class Backlog {
  bytes = 0;
  readonly #relieve: (asking: ConnectionBacklog) => boolean;

  /** @param relieve ends the connection that has most waiting; false if that is the one that asks, or nothing waits */
  constructor(relieve: (asking: ConnectionBacklog) => boolean) {
    this.#relieve = relieve;
  }

  /** Makes room for a connection, at the cost of whoever keeps others waiting most. False when there is none to be had. */
  makeRoom(bytes: number, asking: ConnectionBacklog): boolean {
    while (this.bytes + bytes > BACKLOG.total) if (!this.#relieve(asking)) return false;
    return true;
  }
}

/**
 * What one connection has waiting: queued, or handed over and not yet taken by the kernel. Both are in this process's
 * memory, so both count.
 */
export class ConnectionBacklog {
  readonly #all: Backlog;
  #queued = 0;
  #inFlight = 0;
  #handedOverAt = 0;
  /** Counted as a whole: a message lies in what was read last, or across two, and then in a pool of Node's. */
  #latest: ArrayBufferLike | undefined;
  #earlier: ArrayBufferLike | undefined;

  constructor(all: Backlog) {
    this.#all = all;
  }

  /** Bytes. */
  get waiting(): number {
    return this.#queued + this.#inFlight;
  }

  /**
   * Takes room for bytes about to be written, and a payload that goes with them, as it came from somebody else. False when
   * there is none. A payload is a window on all that was read together with it, and keeps that in memory; so that is what counts,
   * once for those that follow each other.
   */
  reserve(bytes: number, payload?: Uint8Array): boolean {
    const whole = payload?.buffer;
    const known = whole === undefined || whole === this.#latest || whole === this.#earlier;
    const size = known ? bytes : bytes + whole.byteLength;
    if (this.waiting + size > BACKLOG.perPeer) return false;
    if (!this.#all.makeRoom(size, this)) return false;
    if (whole !== undefined && whole !== this.#latest) {
      this.#earlier = this.#latest;
      this.#latest = whole;
    }
    this.#queued += size;
    this.#all.bytes += size;
    return true;
  }

  /**
   * Everything queued has been handed over, as one batch; the next follows when that one has been `taken`.
   *
   * @param now milliseconds
   */
  handedOver(now: number): void {
    this.#handedOverAt = now;
    this.#latest = undefined;
    this.#earlier = undefined;
    this.#inFlight += this.#queued;
    this.#queued = 0;
  }

  /** The kernel has taken everything that was handed over. */
  taken(): void {
    this.#all.bytes -= this.#inFlight;
    this.#inFlight = 0;
  }

  /** Whether the other end has not read for so long that it never may. */
  stalled(now: number): boolean {
    return this.#inFlight > 0 && now - this.#handedOverAt > BACKLOG.batchMs;
  }

  /** The connection has ended, and nothing of it waits. */
  clear(): void {
    this.#all.bytes -= this.waiting;
    this.#queued = 0;
    this.#inFlight = 0;
    this.#latest = undefined;
    this.#earlier = undefined;
  }
}
