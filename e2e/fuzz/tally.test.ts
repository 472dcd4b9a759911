import { expect, test } from 'vitest';
import { HANG_MS, Tally } from './tally.ts';

test('what is thrown is a crash, and told with the case', () => {
  const tally = new Tally('some');
  tally.try(
    () => 'good',
    () => 1,
  );
  tally.try(
    () => 'bad',
    () => {
      throw new Error('oh');
    },
  );
  expect(tally.failures).toMatchObject([
    { wrong: 'crash', case: 2, what: expect.stringMatching(/^bad: Error: oh/) },
  ]);
});

test('an input that keeps the processor busy for long is a hang', () => {
  const tally = new Tally('some');
  tally.try(
    () => 'slow',
    () => {
      const end = performance.now() + HANG_MS + 100;
      const before = process.threadCpuUsage();
      const busy = () => process.threadCpuUsage(before).user / 1000 < HANG_MS;
      while (performance.now() < end || busy());
    },
  );
  expect(tally.count('hang')).toBe(1);
});

test('links that were dropped for the same reason are counted together', () => {
  const tally = new Tally('some');
  tally.drop('a frame of 17 bytes');
  tally.drop('a frame of 4711 bytes');
  expect([...tally.dropped]).toEqual([['a frame of n bytes', 2]]);
});
