import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wallClock } from '../mesh/clock.ts';
import { ViewPace } from './view-pace.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function paced() {
  let shown = 0;
  let isCatchingUp = false;
  const show = () => {
    shown++;
  };
  const pace = new ViewPace({ ...wallClock, now: Date.now }, show, () => isCatchingUp);
  const catchingUp = (is: boolean) => {
    isCatchingUp = is;
  };
  return { pace, shown: () => shown, catchingUp };
}

test('after a quiet time it is shown at once, and once for all that the same event changes', async () => {
  const { pace, shown } = paced();
  pace.soon();
  pace.soon();
  expect(shown()).toBe(0);
  await Promise.resolve();
  expect(shown()).toBe(1);
});

test('what follows closely is gathered for 25 ms', async () => {
  const { pace, shown } = paced();
  pace.now();
  for (let i = 0; i < 10; i++) pace.soon();
  await vi.advanceTimersByTimeAsync(24);
  expect(shown()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(shown()).toBe(2);
});

test('a long burst is shown four times a second, and quick again once it is over', async () => {
  const { pace, shown } = paced();
  pace.now();
  for (let i = 0; i < 8; i++) {
    pace.soon();
    await vi.advanceTimersByTimeAsync(25);
  }
  expect(shown()).toBe(9);
  pace.soon();
  await vi.advanceTimersByTimeAsync(249);
  expect(shown()).toBe(9);
  await vi.advanceTimersByTimeAsync(1);
  expect(shown()).toBe(10);
  await vi.advanceTimersByTimeAsync(300);
  pace.soon();
  await Promise.resolve();
  pace.soon();
  await vi.advanceTimersByTimeAsync(25);
  expect(shown()).toBe(12);
});

test('while a long absence is caught up on it is shown once a second, and at the end without delay', async () => {
  const { pace, shown, catchingUp } = paced();
  pace.now();
  catchingUp(true);
  for (let ms = 0; ms < 2_990; ms += 10) {
    pace.soon();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(shown()).toBe(3);
  await vi.advanceTimersByTimeAsync(110);
  expect(shown()).toBe(4);
  pace.soon();
  await vi.advanceTimersByTimeAsync(100);
  expect(shown()).toBe(4);
  catchingUp(false);
  pace.soon();
  await vi.advanceTimersByTimeAsync(25);
  expect(shown()).toBe(5);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(shown()).toBe(5);
});

test('once closed nothing is shown any more', async () => {
  const { pace, shown } = paced();
  pace.soon();
  pace.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown()).toBe(0);
});
