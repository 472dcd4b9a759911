import { expect, test } from 'vitest';
import { keeping } from './keeping.ts';

function counted(most: number) {
  const made: string[] = [];
  const ask = keeping(most, (key: string) => {
    made.push(key);
    if (key === 'bad') throw new RangeError('bad');
    return `of ${key}`;
  });
  return { made, ask };
}

test('what was asked before is answered without working it out again', () => {
  const { made, ask } = counted(2);
  expect([ask('a'), ask('b'), ask('a'), ask('b')]).toEqual(['of a', 'of b', 'of a', 'of b']);
  expect(made).toEqual(['a', 'b']);
});

test('no more results are kept than were said, and the answers are the same', () => {
  const { made, ask } = counted(2);
  for (const key of ['a', 'b', 'c', 'a']) expect(ask(key)).toBe(`of ${key}`);
  expect(made).toEqual(['a', 'b', 'c', 'a']);
});

test('what cannot be answered is thrown each time, and takes no place', () => {
  const { made, ask } = counted(1);
  ask('a');
  expect(() => ask('bad')).toThrow(RangeError);
  expect(() => ask('bad')).toThrow(RangeError);
  ask('a');
  expect(made).toEqual(['a', 'bad', 'bad']);
});
