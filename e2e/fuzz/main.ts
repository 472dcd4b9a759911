/** `npm run fuzz`: hostile input of every kind against the real code. Fails where anything crashes, hangs or comes into view unbidden. */
import { parseArgs } from 'node:util';
import { type Measures, report, table, writeReport } from '../bench/measure.ts';
import { families, fuzz } from './fuzz.ts';
import type { Tally } from './tally.ts';

const USAGE = `Usage: npm run fuzz -- [--cases 100000] [--seed N] [--family NAME] [--json FILE]

  --cases N      generated cases in all, 100 to 10,000,000
  --seed N       decides them; a run that fails says which seed shows it
  --family NAME  only families whose name holds this: ${families.map(({ name }) => name).join('; ')}
  --json FILE    the figures

Exit: 0 nothing went wrong, 1 something did, 2 wrong call.`;

function wrongCall(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({
      options: {
        cases: { type: 'string', default: '100000' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
        family: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return wrongCall(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  return wrongCall(`--${name} is a whole number from ${least} to ${most}, not "${text}".`);
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(28) : String(cell).padStart(13)))
    .join('');
}

function summary(tallies: readonly Tally[]): string {
  const head = row(['family', 'cases', 'crashes', 'hangs', 'unauthorised', 'links dropped']);
  const rows = tallies.map((tally) => {
    const dropped = [...tally.dropped.values()].reduce((sum, n) => sum + n, 0);
    const wrong = (['crash', 'hang', 'unauthorised'] as const).map((kind) => tally.count(kind));
    return row([tally.family, tally.cases, ...wrong, dropped]);
  });
  const reasons = tallies.flatMap(({ family, dropped }) =>
    [...dropped]
      .sort(([, a], [, b]) => b - a)
      .slice(0, 8)
      .map(([reason, n]) => `  ${family}: ${n} × ${reason}`),
  );
  return [head, ...rows, '', 'Links dropped, the commonest reasons:', ...reasons].join('\n');
}

const values = given();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const options = {
  cases: whole('cases', values.cases, 100, 10_000_000),
  seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
  ...(values.family !== undefined && { only: values.family }),
};
if (values.family !== undefined && !families.some(({ name }) => name.includes(values.family ?? '')))
  wrongCall(`There is no family "${values.family}".`);
const call = `npm run fuzz -- --cases ${options.cases} --seed ${options.seed}${options.only === undefined ? '' : ` --family "${options.only}"`}`;
console.error(`Running ${call}`);
const begun = performance.now();
const tallies = await fuzz({ ...options, log: (line) => console.error(line) });
const failures = tallies.flatMap((tally) => tally.failures);
const cases = tallies.reduce((sum, tally) => sum + tally.cases, 0);
const measures: Measures = {
  F1: {
    value: failures.length,
    unit: `crashes, hangs and unauthorised changes in ${cases} cases`,
    target: { op: '<=', value: 0 },
    compared: { cases, seconds: (performance.now() - begun) / 1000 },
    detail: tallies.map((tally) => ({
      family: tally.family,
      cases: tally.cases,
      crashes: tally.count('crash'),
      hangs: tally.count('hang'),
      unauthorised: tally.count('unauthorised'),
      dropped: Object.fromEntries(tally.dropped),
    })),
  },
};
console.log(`${summary(tallies)}\n\n${table(measures)}`);
if (values.json !== undefined) writeReport(values.json, report('npm run fuzz', options, measures));
for (const { wrong, family, case: number, what } of failures.slice(0, 20))
  console.error(`\n${wrong} in “${family}”, about case ${number}: ${what}`);
if (failures.length > 0) console.error(`\nTo see it again: ${call}`);
// Engines and sockets that were attacked may have left something open.
process.exit(failures.length > 0 ? 1 : 0);
