import { describe, expect, it } from 'vitest';
import { byteCount, countOf, dayName, span } from './times-and-sizes.ts';

describe('times and sizes', () => {
  it('name days from the viewer’s own midnight', () => {
    const now = new Date(2026, 10, 24, 0, 30).getTime();
    expect(dayName(new Date(2026, 10, 24, 0, 1).getTime(), now)).toBe('Today');
    expect(dayName(new Date(2026, 10, 23, 23, 59).getTime(), now)).toBe('Yesterday');
    expect(dayName(new Date(2026, 10, 22, 9, 0).getTime(), now)).toBe('Sunday 22 November');
    expect(dayName(new Date(2025, 10, 22, 9, 0).getTime(), now)).toBe('22 November 2025');
  });

  it('count bytes in steps of a thousand', () => {
    const said = [0, 999, 1000, 1949, 411_600, 999_600, 1_900_000].map(byteCount);
    expect(said).toEqual(['0 B', '999 B', '1.0 kB', '1.9 kB', '412 kB', '1.0 MB', '1.9 MB']);
  });

  it('speak of one and of many', () => {
    expect([countOf(1, 'member'), countOf(2, 'member'), countOf(1204, 'member')]).toEqual([
      '1 member',
      '2 members',
      '1,204 members',
    ]);
  });

  it('say how long in the unit that matters', () => {
    expect([4_000, 120_000, 3 * 3_600_000, 7 * 86_400_000].map(span)).toEqual([
      '4 s',
      '2 min',
      '3 h',
      '7 days',
    ]);
  });
});
