/** `npm run bench [-- ID…] [--json FILE]`: figures, each beside what it is compared with. It reports and fails nothing. */
import { askedOf } from '@snug/client/headless/command-line.ts';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { brokenPromises } from './benches.ts';
import { aboutMissed, type Measures, onlyFinite, report, table, writeReport } from './measure.ts';
import { BENCH, inWords, parseOptions } from './options.ts';

const { ids, benches, json } = askedOf(parseOptions(process.argv.slice(2)), BENCH);

let measures: Measures = {};
let failed = false;
for (const bench of benches) {
  const named = bench.gives.join(', ');
  console.error(`Measuring ${named} (about ${inWords(bench.takesS)})…`);
  const begun = performance.now();
  try {
    const given = onlyFinite(await bench.run());
    measures = { ...measures, ...given };
    console.error(`  done in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    for (const sentence of brokenPromises(bench, given)) {
      failed = true;
      console.error(sentence);
    }
  } catch (error) {
    // What else was measured is not lost over it.
    failed = true;
    console.error(`${named} could not be measured:`, error);
  }
}
console.log(table(measures));
const missed = aboutMissed(measures, 'what could not be measured');
if (missed !== undefined) console.log(missed);
if (json !== undefined) writeReport(json, report('npm run bench', { ids }, measures));
cleanUpNodeWebrtc();
process.exit(failed ? 1 : 0);
