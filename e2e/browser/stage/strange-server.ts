/** Servers at the page's address that are not as they should be. */
import { createServer } from 'node:http';
import { Server as SocketServer } from 'socket.io';
import { onTestFinished } from 'vitest';

async function listen(strange: (sockets: SocketServer) => void): Promise<string> {
  const http = createServer();
  const sockets = new SocketServer(http, { cors: { origin: '*' } });
  strange(sockets);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => sockets.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

/** Refuses every client as a server of a later protocol does. */
export function serverOfVersion(version: number): Promise<string> {
  return listen((sockets) => {
    sockets.use((_socket, next) => {
      const message = `This server speaks version ${version} of the signaling protocol, not 1. Reload the page to get the current one.`;
      next(Object.assign(new Error(message), { data: { code: 'version', message } }));
    });
  });
}

/** Of each kind of event: nothing, too little, too much, the wrong thing. */
const junk: readonly unknown[] = [
  undefined,
  null,
  7,
  'x'.repeat(10_000),
  [],
  {},
  { nonce: 'not bytes' },
  { nonce: new Uint8Array(31) },
  { from: 'nobody', topic: 'nowhere', sealed: new Uint8Array(5000) },
  { peer: { toString: 'nothing' }, __proto__: { from: 1 } },
];

/**
 * Challenges as it should, then says one senseless thing after the other and answers every request with nonsense.
 * @returns its address, and how many requests it has answered so
 */
export async function senselessServer(): Promise<{ url: string; answered: () => number }> {
  let answered = 0;
  const url = await listen((sockets) => {
    sockets.on('connection', (socket) => {
      for (const event of ['challenge', 'signal', 'relay', 'refused', 'unheard-of'])
        for (const thing of junk) socket.emit(event, thing);
      socket.emit('challenge', { nonce: Buffer.alloc(32).toString('base64url') });
      socket.onAny((event: string, ...rest: readonly unknown[]) => {
        const answer = rest.at(-1);
        if (typeof answer !== 'function') return;
        answered++;
        // Let in once, so that what follows is answered with nonsense as well.
        if (event === 'authenticate' && answered > 1)
          answer({ ok: true, value: { stunPort: 0, iceServers: [], iceSeconds: 0 } });
        else
          answer(
            ...(junk[answered % junk.length] === undefined ? [] : [junk[answered % junk.length]]),
          );
      });
    });
  });
  return { url, answered: () => answered };
}
