import { expect, test } from 'vitest';
import type { Talk } from './conversation.ts';
import { measuresOf, rowOf, tableOf } from './figures.ts';
import type { Outcome } from './laboratory.ts';
import { FURTHER, PAIRS, SMOKE } from './scenarios.ts';

const direct: Talk = {
  path: 'direct',
  firstMessageS: 1.234,
  directS: 1.5,
  relayedBytes: 0,
  relayedWhileTalking: 0,
  said: 11,
  lost: 0,
  repeated: 0,
};
const relayed: Talk = { ...direct, path: 'relayed', firstMessageS: 9, relayedBytes: 8000 };

function outcomes(talkOf: (name: string, punchable: boolean) => Talk): readonly Outcome[] {
  return PAIRS.map((scenario) => ({
    scenario,
    talk: talkOf(scenario.name, scenario.pair?.punchable === true),
    tookS: 1,
  }));
}

const values = (of: readonly Outcome[]) =>
  Object.fromEntries(Object.entries(measuresOf(of)).map(([id, { value }]) => [id, value]));

test('there are ten pairs of four kinds of gateway, of which four can be direct', () => {
  expect(new Set(PAIRS.map(({ name }) => name)).size).toBe(10);
  expect(PAIRS.filter(({ pair }) => pair?.punchable)).toHaveLength(4);
});

test('the short run is of pairs that exist, and no two scenarios have one name', () => {
  const names = [...PAIRS, ...FURTHER].map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(SMOKE));
  expect(new Set(names).size).toBe(names.length);
});

test('N1 counts those that talk, `direct` the punchable that are, `relay_s` is of the slowest that is not', () => {
  const all = outcomes((_, punchable) => (punchable ? direct : relayed));
  expect(values(all)).toEqual({
    ...{ N1: 10, direct: 4, relay_s: 9, lost: 0, repeated: 0, as_expected: 10 },
  });
  expect(measuresOf(all).N1?.target).toEqual({ op: '>=', value: 10 });
});

test('a pair that loses a message does not talk, and one that repeats is not as expected', () => {
  const [first, second] = PAIRS;
  if (!first || !second) throw new Error('There are pairs.');
  const some: readonly Outcome[] = [
    { scenario: first, talk: { ...direct, lost: 1 }, tookS: 1 },
    { scenario: second, talk: { ...direct, repeated: 2 }, tookS: 1 },
  ];
  const counted = { N1: 1, direct: 1, lost: 1, repeated: 2, as_expected: 0 };
  expect(values(some)).toEqual(counted);
});

test('a punchable pair that is relayed counts for N1 and for `relay_s`, not for `direct`', () => {
  const some = outcomes((name) => (name === 'cone-cone' ? relayed : direct));
  expect(values(some)).toMatchObject({ N1: 10, direct: 3, relay_s: 9 });
});

test('what went wrong is told in the row and has no figures', () => {
  const [scenario] = PAIRS;
  if (!scenario) throw new Error('There are pairs.');
  const row = rowOf({ scenario, trouble: 'It was not over after 60 s.', tookS: 60 });
  expect(row).toEqual({
    ...{ scenario: scenario.name, punchable: true, talks: false, asExpected: false },
    trouble: 'It was not over after 60 s.',
  });
  expect(tableOf([row])).toContain('NOT AS EXPECTED; It was not over after 60 s.');
});
