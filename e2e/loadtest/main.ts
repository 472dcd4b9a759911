/** `npm run loadtest`: real peers and a real server through three ways of chatting, every byte accounted for. */
import path from 'node:path';
import { askedOf } from '@snug/client/headless/command-line.ts';
import { aboutMissed, report, table, writeReport as writeJson } from '../bench/measure.ts';
import { commandLine, LOADTEST, parseOptions } from './arguments.ts';
import { loadMeasures } from './load-measures.ts';
import { runLoadtest } from './orchestrator.ts';
import { progressOn } from './progress.ts';
import { writeReport } from './report.ts';
import { terminalTable } from './terminal-table.ts';

const command = askedOf(parseOptions(process.argv.slice(2)), LOADTEST);

const progress = progressOn(process.stderr);
// The processes of the run end when this one does.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => {
    progress.end();
    process.exit(code);
  });

try {
  const { result, wrong } = await runLoadtest(command.options, progress);
  progress.end();
  console.log(`${terminalTable(result)}\n`);
  const measures = loadMeasures(result);
  if (Object.keys(measures).length > 0) console.log(table(measures));
  const missed = aboutMissed(measures, 'what is lost, repeated or does not add up');
  if (wrong.length === 0 && missed !== undefined) console.log(missed);
  if (command.json !== undefined)
    writeJson(command.json, report('npm run loadtest', command.options, measures, result));
  if (command.report !== undefined) {
    await writeReport(command.report, result);
    console.log(`Report: ${path.resolve(command.report)}`);
  }
  for (const sentence of wrong) console.error(sentence);
  if (wrong.length > 0) console.error(`Again with: ${commandLine(command.options)}`);
  process.exit(wrong.length === 0 ? 0 : 1);
} catch (error) {
  progress.end();
  console.error(error instanceof Error ? error.message : error);
  console.error(`Again with: ${commandLine(command.options)}`);
  process.exit(1);
}
