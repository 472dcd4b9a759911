import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merged, spliceBetween, spliced } from './draft.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '🌱', '🌲', '\n'), maxLength: 12 });

test('property: a splice makes one text the other, and cuts no character in two', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const splice = spliceBetween(before, after);
      expect(splice ? spliced(before, splice) : before).toBe(after);
      expect(splice?.insert.isWellFormed() ?? true).toBe(true);
      expect(before.slice(0, splice?.at ?? 0).isWellFormed()).toBe(true);
    }),
  );
});

test('what others wrote and what is being written here are both there', () => {
  expect(merged('one two', 'one two three', 'zero one two')).toBe('zero one two three');
  expect(merged('one two', 'zero one two', 'one two three')).toBe('zero one two three');
  expect(merged('ab', 'aXb', 'aYb')).toBe('aYXb');
});

test('what both took out is out, and what others put into it stays', () => {
  expect(merged('abcdefg', 'abfg', 'acdefg')).toBe('afg');
  expect(merged('abcdefg', 'fg', 'abXcdefg')).toBe('Xfg');
  expect(merged('one two', '', 'one two!')).toBe('!');
});

test('what has come back as it was written here is not written twice', () => {
  expect(merged('one', 'one two', 'one two')).toBe('one two');
  expect(merged('one', 'one', 'one two')).toBe('one two');
  expect(merged('one', 'one two', 'one')).toBe('one two');
});

test('property: nothing that others put in is lost, nor what was put in here', () => {
  const word = fc.string({ unit: fc.constantFrom('x', 'y'), minLength: 1, maxLength: 4 });
  const other = fc.string({ unit: fc.constantFrom('p', 'q'), minLength: 1, maxLength: 4 });
  const base = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  const place = fc.tuple(fc.nat(12), fc.nat(12));
  fc.assert(
    fc.property(base, place, word, place, other, (from, mine, own, theirs, put) => {
      const change = ([at, remove]: readonly [number, number], insert: string) =>
        spliced(from, { at: Math.min(at, from.length), remove, insert });
      const both = merged(from, change(mine, own), change(theirs, put));
      expect(both).toContain(own);
      expect(both).toContain(put);
    }),
  );
});
