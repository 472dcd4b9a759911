import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { describe, expect, test } from 'vitest';
import { OverlayNetwork, type SimulatedPeer, topicOf } from '../test/overlay-network.ts';
import { seeded } from '../test/random.ts';
import { OVERLAY_SIZES } from './overlay-times.ts';

const { wanted, most } = OVERLAY_SIZES.shown;
const topic = topicOf(1);
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** So many peers who know each other and come one after another. */
function room(size: number, seed: number): { net: OverlayNetwork; peers: SimulatedPeer[] } {
  const net = new OverlayNetwork(seed);
  const peers = Array.from({ length: size }, (_, n) => net.add(n + 1));
  const ids = peers.map(({ id }) => id);
  for (const peer of peers) {
    net.join(peer, topic, ids);
    net.run(200);
  }
  return { net, peers };
}

describe('a room', () => {
  test('of six is a full mesh', () => {
    const { net } = room(6, 1);
    net.run(10_000);
    expect(net.degrees(topic)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  test.each([
    { size: 60, seed: 2 },
    { size: 200, seed: 3 },
  ])('of $size is one piece, of five to eight links each, and stays so', ({ size, seed }) => {
    const { net } = room(size, seed);
    for (const ms of [20_000, 600_000]) {
      net.run(ms);
      expect(net.pieces(topic)).toHaveLength(1);
      expect(Math.min(...net.degrees(topic))).toBeGreaterThanOrEqual(wanted - 1);
      expect(mean(net.degrees(topic))).toBeGreaterThanOrEqual(wanted);
    }
    expect(net.mostLinks).toBe(most);
  });

  test('all but one link of which go by the mesh: the server carries the first signals only', () => {
    const { net, peers } = room(60, 4);
    net.run(60_000);
    // Everybody is sampled, and makes two attempts by the server until one is up.
    expect(net.serverBytes / peers.length).toBeLessThan(12_000);
  });

  test('that is quiet costs its server next to nothing, and its peers little waking', () => {
    const { net, peers } = room(60, 5);
    net.run(60_000);
    const before = net.serverBytes;
    const wakes = peers.reduce((sum, peer) => sum + peer.wakes, 0);
    net.run(600_000);
    expect((net.serverBytes - before) / peers.length / 600).toBeLessThanOrEqual(1);
    expect(peers.reduce((sum, peer) => sum + peer.wakes, 0) - wakes).toBeLessThan(
      20 * peers.length,
    );
  });
});

describe('mending', () => {
  test.each([6, 7, 8])(
    'a room of which 30 % die at once is one piece in half a minute (seed %i)',
    (seed) => {
      const { net, peers } = room(100, seed);
      net.run(30_000);
      for (const peer of peers) if (net.random() < 0.3) net.crash(peer);
      net.run(30_000);
      expect(net.pieces(topic)).toHaveLength(1);
      expect(Math.min(...net.degrees(topic))).toBeGreaterThanOrEqual(wanted - 1);
      expect(net.mostLinks).toBe(most);
    },
  );

  test('and so with the server dead, over the mesh', () => {
    const { net, peers } = room(100, 9);
    net.run(30_000);
    net.serverUp = false;
    for (const peer of peers) if (net.random() < 0.3) net.crash(peer);
    net.run(60_000);
    expect(net.pieces(topic)).toHaveLength(1);
    expect(mean(net.degrees(topic))).toBeGreaterThanOrEqual(wanted - 0.5);
  });

  test.each([
    { size: 20, seconds: 40, within: 20 },
    { size: 100, seconds: 60, within: 20 },
    { size: 100, seconds: 1_500, within: 300 },
  ])(
    'halves of $size that were parted for $seconds s are one piece again within $within s',
    ({ size, seconds, within }) => {
      const { net, peers } = room(size, size + seconds);
      net.run(60_000);
      const left = new Set(peers.filter((_, n) => n % 2 === 0));
      net.reaches = (a, b) => left.has(a) === left.has(b);
      net.cut();
      net.run(seconds * 1_000);
      expect(net.pieces(topic)).toHaveLength(2);
      net.reaches = () => true;
      net.run(within * 1_000);
      expect(net.pieces(topic)).toHaveLength(1);
      expect(net.mostLinks).toBe(most);
    },
  );
});

describe('many spaces', () => {
  test('250 devices, each in 20 of 100 spaces of 50: 16 links each carry them all', () => {
    const net = new OverlayNetwork(11);
    const random = seeded(12);
    const topics = Array.from({ length: 100 }, (_, n) => topicOf(n + 1));
    const members = new Map(topics.map((each) => [each, new Set<SimulatedPeer>()]));
    const peers = Array.from({ length: 250 }, (_, n) => net.add(n + 1));
    for (const peer of peers) {
      const drawn = topics.map((each) => ({ each, lot: random() })).sort((a, b) => a.lot - b.lot);
      for (const { each } of drawn.slice(0, 20)) members.get(each)?.add(peer);
    }
    const lists = new Map([...members].map(([each, of]) => [each, [...of].map(({ id }) => id)]));
    for (const peer of peers) {
      for (const [each, of] of members)
        if (of.has(peer)) net.join(peer, each, lists.get(each) ?? []);
      net.run(50);
    }
    net.run(40_000);
    expect(net.mostLinks).toBeLessThanOrEqual(LINK_LIMITS.links);
    // Where a topic of a device takes turns it is without a link for a while: all are joined over a minute.
    const joined = new Map(topics.map((each) => [each, new Map<SimulatedPeer, SimulatedPeer>()]));
    const root = (of: Map<SimulatedPeer, SimulatedPeer>, peer: SimulatedPeer): SimulatedPeer => {
      const next = of.get(peer);
      return next === undefined ? peer : root(of, next);
    };
    for (let i = 0; i < 4; i++) {
      for (const [each, of] of joined) {
        for (const [first, ...others] of net.pieces(each)) {
          for (const peer of others) {
            if (first === undefined) continue;
            const [a, b] = [root(of, first), root(of, peer)];
            if (a !== b) of.set(b, a);
          }
        }
      }
      net.run(20_000);
    }
    for (const [each, of] of joined) {
      const roots = new Set([...(members.get(each) ?? [])].map((peer) => root(of, peer)));
      expect(roots.size).toBe(1);
    }
  }, 180_000);
});
