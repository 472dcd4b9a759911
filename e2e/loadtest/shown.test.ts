import { expect, test } from 'vitest';
import { heldToPlan } from './shown.ts';

const numbers = new Map([
  ['n0 a', 0],
  ['n1 b', 1],
  ['n2 c', 2],
]);
const came = new Set([0, 1]);

test('a channel that shows all that came, once, is as it should be', () => {
  expect(heldToPlan(4, { texts: ['n1 b', 'n0 a'], whole: true }, numbers, came)).toEqual({
    peer: 4,
    repeated: 0,
    lacking: 0,
    strange: 0,
  });
});

test('what is shown twice is seen, though it was told only once', () => {
  expect(
    heldToPlan(4, { texts: ['n0 a', 'n1 b', 'n0 a', 'n0 a'], whole: true }, numbers, came).repeated,
  ).toBe(2);
});

test('what came and is gone again, and what nobody wrote, is seen', () => {
  expect(heldToPlan(4, { texts: ['n0 a', 'n9 x'], whole: true }, numbers, came)).toMatchObject({
    lacking: 1,
    strange: 1,
  });
});

test('where older ones are not shown, what is not there is not missed', () => {
  const shown = heldToPlan(4, { texts: ['n0 a'], whole: false }, numbers, came);
  expect(shown.lacking).toBe(0);
});
