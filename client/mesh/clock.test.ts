import fc from 'fast-check';
import { expect, test } from 'vitest';
import { neverBack, wallClock } from './clock.ts';

function settable() {
  let time = 1_000_000;
  const clock = neverBack({ ...wallClock, now: () => time });
  return { clock, set: (to: number) => (time = to) };
}

test('a clock that is set back goes on from where it was for what waits', () => {
  const { clock, set } = settable();
  const before = clock.now();
  set(400_000);
  expect(clock.now()).toBe(before);
  set(400_250);
  expect(clock.now()).toBe(before + 250);
});

test('whatever is done to a clock, time never goes back and is never behind it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 40 })), (times) => {
      const { clock, set } = settable();
      let latest = clock.now();
      for (const time of times) {
        set(time);
        const now = clock.now();
        expect(now).toBeGreaterThanOrEqual(latest);
        expect(now).toBeGreaterThanOrEqual(time);
        latest = now;
      }
    }),
  );
});
