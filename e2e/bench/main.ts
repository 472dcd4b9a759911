/** `npm run bench [-- ID…] [--json FILE]`: figures, each beside what it is compared with. It reports and fails nothing. */
import { parseArgs } from 'node:util';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { firstContact } from './first-contact.ts';
import { firstLink } from './first-link.ts';
import { firstMessage } from './first-message.ts';
import { latency } from './latency.ts';
import { type Measures, report, table, writeReport } from './measure.ts';
import { messageBytes } from './message-bytes.ts';
import { oneTopic } from './one-topic.ts';
import { pageWeight } from './page-weight.ts';
import { pathSwitch } from './path-switch.ts';
import { roomTraffic } from './room-traffic.ts';
import { joinTraffic, serverCosts } from './server-scale.ts';

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
  { ids: ['L1', 'L2'], run: latency },
  { ids: ['J0'], run: firstContact },
  { ids: ['J1'], run: firstMessage },
  { ids: ['S1', 'S3'], run: serverCosts },
  { ids: ['S2'], run: joinTraffic },
  {
    ids: ['S1@5000', 'S2@5000', 'S3@5000', 'delay@5000'],
    run: oneTopic,
    onlyAsked: true,
  },
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
let failed = false;
for (const { ids, run } of BENCHES.filter(wanted)) {
  console.error(`Measuring ${ids.join(', ')}…`);
  try {
    measures = { ...measures, ...(await run()) };
  } catch (error) {
    // What else was measured is not lost over it.
    failed = true;
    console.error(`${ids.join(', ')} could not be measured:`, error);
  }
}
console.log(table(measures));
if (values.json !== undefined)
  writeReport(values.json, report('npm run bench', { ids: positionals }, measures));
cleanUpNodeWebrtc();
process.exit(failed ? 1 : 0);
