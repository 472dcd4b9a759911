/** `npm run chaos`: what everybody shows after everything has gone wrong. Fails when anything is lost, repeated or different. */
import { askedOf } from '@snug/client/headless/command-line.ts';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { aboutMissed, type Measures, report, table, writeReport } from '../bench/measure.ts';
import { runChaos } from './chaos.ts';
import { CHAOS, commandLine, parseOptions } from './options.ts';
import { isGood } from './verdict.ts';

const asked = askedOf(parseOptions(process.argv.slice(2), Date.now() % 1_000_000), CHAOS);
const { peers, minutes, messages, seed, patience, json, quiet } = asked;
const command = commandLine(asked);
console.error(`Running ${command}`);
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
    if (!quiet) console.error(`${at} s  ${line}`);
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
if (json !== undefined)
  writeReport(json, report('npm run chaos', { peers, minutes, messages, seed }, measures));
const good = isGood(verdict);
const missed = aboutMissed(measures, 'what is lost, repeated, different or out of order');
if (good && missed !== undefined) console.log(missed);
if (!good) console.error(`It went wrong. Again with: ${command}`);
cleanUpNodeWebrtc();
process.exit(good ? 0 : 1);
