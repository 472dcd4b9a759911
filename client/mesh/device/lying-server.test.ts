/** How soon two peers who may link do so, whatever a server has told them: real links and signals, on fake timers. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TopicSpec } from '../links-port.ts';
import { LIES, type Lies, LyingServer, pass, ServedPeer, specOf } from '../test/lying-server.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  // As on a page without HTTPS: all cryptography is in this thread, so nothing happens outside of the fake time.
  const { getRandomValues } = crypto;
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** From the end of the lies to the link, ms: where two have been alone for at most five minutes, and for longer. */
const SOON_MS = 20_000;
const LATE_MS = 75_000;
const LOOK_MS = 500;

const TRUTH: Lies = { answers: [], signals: [], relayed: [], unasked: [] };
const some = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 });
const lies: fc.Arbitrary<Lies> = fc.record({
  answers: some(LIES.answers),
  signals: some(LIES.signals),
  relayed: some(LIES.relayed),
  unasked: some(LIES.unasked),
});

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two who list each other, at the same servers. */
class Pair {
  readonly servers: readonly LyingServer[];
  readonly spec: TopicSpec;
  readonly #ends: readonly [ServedPeer, ServedPeer];
  readonly #ids: readonly [PeerId, PeerId];

  private constructor(servers: readonly LyingServer[], ends: readonly [ServedPeer, ServedPeer]) {
    this.servers = servers;
    this.#ends = ends;
    this.#ids = [ends[0].device.peerId, ends[1].device.peerId];
    this.spec = specOf(servers, this.#ids);
  }

  static async make(servers: readonly LyingServer[], random: () => number): Promise<Pair> {
    const one = await ServedPeer.make(1, servers, random);
    return new Pair(servers, [one, await ServedPeer.make(2, servers, random)]);
  }

  join(end: 0 | 1): void {
    this.#ends[end].join(this.spec);
  }

  get linked(): boolean {
    const [one, other] = this.#ends;
    return one.isLinkedTo(this.#ids[1]) && other.isLinkedTo(this.#ids[0]);
  }

  /** How long it takes until they are linked, ms; at most `most`. */
  async untilLinked(most: number): Promise<number> {
    for (let ms = 0; ms < most; ms += LOOK_MS) {
      if (this.linked) return ms;
      await pass(LOOK_MS);
      for (const server of this.servers) server.speak();
    }
    return most;
  }

  async close(): Promise<void> {
    for (const { links } of this.#ends) void links.close();
    await pass(1_000);
    vi.clearAllTimers();
  }
}

/** @returns from the end of the lies to the link, ms */
async function relinked(how: Lies, liesMs: number, secondMs: number, seed: number) {
  const random = randomFrom(seed);
  const server = new LyingServer('http://liar.example', random);
  const pair = await Pair.make([server], random);
  server.lies = how;
  pair.join(0);
  for (let ms = 0; ms < liesMs; ms += LOOK_MS) {
    if (ms <= secondMs && secondMs < ms + LOOK_MS) pair.join(1);
    await pass(LOOK_MS);
    server.speak();
  }
  if (secondMs >= liesMs) pair.join(1);
  server.lies = TRUTH;
  const took = await pair.untilLinked(2 * LATE_MS);
  await pair.close();
  return took;
}

const seconds = (most: number) => fc.integer({ min: 0, max: most }).map((s) => s * 1_000);
const seed = fc.nat();

test('once a server tells the truth again, two peers who are at it are linked within 20 s', async () => {
  const property = fc.asyncProperty(lies, seconds(120), seconds(30), seed, async (...given) => {
    expect(await relinked(...given)).toBeLessThan(SOON_MS);
  });
  await fc.assert(property, { numRuns: 40 });
});

test('after a server that denied everybody for ten minutes it takes little more than one', async () => {
  const denies = some(['nobody', 'crowd', 'false nonce', 'error', 'nonsense'] as const);
  const property = fc.asyncProperty(denies, seed, async (answers, from) => {
    expect(await relinked({ ...TRUTH, answers }, 600_000, 0, from)).toBeLessThan(LATE_MS);
  });
  await fc.assert(property, { numRuns: 4 });
});

test('two servers, of which one lies without end: they are linked within 20 s by way of the other', async () => {
  const property = fc.asyncProperty(lies, fc.boolean(), seconds(30), seed, async (...given) => {
    const [how, second, secondMs, from] = given;
    const random = randomFrom(from);
    const liar = new LyingServer('http://liar.example', random);
    const honest = new LyingServer('http://honest.example', random);
    liar.lies = how;
    const pair = await Pair.make(second ? [honest, liar] : [liar, honest], random);
    pair.join(0);
    await pass(secondMs);
    pair.join(1);
    expect(await pair.untilLinked(2 * SOON_MS)).toBeLessThan(SOON_MS);
    await pair.close();
  });
  await fc.assert(property, { numRuns: 40 });
});

test('a false nonce in an answer does not replace the one that the peer has signed', async () => {
  const random = randomFrom(1);
  const server = new LyingServer('http://liar.example', random);
  const pair = await Pair.make([server], random);
  pair.join(0);
  await pass(1_000);
  pair.join(1);
  expect(await pair.untilLinked(5_000)).toBeLessThan(5_000);
  // The link is lost, and from now on the server tells nothing but false nonces.
  server.lies = { ...TRUTH, answers: ['false nonce'], relayed: ['lost'] };
  await pass(60_000);
  expect(pair.linked).toBe(false);
  server.lies = { ...TRUTH, answers: ['false nonce'] };
  expect(await pair.untilLinked(SOON_MS)).toBeLessThan(SOON_MS);
  await pair.close();
});

test('a server that lets nobody join is asked again each 2 s, not ever more often', async () => {
  const server = new LyingServer('http://liar.example', randomFrom(1));
  server.lies = { ...TRUTH, answers: ['error', 'nonsense'] };
  const pair = await Pair.make([server], randomFrom(2));
  pair.join(0);
  await pass(300_000);
  expect(server.joins).toBeGreaterThan(100);
  expect(server.joins).toBeLessThan(200);
  await pair.close();
});
