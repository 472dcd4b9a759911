/**
 * `npm run sim [-- options]`: the real mesh core with thousands of simulated peers on a virtual clock. Fails where a property
 * does not hold, and says which run shows it.
 */
import { writeFileSync } from 'node:fs';
import { askedOf } from '@snug/client/headless/command-line.ts';
import { aboutMissed, report, table, writeReport } from '../bench/measure.ts';
import { meaningsOf } from './meanings.ts';
import { measuresOf } from './measures.ts';
import { commandLine, parseOptions } from './options.ts';
import { picture } from './picture.ts';
import { type Outcome, Simulation } from './simulation.ts';
import { SIM } from './usage.ts';
import { failures } from './verdict.ts';

function details({ figures, events, server }: Outcome, seconds: number): string {
  const { bytes, frames } = figures;
  const rows = (['entries', 'tree', 'repair', 'control'] as const).map(
    (name) => `  ${name.padEnd(8)} ${bytes[name]} B in ${frames[name]} frames`,
  );
  return [
    ...rows,
    `  deliveries: ${figures.deliveries.push} pushed, ${figures.deliveries.repair} by repair; ${figures.duplicates} copies too many`,
    `  ${server.signals} signals by the server; ${events} events in ${seconds.toFixed(1)} s`,
  ].join('\n');
}

const asked = askedOf(parseOptions(process.argv.slice(2)), SIM);
const { options, json, svg, report: withDetails } = asked;
console.error(`Running ${commandLine(options)}`);
const begun = performance.now();
const outcome = new Simulation(options).run();
const seconds = (performance.now() - begun) / 1000;
const [space] = outcome.peers[0]?.memberships ?? [];
if (svg !== undefined && space) writeFileSync(svg, picture(outcome.peers, space.space.id));
const measures = measuresOf(options, outcome, (what) => console.error(`Running ${what}…`));
console.log(`${table(measures)}\n\n${meaningsOf(measures)}`);
if (withDetails) console.log(details(outcome, seconds));
if (json !== undefined) {
  const { delivered } = measures;
  // JSON has no infinity.
  const onPaper = { ...options, ...(Number.isFinite(options.writers) ? {} : { writers: 'all' }) };
  writeReport(json, {
    ...Object(report('npm run sim', onPaper, measures)),
    delivered: delivered?.value ?? 0,
  });
}
const wrong = failures(options, outcome);
const missed = aboutMissed(measures, 'what is not delivered, and a link too many');
if (wrong.length === 0 && missed !== undefined) console.log(`\n${missed}`);
if (wrong.length > 0) {
  console.error(`\nThis does not hold:\n${wrong.join('\n')}`);
  process.exitCode = 1;
}
