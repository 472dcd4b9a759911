/**
 * Whatever a client sends, the server goes on serving the others, and notices nothing unforeseen. A failure prints
 * the seed with which it repeats.
 */
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomTopic, startServer, TestPeer, type TestServer } from './test/test-peer.ts';

let server: TestServer;
let witness: TestPeer;
const topic = randomTopic();
const unforeseen: unknown[] = [];
const catchAll = (error: unknown) => unforeseen.push(error);

beforeAll(async () => {
  process.on('uncaughtException', catchAll);
  process.on('unhandledRejection', catchAll);
  server = await startServer();
  witness = await TestPeer.connect(server.url);
  await witness.join(topic);
});
afterAll(async () => {
  witness.close();
  await server.close();
  process.off('uncaughtException', catchAll);
  process.off('unhandledRejection', catchAll);
});

/** The server still does its work. */
async function expectUnharmed(): Promise<void> {
  const peer = await TestPeer.connect(server.url);
  expect(await peer.join(topic)).toMatchObject({ ok: true });
  expect(await peer.signal(witness.id, topic, new Uint8Array([1, 2, 3]))).toMatchObject({
    ok: true,
  });
  expect((await witness.signals.take()).from).toBe(peer.id);
  peer.close();
  expect(unforeseen).toEqual([]);
  expect(server.counters.internalErrors).toBe(0);
  expect(server.logged.filter(({ level }) => level === 'error')).toEqual([]);
}

const EVENTS = ['authenticate', 'join', 'leave', 'here', 'signal', 'relay'];
const FIELDS = [
  'to',
  'topic',
  'topics',
  'peers',
  'peer',
  'nonce',
  'signature',
  'sealed',
  'frame',
  '__proto__',
];
const binary = fc.uint8Array({ maxLength: 300 });
const value = (known: fc.Arbitrary<unknown>) =>
  fc.oneof(
    known,
    binary,
    fc.string(),
    fc.jsonValue({ maxDepth: 3 }),
    fc.array(known, { maxLength: 4 }),
  );
const known = fc.oneof(
  fc.constant(topic),
  fc.constant(null).map(() => witness.id),
  fc.constantFrom(...FIELDS),
  fc.constantFrom(0, -1, 1e308, true, null, {}, [], '', '\u0000', '__proto__', 'toString'),
);
const shaped = fc.dictionary(fc.constantFrom(...FIELDS), value(known), { maxKeys: 8 });
const message = fc.record({
  event: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...EVENTS) },
    { weight: 1, arbitrary: fc.string() },
    {
      weight: 1,
      arbitrary: fc.constantFrom('error', 'constructor', 'hasOwnProperty', '__proto__'),
    },
  ),
  args: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(shaped) },
    { weight: 2, arbitrary: fc.array(value(known), { maxLength: 4 }) },
  ),
  ack: fc.boolean(),
});
/** Names that a Socket.IO client refuses to send; the raw packets below try them too. */
const RESERVED = [
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
];

describe('a hostile client', () => {
  it.each([true, false])(
    'sends events of any name and shape (authenticated: %s)',
    async (known) => {
      await fc.assert(
        fc.asyncProperty(fc.array(message, { maxLength: 50 }), async (messages) => {
          const peer = known ? await TestPeer.connect(server.url) : new TestPeer(server.url);
          if (known) await peer.join(topic);
          else await peer.challenges.take();
          for (const { event, args, ack } of messages) {
            if (RESERVED.includes(event)) continue;
            if (ack) peer.socket.emit(event, ...args, () => undefined);
            else peer.socket.emit(event, ...args);
          }
          await expectUnharmed();
          peer.close();
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );

  it('sends what is no Socket.IO packet, or one that no client would send', async () => {
    const packet = fc.oneof(
      fc.string(),
      binary,
      fc.constantFrom(
        '2',
        '3',
        '4',
        '40',
        '40{"version":1}',
        '40/other,{}',
        '40null',
        '41',
        '42',
        '42[]',
        '42["disconnect"]',
        '42["newListener",1]',
        '420["join"]',
        '42["join",{"topic":{"_placeholder":true,"num":0}}]',
        '43[]',
        '430[1]',
        '44{"message":"x"}',
        '451-["relay",{"to":1,"frame":{"_placeholder":true,"num":0}}]',
        '451-["relay",{"frame":{"_placeholder":true,"num":"constructor"}}]',
        '459-["signal"]',
        '4510000-["signal"]',
        '46',
        '461-[]',
        '5',
        '6',
        'b4AAAA',
        `42["join",${'['.repeat(30_000)}${']'.repeat(30_000)}]`,
        `451-["join",${'['.repeat(30_000)}${']'.repeat(30_000)}]`,
        '42["join",{"__proto__":{"topic":1},"constructor":{"prototype":1}}]',
      ),
      fc.tuple(fc.constantFrom('42', '420', '43', '451-', '40'), fc.json()).map(([p, j]) => p + j),
    );
    const opening = fc.constantFrom('', '40{"version":1}', '40{"version":7}', '40');
    await fc.assert(
      fc.asyncProperty(opening, fc.array(packet, { maxLength: 20 }), async (first, packets) => {
        const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
        const socket = new WebSocket(url);
        await new Promise((resolve) => socket.addEventListener('open', resolve));
        if (first !== '') socket.send(first);
        for (const each of packets)
          socket.send(typeof each === 'string' ? each : new Uint8Array(each));
        // The server answers the closing frame after it has read what came before.
        const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
        socket.close();
        await closed;
        await expectUnharmed();
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('greets many times over one connection, and is cut off', async () => {
    const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url);
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    for (let n = 0; n < 50; n++) socket.send('40{"version":1}');
    await closed;
    await expectUnharmed();
  });

  it('asks for namespaces, and is cut off', async () => {
    const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url);
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send('40/other,');
    await closed;
  });

  it('leaves the namespace but not the connection, and is cut off', async () => {
    const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url);
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    socket.addEventListener('open', () => socket.send('40{"version":1}'));
    socket.addEventListener('message', ({ data }) => {
      if (String(data).startsWith('40')) socket.send('41');
    });
    await closed;
  });

  it('floods with packets of no meaning, and is cut off', async () => {
    const small = await startServer(
      {},
      {
        limits: { events: { perSecond: 1, burst: 5 }, relayFrames: { perSecond: 1, burst: 5 } },
      },
    );
    const peer = await TestPeer.connect(small.url);
    const url = `${small.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url);
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    socket.addEventListener('open', () => {
      socket.send('40{"version":1}');
      for (let n = 0; n < 200; n++) socket.send('3');
    });
    await closed;
    expect(await peer.join(topic)).toMatchObject({ ok: true });
    peer.close();
    await small.close();
  });

  it('writes to a peer that does not read, and is told to wait', async () => {
    const slow = await TestPeer.connect(server.url);
    const fast = await TestPeer.connect(server.url);
    await slow.join(topic);
    await fast.join(topic);
    const engine = slow.socket.io.engine as unknown as {
      transport: { ws: { _socket: { pause(): void } } };
    };
    engine.transport.ws._socket.pause();
    // The kernel takes some megabytes before the server has to wait, so several bursts may be needed; the relay's own
    // limit is per sender.
    const frame = new Uint8Array(randomBytes(18 * 1024));
    const senders = [fast];
    while (senders.length < 6) {
      const sender = await TestPeer.connect(server.url);
      await sender.join(topic);
      senders.push(sender);
    }
    for (const sender of senders) {
      for (let n = 0; n < 220; n++) sender.relay(slow.id, frame);
    }
    const told = await Promise.race(senders.map((sender) => sender.refusals.take()));
    expect(told).toMatchObject({ event: 'relay', to: slow.id, problem: { code: 'rate-limited' } });
    await expectUnharmed();
    for (const peer of [slow, ...senders]) peer.close();
  });
});
