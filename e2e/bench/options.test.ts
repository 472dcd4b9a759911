import { expect, test } from 'vitest';
import { BENCHES } from './benches.ts';
import { BENCH, parseOptions } from './options.ts';

function chosen(...args: readonly string[]): readonly string[] {
  const call = parseOptions(args);
  if (call.is !== 'asked') throw new Error(`That is ${call.is}.`);
  return call.asked.benches.flatMap(({ gives }) => Object.keys(gives));
}

test('without ids all is measured but what takes long or the whole machine', () => {
  expect(chosen()).toEqual(
    BENCHES.filter(({ onlyAsked }) => !onlyAsked).flatMap(({ gives }) => Object.keys(gives)),
  );
  expect(chosen()).not.toContain('W2');
});

test('an id stands for all its sizes, and the large ones are measured only where they are named in full', () => {
  expect(chosen('W1')).toEqual(expect.arrayContaining(['W1@10', 'W1@30']));
  expect(chosen('W1')).not.toContain('W1@100');
  expect(chosen('W1@100')).toContain('W2');
  expect(chosen('P1', 'B1')).toEqual(expect.arrayContaining(['B1', 'P1lost']));
});

test('what there is not is refused', () => {
  expect(parseOptions(['W9', 'B1'])).toEqual({
    is: 'wrong',
    problem: 'There is no measure W9 here.',
  });
});

test('the help has every id in a line of its own', () => {
  for (const { gives } of BENCHES)
    for (const [id, what] of Object.entries(gives))
      expect(BENCH.usage).toMatch(new RegExp(`\\n +${id} +${what.slice(0, 10)}`));
});
