/**
 * S1, S2, S3: what a joined peer costs the server in memory, bytes and processor time, beside a bare Socket.IO server that takes
 * the same connections from the same clients. Each server and the clients have processes of their own.
 */
import type { Measures } from './measure.ts';
import { HostProcess } from './server-scale/host-process.ts';
import { bytesOfJoins } from './server-scale/join-bytes.ts';
import { type Cost, rooms, Side } from './server-scale/side.ts';
import { median, spread } from './server-scale/spread.ts';
import { measured } from './targets.ts';

const WARM_UP = 1_000;
const PEERS = 3_000;
const ROOM = 50;
const ROUNDS = 3;
/** The two servers take turns, so that both have the same of a machine that others use too. */
const TURNS = 10;
const AT_ONCE = 32;

interface Round {
  readonly ours: Cost;
  readonly bare: Cost;
}

async function round(): Promise<Round> {
  const bare = await Side.start('bare', rooms(WARM_UP, ROOM), AT_ONCE);
  const ours = await Side.start('ours', rooms(WARM_UP, ROOM), AT_ONCE);
  for (let turn = 0; turn < TURNS; turn++)
    for (const side of [bare, ours]) await side.come(rooms(PEERS / TURNS, ROOM), AT_ONCE);
  const costs = { bare: await bare.cost(), ours: await ours.cost() };
  await bare.end();
  await ours.end();
  return costs;
}

/** S1 and S3, of the same connections. */
export async function serverCosts(): Promise<Measures> {
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round());
  const middle = (kind: keyof Round, what: keyof Cost) => median(rounds.map((r) => r[kind][what]));
  const ratios = (what: keyof Cost) => rounds.map(({ ours, bare }) => ours[what] / bare[what]);
  const [resident, heap] = [ratios('residentBytes'), ratios('heapBytes')];
  // Whichever is worse for us.
  const memory = median(heap) > median(resident) ? heap : resident;
  const speed = ratios('cpuMs').map((ratio) => 1 / ratio);
  const what =
    `${PEERS} peers in rooms of ${ROOM} after ${WARM_UP} others, ${ROUNDS} rounds, each server in a fresh process; ` +
    'ours: connect, authenticate with a signature and join by the way, as the app does; bare: connect';
  return {
    S1: measured('S1', median(memory), {
      compared: {
        ...spread(memory),
        'resident ÷ bare': median(resident),
        'heap ÷ bare': median(heap),
        'resident, B a peer': middle('ours', 'residentBytes'),
        'bare, resident': middle('bare', 'residentBytes'),
        'heap, B a peer': middle('ours', 'heapBytes'),
        'bare, heap': middle('bare', 'heapBytes'),
      },
      detail: {
        what,
        memory:
          'after a full collection that gives free pages back, with a young generation of one size in both servers; the greater of two ratios: of the resident set, and of the heap in use with what is held outside for it',
        rounds,
      },
    }),
    S3: measured('S3', median(speed), {
      compared: {
        ...spread(speed),
        'joins a core second': 1000 / middle('ours', 'cpuMs'),
        'bare connects': 1000 / middle('bare', 'cpuMs'),
      },
      detail: { what, time: 'user and system time of the server process, all threads', rounds },
    }),
  };
}

/** S2. */
export async function joinTraffic(): Promise<Measures> {
  const host = await HostProcess.start('ours');
  const small = await bytesOfJoins(host, 10);
  const large = await bytesOfJoins(host, 1_000);
  await host.end();
  return {
    S2: measured('S2', median(large) / median(small), {
      compared: {
        'room of 10, B': median(small),
        'room of 1,000, B': median(large),
        'most in the large one, B': spread(large).most,
      },
      detail: {
        what: 'the request to join and its answer, in and out at the sockets of the whole server',
        small,
        large,
      },
    }),
  };
}
