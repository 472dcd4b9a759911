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

/** Answers `authenticate` as it is told, and takes down whatever is asked. */
async function answeringServer(welcome: (topics: readonly unknown[]) => object) {
  const asked: unknown[] = [];
  const url = await hostileServer((io) => {
    io.on('connection', (socket) => {
      socket.on(
        'authenticate',
        (message: { topics: unknown[] }, ack: (answer: unknown) => void) => {
          const value = { stunPort: 0, iceServers: [], iceSeconds: 0, ...welcome(message.topics) };
          ack({ ok: true, value });
        },
      );
      socket.onAny((event, { topic: about }) => {
        if (event !== 'authenticate') asked.push([event, about]);
      });
      socket.emit('challenge', { nonce: Buffer.alloc(32).toString('base64url') });
    });
  });
  return { url, asked };
}

const topicEnding = (last: string) => v.parse(Topic, `${'A'.repeat(42)}${last}`);
const [first, second, third] = [topicEnding('A'), topicEnding('E'), topicEnding('I')];

test('its topics are joined by the way as it authenticates, and asked for again where the server refused', async () => {
  const { url, asked } = await answeringServer((topics) => ({
    joined: topics.map((one) => (one === second ? null : { size: 1, peers: [] })),
  }));
  const { client: made, events } = await client(url);
  for (const one of [first, second, third]) made.join(one);
  await until(() => (asked.length > 0 ? true : undefined), 'a further request');
  expect(asked).toEqual([['join', second]]);
  expect(events).toMatchObject([
    { is: 'state' },
    { is: 'joined', topic: first, size: 1, peers: [], asked: [] },
    { is: 'joined', topic: third },
  ]);
});

test('a topic that is left or joined while it authenticates is left or joined after', async () => {
  const made: SignalingClient[] = [];
  const { url, asked } = await answeringServer((topics) => {
    made[0]?.leave(first);
    made[0]?.join(second);
    return { joined: topics.map(() => ({ size: 1, peers: [] })) };
  });
  const { client: one, events } = await client(url);
  made.push(one);
  one.join(first);
  await until(() => (asked.length > 1 ? true : undefined), 'both');
  expect(asked).toEqual([
    ['join', second],
    ['leave', first],
  ]);
  expect(events.some((event) => event.is === 'joined')).toBe(false);
});

test('an older server, which knows nothing of topics by the way, is asked for each', async () => {
  const { url, asked } = await answeringServer(() => ({}));
  const { client: made } = await client(url);
  for (const one of [first, second]) made.join(one);
  await until(() => (asked.length > 1 ? true : undefined), 'both');
  expect(asked).toEqual([
    ['join', first],
    ['join', second],
  ]);
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

test('who has no topic to come for yet says nothing, and then comes in and joins in one', async () => {
  const answers: unknown[] = [];
  const url = await hostileServer((io) =>
    io.on('connection', (socket) => {
      socket.on('authenticate', (answer: unknown, ack: (welcome: unknown) => void) => {
        answers.push(answer);
        const joined = [{ size: 1, peers: [] }];
        ack({ ok: true, value: { stunPort: 0, iceServers: [], iceSeconds: 0, joined } });
      });
      socket.emit('challenge', { nonce: Buffer.alloc(32).toString('base64url') });
    }),
  );
  const challenged = Promise.withResolvers<void>();
  const { client: made, events } = await client(url, {
    connect: (at) => connectToServer(at).on('challenge', () => challenged.resolve()),
  });
  await challenged.promise;
  made.join(topic);
  await state(made, 'connected');
  expect(answers).toMatchObject([{ topics: [topic] }]);
  expect(events.filter(({ is }) => is === 'joined')).toHaveLength(1);
});

test('who was replaced by another program steps back, says so, and tries again ever later', async () => {
  const { url } = await startServer();
  const device = await openDeviceKey(await generateDeviceKey());
  const clock = new HeldClock();
  const { client: made } = await client(url, { device, clock, random: () => 0.5 });
  made.join(topic);
  for (const minutes of [2, 4, 8]) {
    await state(made, 'connected');
    const { client: other } = await client(url, { device });
    other.join(topic);
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
