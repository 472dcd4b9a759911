import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { Server as SocketIoServer } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { addressOf } from './server-address.ts';
import { type Classify, SocketAccounts } from './socket-accounts.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Messages that begin with `c` are chat. */
const byLetter: Classify = (message) => (message[0] === 'c'.charCodeAt(0) ? 'chat' : 'setUp');

async function listening(classify: Classify = byLetter) {
  const http: Server = createServer((_request, response) => response.end('a page'));
  const accounts = new SocketAccounts(() => classify);
  accounts.attach(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  endings.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return { http, accounts };
}

function echoing(http: Server, options: { perMessageDeflate?: boolean } = {}) {
  const server = new WebSocketServer({ server: http, ...options });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  endings.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return server;
}

async function connected(http: Server): Promise<WebSocket> {
  const client = new WebSocket(`ws://${addressOf(http)}`);
  endings.push(() => client.terminate());
  await once(client, 'open');
  return client;
}

/** Until nothing is under way, and the parts make the whole. */
async function settled(accounts: SocketAccounts): Promise<void> {
  await vi.waitFor(() => expect(accounts.addUp).toBe(true), { timeout: 20_000 });
}

test('a message counts as what it is, with the bytes of its header and mask', async () => {
  const { http, accounts } = await listening();
  echoing(http);
  const client = await connected(http);
  await settled(accounts);
  const before = accounts.bytes;
  for (const length of [1, 125, 126, 65_535, 65_536]) {
    client.send('c'.repeat(length));
    await once(client, 'message');
  }
  await settled(accounts);
  const { bytes } = accounts;
  const payload = 1 + 125 + 126 + 65_535 + 65_536;
  const headers = 2 + 2 + 4 + 4 + 10;
  expect(bytes.in.chat - before.in.chat).toBe(payload + headers + 5 * 4);
  expect(bytes.out.chat - before.out.chat).toBe(payload + headers);
  expect({ ...bytes.in, chat: 0 }).toEqual({ ...before.in, chat: 0 });
  expect({ ...bytes.out, chat: 0 }).toEqual({ ...before.out, chat: 0 });
});

test('the classifier sees what was said, unmasked, each way, text and binary', async () => {
  const seen: unknown[] = [];
  const { http, accounts } = await listening((message, direction, binary) => {
    seen.push([Buffer.from(message).toString(), direction, binary]);
    return 'chat';
  });
  echoing(http);
  const client = await connected(http);
  client.send('hello');
  await once(client, 'message');
  client.send(Buffer.from('bytes'));
  await once(client, 'message');
  await settled(accounts);
  expect(seen).toEqual([
    ['hello', 'in', false],
    ['hello', 'out', false],
    ['bytes', 'in', true],
    ['bytes', 'out', true],
  ]);
});

test('a message in fragments, with a ping between them, is one message and one heartbeat', async () => {
  const { http, accounts } = await listening();
  echoing(http);
  const client = await connected(http);
  await settled(accounts);
  const before = accounts.bytes;
  client.send('chat', { fin: false });
  client.ping();
  client.send(' of many', { fin: false });
  client.send(' parts', { fin: true });
  const [echo] = await once(client, 'message');
  expect(String(echo)).toBe('chat of many parts');
  await settled(accounts);
  const { bytes } = accounts;
  expect(bytes.in.chat - before.in.chat).toBe('chat of many parts'.length + 3 * 6);
  expect(bytes.in.heartbeat).toBe(6);
  expect(bytes.out.heartbeat).toBe(2);
});

test('pages, metrics and a refused upgrade are set-up, of sockets that have ended, too', async () => {
  const { http, accounts } = await listening();
  const server = new WebSocketServer({ server: http, verifyClient: () => false });
  endings.push(() => server.close());
  await new Promise((resolve) =>
    get(`http://${addressOf(http)}`, { agent: false }, (response) =>
      response.resume().on('close', resolve),
    ),
  );
  const refused = new WebSocket(`ws://${addressOf(http)}`);
  await once(refused, 'error');
  await vi.waitFor(() => expect(accounts.open).toBe(0), { timeout: 20_000 });
  expect(accounts.addUp).toBe(true);
  const { bytes } = accounts;
  expect(bytes.in).toEqual({ setUp: accounts.socketIn, heartbeat: 0, chat: 0 });
  expect(bytes.out).toEqual({ setUp: accounts.socketOut, heartbeat: 0, chat: 0 });
  expect(bytes.in.setUp).toBeGreaterThan(100);
});

test('Socket.IO adds up: handshake, packets with attachments, acknowledgements, its own pings', async () => {
  const { http, accounts } = await listening((message) =>
    message[0] === '2'.charCodeAt(0) || message[0] === '3'.charCodeAt(0) ? 'heartbeat' : 'chat',
  );
  const server = new SocketIoServer(http, { pingInterval: 50, transports: ['websocket'] });
  server.on('connection', (socket) => socket.on('say', (bytes, answer) => answer(bytes)));
  endings.push(() => server.close());
  const client = io(`http://${addressOf(http)}`, { transports: ['websocket'] });
  endings.push(() => void client.close());
  for (let length = 1; length < 200_000; length *= 7) {
    const answer = await client.emitWithAck('say', Buffer.alloc(length, 7));
    expect(answer).toHaveLength(length);
  }
  await vi.waitFor(() => expect(accounts.bytes.in.heartbeat).toBeGreaterThan(0), {
    timeout: 20_000,
  });
  client.close();
  await vi.waitFor(() => expect(accounts.open).toBe(0), { timeout: 20_000 });
  expect(accounts.addUp).toBe(true);
  expect(accounts.bytes.in.chat).toBeGreaterThan(100_000);
});

test('a process can be watched without its servers knowing', async () => {
  const http = createServer();
  const accounts = new SocketAccounts(() => byLetter);
  endings.push(accounts.attachToProcess());
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  endings.push(() => void http.close());
  echoing(http);
  const client = await connected(http);
  client.send('chat');
  await once(client, 'message');
  await settled(accounts);
  expect(accounts.bytes.in.chat).toBe(4 + 6);
});

test("a client's end adds up, and sees the same as the server's", async () => {
  const { http, accounts } = await listening();
  echoing(http);
  const own = new SocketAccounts(() => byLetter);
  const client = new WebSocket(`ws://${addressOf(http)}`);
  endings.push(() => client.terminate());
  client.once('upgrade', (response) => own.watchClient(response.socket));
  await once(client, 'open');
  client.send('chat, and more of it');
  await once(client, 'message');
  client.close();
  await once(client, 'close');
  await vi.waitFor(() => expect(accounts.open + own.open).toBe(0), { timeout: 20_000 });
  expect(own.addUp).toBe(true);
  expect(accounts.addUp).toBe(true);
  expect(own.bytes.in).toEqual(accounts.bytes.out);
  expect(own.bytes.out).toEqual(accounts.bytes.in);
});

test('a socket cut in the middle of a message, with more waiting to be sent, adds up', async () => {
  const { http, accounts } = await listening();
  const server = new WebSocketServer({ server: http });
  endings.push(() => server.close());
  const socket = handshaking(http);
  const [peer] = await once(server, 'connection');
  peer.on('error', () => {});
  const handshake = accounts.bytes.in.setUp;
  // Nobody reads, so that it fills what the system holds and waits in the process.
  socket.pause();
  for (let i = 0; i < 400; i++) peer.send('c'.repeat(65_536));
  // The first 8 of 100 bytes, under a mask of zeros.
  socket.write(
    Buffer.concat([Buffer.from([0x81, 0x80 | 100, 0, 0, 0, 0]), Buffer.from('chat cut')]),
  );
  await vi.waitFor(() => expect(accounts.socketIn).toBe(handshake + 14), { timeout: 20_000 });
  socket.resetAndDestroy();
  await vi.waitFor(() => expect(accounts.open).toBe(0), { timeout: 20_000 });
  expect(accounts.addUp).toBe(true);
  expect(accounts.bytes.in.chat).toBe(14);
  // Of what the server was told to send, some never went.
  expect(accounts.bytes.out.chat).toBeLessThan(400 * 65_536);
});

test('whatever is sent in place of frames is accounted for', async () => {
  const { http, accounts } = await listening();
  echoing(http);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (garbage) => {
      const socket = handshaking(http);
      const ended = once(socket, 'close');
      // The answer, which says that frames may follow.
      await once(socket, 'data');
      socket.resume();
      socket.end(garbage);
      await ended;
      await vi.waitFor(() => expect(accounts.open).toBe(0), { timeout: 20_000 });
      expect(accounts.addUp).toBe(true);
    }),
    { numRuns: 50 },
  );
});

/** A client that has asked for a WebSocket, and is otherwise bare. */
function handshaking(http: Server): Socket {
  const socket = connect(Number(addressOf(http).split(':')[1]), '127.0.0.1');
  endings.push(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  return socket;
}
