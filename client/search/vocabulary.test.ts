import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Vocabulary } from './vocabulary.ts';

test('words are numbered as they come, and found by their beginnings', () => {
  const vocabulary = new Vocabulary();
  const words = ['tomato', 'potato', 'tom', '日本', '日本語'];
  expect(words.map((word) => vocabulary.add(word))).toEqual([0, 1, 2, 3, 4]);
  expect(vocabulary.number('tom')).toBe(2);
  expect(vocabulary.number('to')).toBeUndefined();
  expect(vocabulary.beginning('tom').toSorted()).toEqual([0, 2]);
  expect(vocabulary.beginning('日').toSorted()).toEqual([3, 4]);
  expect(vocabulary.beginning('x')).toEqual([]);
});

test('property: as words come in between, a beginning finds those that begin so, and the order is theirs', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🎉'), maxLength: 5 });
  const rounds = fc.array(
    fc.tuple(fc.uniqueArray(letters, { maxLength: 400, size: 'max' }), letters),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(rounds, (each) => {
      const vocabulary = new Vocabulary();
      for (const [words, beginning] of each) {
        for (const word of words) if (vocabulary.number(word) === undefined) vocabulary.add(word);
        const all = Array.from({ length: vocabulary.size }, (_, n) => vocabulary.word(n));
        const found = vocabulary.beginning(beginning).map((n) => vocabulary.word(n));
        expect(found.toSorted()).toEqual(all.filter((one) => one.startsWith(beginning)).toSorted());
      }
      const ordered = [...vocabulary.inOrder()].map((n) => vocabulary.word(n));
      expect(ordered).toEqual(ordered.toSorted());
    }),
    { numRuns: 60 },
  );
});
