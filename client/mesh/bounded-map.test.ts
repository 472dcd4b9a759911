import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

function filled(...keys: string[]): BoundedMap<string, number> {
  const map = new BoundedMap<string, number>(3);
  keys.forEach((key, value) => {
    map.set(key, value);
  });
  return map;
}

test('one too many makes it forget what came first', () => {
  expect([...filled('a', 'b', 'c', 'd').keys()]).toEqual(['b', 'c', 'd']);
});

test('what is set anew keeps its place, and nothing is forgotten for it', () => {
  const map = filled('a', 'b', 'c').set('a', 7);
  expect([...map]).toEqual([
    ['a', 7],
    ['b', 1],
    ['c', 2],
  ]);
  expect([...map.set('d', 3).keys()]).toEqual(['b', 'c', 'd']);
});

test('what is refreshed is forgotten last', () => {
  const map = filled('a', 'b', 'c').refresh('a', 7);
  expect([...map.keys()]).toEqual(['b', 'c', 'a']);
  expect(map.get('a')).toBe(7);
  expect([...map.refresh('d', 8).keys()]).toEqual(['c', 'a', 'd']);
});

test('whatever is put in, it holds the latest, and no more than it may', () => {
  const step = fc.record({ key: fc.nat(9), how: fc.constantFrom('set', 'refresh', 'delete') });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (most, steps) => {
      const map = new BoundedMap<number, number>(most);
      let order: number[] = [];
      steps.forEach(({ key, how }, value) => {
        if (how === 'delete') map.delete(key);
        else if (how === 'set') map.set(key, value);
        else map.refresh(key, value);
        if (how !== 'set' || !order.includes(key)) order = order.filter((other) => other !== key);
        if (how !== 'delete' && !order.includes(key)) order = [...order, key].slice(-most);
        expect([...map.keys()]).toEqual(order);
        if (how !== 'delete') expect(map.get(key)).toBe(value);
      });
    }),
  );
});
