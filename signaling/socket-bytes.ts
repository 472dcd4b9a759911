import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Bytes in and out of a set of TCP sockets, counted where they meet the kernel, so that framing, masking, upgrade
 * requests and keep-alives are all in. Closed sockets stay in the sum.
 */
export class SocketBytes {
  readonly #open = new Set<Socket>();
  #closedIn = 0;
  #closedOut = 0;

  /** Counts a socket from its first byte to its last. */
  watch(stream: Duplex): void {
    if (!(stream instanceof Socket) || this.#open.has(stream)) return;
    this.#open.add(stream);
    stream.on('close', () => {
      this.#open.delete(stream);
      this.#closedIn += stream.bytesRead;
      this.#closedOut += stream.bytesWritten;
    });
  }

  get in(): number {
    let sum = this.#closedIn;
    for (const socket of this.#open) sum += socket.bytesRead;
    return sum;
  }

  get out(): number {
    let sum = this.#closedOut;
    for (const socket of this.#open) sum += socket.bytesWritten;
    return sum;
  }

  /** Ends every open socket at once. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
