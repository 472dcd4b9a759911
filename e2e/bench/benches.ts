/** What `npm run bench` measures: ids and what each means, how long it takes, and who does it. */
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
  /** What it gives, by id, each in a line for the help. */
  readonly gives: Readonly<Record<string, string>>;
  /** Seconds, about, on two cores. */
  readonly takesS: number;
  /** Takes long, or a machine that does nothing else: only where one of its ids is asked for in full. */
  readonly onlyAsked?: true;
  readonly run: () => Promise<Measures>;
}

/** What a room of each size gives. */
function room(size: number): Bench['gives'] {
  return {
    [`W1@${size}`]: `wire bytes a delivery in a room of ${size}, one message a second`,
    [`W3@${size}`]: 'deliveries that came twice there',
    [`A1@${size}`]: 'bytes of receipts and presence ÷ those of entries there',
    [`W4@${size}`]: 'most links that a device held there',
  };
}

export const BENCHES: readonly Bench[] = [
  {
    gives: { B1: 'JavaScript that the page’s document names, gzip' },
    takesS: 1,
    run: pageWeight,
  },
  {
    gives: {
      R3: 'server bytes from a newcomer connecting to their first direct link',
      relayed: 'bytes of a hundred messages that went through the server',
    },
    takesS: 3,
    run: firstLink,
  },
  {
    gives: {
      wire60: 'a message of 60 characters, as handed to one data channel',
      document60: 'the same in a saved Automerge document',
    },
    takesS: 10,
    run: messageBytes,
  },
  {
    gives: {
      Q1: 'frames a second and peer when nobody writes, heartbeats apart, in a room of 30',
      'Q1@10': 'the same in a room of 10',
      ...room(10),
      ...room(30),
    },
    takesS: 300,
    run: () => roomTraffic(10, 30),
  },
  {
    gives: { W2: 'W1 with 100 peers ÷ W1 with 10', ...room(100) },
    takesS: 360,
    onlyAsked: true,
    run: () => roomTraffic(10, 100),
  },
  {
    gives: {
      P1: 'a link under load whose path goes, all of these:',
      P1closed_gap_ms:
        'longest gap where a link’s channel is closed, or its relay killed, under load',
      P1blackhole_gap_s: 'longest gap where its path falls silent without a word',
      P1lost: 'what was lost, repeated or out of order in all three',
    },
    takesS: 40,
    run: pathSwitch,
  },
  {
    gives: {
      SEARCH: 'from a key to the newest results among 100,000 messages, p95',
      SEARCHmemory: 'what an index of as many takes of memory',
    },
    takesS: 20,
    run: search,
  },
  {
    gives: {
      L1: 'from Enter to the other page’s DOM ÷ a bare data channel and a frame of the screen',
      L2: 'the same ÷ the same pages relayed by the server',
    },
    takesS: 60,
    run: latency,
  },
  {
    gives: { J0: 'from topic to open channel ÷ bare simple-peer over bare Socket.IO, p95' },
    takesS: 60,
    run: firstContact,
  },
  {
    gives: {
      J1: 'from invite link to first message in the DOM ÷ the same page over automerge-repo’s server',
    },
    takesS: 60,
    run: firstMessage,
  },
  {
    gives: {
      T1ratio: 'a channel of 100,000 opened, from disk to its newest screen ÷ the same with 1,000',
      'T1@1000': 'the same with 1,000 messages, in ms',
      'T1@10000': 'with 10,000',
      'T1@100000': 'with 100,000',
      T2ratio: 'catching up on 10,000 messages from one peer ÷ bare verifications of one thread',
      T2: 'the same in messages a second',
      T2blocked_ms: 'longest task of the page’s own thread meanwhile',
      U2: 'memory of a tab in a space of 100,000 messages, engine included',
    },
    takesS: 300,
    run: timeline,
  },
  {
    gives: {
      S1: 'server memory for each joined idle peer ÷ that of a bare Socket.IO connection',
      S3: 'joins a core second ÷ bare Socket.IO connects',
    },
    takesS: 120,
    run: serverCosts,
  },
  {
    gives: { S2: 'server bytes of a join in a room of 1,000 ÷ in one of 10' },
    takesS: 15,
    run: joinTraffic,
  },
  {
    gives: {
      'S1@5000': 'as S1, with 5,000 in one topic who come at once',
      'S2@5000': 'as S2, there',
      'S3@5000': 'as S3, there',
      'delay@5000': 'how late the server is meanwhile, p99',
    },
    takesS: 120,
    onlyAsked: true,
    run: oneTopic,
  },
];
