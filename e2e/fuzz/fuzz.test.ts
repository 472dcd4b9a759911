import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

/** Small enough for each run of the tests, and the same each time; the command makes many more, of another seed each. */
const SEED = 20_261_124;
const CASES = 4_000;

test('hostile input crashes nothing, hangs nothing, and changes nothing in view', {
  timeout: 240_000,
}, async () => {
  const tallies = await fuzz({ cases: CASES, seed: SEED, withoutLinks: true });
  const failures = tallies.flatMap((tally) => tally.failures);
  expect(failures, `npm run fuzz -- --cases ${CASES} --seed ${SEED}`).toEqual([]);
  expect(tallies.every(({ cases }) => cases > 0)).toBe(true);
  expect(tallies.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThanOrEqual(CASES);
});
