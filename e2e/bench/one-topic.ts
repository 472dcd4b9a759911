/** S1, S2, S3 and the server's delay with one topic of 5,000: everybody comes at once, asks for another sample, and goes at once. */
import type { Measures } from './measure.ts';
import { newTopic } from './new-topic.ts';
import type { Took } from './server-scale/crowd-process.ts';
import type { HostKind, Reading } from './server-scale/host-process.ts';
import { bytesOfJoins, bytesOfVisits } from './server-scale/join-bytes.ts';
import { type Cost, Side } from './server-scale/side.ts';
import { median } from './server-scale/spread.ts';
import { measured } from './targets.ts';

const PEERS = 5_000;
const WARM_UP = 500;
const AT_ONCE = 500;

interface Phase {
  readonly cpuMsEach: number;
  readonly delayP99Ms: number;
  readonly delayLongestMs: number;
  readonly busiestMs: number;
  /** As those who asked saw it; the machine's time is theirs too. */
  readonly took: Took;
}

/** What the server does meanwhile. */
async function phase(side: Side, run: () => Promise<Took>, each: number): Promise<Phase> {
  await side.host.watchDelay();
  const before = await side.host.reading();
  const took = await run();
  const after = await side.host.reading();
  return {
    cpuMsEach: (after.cpuMs - before.cpuMs) / each,
    delayP99Ms: after.delayP99Ms,
    delayLongestMs: after.delayLongestMs,
    busiestMs: after.busiestMs,
    took,
  };
}

interface Storm<Seen> {
  readonly cost: Cost;
  readonly coming: Phase;
  readonly going: Phase;
  readonly full: Reading;
  /** When everybody has gone again. */
  readonly empty: Reading;
  readonly seen: Seen;
}

/** @param look what else there is to see while everybody is here */
async function storm<Seen>(
  kind: HostKind,
  topic: string,
  look: (side: Side) => Promise<Seen>,
): Promise<Storm<Seen>> {
  const first = Array.from({ length: WARM_UP }, () => topic);
  const side = await Side.start(kind, first, AT_ONCE);
  const topics = Array.from({ length: PEERS - WARM_UP }, () => topic);
  const coming = await phase(side, () => side.come(topics, AT_ONCE), topics.length);
  const cost = await side.cost();
  const full = await side.host.reading(true);
  const seen = await look(side);
  const close = () => side.crowd.ask({ ask: 'close', atOnce: PEERS });
  const going = await phase(side, close, PEERS);
  const empty = await side.host.reading(true);
  await side.end();
  return { cost, coming, going, full, empty, seen };
}

export async function oneTopic(): Promise<Measures> {
  const topic = newTopic();
  const bare = await storm('bare', topic, async () => undefined);
  const ours = await storm('ours', topic, async (side) => ({
    sampling: await phase(side, () => side.crowd.ask({ ask: 'sample', atOnce: AT_ONCE }), PEERS),
    small: await bytesOfJoins(side.host, 10),
    large: await bytesOfVisits(side.host, topic),
  }));
  const { sampling, small, large } = ours.seen;
  const what = `${PEERS} peers in one topic, ${AT_ONCE} at once; the first ${WARM_UP} are not counted`;
  return {
    [`S1@${PEERS}`]: measured(
      `S1@${PEERS}`,
      Math.max(
        ours.cost.residentBytes / bare.cost.residentBytes,
        ours.cost.heapBytes / bare.cost.heapBytes,
      ),
      {
        compared: {
          'resident, B a peer': ours.cost.residentBytes,
          'bare, resident': bare.cost.residentBytes,
          'heap, B a peer': ours.cost.heapBytes,
          'bare, heap': bare.cost.heapBytes,
          'whole server, MB': ours.full.residentBytes / 1e6,
          'bare, MB': bare.full.residentBytes / 1e6,
          'heap in use when all are here, MB': ours.full.heapBytes / 1e6,
          'when all have gone, MB': ours.empty.heapBytes / 1e6,
        },
        detail: { what, ours, bare },
      },
    ),
    [`S2@${PEERS}`]: measured(`S2@${PEERS}`, median(large) / median(small), {
      compared: { 'room of 10, B': median(small), 'this one, B': median(large) },
    }),
    [`S3@${PEERS}`]: measured(`S3@${PEERS}`, bare.cost.cpuMs / ours.cost.cpuMs, {
      compared: {
        'joins a core second': 1000 / ours.cost.cpuMs,
        'bare connects': 1000 / bare.cost.cpuMs,
        'samples a core second': 1000 / sampling.cpuMsEach,
        'leaving, a core second': 1000 / ours.going.cpuMsEach,
        'bare, leaving': 1000 / bare.going.cpuMsEach,
      },
    }),
    [`delay@${PEERS}`]: measured(`delay@${PEERS}`, ours.coming.delayP99Ms, {
      compared: {
        longest: ours.coming.delayLongestMs,
        'bare, p99': bare.coming.delayP99Ms,
        'bare, longest': bare.coming.delayLongestMs,
        'while all ask for samples': sampling.delayP99Ms,
        'while all go': ours.going.delayLongestMs,
        'bare, while all go': bare.going.delayLongestMs,
        'of it processor time': ours.going.busiestMs,
        'bare, of it processor time': bare.going.busiestMs,
      },
      detail: { what, sampling },
    }),
  };
}
