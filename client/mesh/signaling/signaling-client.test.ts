import { createServer } from 'node:http';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { PROTOCOL_VERSION } from '@snug/shared/protocol/limits.ts';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { closeAll, startServer, until } from '../test/peer.ts';
import {
  connectToServer,
  SignalingClient,
  type SignalingClientOptions,
  type SignalingEvent,
} from './signaling-client.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await closeAll();
});

const topic = v.parse(Topic, 'A'.repeat(43));

async function client(url: string, options: Partial<SignalingClientOptions> = {}) {
  const device = options.device ?? (await openDeviceKey(await generateDeviceKey()));
  const events: SignalingEvent[] = [];
  const made = new SignalingClient({
    url,
    device,
    nonce: new Uint8Array(16),
    connect: connectToServer,
    clock: systemClock,
    random: () => 0,
    on: (event) => events.push(event),
    ...options,
  });
  closing.push(() => made.close());
  return { client: made, events };
}

/** A server that says whatever it likes. */
async function hostileServer(behave: (io: Server) => void): Promise<string> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  behave(io);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => io.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const state = (made: SignalingClient, wanted: string) =>
  until(() => (made.status.state === wanted ? true : undefined), wanted);

test('it authenticates, joins what it was told before and after, and counts its bytes', async () => {
  const { url } = await startServer();
  const { client: made, events } = await client(url);
  made.join(topic);
  await state(made, 'connected');
  await until(() => events.find((event) => event.is === 'joined'), 'joined');
  expect(made.bytes.bytesOut).toBeGreaterThan(200);
  expect(made.bytes.bytesOut).toBeLessThan(1_500);
  expect(made.bytes.bytesIn).toBeGreaterThan(100);
});

test('relayed frames are not counted as signaling', async () => {
  const { url } = await startServer();
  const [one, two] = [await client(url), await client(url)];
  for (const { client: made } of [one, two]) {
    made.join(topic);
    await state(made, 'connected');
  }
  await until(
    () =>
      one.events.some((e) => e.is === 'joined') && two.events.some((e) => e.is === 'joined')
        ? true
        : undefined,
    'joins',
  );
  const found = two.events.find((event) => event.is === 'joined');
  const peer = found?.is === 'joined' ? found.peers[0]?.peer : undefined;
  if (peer === undefined) throw new Error('nobody');
  const before = [two.client.bytes, one.client.bytes];
  two.client.relay(peer, new Uint8Array(5_000));
  await until(() => one.events.find((event) => event.is === 'relay'), 'the frame');
  expect([two.client.bytes, one.client.bytes]).toEqual(before);
});

test('another version is refused for good, with words for a person', async () => {
  const url = await hostileServer((io) => {
    io.use((_socket, next) => {
      const data = { code: 'version', message: 'This server speaks version 7.' };
      next(Object.assign(new Error('version'), { data }));
    });
  });
  const { client: made } = await client(url);
  await state(made, 'refused');
  expect(made.status.problem).toMatch(/version 7.*Reload/);
});

/** Stands still; its timers run when they are told to. */
class HeldClock implements Clock {
  readonly timers: { readonly ms: number; readonly run: () => void }[] = [];

  now(): number {
    return 0;
  }

  setTimeout(run: () => void, ms: number) {
    this.timers.push({ run, ms });
    const timer = setTimeout(() => undefined);
    clearTimeout(timer);
    return timer;
  }

  clearTimeout(): void {}
}

test('who was replaced by another program steps back, says so, and tries again ever later', async () => {
  const { url } = await startServer();
  const device = await openDeviceKey(await generateDeviceKey());
  const clock = new HeldClock();
  const { client: made } = await client(url, { device, clock, random: () => 0.5 });
  for (const minutes of [2, 4, 8]) {
    await state(made, 'connected');
    const { client: other } = await client(url, { device });
    await state(made, 'refused');
    expect(made.status.problem).toContain(
      `stepped back, and tries again in about ${minutes} minutes`,
    );
    other.close();
    const [again] = clock.timers.splice(0);
    expect(again?.ms).toBe(minutes * 60_000);
    again?.run();
  }
  await state(made, 'connected');
  expect(made.status.problem).toBeUndefined();
});

test('a server that does not know its name has the person told what its host has to set', async () => {
  const { url } = await startServer();
  const { client: made } = await client(url, {
    connect: (at) =>
      io(at, {
        transports: ['websocket'],
        auth: { version: PROTOCOL_VERSION },
        extraHeaders: { host: 'chat.example.org' },
      }),
  });
  await state(made, 'unreachable');
  expect(made.status.problem).toMatch(/PUBLIC_HOST=chat\.example\.org/);
});

test('a server that is not there is unreachable', async () => {
  const { client: made } = await client('http://127.0.0.1:1');
  await state(made, 'unreachable');
  expect(made.status.problem).toMatch(/does not answer/);
});

test.each(['', 'not a url', 'ftp://example.org', 'javascript:alert(1)'])(
  'the address “%s” is refused with words',
  async (url) => {
    const { client: made, events } = await client(url);
    expect(made.status).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('https://'),
    });
    expect(events).toEqual([{ is: 'state' }]);
    made.join(topic);
    made.probe();
  },
);

test('garbage from a server is counted and does nothing', async () => {
  const url = await hostileServer((io) => {
    io.on('connection', (socket) => {
      for (const garbage of [
        undefined,
        null,
        7,
        'x',
        [],
        {},
        { nonce: 'x' },
        { from: 1 },
        Buffer.from('x'),
      ]) {
        for (const event of ['challenge', 'signal', 'relay', 'refused'])
          socket.emit(event, garbage);
        for (const event of ['challenge', 'signal', 'relay', 'refused']) socket.emit(event);
      }
      socket.emit('__proto__', {});
      socket.onAny((_event, ...args) => {
        const ack: unknown = args.at(-1);
        if (typeof ack === 'function') ack({ ok: true, value: { stunPort: 'x' } });
      });
      socket.emit('challenge', { nonce: Buffer.alloc(32).toString('base64url') });
    });
  });
  const { client: made, events } = await client(url);
  made.join(topic);
  await until(() => (made.garbage >= 72 ? true : undefined), 'garbage');
  await state(made, 'refused');
  expect(events.every((event) => event.is === 'state')).toBe(true);
});
