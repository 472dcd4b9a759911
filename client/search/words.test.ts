import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold, phraseOf, runsOf, wordsOf } from './words.ts';

test.each([
  ['CAFÉ', 'cafe'],
  ['ｃａｆé', 'cafe'],
  ['Straße', 'strasse'],
  ['ΛΌΓΟΣ', 'λογοσ'],
  ['λόγος', 'λογοσ'],
  ['İstanbul', 'istanbul'],
  ['ﬁne', 'fine'],
  ['Ёлка', 'елка'],
  ['שָׁלוֹם', 'שלום'],
  ['مُحَمَّد', 'محمد'],
  ['ﾊﾟﾝ', 'パン'],
  ['한국', '한국'],
  ['co\u00adoperate', 'cooperate'],
])('%s and %s are one word', (written, folded) => {
  expect(wordsOf(written)).toEqual(wordsOf(folded));
  expect(fold(written)).toBe(folded);
});

test('letters that an accent makes others stay others: が is not か', () => {
  expect(fold('が')).not.toBe(fold('か'));
});

test('signs, spaces and line ends part words; digits and letters stay together', () => {
  expect(wordsOf('Well, foo-bar_baz\n(v2.10) isn’t it?')).toEqual([
    'well',
    'foo',
    'bar',
    'baz',
    'v2',
    '10',
    'isn',
    't',
    'it',
  ]);
  expect(wordsOf(' … — ')).toEqual([]);
});

test('a script without spaces is cut into pairs, and its last character stands alone', () => {
  expect(wordsOf('日本語')).toEqual(['日本', '本語', '語']);
  expect(wordsOf('LINEで話す')).toEqual(['line', 'で話', '話す', 'す']);
  expect(wordsOf('ไทย')).toEqual(['ไท', 'ทย', 'ย']);
});

test('a pictograph is a word', () => {
  expect(wordsOf('done 🎉🎉')).toEqual(['done', '🎉', '🎉']);
});

test('a phrase asks for the pairs of an unspaced word, and for what one character begins', () => {
  expect(phraseOf('日本語', true)).toEqual({ words: ['日本', '本語'], prefix: false });
  expect(phraseOf('語', false)).toEqual({ words: ['語'], prefix: true });
  expect(phraseOf('日本語 abc', true)).toEqual({
    words: ['日本', '本語', '語', 'abc'],
    prefix: true,
  });
  expect(phraseOf('abc', false)).toEqual({ words: ['abc'], prefix: false });
  expect(phraseOf('', true)).toEqual({ words: [], prefix: true });
});

test('words are bounded: the beginning of a very long one stands for it', () => {
  const [word, ...others] = wordsOf('ﷺ'.repeat(5000));
  expect(others).toEqual([]);
  expect(word?.length).toBeLessThanOrEqual(40);
});

/** Half a character too. */
const anyUnit = fc.oneof(
  fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
  fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
);

test('property: runs lie in order within the text, and every word is well-formed and not empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyUnit, maxLength: 60 }), (text) => {
      const runs = [...runsOf(text)];
      const edges = runs.flatMap(({ start, end }) => [start, end]);
      expect([...edges, text.length]).toEqual([...edges, text.length].sort((a, b) => a - b));
      expect(runs.filter(({ start, end }) => end <= start)).toEqual([]);
      const words = runs.flatMap((run) => run.words);
      expect(words.filter((word) => word === '' || !word.isWellFormed())).toEqual([]);
    }),
  );
});
