/**
 * `npm run natlab`: real browsers behind real NATs. It reports and fails nothing; where it cannot run it says why. Nothing of it
 * remains when it ends, however it ends.
 */
import { askedOf } from '@snug/client/headless/command-line.ts';
import { report, table, writeReport } from '../bench/measure.ts';
import { measuresOf, rowOf, tableOf } from './figures.ts';
import { Laboratory, type Outcome, whyNoNetwork } from './laboratory.ts';
import { NATLAB, parseOptions, RUN_S } from './options.ts';
import { secondsSince } from './patience.ts';
import { findTools } from './tools.ts';

const { scenarios, json, given } = askedOf(parseOptions(process.argv.slice(2)), NATLAB);
const found = findTools(
  (line) => console.error(line),
  scenarios.some(({ settings }) => settings === 'turn'),
);

const why = found.ok ? whyNoNetwork() : found.reason;

async function carryOutAll(laboratory: Laboratory): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const from = performance.now();
  for (const scenario of scenarios) {
    const outcome: Outcome =
      secondsSince(from) > RUN_S
        ? { scenario, trouble: `There was no time left after ${RUN_S} s.`, tookS: 0 }
        : await laboratory.carryOut(scenario);
    outcomes.push(outcome);
    const how = outcome.talk?.path ?? outcome.trouble;
    console.error(`${scenario.name}: ${how} (${outcome.tookS.toFixed(0)} s)`);
  }
  return outcomes;
}

function write(outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(rowOf);
  const measures = why === undefined ? measuresOf(outcomes) : {};
  if (why === undefined) console.log(`${tableOf(rows)}\n\n${table(measures)}`);
  else console.log(`skipped: NAT laboratory: ${why}`);
  if (json === undefined) return;
  const pairs = rows.filter((row) => row.punchable !== undefined);
  const content = report('npm run natlab', given, measures);
  const skipped = why === undefined ? {} : { skipped: why };
  writeReport(json, Object.assign({}, content, { pairs }, skipped));
}

if (found.ok && why === undefined) {
  const laboratory = new Laboratory(found.tools);
  process.on('exit', () => laboratory.close());
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.on(signal, () => process.exit(code));
  // Whoever still waits for a browser that was ended with its scenario: told, and no reason to end the others.
  process.on('unhandledRejection', (error) => console.error(String(error)));
  write(await carryOutAll(laboratory));
} else write([]);
process.exit(0);
