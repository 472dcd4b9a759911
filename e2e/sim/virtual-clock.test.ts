import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Alarm, VirtualClock } from './virtual-clock.ts';

test('what is due first happens first, and of one time what was asked for first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (times) => {
      const clock = new VirtualClock();
      const happened: { at: number; order: number }[] = [];
      times.forEach((at, order) => {
        clock.at(at, () => happened.push({ at: clock.now, order }));
      });
      clock.runUntil(100);
      const sorted = times
        .map((at, order) => ({ at, order }))
        .sort((a, b) => a.at - b.at || a.order - b.order);
      expect(happened).toEqual(sorted);
    }),
  );
});

test('what is asked for while time passes happens in the same run; what lies beyond its end does not', () => {
  const clock = new VirtualClock();
  const happened: number[] = [];
  const again = () => {
    happened.push(clock.now);
    clock.after(10, again);
  };
  clock.at(5, again);
  clock.runUntil(30);
  expect(happened).toEqual([5, 15, 25]);
  expect(clock.now).toBe(30);
});

test('an alarm rings at the time last set, once, and not in a circle', () => {
  const clock = new VirtualClock();
  const rung: number[] = [];
  const alarm = new Alarm(clock, () => {
    rung.push(clock.now);
    // A machine that always wants to be woken at once is woken each 10 ms.
    if (rung.length < 3) alarm.set(0);
  });
  alarm.set(50);
  alarm.set(20);
  alarm.set(40);
  clock.runUntil(100);
  expect(rung).toEqual([40, 50, 60]);
  alarm.set(120);
  alarm.set(undefined);
  clock.runUntil(200);
  alarm.stop();
  alarm.set(210);
  clock.runUntil(300);
  expect(rung).toHaveLength(3);
});
