import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { afterEach, expect, test, vi } from 'vitest';
import { until } from '../test/peer.ts';
import { EarlyConnection } from './early-connection.ts';
import type { SignalingSocket } from './signaling-client.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that counts who calls on it, and who then asks for anything. */
async function server() {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  const seen = { calls: 0, open: () => io.engine.clientsCount, asked: 0 };
  io.engine.on('connection', () => seen.calls++);
  io.on('connection', () => seen.asked++);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => io.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

function early(url: string): EarlyConnection {
  const connection = new EarlyConnection(url);
  closing.push(() => connection.close());
  return connection;
}

async function connected(socket: SignalingSocket): Promise<void> {
  closing.push(() => socket.disconnect());
  await until(() => socket.connected || undefined, 'the connection');
}

test('the way is opened at once, nothing is asked on it, and whoever goes there then takes it', async () => {
  const { url, seen } = await server();
  const connection = early(`${url}/`);
  await until(() => seen.calls === 1 || undefined, 'the call');
  expect(seen.asked).toBe(0);
  await connected(connection.connect(url));
  expect(seen).toMatchObject({ calls: 1, asked: 1 });
});

test('it is taken once, and leads to its own server only', async () => {
  const [one, two] = [await server(), await server()];
  const connection = early(one.url);
  await connected(connection.connect(two.url));
  await connected(connection.connect(one.url));
  await connected(connection.connect(one.url));
  expect(one.seen).toMatchObject({ calls: 2, asked: 2 });
  expect(two.seen).toMatchObject({ calls: 1, asked: 1 });
});

test('one that nobody takes is closed after a while, and a new one is made for who comes later', async () => {
  const { url, seen } = await server();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const connection = early(url);
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  await connected(connection.connect(url));
  expect(seen).toMatchObject({ asked: 1 });
  await until(() => seen.open() === 1 || undefined, 'only that one');
});

test('one that is taken before it is open connects all the same', async () => {
  const { url, seen } = await server();
  await connected(early(url).connect(url));
  expect(seen).toMatchObject({ calls: 1, asked: 1 });
});
