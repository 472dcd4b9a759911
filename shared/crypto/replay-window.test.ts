import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplayWindow } from './replay-window.ts';

describe('a replay window', () => {
  test('takes each number once, in whatever order two servers deliver', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...Array(64).keys()], { minLength: 1 }),
        (sequences: number[]) => {
          const window = new ReplayWindow();
          expect(sequences.map((s) => window.accept(s))).toEqual(sequences.map(() => true));
          expect(sequences.map((s) => window.accept(s))).toEqual(sequences.map(() => false));
        },
      ),
    );
  });

  test('is 64 wide', () => {
    const window = new ReplayWindow();
    expect(window.accept(100)).toBe(true);
    expect(window.accept(36)).toBe(false);
    expect(window.accept(37)).toBe(true);
    expect(window.accept(37)).toBe(false);
    expect(window.accept(101)).toBe(true);
    expect(window.accept(38)).toBe(true);
  });

  test('never takes a number twice, as a plain set would have it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (sequences) => {
        const window = new ReplayWindow();
        const seen = new Set<number>();
        let highest = -1;
        for (const sequence of sequences) {
          const expected = !seen.has(sequence) && sequence > highest - 64;
          expect(window.accept(sequence)).toBe(expected);
          if (expected) seen.add(sequence);
          highest = Math.max(highest, expected ? sequence : -1);
        }
      }),
    );
  });

  test('forgets all that lies behind a leap', () => {
    const window = new ReplayWindow();
    window.accept(3);
    expect(window.accept(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(window.accept(Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(window.accept(Number.MAX_SAFE_INTEGER - 1)).toBe(true);
    expect(window.accept(4)).toBe(false);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (sequence) => {
    expect(new ReplayWindow().accept(sequence)).toBe(false);
  });
});
