import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ActSet } from './act-set.ts';

const numbers = fc.array(fc.oneof(fc.nat(70), fc.nat(5000)), { maxLength: 60 });
const setOf = (acts: readonly number[]) => acts.reduce((set, act) => set.with(act), ActSet.EMPTY);
const ascending = (acts: Iterable<number>) => [...new Set(acts)].sort((a, b) => a - b);

test('property: a set of acts is a set of numbers', () => {
  fc.assert(
    fc.property(numbers, numbers, (one, other) => {
      const [a, b] = [setOf(one), setOf(other)];
      expect([...a]).toEqual(ascending(one));
      expect([...a.union(b)]).toEqual(ascending([...one, ...other]));
      expect(a.isWithin(b)).toBe(one.every((act) => other.includes(act)));
      expect(a.equals(setOf(one.toReversed()))).toBe(true);
      expect(a.equals(b)).toBe(ascending(one).join() === ascending(other).join());
      for (const act of other) expect(a.has(act)).toBe(one.includes(act));
    }),
    { numRuns: 300 },
  );
});

test('a union with what a set holds is the set itself, and adding what is there makes no other', () => {
  const set = setOf([1, 2000]);
  expect(set.union(setOf([2000]))).toBe(set);
  expect(setOf([2000]).union(set)).toBe(set);
  expect(set.with(1)).toBe(set);
});
