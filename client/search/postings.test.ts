import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Postings } from './postings.ts';

function placesOf(postings: Postings, word: number): number[] {
  const places: number[] = [];
  postings.each(word, (place) => places.push(place));
  return places;
}

test('a word’s places come back in their order, however far apart and however many they are', () => {
  const postings = new Postings();
  const [rare, common] = [postings.addWord(), postings.addWord()];
  const far = [0, 1, 127, 128, 2 ** 21, 2 ** 31, 2 ** 32 - 1];
  for (const place of far) postings.add(rare, place);
  const many = Array.from({ length: 100_000 }, (_, n) => n * 3);
  for (const place of many) postings.add(common, place);
  expect(placesOf(postings, rare)).toEqual(far);
  expect(placesOf(postings, common)).toEqual(many);
  expect(postings.count(common)).toBe(100_000);
  expect(placesOf(postings, postings.addWord())).toEqual([]);
});

test('a word that stands often costs little more than a byte each time', () => {
  const postings = new Postings();
  const word = postings.addWord();
  for (let n = 0; n < 1_000_000; n++) postings.add(word, n * 9);
  expect(postings.bytes).toBeLessThan(1_100_000);
});

test('property: the places of many words that grow in turn do not mingle', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(9), fc.nat(300)), { maxLength: 3000, size: 'max' }),
      (added) => {
        const postings = new Postings();
        const words = Array.from({ length: 10 }, () => ({
          number: postings.addWord(),
          places: [] as number[],
        }));
        for (const [n, further] of added) {
          const word = words[n];
          const place = (word?.places.at(-1) ?? 0) + further;
          word?.places.push(place);
          if (word) postings.add(word.number, place);
        }
        expect(words.map(({ number }) => placesOf(postings, number))).toEqual(
          words.map(({ places }) => places),
        );
      },
    ),
    { numRuns: 30 },
  );
});
