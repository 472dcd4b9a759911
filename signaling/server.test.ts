import { randomBytes } from 'node:crypto';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Limits } from './session.ts';
import { randomTopic, startServer, TestPeer, type TestServer } from './test/test-peer.ts';

let server: TestServer;
let peers: TestPeer[] = [];
/** The server's clock, which stands still unless a test moves it. */
let clock = 1_700_000_000_000;

async function start(limits: Partial<Limits> = {}): Promise<void> {
  await server?.close();
  server = await startServer({}, { now: () => clock, limits });
}
async function connect(...args: Parameters<typeof TestPeer.connect> | []): Promise<TestPeer> {
  const peer = await TestPeer.connect(args[0] ?? server.url, args[1]);
  peers.push(peer);
  return peer;
}
/** As far as the handshake. */
function open(options?: ConstructorParameters<typeof TestPeer>[1]): TestPeer {
  const peer = new TestPeer(server.url, options);
  peers.push(peer);
  return peer;
}
const bytes = (length: number) => new Uint8Array(randomBytes(length));
const problemOf = (answer: unknown) =>
  (answer as { problem?: { code: string; message: string } }).problem;

beforeEach(() => start());
afterEach(async () => {
  for (const peer of peers) peer.close();
  peers = [];
  expect(server.counters.internalErrors).toBe(0);
  await server.close();
});

describe('authentication', () => {
  it('welcomes whoever signs the challenge', async () => {
    const peer = open();
    const { nonce } = await peer.challenges.take();
    expect(await peer.authenticate(nonce)).toEqual({
      ok: true,
      value: { stunPort: 0, iceServers: [], iceSeconds: 0 },
    });
    expect(server.counters).toMatchObject({ connections: 1, authentications: 1, peers: 1 });
  });

  it('refuses a signature by another key, and ends the connection', async () => {
    const peer = open();
    const { nonce } = await peer.challenges.take();
    Object.assign(peer, { secretKey: bytes(32) });
    expect(problemOf(await peer.authenticate(nonce))?.code).toBe('bad-signature');
    expect((await peer.refusals.take()).problem.code).toBe('bad-signature');
    await peer.disconnected;
    expect(server.counters.peers).toBe(0);
    expect(server.counters.refusals['bad-signature']).toBe(1);
  });

  it('refuses an answer to the challenge of another connection', async () => {
    const [first, second] = [open(), open()];
    const { nonce } = await first.challenges.take();
    await second.challenges.take();
    expect(problemOf(await second.authenticate(nonce))?.code).toBe('bad-signature');
  });

  it('refuses an answer that was meant for another host', async () => {
    const peer = open();
    const { nonce } = await peer.challenges.take();
    const answer = await peer.authenticate(nonce, 'elsewhere.example');
    expect(problemOf(answer)?.code).toBe('bad-signature');
  });

  it('takes one answer to a challenge', async () => {
    const peer = open();
    const { nonce } = await peer.challenges.take();
    await peer.authenticate(nonce);
    expect(problemOf(await peer.authenticate(nonce))?.code).toBe('bad-request');
  });

  it('answers nothing else before it', async () => {
    const peer = open();
    await peer.challenges.take();
    expect(problemOf(await peer.ask('join', { topic: randomTopic() }))?.code).toBe(
      'unauthenticated',
    );
    expect(server.counters.topics).toBe(0);
  });

  it('ends a connection that does not answer in time', async () => {
    await start({ authenticateMs: 1000 });
    const peer = open();
    expect((await peer.refusals.take()).problem.code).toBe('unauthenticated');
    await peer.disconnected;
  });

  it('leaves those who did answer connected after that time', async () => {
    await start({ authenticateMs: 1500 });
    const late = open();
    const peer = await connect();
    await late.disconnected;
    expect(await peer.join(randomTopic())).toMatchObject({ ok: true });
  });

  it('lets the newest connection of a peer win, and tells the older', async () => {
    const topic = randomTopic();
    const [older, other] = [await connect(), await connect()];
    await older.join(topic);
    await other.join(topic);
    const newer = await connect(server.url, { secretKey: older.secretKey });
    expect(await older.refusals.take()).toMatchObject({
      event: 'disconnect',
      problem: { code: 'replaced' },
    });
    await older.disconnected;
    expect(server.counters.peers).toBe(2);
    // Being in a topic belongs to the connection.
    expect(await other.here(topic, [older.id])).toMatchObject({ value: { size: 1, peers: [] } });
    await newer.join(topic);
    expect(await other.here(topic, [newer.id])).toMatchObject({
      value: { size: 2, peers: [{ peer: newer.id, nonce: newer.nonce }] },
    });
  });
});

describe('topics that come with the answer to the challenge', () => {
  /** What became of each. */
  async function enter(topics: readonly string[], options?: Parameters<typeof open>[0]) {
    const peer = open(options);
    const { nonce } = await peer.challenges.take();
    const welcome = await peer.authenticate(nonce, peer.host, topics);
    return { peer, joined: welcome.ok ? welcome.value.joined : problemOf(welcome)?.code };
  }

  it('are joined, each answered as by itself', async () => {
    const [first, second] = [randomTopic(), randomTopic()];
    const a = await connect();
    await a.join(second);
    const { peer, joined } = await enter([first, second]);
    expect(joined).toEqual([
      { size: 1, peers: [] },
      { size: 2, peers: [{ peer: a.id, nonce: a.nonce }] },
    ]);
    expect(await a.here(second, [peer.id])).toMatchObject({ value: { size: 2 } });
    expect(await peer.leave(first)).toMatchObject({ ok: true });
    expect(server.counters).toMatchObject({ joins: 3, topics: 1 });
  });

  it('are not joined by whom the challenge does not let in', async () => {
    const { joined } = await enter([randomTopic()], { headers: { host: 'localhost' } });
    expect(joined).toBe('bad-signature');
    expect(server.counters).toMatchObject({ joins: 0, topics: 0, peers: 0 });
  });

  it('are as many as a peer may be in, and the others are refused by name when it asks', async () => {
    await start({ topicsPerPeer: 2 });
    const topics = [randomTopic(), randomTopic(), randomTopic()];
    const { peer, joined } = await enter(topics);
    expect(joined).toMatchObject([{ size: 1 }, { size: 1 }, null]);
    expect(await peer.join(topics[2] ?? '')).toMatchObject({
      problem: { code: 'too-many-topics' },
    });
  });

  it('cost what requests of their own would', async () => {
    await start({ events: { perSecond: 1, burst: 3 } });
    const { peer, joined } = await enter([randomTopic(), randomTopic(), randomTopic()]);
    expect(joined).toMatchObject([{ size: 1 }, { size: 1 }, null]);
    expect(await peer.join(randomTopic())).toMatchObject({ problem: { code: 'rate-limited' } });
  });

  it('fit their schema, or nobody is let in', async () => {
    const many = Array.from({ length: SIGNALING_LIMITS.topicsPerPeer + 1 }, randomTopic);
    for (const topics of [['short'], many]) {
      const { joined } = await enter(topics);
      expect(joined).toBe('bad-request');
    }
    expect(server.counters).toMatchObject({ peers: 0, topics: 0 });
  });
});

describe('versions of the protocol', () => {
  it.each([0, 99])('refuses version %s, and says so', async (version) => {
    const peer = open({ version });
    const error = await peer.failed;
    expect(error.data).toMatchObject({ code: 'version' });
    expect(error.message).toContain(String(version));
    expect(server.counters.refusals.version).toBe(1);
  });

  it.each([{}, { version: '1' }, { version: null }])('refuses a greeting of %o', async (auth) => {
    expect((await open({ auth }).failed).data).toMatchObject({ code: 'bad-request' });
  });
});

describe('topics', () => {
  it('answers a join with the size and the others, each with its nonce', async () => {
    const topic = randomTopic();
    const [a, b] = [await connect(), await connect()];
    expect(await a.join(topic)).toEqual({ ok: true, value: { size: 1, peers: [] } });
    expect(await b.join(topic)).toEqual({
      ok: true,
      value: { size: 2, peers: [{ peer: a.id, nonce: a.nonce }] },
    });
  });

  it('hands out a full sample in one answer, and no more', async () => {
    const topic = randomTopic();
    const crowd = await Promise.all(
      Array.from({ length: SIGNALING_LIMITS.sample + 4 }, () => connect()),
    );
    await Promise.all(crowd.map((peer) => peer.join(topic)));
    const answer = await (await connect()).join(topic);
    expect(answer).toMatchObject({ ok: true, value: { size: crowd.length + 1 } });
    expect(answer.ok && answer.value.peers).toHaveLength(SIGNALING_LIMITS.sample);
  });

  it('says which of the peers asked for are here, to who is here', async () => {
    const topic = randomTopic();
    const [a, b, away] = [await connect(), await connect(), await connect()];
    await a.join(topic);
    expect(await b.here(topic, [a.id])).toMatchObject({ problem: { code: 'not-in-topic' } });
    await b.join(topic);
    expect(await b.here(topic, [away.id, a.id])).toEqual({
      ok: true,
      value: { size: 2, peers: [{ peer: a.id, nonce: a.nonce }] },
    });
  });

  it('forgets who leaves, and who disconnects', async () => {
    const topic = randomTopic();
    const [a, b, c] = [await connect(), await connect(), await connect()];
    for (const peer of [a, b, c]) await peer.join(topic);
    expect(await a.leave(topic)).toEqual({ ok: true, value: null });
    b.close();
    await expect.poll(() => server.counters.peers).toBe(2);
    expect(await c.here(topic, [a.id, b.id])).toEqual({ ok: true, value: { size: 1, peers: [] } });
    await c.leave(topic);
    expect(server.counters.topics).toBe(0);
  });

  it('lets a peer into so many topics and no more, until it leaves one', async () => {
    await start({ topicsPerPeer: 2 });
    const peer = await connect();
    const [first, second, third] = [randomTopic(), randomTopic(), randomTopic()];
    await peer.join(first);
    await peer.join(second);
    expect(await peer.join(second)).toMatchObject({ ok: true });
    expect(await peer.join(third)).toMatchObject({ problem: { code: 'too-many-topics' } });
    await peer.leave(first);
    expect(await peer.join(third)).toMatchObject({ ok: true });
  });

  it('refuses a question about more peers than allowed', async () => {
    const [peer, topic] = [await connect(), randomTopic()];
    await peer.join(topic);
    const many = Array.from({ length: SIGNALING_LIMITS.hereQuestion + 1 }, () => peer.id);
    expect(await peer.here(topic, many)).toMatchObject({ problem: { code: 'bad-request' } });
  });
});

describe('signals', () => {
  it('reach the addressee as they were sent, up to the largest', async () => {
    const topic = randomTopic();
    const [a, b] = [await connect(), await connect()];
    await a.join(topic);
    await b.join(topic);
    const sealed = bytes(SIGNALING_LIMITS.signalBytes);
    expect(await a.signal(b.id, topic, sealed)).toEqual({ ok: true, value: null });
    expect(await b.signals.take()).toEqual({ from: a.id, topic, sealed });
    expect(server.counters).toMatchObject({ signals: 1, signalBytes: sealed.length });
  });

  it('are refused when too large, from outside the topic, and to outside of it', async () => {
    const topic = randomTopic();
    const [a, b] = [await connect(), await connect()];
    const large = bytes(SIGNALING_LIMITS.signalBytes + 1);
    expect(await a.signal(b.id, topic, bytes(9))).toMatchObject({
      problem: { code: 'not-in-topic' },
    });
    await a.join(topic);
    expect(await a.signal(b.id, topic, bytes(9))).toMatchObject({
      problem: { code: 'peer-not-here' },
    });
    expect(await a.signal(b.id, topic, large)).toMatchObject({ problem: { code: 'bad-request' } });
    expect(b.signals.size).toBe(0);
    expect(server.counters.signals).toBe(0);
  });
});

describe('the relay', () => {
  it('carries frames between peers that share a topic, and counts them', async () => {
    const [topic, another] = [randomTopic(), randomTopic()];
    const [a, b] = [await connect(), await connect()];
    for (const at of [another, topic]) await a.join(at);
    await b.join(topic);
    const frame = bytes(SIGNALING_LIMITS.relayFrameBytes);
    a.relay(b.id, frame);
    expect(await b.frames.take()).toEqual({ from: a.id, frame });
    expect(server.counters).toMatchObject({ relayedFrames: 1, relayedBytes: frame.length });
  });

  it('says to whom a frame could not be carried', async () => {
    const [a, b] = [await connect(), await connect()];
    await a.join(randomTopic());
    await b.join(randomTopic());
    a.relay(b.id, bytes(10));
    expect(await a.refusals.take()).toMatchObject({
      event: 'relay',
      to: b.id,
      problem: { code: 'peer-not-here' },
    });
    a.relay(b.id, bytes(SIGNALING_LIMITS.relayFrameBytes + 1));
    expect(await a.refusals.take()).toMatchObject({ problem: { code: 'bad-request' } });
    expect(server.counters).toMatchObject({ relayedFrames: 0, relayedBytes: 0 });
  });

  it.each([
    ['bytes', { relayBytes: { perSecond: 10, burst: 100 } }, 60],
    ['frames', { relayFrames: { perSecond: 1, burst: 1 } }, 1],
  ])('carries so many %s a second', async (_what, limits, size) => {
    await start(limits);
    const topic = randomTopic();
    const [a, b] = [await connect(), await connect()];
    await a.join(topic);
    await b.join(topic);
    a.relay(b.id, bytes(size));
    a.relay(b.id, bytes(size));
    expect((await a.refusals.take()).problem.code).toBe('rate-limited');
    clock += 2000;
    a.relay(b.id, bytes(size));
    await b.frames.take();
    await b.frames.take();
    expect(server.counters.relayedFrames).toBe(2);
  });
});

describe('limits on requests', () => {
  it('refuses what comes faster than allowed, and serves it later', async () => {
    await start({ events: { perSecond: 1, burst: 3 } });
    const [peer, topic] = [await connect(), randomTopic()];
    await peer.join(topic);
    await peer.join(topic);
    expect(await peer.join(topic)).toMatchObject({ problem: { code: 'rate-limited' } });
    clock += 1000;
    expect(await peer.join(topic)).toMatchObject({ ok: true });
  });

  it('ends the connection of who goes on breaking rules, with the reason', async () => {
    await start({ violationsPerMinute: 3 });
    const peer = await connect();
    for (let n = 0; n < 4; n++) peer.socket.emit('join', { topic: 'short' }, () => undefined);
    expect(await peer.refusals.take()).toMatchObject({
      event: 'disconnect',
      problem: { code: 'bad-request' },
    });
    await peer.disconnected;
  });

  it('does not hold it against a peer that others have left', async () => {
    await start({ violationsPerMinute: 1 });
    const [peer, gone, topic] = [await connect(), await connect(), randomTopic()];
    await peer.join(topic);
    for (let n = 0; n < 5; n++) {
      expect(await peer.signal(gone.id, topic, bytes(5))).toMatchObject({
        problem: { code: 'peer-not-here' },
      });
    }
  });

  it('says of an event without acknowledgement why it was refused', async () => {
    const peer = await connect();
    peer.socket.emit('join', { topic: 7 });
    const refused = await peer.refusals.take();
    expect(refused).toMatchObject({ event: 'join', problem: { code: 'bad-request' } });
    expect(refused.problem.message).toContain('topic');
    peer.socket.emit('no such event');
    expect(await peer.refusals.take()).toMatchObject({ event: 'no such event' });
  });

  it('does not read messages larger than any of the protocol', async () => {
    const peer = await connect();
    peer.socket.emit('join', { topic: 'x'.repeat(SIGNALING_LIMITS.messageBytes) });
    await peer.disconnected;
    await expect.poll(() => server.counters.peers).toBe(0);
  });
});

describe('closing', () => {
  it('tells every peer, and frees the port', async () => {
    const peer = await connect();
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(2000);
    expect((await peer.refusals.take()).problem.code).toBe('shutting-down');
    await peer.disconnected;
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });
});
