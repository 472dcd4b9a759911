import { expect, test } from 'vitest';
import { device } from '../test/attending-device.ts';
import { ada, bo, cy, dee, me } from '../test/device-ids.ts';
import { DOUBTED_MS, Doubts } from './doubts.ts';

test('a link that breaks raises a doubt, which is told unless the peer is heard again', () => {
  const { hear, here, handle, pass, said } = device([ada, bo]);
  pass(1_000);
  said.splice(0);
  hear(bo, bo);
  handle({ is: 'down', peer: bo, surplus: false });
  pass(3_100);
  expect(said.map(({ lost }) => lost)).toEqual([[bo]]);
  expect(here(bo)).toBe(true);
  pass(DOUBTED_MS);
  expect(here(bo)).toBe(false);
});

test('no doubt is told of a peer who is heard after all, whom another doubts, or whose link was one too many', () => {
  for (const then of ['heard', 'doubted', 'surplus'] as const) {
    const { hear, handle, pass, said } = device([ada, bo, cy]);
    pass(1_000);
    said.splice(0);
    hear(bo, bo);
    handle({ is: 'down', peer: bo, surplus: then === 'surplus' });
    if (then === 'heard') hear(ada, bo);
    if (then === 'doubted') hear(ada, cy, { lost: [bo] });
    pass(10_000);
    expect(said).toEqual([]);
  }
});

test("another's doubt shortens how long somebody is shown, but not of one's own neighbour", () => {
  const { hear, here, pass } = device([ada, bo]);
  hear(ada, dee);
  hear(bo, bo);
  hear(ada, ada, { lost: [dee, bo] });
  pass(DOUBTED_MS);
  expect(here(dee)).toBe(false);
  expect(here(bo)).toBe(true);
});

test('who hears themselves doubted says "here" once more; who doubts without cause is soon not believed', () => {
  const { hear, here, pass, said } = device([ada]);
  pass(1_000);
  said.splice(0);
  for (let round = 0; round < 10; round++) {
    hear(ada, ada, { lost: [me] });
    pass(2_000);
  }
  expect(said).toHaveLength(3);
  hear(ada, dee);
  hear(ada, ada, { lost: [dee] });
  pass(DOUBTED_MS);
  expect(here(dee)).toBe(true);
});

test('a doubt is told once, after a while, and again for some seconds, should it be overtaken', () => {
  const doubts = new Doubts(() => 0.5);
  doubts.own(bo, 1_000);
  const at = doubts.wakeAt ?? 0;
  expect(at - 1_000).toBeGreaterThan(1_000);
  expect([doubts.due(at - 1), doubts.due(at)]).toEqual([false, true]);
  expect(doubts.toSay(at - 1)).toEqual([]);
  expect(doubts.toSay(at)).toEqual([bo]);
  expect([doubts.due(at), doubts.wakeAt]).toEqual([false, undefined]);
  expect(doubts.toSay(at + 4_000)).toEqual([bo]);
  expect(doubts.toSay(at + 5_000)).toEqual([]);
});

test('a doubt that proves right, late, or of one who began anew, is not held against who had it', () => {
  for (const how of ['wrong', 'late', 'anew'] as const) {
    const doubts = new Doubts(() => 0.5);
    let now = 0;
    for (let i = 0; i < 3; i++) {
      expect(doubts.believes(ada, dee, now)).toBe(true);
      now += how === 'late' ? DOUBTED_MS + 1 : 1_000;
      doubts.heard(dee, how === 'anew', now);
    }
    expect(doubts.believes(ada, dee, now)).toBe(how !== 'wrong');
    // Long after, nobody remembers.
    expect(doubts.believes(ada, dee, now + 600_000)).toBe(true);
  }
});
