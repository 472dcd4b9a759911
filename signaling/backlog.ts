/** Bytes that may wait for connections that read more slowly than others write to them. */
export const BACKLOG = { perPeer: 4 * 1024 * 1024, total: 256 * 1024 * 1024 } as const;

/** What waits in the memory of the whole server, shared by its sessions. */
export interface Backlog {
  bytes: number;
}

/**
 * What one connection has waiting: queued, or handed over and not yet taken by the kernel. Both are in this process's
 * memory, so both count.
 */
export class ConnectionBacklog {
  readonly #all: Backlog;
  #queued = 0;
  #inFlight = 0;

  constructor(all: Backlog) {
    this.#all = all;
  }

  /** Takes room for bytes about to be written. False when the connection, or all together, have too many waiting. */
  reserve(bytes: number): boolean {
    if (this.#queued + this.#inFlight + bytes > BACKLOG.perPeer) return false;
    if (this.#all.bytes + bytes > BACKLOG.total) return false;
    this.#queued += bytes;
    this.#all.bytes += bytes;
    return true;
  }

  /** Everything queued has been handed over, as one batch; the next follows when that one has been `taken`. */
  handedOver(): void {
    this.#inFlight += this.#queued;
    this.#queued = 0;
  }

  /** The kernel has taken everything that was handed over. */
  taken(): void {
    this.#all.bytes -= this.#inFlight;
    this.#inFlight = 0;
  }

  /** The connection has ended, and nothing of it waits. */
  clear(): void {
    this.handedOver();
    this.taken();
  }
}
