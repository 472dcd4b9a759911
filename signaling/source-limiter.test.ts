import { describe, expect, it } from 'vitest';
import { SourceLimiter } from './source-limiter.ts';

describe('the limit on requests', () => {
  const limits = {
    perSource: { perSecond: 1, burst: 2 },
    total: { perSecond: 10, burst: 10 },
    sources: 3,
  };

  it('holds for each source by itself', () => {
    const limiter = new SourceLimiter(0, limits);
    expect(['a', 'a', 'a', 'b'].map((source) => limiter.take(source, 0))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(limiter.take('a', 1000)).toBe(true);
  });

  it('lets a source that asks too often use up nothing of what is there for all', () => {
    const limiter = new SourceLimiter(0, limits);
    for (let n = 0; n < 100; n++) limiter.take('flood', 0);
    expect(limiter.take('other', 0)).toBe(true);
  });

  it('holds for all together, and remembers no more sources than it may', () => {
    const limiter = new SourceLimiter(0, limits);
    const granted = Array.from({ length: 50 }, (_, n) => limiter.take(`source ${n}`, 0));
    expect(granted.filter(Boolean)).toHaveLength(10);
    expect(limiter.size).toBe(3);
  });
});
