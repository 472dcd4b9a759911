import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentiles, quantile } from './quantiles.ts';

test('percentiles are by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentiles(values)).toEqual({ n: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  expect(percentiles([3])).toEqual({ n: 1, p50: 3, p95: 3, p99: 3, max: 3 });
});

test('of nothing there is no percentile', () => {
  expect(percentiles([])).toEqual({ n: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  expect(quantile([], 1)).toBeNaN();
});

test('a quantile is one of the values, and as many as it says do not exceed it', () => {
  const values = fc.array(fc.integer(), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, part) => {
      const found = quantile(all, part);
      expect(all).toContain(found);
      expect(all.filter((x) => x <= found).length).toBeGreaterThanOrEqual(part * all.length);
      expect(all.filter((x) => x < found).length).toBeLessThanOrEqual(part * all.length);
    }),
  );
});
