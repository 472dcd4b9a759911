import { expect, test } from 'vitest';
import { nextStop } from './next-stop.ts';

const ids = ['a', 'b', 'c'];

test('the arrow keys lead from one message to the next, Home and End to the first and last', () => {
  expect(nextStop(ids, 'b', 'ArrowUp')).toBe('a');
  expect(nextStop(ids, 'b', 'ArrowDown')).toBe('c');
  expect(nextStop(ids, 'b', 'Home')).toBe('a');
  expect(nextStop(ids, 'b', 'End')).toBe('c');
});

test('no key leads beyond the ends, nor does any other key lead anywhere', () => {
  expect(nextStop(ids, 'a', 'ArrowUp')).toBeUndefined();
  expect(nextStop(ids, 'c', 'ArrowDown')).toBeUndefined();
  expect(nextStop(ids, 'c', 'End')).toBeUndefined();
  expect(nextStop(ids, 'b', 'Enter')).toBeUndefined();
});

test('nothing leads on from a message that is not shown', () => {
  expect(nextStop(ids, undefined, 'Home')).toBeUndefined();
  expect(nextStop(ids, 'gone', 'ArrowDown')).toBeUndefined();
  expect(nextStop([], 'a', 'End')).toBeUndefined();
});
