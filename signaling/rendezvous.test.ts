import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { type PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Rendezvous } from './rendezvous.ts';

const peer = (n: number) => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, n);
  return peerIdFromPublicKey(key);
};
const topic = (n: number) => v.parse(Topic, String(n).padEnd(43, 'A'));
const A = topic(1);

/** Mulberry32: a seeded generator is enough here, and a failure repeats. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('rendezvous', () => {
  it('counts a peer once, however often it joins', () => {
    const rendezvous = new Rendezvous();
    expect(rendezvous.join(A, peer(1))).toBe(1);
    expect(rendezvous.join(A, peer(1))).toBe(1);
    expect(rendezvous.join(A, peer(2))).toBe(2);
  });

  it('forgets a topic with its last member', () => {
    const rendezvous = new Rendezvous();
    rendezvous.join(A, peer(1));
    rendezvous.leave(A, peer(1));
    rendezvous.leave(A, peer(1));
    expect(rendezvous.topics).toBe(0);
    expect(rendezvous.size(A)).toBe(0);
  });

  it('hands out a bounded sample of a thousand, without repeats and without the asker', () => {
    const rendezvous = new Rendezvous();
    for (let n = 0; n < 1000; n++) rendezvous.join(A, peer(n));
    let draws = 0;
    const random = seeded(7);
    const sample = rendezvous.sample(A, peer(500), 16, () => {
      draws++;
      return random();
    });
    expect(sample).toHaveLength(16);
    expect(new Set(sample).size).toBe(16);
    expect(sample).not.toContain(peer(500));
    expect(draws).toBe(32);
  });

  it('hands out everybody else in a small topic', () => {
    const rendezvous = new Rendezvous();
    for (let n = 0; n < 5; n++) rendezvous.join(A, peer(n));
    const sample = rendezvous.sample(A, peer(2), 16, seeded(1));
    expect([...sample].sort()).toEqual([0, 1, 3, 4].map(peer).sort());
  });

  it('picks every member about equally often, at every place of the sample', () => {
    const rendezvous = new Rendezvous();
    for (let n = 0; n < 20; n++) rendezvous.join(A, peer(n));
    const random = seeded(42);
    const firsts = new Map<PeerId, number>();
    const any = new Map<PeerId, number>();
    const rounds = 20_000;
    for (let round = 0; round < rounds; round++) {
      const sample = rendezvous.sample(A, peer(0), 4, random);
      const [first] = sample;
      if (first !== undefined) firsts.set(first, (firsts.get(first) ?? 0) + 1);
      for (const member of sample) any.set(member, (any.get(member) ?? 0) + 1);
    }
    expect(any.size).toBe(19);
    for (const count of firsts.values()) {
      expect(Math.abs(count - rounds / 19)).toBeLessThan(0.15 * (rounds / 19));
    }
    for (const count of any.values()) {
      expect(Math.abs(count - (4 * rounds) / 19)).toBeLessThan(0.1 * ((4 * rounds) / 19));
    }
  });

  it('behaves like a set of peers for each topic, whatever the order of joins and leaves', () => {
    const step = fc.record({
      join: fc.boolean(),
      topic: fc.nat(2).map(topic),
      peer: fc.nat(6).map(peer),
    });
    fc.assert(
      fc.property(fc.array(step), fc.integer(), (steps, seed) => {
        const rendezvous = new Rendezvous();
        const model = new Map<Topic, Set<PeerId>>();
        for (const { join, topic: at, peer: who } of steps) {
          const members = model.get(at) ?? new Set();
          model.set(at, members);
          if (join) {
            members.add(who);
            expect(rendezvous.join(at, who)).toBe(members.size);
          } else {
            members.delete(who);
            rendezvous.leave(at, who);
          }
        }
        for (const [at, members] of model) {
          const everyone = [0, 1, 2, 3, 4, 5, 6].map(peer);
          expect(new Set(rendezvous.here(at, everyone))).toEqual(members);
          expect(rendezvous.size(at)).toBe(members.size);
          const self = peer(0);
          const others = new Set([...members].filter((who) => who !== self));
          expect(new Set(rendezvous.sample(at, self, 16, seeded(seed)))).toEqual(others);
        }
        expect(rendezvous.topics).toBe([...model.values()].filter((m) => m.size > 0).length);
      }),
    );
  });

  it('answers a question once for each peer, and only with who is in that topic', () => {
    const rendezvous = new Rendezvous();
    rendezvous.join(A, peer(1));
    rendezvous.join(topic(2), peer(2));
    expect(rendezvous.here(A, [peer(1), peer(1), peer(2), peer(3)])).toEqual([peer(1)]);
  });
});
