import { expect, test } from 'vitest';
import { BENCHES, brokenPromises } from './benches.ts';
import { onlyFinite } from './measure.ts';
import { BENCH, parseOptions } from './options.ts';
import { aboutOf, measured } from './targets.ts';

function chosen(...args: readonly string[]): readonly string[] {
  const call = parseOptions(args);
  if (call.is !== 'asked') throw new Error(`That is ${call.is}.`);
  return call.asked.benches.flatMap(({ gives }) => gives);
}

test('without ids all is measured but what takes long or the whole machine', () => {
  expect(chosen()).toEqual(
    BENCHES.filter(({ onlyAsked }) => !onlyAsked).flatMap(({ gives }) => gives),
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

test('the help has every id in a line of its own, with what it is', () => {
  for (const { gives } of BENCHES)
    for (const id of gives)
      expect(BENCH.usage).toMatch(new RegExp(`\\n +${id} +${aboutOf(id).slice(0, 10)}`));
});

test('no figure is given under an id that another bench gives, but for the rooms of 10 of W1 and W2', () => {
  const ids = BENCHES.flatMap(({ gives }) => gives);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  expect(twice.every((id) => id.endsWith('@10'))).toBe(true);
});

test('a bench that gives something else than it announced is found out', () => {
  const bench = { gives: ['R3', 'relayed'], takesS: 1, run: async () => ({}) };
  const measures = { R3: measured('R3', 5_000), relayed: measured('relayed', Number.NaN) };
  expect(brokenPromises(bench, measures)).toEqual([]);
  expect(brokenPromises(bench, onlyFinite({ ...measures, B1: measured('B1', 30) }))).toEqual([
    'relayed could not be measured.',
    'B1 came without being announced.',
  ]);
});
