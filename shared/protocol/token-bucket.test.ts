import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('lets a burst through, then no more than its rate', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
    expect(bucket.take(1, 499)).toBe(false);
    expect(bucket.take(1, 500)).toBe(true);
    expect(bucket.take(1, 500)).toBe(false);
  });

  it('takes nothing when it refuses', () => {
    const bucket = new TokenBucket({ perSecond: 0, burst: 5 }, 0);
    expect(bucket.take(6, 0)).toBe(false);
    expect(bucket.take(5, 0)).toBe(true);
  });

  it('says how much it holds without taking any of it', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, 0);
    expect([bucket.holds(2, 0), bucket.holds(3, 0), bucket.take(2, 0)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([bucket.holds(1, 999), bucket.holds(1, 1_000)]).toEqual([false, true]);
  });

  it('never grants more than burst + rate × time, however the clock jumps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ step: fc.integer({ min: -500, max: 2000 }), cost: fc.nat(20) })),
        (calls) => {
          const bucket = new TokenBucket({ perSecond: 10, burst: 50 }, 0);
          let now = 0;
          let forward = 0;
          let granted = 0;
          for (const { step, cost } of calls) {
            now += step;
            forward += Math.max(0, step);
            if (bucket.take(cost, now)) granted += cost;
          }
          expect(granted).toBeLessThanOrEqual(50 + (forward / 1000) * 10 + 1e-6);
        },
      ),
    );
  });
});
