import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DigestTree } from './digest-tree.ts';

const grown = (documents: Iterable<readonly [string, string]>) => {
  const tree = new DigestTree((key) => key.slice(0, 2));
  for (const [key, heads] of documents) tree.set(key, { heads, count: 1 });
  return tree;
};

test('property: the same documents have the same hash, in whatever order they came; others have another', () => {
  const key = fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => `0${a}0${b}`);
  const documents = fc.uniqueArray(fc.tuple(key, fc.constantFrom('x', 'y')), {
    selector: ([k]) => k,
    minLength: 1,
  });
  fc.assert(
    fc.property(documents, fc.boolean(), (held, turned) => {
      const tree = grown(held);
      const { hash } = tree;
      const shuffled = held.toSorted((a, b) => (a[0] < b[0] ? -1 : 1) * (turned ? -1 : 1));
      expect(grown(shuffled).hash).toBe(hash);
      const [first] = held;
      if (!first) return;
      tree.set(first[0], { heads: 'z', count: 1 });
      expect(tree.hash).not.toBe(hash);
      tree.set(first[0], undefined);
      expect(tree.hash).toBe(grown(held.slice(1)).hash);
      tree.set(first[0], { heads: first[1], count: 1 });
      expect(tree.hash).toBe(hash);
    }),
    { seed: 1 },
  );
});

test('lines come in the order of their keys, a group’s with the entries of all its documents', () => {
  const tree = grown([
    ['0102', 'x'],
    ['0200', 'x'],
    ['0101', 'x'],
  ]);
  expect(tree.groups().map(({ key, count }) => [key, count])).toEqual([
    ['01', 2],
    ['02', 1],
  ]);
  const keys = (within: string) => tree.documents(within).map(({ key }) => key);
  expect(keys('')).toEqual(['0101', '0102', '0200']);
  expect(keys('01')).toEqual(['0101', '0102']);
  expect(keys('0102')).toEqual(['0102']);
  expect(keys('03')).toEqual([]);
  expect(tree.size).toBe(3);
});

test('what is not told is known, and in no hash and no line', () => {
  const tree = grown([['0101', 'x']]);
  const { hash } = tree;
  tree.set('0102', { heads: 'y', count: 3 }, false);
  expect(tree.get('0102')).toEqual({ heads: 'y', count: 3 });
  expect(tree.line('0102')).toBeUndefined();
  expect(tree.hash).toBe(hash);
  expect(tree.size).toBe(1);
  tree.set('0102', { heads: 'y', count: 3 });
  expect(tree.hash).not.toBe(hash);
  tree.set('0102', { heads: 'y', count: 3 }, false);
  expect(tree.hash).toBe(hash);
});
