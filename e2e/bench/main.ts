/** `npm run bench [-- ID…] [--json FILE]`: figures, each beside what it is compared with. It reports and fails nothing. */
import { parseArgs } from 'node:util';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/node-webrtc.ts';
import { firstLink } from './first-link.ts';
import { type Measures, report, table, writeReport } from './measure.ts';
import { messageBytes } from './message-bytes.ts';
import { pageWeight } from './page-weight.ts';

const BENCHES: readonly {
  readonly ids: readonly string[];
  readonly run: () => Promise<Measures>;
}[] = [
  { ids: ['B1'], run: pageWeight },
  { ids: ['R3', 'relayed'], run: firstLink },
  { ids: ['wire60', 'document60'], run: messageBytes },
];

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
});
const known = BENCHES.flatMap(({ ids }) => ids);
const unknown = positionals.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  console.error(`There is no measure ${unknown.join(', ')} here. There are ${known.join(', ')}.`);
  process.exit(2);
}

const wanted = (ids: readonly string[]) =>
  positionals.length === 0 || ids.some((id) => positionals.includes(id));
let measures: Measures = {};
for (const { ids, run } of BENCHES.filter((bench) => wanted(bench.ids))) {
  console.error(`Measuring ${ids.join(', ')}…`);
  measures = { ...measures, ...(await run()) };
}
console.log(table(measures));
if (values.json !== undefined)
  writeReport(values.json, report('npm run bench', { ids: positionals }, measures));
cleanUpNodeWebrtc();
process.exit(0);
