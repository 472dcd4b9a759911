/** `npm run bench [-- ID…] [--json FILE]`: figures, each beside what it is compared with. It reports and fails nothing. */
import { parseArgs } from 'node:util';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { firstLink } from './first-link.ts';
import { type Measures, report, table, writeReport } from './measure.ts';
import { messageBytes } from './message-bytes.ts';
import { pageWeight } from './page-weight.ts';
import { pathSwitch } from './path-switch.ts';
import { roomTraffic } from './room-traffic.ts';

/** What a room of each size gives. */
const idsOf = (...sizes: readonly number[]) =>
  sizes.flatMap((size) => ['W1', 'W3', 'A1', 'W4'].map((id) => `${id}@${size}`));

const BENCHES: readonly {
  readonly ids: readonly string[];
  /** Takes long, or a machine that does nothing else: only where one of its ids is asked for in full. */
  readonly onlyAsked?: true;
  readonly run: () => Promise<Measures>;
}[] = [
  { ids: ['B1'], run: pageWeight },
  { ids: ['R3', 'relayed'], run: firstLink },
  { ids: ['wire60', 'document60'], run: messageBytes },
  { ids: ['Q1', ...idsOf(10, 30)], run: () => roomTraffic(10, 30) },
  { ids: ['W2', ...idsOf(100)], run: () => roomTraffic(10, 100), onlyAsked: true },
  { ids: ['P1', 'P1closed_gap_ms', 'P1blackhole_gap_s', 'P1lost'], run: pathSwitch },
];

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
});
const known = BENCHES.flatMap(({ ids }) => ids);
/** `W1` stands for `W1@30` and whatever other sizes there are. */
const means = (positional: string, id: string) =>
  id === positional || id.startsWith(`${positional}@`);
const unknown = positionals.filter((one) => !known.some((id) => means(one, id)));
if (unknown.length > 0) {
  console.error(`There is no measure ${unknown.join(', ')} here. There are ${known.join(', ')}.`);
  process.exit(2);
}

const wanted = ({ ids, onlyAsked }: (typeof BENCHES)[number]) =>
  onlyAsked
    ? ids.some((id) => positionals.includes(id))
    : positionals.length === 0 || ids.some((id) => positionals.some((one) => means(one, id)));
let measures: Measures = {};
for (const { ids, run } of BENCHES.filter(wanted)) {
  console.error(`Measuring ${ids.join(', ')}…`);
  measures = { ...measures, ...(await run()) };
}
console.log(table(measures));
if (values.json !== undefined)
  writeReport(values.json, report('npm run bench', { ids: positionals }, measures));
cleanUpNodeWebrtc();
process.exit(0);
