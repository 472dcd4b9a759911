import type { Duplex } from 'node:stream';

/** Of Engine.IO's connection: it sends what it has queued while its transport is writable, and whenever that says so. */
interface Connection {
  readonly transport: { writable: boolean; emit(event: 'ready'): unknown };
}

/**
 * What is sent until the event loop has come round goes out then, in one write a connection. Small messages cost little but
 * their writes: a call into the kernel and a packet on the network each. One turn's end serves all connections.
 */
export class GatheredWrites {
  #connections: Connection[] = [];
  #streams: Duplex[] = [];
  #due = false;

  /**
   * Holds back what a connection sends. One whose last batch is still on its way needs no holding: what comes now waits for
   * that already.
   */
  hold(connection: Connection): void {
    if (!connection.transport.writable) return;
    connection.transport.writable = false;
    this.#connections.push(connection);
    this.#releaseLater();
  }

  /** Holds back what is written to the stream beneath a connection; of a batch that goes out just now, until its end. */
  holdStream(stream: Duplex): void {
    stream.cork();
    this.#streams.push(stream);
    this.#releaseLater();
  }

  #releaseLater(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => this.#release());
  }

  #release(): void {
    const connections = this.#connections;
    this.#connections = [];
    for (const { transport } of connections) {
      transport.writable = true;
      transport.emit('ready');
    }
    const streams = this.#streams;
    this.#streams = [];
    for (const stream of streams) stream.uncork();
    // A connection that was written out and is held anew has its turn next time.
    this.#due = false;
    if (this.#connections.length > 0 || this.#streams.length > 0) this.#releaseLater();
  }
}
