import type { Duplex } from 'node:stream';

/**
 * What is written to the stream until the event loop has come round goes out in one write. Small messages cost little but their
 * writes: a call into the kernel and a packet on the network each.
 */
export function gatherWrites(stream: Duplex): void {
  stream.cork();
  setImmediate(() => stream.uncork());
}
