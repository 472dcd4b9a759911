import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, LEAST_SIZE } from './arguments.ts';
import { JOIN_PATTERNS, type Options } from './options.ts';
import { makePlan, numberIn, type Plan } from './plan.ts';

const planOf = (options: Partial<Options>): Plan => makePlan({ ...DEFAULTS, idle: 1, ...options });
const textsOf = ({ messages, warmUp }: Plan) => [...messages, ...warmUp].map(({ text }) => text);

const anyOptions = fc
  .record({
    peers: fc.integer({ min: 3, max: 40 }),
    browsers: fc.integer({ min: 0, max: 3 }),
    messages: fc.integer({ min: 1, max: 200 }),
    rate: fc.double({ min: 0.1, max: 50, noNaN: true }),
    size: fc.oneof(fc.constant('mixed' as const), fc.integer({ min: LEAST_SIZE, max: 5_000 })),
    writers: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 2 })),
    join: fc.constantFrom(...JOIN_PATTERNS),
    relayed: fc.constantFrom(0, 0.3, 1),
    late: fc.integer({ min: 0, max: 1 }),
    seed: fc.nat(),
  })
  .map((options): Options => ({ ...DEFAULTS, idle: 1, ...options }));

describe('A plan', () => {
  it('is the same for the same options and seed, whatever the modes, and another for another seed', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        expect(makePlan(options)).toEqual(makePlan({ ...options, modes: ['star'] }));
        expect(textsOf(makePlan(options))).not.toEqual(
          textsOf(makePlan({ ...options, seed: options.seed + 1 })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('gives each message a text of its own, of its exact size, that says which it is', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const plan = makePlan(options);
        expect(new Set(textsOf(plan)).size).toBe(textsOf(plan).length);
        for (const { number, text } of [...plan.messages, ...plan.warmUp]) {
          expect(numberIn(text)).toBe(number);
          expect(text).toMatch(/^[a-z0-9 ]*[a-z0-9]$/i);
          if (options.size !== 'mixed') expect(Buffer.byteLength(text)).toBe(options.size);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('lets only those write who are there from the beginning, at the rate and in order', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { peers, messages } = makePlan(options);
        const times = messages.map(({ atMs }) => atMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(times.at(-1)).toBeLessThanOrEqual((options.messages / options.rate) * 1000);
        const writers = new Set(messages.map(({ writer }) => writer));
        for (const writer of writers) expect(peers[writer]?.late).toBe(false);
        if (options.writers !== 'all') expect(writers.size).toBeLessThanOrEqual(options.writers);
      }),
      { numRuns: 30 },
    );
  });

  it('has the peers that were asked for', () => {
    const { peers } = planOf({ peers: 10, browsers: 2, late: 3, relayed: 0.4 });
    expect(peers.map(({ index }) => index)).toEqual([...Array(12).keys()]);
    expect(peers.filter(({ browser }) => browser)).toHaveLength(2);
    expect(peers.filter(({ direct }) => !direct)).toHaveLength(4);
    const late = peers.filter((peer) => peer.late);
    expect(late).toHaveLength(3);
    // The first founds the room, and pages are there before anybody writes.
    expect(late.some(({ index, browser }) => index === 0 || browser)).toBe(false);
  });

  it('has mixed lengths as in chats: most short, some long', () => {
    const lengths = textsOf(planOf({ messages: 2_000, size: 'mixed' })).map((text) => text.length);
    const part = (fits: (length: number) => boolean) =>
      lengths.filter(fits).length / lengths.length;
    expect(part((length) => length <= 60)).toBeGreaterThan(0.55);
    expect(part((length) => length > 200)).toBeGreaterThan(0.02);
    expect(part((length) => length > 200)).toBeLessThan(0.15);
    expect(Math.max(...lengths)).toBeGreaterThan(800);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4_000);
  });

  it('is not taken in by a text that is none of its own', () => {
    for (const text of ['', 'hello', 'n12', 'n! a', 'N1 a', ' n1 a'])
      expect(numberIn(text)).toBeUndefined();
  });
});
