import type { Server } from 'node:net';

/** Host and port of a server of this machine. @throws Error when it does not listen on a TCP port */
export function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error(`Expected a server that listens on a TCP port, got ${address ?? 'none'}.`);
  return `127.0.0.1:${address.port}`;
}
