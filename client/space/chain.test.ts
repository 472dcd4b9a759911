import { sha256, toHex, utf8 } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chain, CLOCK_AHEAD_MS, type Opened, tipOf } from './chain.ts';
import { person } from './test/written-space.ts';

const [ada, ben] = await Promise.all([person(1), person(2)]).then((all) =>
  all.map((p) => p.peerId),
);
if (!ada || !ben) throw new Error('nobody');

let made = 0;
function entry(author: PeerId, body: Partial<Body>, name = `entry ${made++}`): Opened {
  const id = entryId(utf8(name));
  return {
    id,
    author,
    body: { kind: 'message', hlc: 0, n: 1, prev: [], refs: [], content: {}, ...body },
  };
}

function chainOf(entries: readonly Opened[]): Chain {
  const chain = new Chain();
  for (const one of entries) chain.add(one);
  return chain;
}

const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);
const orders = (chain: Chain, now: number) => chain.placed(now).map(({ order }) => order);

test('order is the clock, then what comes after what it names, then the id', () => {
  const a = entry(ada, { hlc: 100 });
  const slow = entry(ben, { hlc: 50, refs: [sha256(utf8('x'))] });
  const reply = entry(ben, { hlc: 10, prev: [tipOf(a.id)] });
  const chain = chainOf([a, slow, reply]);
  expect(ids(chain.placed(1000))).toEqual(ids([slow, a, reply]));
  expect(orders(chain, 1000)).toEqual([50, 100, 101]);
  const twins = [entry(ada, { hlc: 7 }), entry(ben, { hlc: 7 })];
  expect(ids(chainOf(twins).placed(1000))).toEqual(ids(twins).sort());
});

test('a clock more than five minutes ahead does not count and is never inherited', () => {
  const now = 1_000_000;
  const just = entry(ada, { hlc: now + CLOCK_AHEAD_MS });
  const far = entry(ada, { hlc: now + CLOCK_AHEAD_MS + 1 });
  const reply = entry(ben, { hlc: now, prev: [tipOf(far.id)] });
  const chain = chainOf([just, far, reply]);
  expect(chain.placed(now).map(({ order, farOff }) => [order, farOff])).toEqual([
    [0, true],
    [now, false],
    [now + CLOCK_AHEAD_MS, false],
  ]);
});

test('a far-off clock comes to count as time goes by, and stops to when the own clock is set back', () => {
  const now = 1_000_000;
  const far = entry(ada, { hlc: now + 2 * CLOCK_AHEAD_MS });
  const near = entry(ben, { hlc: now });
  const chain = chainOf([far, near]);
  expect(ids(chain.placed(now))).toEqual(ids([far, near]));
  expect(ids(chain.placed(now + CLOCK_AHEAD_MS - 1))).toEqual(ids([far, near]));
  expect(ids(chain.placed(now + CLOCK_AHEAD_MS))).toEqual(ids([near, far]));
  expect(ids(chain.placed(now))).toEqual(ids([far, near]));
});

test('an unchanged view is the same object, also beside a far-off clock', () => {
  const chain = chainOf([entry(ada, { hlc: 5 }), entry(ben, { hlc: 2 ** 47 })]);
  expect(chain.placed(1000)).toBe(chain.placed(2000));
});

test("the own clock follows others' by five minutes at most, and one's own entry is never far off", () => {
  const now = 1_000_000;
  const chain = chainOf([entry(ada, { hlc: now + 5 })]);
  expect(chain.tick(now)).toBe(now + 6);
  chain.add(entry(ada, { hlc: now + CLOCK_AHEAD_MS }));
  chain.add(entry(ada, { hlc: 2 ** 48 - 1 }));
  for (let i = 0; i < 3; i++) {
    const hlc = chain.tick(now);
    expect(hlc).toBe(now + CLOCK_AHEAD_MS);
    const own = entry(ben, { hlc });
    chain.add(own);
    expect(chain.placed(now).find(({ id }) => id === own.id)?.farOff).toBe(false);
  }
});

test("a next entry names the device's own tips and goes on counting", () => {
  const chain = new Chain();
  expect(chain.next(ada)).toEqual({ prev: [], n: 1 });
  const first = entry(ada, { n: 1 });
  const second = entry(ada, { n: 2, prev: [tipOf(first.id)] });
  const beside = entry(ada, { n: 2, prev: [tipOf(first.id)] });
  for (const one of [second, beside, first]) chain.add(one);
  const next = chain.next(ada);
  expect(next.n).toBe(3);
  expect(next.prev.map(toHex).sort()).toEqual(
    [second, beside].map((e) => toHex(tipOf(e.id))).sort(),
  );
  expect(chain.next(ben)).toEqual({ prev: [], n: 1 });
});

test("nobody hides another's tip by naming it as their own", () => {
  const mine = entry(ada, { n: 1 });
  const chain = chainOf([mine, entry(ben, { n: 9, prev: [tipOf(mine.id)] })]);
  expect(chain.next(ada)).toEqual({ prev: [tipOf(mine.id)], n: 2 });
});

test('a next entry names at most 16 tips and its number stays one that a body can hold', () => {
  const many = Array.from({ length: 20 }, (_, i) => entry(ada, { n: i + 1 }));
  const chain = chainOf([...many, entry(ada, { n: 2 ** 32 - 1 })]);
  expect(chain.next(ada).prev).toHaveLength(16);
  expect(chain.next(ada).n).toBe(2 ** 32 - 1);
});

test('gaps are counted: what later entries of an author build on and has not arrived', () => {
  const all: Opened[] = [];
  for (let n = 1; n <= 6; n++) {
    const before = all.at(-1);
    all.push(entry(ada, { n, prev: before ? [tipOf(before.id)] : [] }));
  }
  const [e1, e2, e3, e4, e5, e6] = all;
  if (!e1 || !e2 || !e3 || !e4 || !e5 || !e6) throw new Error('six');
  expect(chainOf(all).gaps()).toEqual(new Map());
  expect(chainOf([e1, e4]).gaps()).toEqual(new Map([[ada, 2]]));
  expect(chainOf([e3, e6]).gaps()).toEqual(new Map([[ada, 4]]));
  expect(chainOf([e1, e2, e3, e5]).gaps()).toEqual(new Map([[ada, 1]]));
  const chain = chainOf([e1, e4]);
  for (const late of [e3, e2]) chain.add(late);
  expect(chain.gaps()).toEqual(new Map());
});

test('of a device that wrote two side by side the missing one is seen, though no number is', () => {
  const first = entry(ada, { n: 1 });
  const held = entry(ada, { n: 2, prev: [tipOf(first.id)] });
  const missing = entry(ada, { n: 2, prev: [tipOf(first.id)] });
  const third = entry(ada, { n: 3, prev: [tipOf(held.id), tipOf(missing.id)] });
  expect(chainOf([first, held, third]).gaps()).toEqual(new Map([[ada, 1]]));
});

test('chains as long as a channel are ordered without recursion', () => {
  const all: Opened[] = [];
  for (let n = 1; n <= 20_000; n++) {
    const before = all.at(-1);
    all.push(entry(ada, { n, prev: before ? [tipOf(before.id)] : [] }));
  }
  const placed = chainOf([...all].reverse()).placed(1);
  expect(placed.at(-1)?.order).toBe(19_999);
});

test('what an author wrote is whole up to the first that is missing, whichever came when', () => {
  const a = entry(ada, { n: 1 });
  const b = entry(ada, { n: 2, prev: [tipOf(a.id)] });
  const c = entry(ada, { n: 3, prev: [tipOf(b.id)] });
  const chain = chainOf([a, c]);
  expect(chain.wholeUpTo(ada)?.id).toBe(a.id);
  expect(chain.wholeUpTo(ben)).toBeUndefined();
  chain.add(b);
  expect(chain.wholeUpTo(ada)?.id).toBe(c.id);
  expect(ids(chain.previous(c))).toEqual([b.id]);
});

test('of what was written side by side the one that goes on furthest is whole, until one names both', () => {
  const a = entry(ada, { n: 1 });
  const twins = [1, 2].map(() => entry(ada, { n: 2, prev: [tipOf(a.id)] }));
  const joined = entry(ada, { n: 3, prev: twins.map(({ id }) => tipOf(id)) });
  const [one, other] = twins;
  if (!one || !other) throw new Error('expected two');
  const chain = chainOf([a, one, joined]);
  expect(chain.wholeUpTo(ada)?.id).toBe(one.id);
  chain.add(other);
  expect(chain.wholeUpTo(ada)?.id).toBe(joined.id);
  expect(ids(chain.previous(joined))).toEqual(ids(twins));
});

test("nobody makes another's chain whole, or part of their own, by naming it", () => {
  const a = entry(ada, { n: 1 });
  const borrowed = entry(ben, { n: 2, prev: [tipOf(a.id)] });
  const chain = chainOf([a, borrowed]);
  expect(chain.wholeUpTo(ada)?.id).toBe(a.id);
  expect(chain.previous(borrowed)).toEqual([]);
});

test("what tips reach of an author's is all of their own that these build on, and nothing of anybody else's", () => {
  const a = entry(ada, { n: 1 });
  const b = entry(ada, { n: 2, prev: [tipOf(a.id)] });
  const c = entry(ada, { n: 3, prev: [tipOf(b.id)] });
  const bens = entry(ben, { n: 1, prev: [tipOf(b.id)] });
  const chain = chainOf([a, b, c, bens]);
  const hex = (one: Opened) => toHex(tipOf(one.id));
  expect([...chain.upTo(ada, [hex(b)])].sort()).toEqual(ids([a, b]).sort());
  expect([...chain.upTo(ada, [hex(bens), 'ff'.repeat(16)])]).toEqual([]);
  expect([...chain.upTo(ben, [hex(bens)])]).toEqual(ids([bens]));
});

test('property: an author is whole up to what has everything before it, in whatever order it came', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 20 }), (order) => {
      const row: Opened[] = [];
      for (let n = 1; n <= 20; n++) {
        const before = row.at(-1);
        row.push(entry(ada, { n, prev: before ? [tipOf(before.id)] : [] }));
      }
      const chain = chainOf(order.flatMap((i) => row[i] ?? []));
      const missing = row.findIndex((_, i) => !order.includes(i));
      const last = missing === -1 ? row.length : missing;
      expect(chain.wholeUpTo(ada)?.id).toBe(row[last - 1]?.id);
    }),
  );
});

/** Entries that name earlier ones, their own author's or not, and some that never came; clocks near and far. */
const entries = fc
  .array(
    fc.record({
      author: fc.constantFrom(ada, ben),
      hlc: fc.oneof(
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: CLOCK_AHEAD_MS, max: CLOCK_AHEAD_MS + 3000 }),
        fc.constant(2 ** 48 - 1),
      ),
      n: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(2 ** 32 - 1)),
      prev: fc.array(fc.nat(40), { maxLength: 3 }),
      refs: fc.array(fc.nat(40), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((drafts) => {
    const made: Opened[] = [];
    for (const [i, { author, hlc, n, prev, refs }] of drafts.entries()) {
      // Later ones cannot be named: an id is a hash. What is past the end never came.
      const name = (at: number) => made[at]?.id ?? entryId(utf8(`never ${at}`));
      made.push(
        entry(
          author,
          {
            hlc,
            n,
            prev: prev.map((at) => tipOf(name(at))),
            refs: refs.map((at) => sha256(utf8(at < i ? `drawn ${at}` : `never ${at}`))),
          },
          `drawn ${i}`,
        ),
      );
    }
    return made;
  });

test('property: the view is a function of set and clock, in whatever order and batches entries come', () => {
  fc.assert(
    fc.property(
      entries,
      fc.array(fc.tuple(fc.nat(1000), fc.boolean(), fc.integer({ min: 0, max: 8000 })), {
        minLength: 25,
        maxLength: 25,
      }),
      fc.integer({ min: 0, max: 8000 }),
      (all, arrivals, now) => {
        const shuffled = all
          .map((one, i) => ({ one, key: arrivals[i]?.[0] ?? 0, look: arrivals[i] }))
          .sort((a, b) => a.key - b.key);
        const chain = new Chain();
        for (const { one, look } of shuffled) {
          chain.add(one);
          chain.add(one);
          // Between batches somebody looks, with the clock before or after.
          if (look?.[1]) chain.placed(look[2]);
        }
        const fresh = chainOf(all);
        expect(chain.placed(now)).toEqual(fresh.placed(now));
        expect(chain.gaps()).toEqual(fresh.gaps());
        expect(chain.next(ada).n).toBe(fresh.next(ada).n);
        expect(chain.size).toBe(all.length);
      },
    ),
    { numRuns: 400, seed: 3 },
  );
});

test('property: order never runs backwards along what is named, and a far-off clock lifts nothing', () => {
  fc.assert(
    fc.property(entries, fc.integer({ min: 0, max: 8000 }), (all, now) => {
      const order = new Map(
        chainOf(all)
          .placed(now)
          .map((p) => [toHex(tipOf(p.id)), p.order]),
      );
      for (const one of all) {
        const own = order.get(toHex(tipOf(one.id))) ?? -1;
        for (const name of [...one.body.prev, ...one.body.refs.map((r) => r.subarray(0, 16))])
          expect(own).toBeGreaterThan(order.get(toHex(name)) ?? -1);
        expect(own).toBeLessThanOrEqual(now + CLOCK_AHEAD_MS + all.length);
      }
    }),
    { numRuns: 200, seed: 4 },
  );
});
