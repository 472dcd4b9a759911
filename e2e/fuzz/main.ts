/** `npm run fuzz`: hostile input of every kind against the real code. Fails where anything crashes, hangs or comes into view unbidden. */
import { askedOf } from '@snug/client/headless/command-line.ts';
import { type Measures, report, table, writeReport } from '../bench/measure.ts';
import { fuzz } from './fuzz.ts';
import { commandLine, FUZZ, parseOptions } from './options.ts';
import type { Tally } from './tally.ts';

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

const asked = askedOf(parseOptions(process.argv.slice(2), Math.floor(Math.random() * 1e9)), FUZZ);
const { json, only, ...plain } = asked;
const options = { ...plain, ...(only === undefined ? {} : { only }) };
const call = commandLine(asked);
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
if (json !== undefined) writeReport(json, report('npm run fuzz', options, measures));
for (const { wrong, family, case: number, what } of failures.slice(0, 20))
  console.error(`\n${wrong} in “${family}”, about case ${number}: ${what}`);
if (failures.length > 0) console.error(`\nTo see it again: ${call}`);
// Engines and sockets that were attacked may have left something open.
process.exit(failures.length > 0 ? 1 : 0);
