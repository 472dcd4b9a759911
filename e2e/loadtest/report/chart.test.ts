import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endings, linear, logarithmic, logarithmicTicks, ticks } from './chart.ts';

describe('ticks', () => {
  test('are round, begin at 0 and end at or above the most', () => {
    expect(ticks(3_865_560, 5)).toEqual([0, 1e6, 2e6, 3e6, 4e6]);
    expect(ticks(60, 8)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(ticks(0, 5)).toEqual([0, 1]);
  });

  test('reach any figure with few steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (most) => {
        const all = ticks(most, 5);
        expect(all.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-9));
        expect(all.at(-2)).toBeLessThan(most);
        expect(all.length).toBeLessThanOrEqual(7);
      }),
    );
  });

  test('of a logarithmic axis lie within it', () => {
    expect(logarithmicTicks(1.5, 130)).toEqual([2, 5, 10, 20, 50, 100]);
    expect(logarithmicTicks(0.1, 1)).toEqual([0.1, 0.2, 0.5, 1]);
  });
});

test('scales put the ends of the figures at the ends of the axis', () => {
  expect([0, 5, 10].map(linear(0, 10, 100, 200))).toEqual([100, 150, 200]);
  expect([1, 10, 100].map(logarithmic(1, 100, 0, 80)).map(Math.round)).toEqual([0, 40, 80]);
  expect(logarithmic(1, 100, 0, 80)(0)).toBe(0);
});

test('names at the ends of lines never cover each other, and stay in their order and on the drawing', () => {
  const places = fc.array(fc.integer({ min: 14, max: 270 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(places, (ys) => {
      const modes = ['mesh', 'router', 'star'] as const;
      const all = modes.slice(0, ys.length).map((mode, i) => ({
        mode,
        y: ys[i] ?? 0,
        words: [mode, '1 MB'],
      }));
      const lines = endings(all, 300, 22, 274).flatMap(({ text }) =>
        [...text.matchAll(/ y="([\d.]+)"/g)].map(([, y]) => Number(y)),
      );
      expect(lines).toHaveLength(2 * ys.length);
      for (const [i, y] of lines.entries()) {
        if (i > 0) expect(y - (lines[i - 1] ?? 0)).toBeGreaterThanOrEqual(15.9);
        expect(y).toBeGreaterThan(14);
        expect(y).toBeLessThanOrEqual(280);
      }
    }),
  );
});
