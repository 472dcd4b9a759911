import { EpochId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { EpochStarting, type EpochState } from './epoch-starting.ts';

const epoch = (n: number) =>
  v.parse(
    EpochId,
    String.fromCharCode(65 + n)
      .repeat(42)
      .concat('A'),
  );
const settled: EpochState = {
  need: undefined,
  current: epoch(0),
  started: 1,
  opens: true,
  rank: 1,
  lacking: 0,
  seals: 3,
};
const removal: EpochState = { ...settled, need: 'removal', current: undefined, opens: false };

/** A machine that has seen `settled` at 0. */
function running(): EpochStarting {
  const machine = new EpochStarting();
  expect(machine.handle({ is: 'state', state: settled }, 0)).toEqual([]);
  expect(machine.wakeAt).toBeUndefined();
  return machine;
}

/** When it starts an epoch, from `now` on. */
function startsAt(machine: EpochStarting): number {
  const at = machine.wakeAt ?? Number.NaN;
  expect(machine.handle({ is: 'tick' }, at - 1)).toEqual([]);
  expect(machine.handle({ is: 'tick' }, at)).toMatchObject([{ do: 'start' }]);
  return at;
}

test('whoever made the removal starts the epoch at once', () => {
  const machine = running();
  machine.handle({ is: 'caused' }, 1_000);
  expect(machine.handle({ is: 'state', state: removal }, 1_000)).toEqual([
    { do: 'start', why: 'removal' },
  ]);
});

test('others wait by rank, and not once somebody has started it', () => {
  const machine = running();
  expect(machine.handle({ is: 'state', state: removal }, 1_000)).toEqual([]);
  expect(machine.wakeAt).toBe(5_000);
  machine.handle({ is: 'state', state: { ...settled, current: epoch(1), started: 2 } }, 2_000);
  expect(machine.wakeAt).toBeUndefined();
});

test('nobody waits longer than 20 s for their turn', () => {
  const machine = running();
  machine.handle({ is: 'state', state: { ...removal, rank: 500 } }, 1_000);
  expect(startsAt(machine)).toBe(21_000);
});

test('a removal that an epoch did not cite has its own soon after', () => {
  const machine = running();
  machine.handle({ is: 'state', state: removal }, 0);
  expect(startsAt(machine)).toBe(4_000);
  machine.handle({ is: 'state', state: { ...removal, started: 2 } }, 4_100);
  expect(startsAt(machine)).toBe(8_100);
});

test('what could not be started is tried again', () => {
  const machine = running();
  machine.handle({ is: 'state', state: removal }, 0);
  expect(startsAt(machine)).toBe(4_000);
  expect(startsAt(machine)).toBe(14_000);
});

test('in a row of removals each epoch gathers more of them, and a minute at most', () => {
  const machine = running();
  const waited: number[] = [];
  let now = 0;
  for (let n = 1; n <= 12; n++) {
    machine.handle({ is: 'state', state: { ...removal, rank: 0, started: n } }, now);
    const at = startsAt(machine);
    waited.push(at - now);
    now = at;
    machine.handle({ is: 'state', state: { ...settled, current: epoch(n), started: 1 + n } }, now);
  }
  expect(waited.slice(0, 5)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
  expect(waited.slice(5, 8)).toEqual([10_000, 20_000, 30_000]);
  expect(Math.max(...waited)).toBe(60_000);
});

test('admissions within 10 minutes share an epoch', () => {
  const machine = running();
  const admission: EpochState = { ...settled, need: 'admission', opens: true };
  machine.handle({ is: 'state', state: admission }, 1_000);
  const first = startsAt(machine);
  expect(first).toBe(5_000);
  machine.handle({ is: 'state', state: { ...settled, current: epoch(1), started: 2 } }, first);
  machine.handle(
    { is: 'state', state: { ...admission, current: epoch(1), started: 2 } },
    first + 1_000,
  );
  expect(startsAt(machine)).toBe(first + 600_000);
});

test('a device that is not listed starts none', () => {
  const machine = running();
  machine.handle({ is: 'caused' }, 0);
  expect(machine.handle({ is: 'state', state: { ...removal, rank: undefined } }, 0)).toEqual([]);
  expect(machine.wakeAt).toBeUndefined();
});

test('a listed device that cannot open the current epoch and finds no holder for 60 s starts the next', () => {
  const machine = running();
  const closed: EpochState = { ...settled, current: epoch(1), started: 2, opens: false, rank: 0 };
  machine.handle({ is: 'state', state: closed }, 1_000);
  expect(machine.wakeAt).toBe(63_000);
  machine.handle({ is: 'state', state: { ...closed, seals: 4 } }, 30_000);
  expect(machine.handle({ is: 'tick' }, 63_000)).toEqual([{ do: 'start', why: 'no-holder' }]);
  machine.handle({ is: 'state', state: { ...closed, opens: true } }, 64_000);
  expect(machine.wakeAt).toBeUndefined();
});

test('a holder seals to whom nobody has sealed, by turns, and not while seals still come', () => {
  const machine = running();
  machine.handle({ is: 'state', state: { ...settled, lacking: 2 } }, 1_000);
  machine.handle({ is: 'state', state: { ...settled, lacking: 1, seals: 4 } }, 3_000);
  expect(machine.handle({ is: 'tick' }, 7_999)).toEqual([]);
  expect(machine.handle({ is: 'tick' }, 8_000)).toEqual([{ do: 'reseal' }]);
  machine.handle({ is: 'state', state: { ...settled, seals: 5 } }, 8_100);
  expect(machine.wakeAt).toBeUndefined();
});
