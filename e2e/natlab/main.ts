/**
 * `npm run natlab [-- --pairs cone-cone,… | --only WORD,… | --smoke] [--json FILE]`: real browsers behind real NATs. It
 * reports and fails nothing; where it cannot run it says why. Nothing of it remains when it ends, however it ends.
 */
import { parseArgs } from 'node:util';
import { report, table, writeReport } from '../bench/measure.ts';
import { measuresOf, rowOf, tableOf } from './figures.ts';
import { Laboratory, type Outcome, whyNoNetwork } from './laboratory.ts';
import { secondsSince } from './patience.ts';
import { FURTHER, PAIRS, type Scenario, SMOKE } from './scenarios.ts';
import { findTools } from './tools.ts';

/** Scenarios that have not begun by then are left out, and said to be, s. */
const RUN_S = 480;

function stop(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}

function options() {
  try {
    return parseArgs({
      options: {
        pairs: { type: 'string' },
        only: { type: 'string' },
        smoke: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return stop(2, error instanceof Error ? error.message : String(error));
  }
}

const words = (list: string) => list.split(',').map((word) => word.trim());

function wanted({ pairs, only, smoke }: ReturnType<typeof options>): readonly Scenario[] {
  const all = [...PAIRS, ...FURTHER];
  if (smoke) return PAIRS.filter(({ name }) => SMOKE.includes(name));
  if (only !== undefined)
    return all.filter(({ name }) => words(only).some((word) => name.includes(word)));
  if (pairs === undefined) return all;
  const asked = words(pairs);
  const strange = asked.filter((word) => !PAIRS.some(({ name }) => name === word));
  if (strange.length === 0) return PAIRS.filter(({ name }) => asked.includes(name));
  const known = PAIRS.map(({ name }) => name).join(', ');
  return stop(2, `There is no pair ${strange.join(', ')}. There are ${known}.`);
}

const given = options();
const scenarios = wanted(given);
if (scenarios.length === 0) stop(2, `No scenario has ${given.only} in its name.`);
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
  if (given.json === undefined) return;
  const { json: _, ...asked } = given;
  const pairs = rows.filter((row) => row.punchable !== undefined);
  const content = report('npm run natlab', asked, measures);
  const skipped = why === undefined ? {} : { skipped: why };
  writeReport(given.json, Object.assign({}, content, { pairs }, skipped));
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
