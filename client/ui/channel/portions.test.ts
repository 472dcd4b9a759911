import { expect, test } from 'vitest';
import { PORTION, type Portion, portionOf } from './portions.ts';

const told = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ id: `message ${from + i}` }));
const nothing: Portion<{ id: string }> = { drawn: [], left: 0 };
const stays = { grow: false };
const grows = { grow: true };

test('what fits on a screen is drawn at once', () => {
  const all = told(1, PORTION);
  expect(portionOf(nothing, all, stays)).toEqual({ drawn: all, left: 0 });
});

test('of a longer list the newest come first, and then portion by portion what is before them', () => {
  const all = told(1, 2 * PORTION + 5);
  let portion = portionOf(nothing, all, stays);
  expect(portion).toEqual({ drawn: all.slice(PORTION + 5), left: PORTION + 5 });
  portion = portionOf(portion, all, grows);
  expect(portion).toEqual({ drawn: all.slice(5), left: 5 });
  expect(portionOf(portion, all, grows)).toEqual({ drawn: all, left: 0 });
});

test('what the page opens at is there from the beginning', () => {
  const all = told(1, 100);
  const opened = portionOf(nothing, all, { ...stays, upTo: 'message 40' });
  expect(opened.drawn[0]?.id).toBe('message 40');
  expect(portionOf(nothing, all, { ...stays, upTo: 'message 99' }).drawn).toHaveLength(PORTION);
  expect(portionOf(nothing, all, { ...stays, upTo: 'not here' }).drawn).toHaveLength(PORTION);
});

test('a message that comes meanwhile is drawn after the others, and takes none of them away', () => {
  const begun = portionOf(nothing, told(1, 100), stays);
  const more = portionOf(begun, told(1, 101), stays);
  expect(more.drawn).toEqual(told(101 - PORTION, 101));
  expect(more.left).toBe(begun.left);
  // The newest of a channel: one more at its end is one less at its beginning.
  expect(portionOf(more, told(2, 102), stays).drawn).toEqual(told(101 - PORTION, 102));
});

test('once all is drawn, what is put before it is drawn with it', () => {
  const all = told(101, 100 + PORTION);
  const whole = portionOf(nothing, all, stays);
  const earlier = told(1, 100 + PORTION);
  expect(portionOf(whole, earlier, stays)).toEqual({ drawn: earlier, left: 0 });
});

test('where nothing of what was drawn is left it begins anew with the newest', () => {
  const whole: Portion<{ id: string }> = { drawn: told(1, 60), left: 0 };
  const replaced = portionOf(whole, told(1001, 1060), stays);
  expect(replaced.drawn).toEqual(told(1061 - PORTION, 1060));
  expect(replaced.left).toBe(60 - PORTION);
});
