import { expect, test } from 'vitest';
import { LobbyWatch } from './lobby-watch.ts';

const watch = () => new LobbyWatch(() => 0.5);

/** The seconds at which it begins and ends to look. */
function turns(lobby: LobbyWatch, linked: boolean, missed: boolean, upTo: number): number[] {
  const seconds: number[] = [];
  let before = false;
  for (let s = 0; s <= upTo; s++) {
    const now = lobby.looks(linked, missed, s * 1_000);
    if (now !== before) seconds.push(s);
    before = now;
  }
  return seconds;
}

test('who is alone looks after 5 s, for half a minute every two minutes', () => {
  expect(turns(watch(), false, true, 200)).toEqual([5, 35, 155, 185]);
});

test('who has company looks seldom for those who are missed, and not where nobody is', () => {
  expect(turns(watch(), true, true, 800)).toEqual([120, 140, 740, 760]);
  expect(turns(watch(), true, false, 800)).toEqual([]);
});

test('who finds somebody looks no more until alone again', () => {
  const lobby = watch();
  lobby.looks(false, true, 0);
  expect(lobby.looks(false, true, 5_000)).toBe(true);
  expect(lobby.looks(true, true, 6_000)).toBe(false);
  expect(lobby.looks(false, true, 20_000)).toBe(false);
  expect(lobby.looks(false, true, 25_000)).toBe(true);
});

test('a device that slept looks when it wakes', () => {
  const lobby = watch();
  lobby.looks(false, true, 0);
  expect(lobby.looks(false, true, 90 * 24 * 3600_000)).toBe(true);
});
