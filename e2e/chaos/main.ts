/** `npm run chaos`: what everybody shows after everything has gone wrong. Fails when anything is lost, repeated or different. */
import { parseArgs } from 'node:util';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { type Measures, report, table, writeReport } from '../bench/measure.ts';
import { runChaos } from './chaos.ts';
import { isGood } from './verdict.ts';

const USAGE = `Usage: npm run chaos -- [--peers 20] [--minutes 3] [--messages N] [--seed N] [--patience 120] [--json FILE] [--quiet]

  --peers N      devices in one space, 2 to 100
  --minutes N    how long things go wrong; by then the server has been down for 30 s, if there was time
  --messages N   written meanwhile, by all of them, at most 4,500; three a second if not said
  --seed N       decides what goes wrong and when
  --patience N   seconds after the mending until what is not there is lost
  --json FILE    the figures
  --quiet        do not tell what goes wrong

Exit: 0 all is as it should be, 1 it is not, 2 wrong call.`;

function wrongCall(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({
      options: {
        peers: { type: 'string', default: '20' },
        minutes: { type: 'string', default: '3' },
        messages: { type: 'string' },
        seed: { type: 'string' },
        patience: { type: 'string', default: '120' },
        json: { type: 'string' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return wrongCall(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  return wrongCall(`--${name} is a number from ${least} to ${most}, not "${text}".`);
}

const values = given();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const peers = Math.round(numberOf('peers', values.peers, 2, 100));
const minutes = numberOf('minutes', values.minutes, 0.1, 60);
const patience = numberOf('patience', values.patience, 1, 3_600);
const usual = String(Math.min(4_500, Math.round(minutes * 180)));
const messages = Math.round(numberOf('messages', values.messages ?? usual, 1, 4_500));
const seed = Math.round(
  numberOf('seed', values.seed ?? String(Date.now() % 1_000_000), 0, 2 ** 32 - 1),
);
const command = `npm run chaos -- --peers ${peers} --minutes ${minutes} --messages ${messages} --seed ${seed}`;
console.error(command);
process.on('uncaughtException', (error) => {
  console.error(error);
  console.error(`An error ended it. Again with: ${command}`);
  process.exit(1);
});

const begun = performance.now();
const result = await runChaos({
  peers,
  ms: minutes * 60_000,
  messages,
  seed,
  patienceMs: patience * 1000,
  log: (line) => {
    const at = ((performance.now() - begun) / 1000).toFixed(1).padStart(6);
    if (!values.quiet) console.error(`${at} s  ${line}`);
  },
});
const { verdict, healS, happened, problems, frames, lateMs, mostLinks, uncertain } = result;
const wrong =
  verdict.lost + verdict.repeated + verdict.differing + verdict.misordered + verdict.strange;
const measures: Measures = {
  C1: {
    value: wrong,
    unit: 'wrong',
    target: { op: '<=', value: 0 },
    compared: {
      lost: verdict.lost,
      repeated: verdict.repeated,
      'differing views': verdict.differing,
      'out of order': verdict.misordered,
      messages: result.messages,
    },
    detail: {
      verdict,
      happened,
      uncertain,
      problems: problems.slice(0, 50),
      mostLinks,
      frames,
      lateMs,
    },
  },
  C1heal_s: {
    value: healS,
    unit: 's',
    target: { op: '<=', value: 10 },
    compared: { 'timers late by, p99 ms': lateMs.p99 },
  },
};
console.log(table(measures));
console.log(`What went wrong meanwhile: ${JSON.stringify(happened)}; most links ${mostLinks}.`);
console.log(`Frames sent: ${JSON.stringify(frames)}.`);
for (const problem of problems.slice(0, 5)) console.error(`Problem: ${problem}`);
for (const example of verdict.examples) console.error(example);
if (values.json !== undefined)
  writeReport(values.json, report('npm run chaos', { peers, minutes, messages, seed }, measures));
const good = isGood(verdict);
if (!good) console.error(`It went wrong. Again with: ${command}`);
cleanUpNodeWebrtc();
process.exit(good ? 0 : 1);
