/** What `npm run bench` measures: ids, how long it takes, and who does it. */
import { firstContact } from './first-contact.ts';
import { firstLink } from './first-link.ts';
import { firstMessage } from './first-message.ts';
import { latency } from './latency.ts';
import type { Measures } from './measure.ts';
import { messageBytes } from './message-bytes.ts';
import { oneTopic } from './one-topic.ts';
import { pageWeight } from './page-weight.ts';
import { pathSwitch } from './path-switch.ts';
import { roomTraffic } from './room-traffic.ts';
import { search } from './search.ts';
import { joinTraffic, serverCosts } from './server-scale.ts';
import { timeline } from './timeline.ts';

export interface Bench {
  /** The ids of what it gives, every time. What each is, says the table of targets. */
  readonly gives: readonly string[];
  /** Seconds, about, on two cores. */
  readonly takesS: number;
  /** Takes long, or a machine that does nothing else: only where one of its ids is asked for in full. */
  readonly onlyAsked?: true;
  readonly run: () => Promise<Measures>;
}

/** What a room of each size gives. */
const room = (size: number) => ['W1', 'W3', 'A1', 'Q1', 'W4'].map((id) => `${id}@${size}`);

export const BENCHES: readonly Bench[] = [
  { gives: ['B1'], takesS: 1, run: pageWeight },
  { gives: ['R3', 'relayed'], takesS: 3, run: firstLink },
  { gives: ['wire60', 'document60'], takesS: 10, run: messageBytes },
  { gives: [...room(10), ...room(30)], takesS: 300, run: () => roomTraffic(10, 30) },
  {
    gives: ['W2', ...room(10), ...room(100)],
    takesS: 360,
    onlyAsked: true,
    run: () => roomTraffic(10, 100),
  },
  { gives: ['P1closed_gap_ms', 'P1blackhole_gap_s', 'P1lost'], takesS: 40, run: pathSwitch },
  { gives: ['SEARCH', 'SEARCHmemory'], takesS: 20, run: search },
  { gives: ['L1', 'L2'], takesS: 60, run: latency },
  { gives: ['J0'], takesS: 60, run: firstContact },
  { gives: ['J1'], takesS: 60, run: firstMessage },
  {
    gives: ['T1ratio', 'T1@1000', 'T1@10000', 'T1@100000', 'T2ratio', 'T2', 'T2blocked_ms', 'U2'],
    takesS: 300,
    run: timeline,
  },
  { gives: ['S1', 'S3'], takesS: 120, run: serverCosts },
  { gives: ['S2'], takesS: 15, run: joinTraffic },
  {
    gives: ['S1@5000', 'S2@5000', 'S3@5000', 'delay@5000'],
    takesS: 120,
    onlyAsked: true,
    run: oneTopic,
  },
];

/** Sentences about a bench that gave something else than its entry here says; none where it kept its word. */
export function brokenPromises({ gives }: Bench, measures: Measures): readonly string[] {
  const given = Object.keys(measures);
  return [
    ...gives.filter((id) => !given.includes(id)).map((id) => `${id} could not be measured.`),
    ...given.filter((id) => !gives.includes(id)).map((id) => `${id} came without being announced.`),
  ];
}
