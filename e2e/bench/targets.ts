/**
 * What is measured and aimed at, by id: one table for all that measure. Ids, units and targets are those of the project's measures;
 * an id without a target is reported, and judged by nobody.
 */
import type { Measure } from './measure.ts';

export type Target = NonNullable<Measure['target']>;

interface Aim {
  readonly unit: string;
  /** What it is, in half a line. */
  readonly about: string;
  /** Whatever the size that an id has behind its `@`. */
  readonly target?: Target;
  /** At these sizes alone. */
  readonly at?: Readonly<Record<number, Target>>;
}

const atMost = (value: number): Target => ({ op: '<=', value });
const atLeast = (value: number): Target => ({ op: '>=', value });

const AIMS: Readonly<Record<string, Aim>> = {
  R1: {
    unit: 'server B a delivery',
    about: 'server bytes of a delivery when all links are direct, heartbeats apart',
    target: atMost(0),
  },
  R2: {
    unit: '÷ the router’s',
    about: 'server bytes of a whole session of so many messages, set-up included, ÷ the router’s',
    at: { 500: atMost(0.1), 10000: atMost(0.01) },
  },
  R3: {
    unit: 'server B',
    about: 'server bytes from a newcomer connecting to their first direct link',
    target: atMost(6_000),
  },
  R3idle: {
    unit: 'server B/s a peer',
    about: 'server bytes a second for each peer who is there and says nothing',
    target: atMost(1),
  },
  relayed: {
    unit: 'B',
    about: 'bytes of a hundred messages that went through the server',
    target: atMost(0),
  },
  wire60: {
    unit: 'B',
    about: 'a message of 60 characters, as handed to one data channel',
    target: atMost(260),
  },
  document60: { unit: 'B', about: 'the same in a saved Automerge document' },
  W1: {
    unit: 'wire B a delivery',
    about: 'wire bytes of a pushed delivery: entries, and what the tree says of them',
    at: { 30: atMost(260) },
  },
  W2: { unit: '', about: 'W1 with 100 peers ÷ W1 with 10', target: atMost(1.15) },
  W3: {
    unit: 'copies too many a delivery',
    about: 'entries that came to who held them, a delivery',
    at: { 30: atMost(0.05) },
  },
  W4: { unit: 'links', about: 'most links that a device held', target: atMost(8) },
  W5: { unit: 'links', about: 'most links of a device over all its spaces', target: atMost(16) },
  A1: {
    unit: '÷ entry bytes',
    about: 'bytes of receipts and presence ÷ those of entries',
    at: { 30: atMost(0.5), 100: atMost(0.5) },
  },
  Q1: {
    unit: 'frames/s a peer',
    about: 'frames that a peer gets a second when nobody writes, heartbeats apart',
    target: atMost(0.5),
  },
  L1: {
    unit: '÷ (bare data channel + a frame)',
    about: 'from Enter to the other page’s DOM ÷ a bare data channel and a frame of the screen',
    target: atMost(1),
  },
  L2: {
    unit: '÷ relayed by the server',
    about: 'the same ÷ the same pages relayed by the server',
    target: atMost(1.1),
  },
  J0: {
    unit: '÷ bare simple-peer over Socket.IO',
    about: 'from topic to open channel ÷ bare simple-peer over bare Socket.IO, p95',
    target: atMost(1.5),
  },
  J1: {
    unit: '÷ over automerge-repo’s server',
    about:
      'from invite link to first message in the DOM ÷ the same page over automerge-repo’s server',
    target: atMost(1.5),
  },
  S1: {
    unit: '÷ bare Socket.IO',
    about: 'server memory for each joined idle peer ÷ that of a bare Socket.IO connection',
    target: atMost(1.2),
  },
  S2: {
    unit: '÷ a room of 10',
    about: 'server bytes of a join in a room of 1,000 ÷ in one of 10',
    target: atMost(1.2),
  },
  S3: {
    unit: '÷ bare Socket.IO connects',
    about: 'joins a core second ÷ bare Socket.IO connects',
    target: atLeast(0.5),
  },
  delay: {
    unit: 'ms',
    about: 'how late the server’s event loop is while all come, p99',
  },
  P1closed_gap_ms: {
    unit: 'ms',
    about: 'longest gap where a link’s channel is closed, or its relay killed, under load',
    target: atMost(1_000),
  },
  P1blackhole_gap_s: {
    unit: 's',
    about: 'longest gap where its path falls silent without a word',
    target: atMost(13),
  },
  P1lost: {
    unit: 'messages',
    about: 'what was lost, repeated or out of order in all of these',
    target: atMost(0),
  },
  T1ratio: {
    unit: '÷ the same with 1,000 messages',
    about: 'a channel of 100,000 opened, from disk to its newest screen ÷ the same with 1,000',
    target: atMost(1.5),
  },
  T1: { unit: 'ms', about: 'a channel of so many messages opened, from disk to its newest screen' },
  T2ratio: {
    unit: '÷ bare Ed25519 verifications of one thread',
    about: 'catching up on 10,000 messages from one peer ÷ bare verifications of one thread',
    target: atLeast(0.6),
  },
  T2: { unit: 'messages/s', about: 'the same in messages a second' },
  T2blocked_ms: {
    unit: 'ms',
    about: 'longest task of the page’s own thread meanwhile',
    target: atMost(50),
  },
  U2: {
    unit: 'MB',
    about: 'memory of a tab in a space of 100,000 messages, engine included',
    target: atMost(200),
  },
  B1: {
    unit: 'kB',
    about: 'JavaScript that the page’s document names, gzip',
    target: atMost(120),
  },
  SEARCH: {
    unit: 'ms',
    about: 'from a key to the newest results among 100,000 messages, p95',
  },
  SEARCHmemory: { unit: 'MB', about: 'what an index of as many takes of memory' },
  delivered: {
    unit: '',
    about:
      'part of the messages that the survivors (up for the last minute) hold, of all that came to any of them',
    target: atLeast(1),
  },
  C2: {
    unit: '',
    about: 'bytes a delivery, repair included, ÷ those of the same run with 100 peers',
    target: atMost(1.1),
  },
  hops: { unit: '', about: 'how many links a pushed message crossed, in the mean' },
  latency: { unit: 'ms', about: 'from writing to holding, median of those who were there' },
  relinked: {
    unit: 's',
    about: 'from a neighbour’s death until there were as many links again, median',
  },
  healed: {
    unit: 's',
    about: 'from the end of the partition until everybody had what was written before',
  },
  server: {
    unit: 'B/s a peer',
    about: 'bytes a second and peer through the signaling server, coming and going included',
  },
};

function aimOf(id: string): { readonly aim: Aim; readonly size: string | undefined } {
  const [base = id, size] = id.split('@');
  const aim = AIMS[base];
  if (aim === undefined) throw new Error(`No unit is known for the measure ${id}.`);
  return { aim, size };
}

export function aboutOf(id: string): string {
  return aimOf(id).aim.about;
}

/** @throws Error for an id that the table lacks */
export function targetOf(id: string): Target | undefined {
  const { aim, size } = aimOf(id);
  return aim.target ?? (size === undefined ? undefined : aim.at?.[Number(size)]);
}

/**
 * A measure with its unit, and its target where it has one.
 * @param conditions false where it was not measured as its target wants it: then there is none
 * @throws Error for an id that the table lacks
 */
export function measured(
  id: string,
  value: number,
  beside: Pick<Measure, 'compared' | 'detail'> = {},
  conditions = true,
): Measure {
  const target = conditions ? targetOf(id) : undefined;
  return { value, unit: aimOf(id).aim.unit, ...(target && { target }), ...beside };
}
