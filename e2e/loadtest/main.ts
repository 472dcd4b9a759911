/** `npm run loadtest`: real peers and a real server through three ways of chatting, every byte accounted for. */
import path from 'node:path';
import { askedOf } from '@snug/client/headless/command-line.ts';
import { aboutMissed, report, table, writeReport as writeJson } from '../bench/measure.ts';
import { commandLine, LOADTEST, parseOptions } from './arguments.ts';
import { loadMeasures } from './load-measures.ts';
import { runLoadtest } from './orchestrator.ts';
import { progressOn } from './progress.ts';
import { writeReport } from './report.ts';
import type { LoadtestResult } from './result.ts';
import { terminalTable } from './terminal-table.ts';

const command = askedOf(parseOptions(process.argv.slice(2)), LOADTEST);

const progress = progressOn(process.stderr);
/** What there is so far. */
let finished: LoadtestResult | undefined;

function show(result: LoadtestResult): void {
  const measures = loadMeasures(result);
  console.log(`${terminalTable(result)}\n`);
  if (Object.keys(measures).length > 0) console.log(table(measures));
  const missed = aboutMissed(measures, 'what is lost, repeated or does not add up');
  if (missed !== undefined) console.log(missed);
}

function keep(result: LoadtestResult): void {
  if (command.json !== undefined)
    writeJson(
      command.json,
      report('npm run loadtest', command.options, loadMeasures(result), result),
    );
  if (command.report !== undefined) {
    writeReport(command.report, result);
    console.log(`Report: ${path.resolve(command.report)}`);
  }
}

// The processes of the run end when this one does.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => {
    progress.end();
    const modes = finished?.modes.map(({ mode }) => mode) ?? [];
    console.error(`Broken off; finished: ${modes.join(', ') || 'nothing'}.`);
    if (finished !== undefined) keep({ ...finished, brokenOff: true });
    process.exit(code);
  });

const result = await runLoadtest(command.options, progress, {
  onMode: (soFar) => {
    finished = soFar;
  },
}).catch((error: unknown) => {
  progress.end();
  console.error(error instanceof Error ? error.message : error);
  console.error(`Again with: ${commandLine(command.options)}`);
  // What was finished before it is not lost over it.
  if (finished !== undefined) keep({ ...finished, brokenOff: true });
  return process.exit(1);
});
progress.end();
show(result);
keep(result);
for (const sentence of result.wrong) console.error(sentence);
if (result.wrong.length > 0) console.error(`Again with: ${commandLine(command.options)}`);
process.exit(result.wrong.length === 0 ? 0 : 1);
