import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOCK_AHEAD_MS, mergeInto, Orders, type Standing } from './chain-order.ts';

test('an entry that came before what it names stands behind it once that has come', () => {
  const orders = new Orders();
  const later = orders.add('later', 5, ['earlier']);
  orders.settle(1000);
  const before = orders.version;
  const earlier = orders.add('earlier', 10, []);
  orders.settle(1000);
  expect([earlier.order, later.order]).toEqual([10, 11]);
  expect(orders.version).not.toBe(before);
});

test('what comes late and is behind nobody changes no standing that was given', () => {
  const orders = new Orders();
  orders.add('later', 20, ['earlier']);
  orders.settle(1000);
  const before = orders.version;
  orders.add('earlier', 10, []);
  orders.settle(2000);
  expect(orders.version).toBe(before);
});

test('a long row that comes backwards is put in order at once, when somebody looks', () => {
  const orders = new Orders();
  const standings: Standing[] = [];
  for (let i = 20_000; i > 0; i--) standings.push(orders.add(`${i}`, 1, [`${i - 1}`]));
  orders.settle(1000);
  expect(standings[0]?.order).toBe(20_000);
});

const entries = fc.array(
  fc.record({
    hlc: fc.oneof(fc.nat(100), fc.constant(CLOCK_AHEAD_MS + 5000)),
    names: fc.array(fc.nat(20), { maxLength: 3 }),
    key: fc.nat(100),
    looks: fc.option(fc.constantFrom(0, 4999, 5000, 9000)),
  }),
  { maxLength: 20 },
);

test('property: order is the greater of the own clock and one more than what is named, whenever each came', () => {
  fc.assert(
    fc.property(entries, fc.constantFrom(0, 4999, 5000), (drawn, now) => {
      const all = drawn.map((one, i) => ({
        ...one,
        i,
        // Only what was made before can be named; what is past the end never comes.
        names: one.names.filter((name) => name < i || name >= drawn.length),
      }));
      const orders = new Orders();
      const standings = new Map<number, Standing>();
      for (const { i, hlc, names, looks } of all.toSorted((a, b) => a.key - b.key)) {
        standings.set(i, orders.add(`${i}`, hlc, names.map(String)));
        if (looks !== null) orders.settle(looks);
      }
      orders.settle(now);
      const expected: number[] = [];
      for (const { hlc, names } of all)
        expected.push(
          Math.max(
            hlc > now + CLOCK_AHEAD_MS ? 0 : hlc,
            ...names.flatMap((name) => (expected[name] === undefined ? [] : [1 + expected[name]])),
          ),
        );
      expect(all.map(({ i }) => standings.get(i)?.order)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('property: a sorted list stays sorted, whatever is merged into it in whichever parts', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(50))), (parts) => {
      const list: number[] = [];
      for (const part of parts) mergeInto(list, part, (a, b) => a - b);
      expect(list).toEqual(parts.flat().sort((a, b) => a - b));
    }),
  );
});
