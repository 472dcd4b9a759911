import { expect, test } from 'vitest';
import { SeededRandom } from '../sim/seeded-random.ts';
import { mutated, noise } from './mutation.ts';

test('the same seed spoils in the same way, and leaves the original as it was', () => {
  const original = new Uint8Array(100).fill(7);
  const spoilt = [1, 1, 2].map((seed) => mutated(original, new SeededRandom(seed)));
  expect(spoilt[0]).toEqual(spoilt[1]);
  expect(spoilt[0]).not.toEqual(spoilt[2]);
  expect(original).toEqual(new Uint8Array(100).fill(7));
});

test('noise has the length that was asked for', () => {
  for (const length of [0, 1, 4_096, 10_000])
    expect(noise(new SeededRandom(1), length)).toHaveLength(length);
});
