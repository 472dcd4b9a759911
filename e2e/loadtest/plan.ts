/** Who joins when and who writes what when: from the seed, and so the same in every mode and every process. */
import { SeededRandom } from '../sim/seeded-random.ts';
import type { Options } from './options.ts';

export interface PlannedPeer {
  readonly index: number;
  /** From the beginning of the set-up, ms; where they come one by one it is the order that counts. */
  readonly joinsAtMs: number;
  /** Joins when half of the messages have been written. */
  readonly late: boolean;
  /** Whether it may connect directly to others. */
  readonly direct: boolean;
  /** A Chromium page, in the mode that has them. */
  readonly browser: boolean;
}

export interface PlannedMessage {
  /** In the order of writing; those of the warm-up come after the others. */
  readonly number: number;
  /** A peer's index. */
  readonly writer: number;
  /** From the beginning of the writing, ms. */
  readonly atMs: number;
  /** Different from all others: ASCII words, nothing that Markdown would take for a sign. */
  readonly text: string;
}

export interface Plan {
  /** The first founds the room. */
  readonly peers: readonly PlannedPeer[];
  readonly messages: readonly PlannedMessage[];
  /** Written before what is measured, in the mesh alone: by then its tree has shed the edges that it does not need. */
  readonly warmUp: readonly PlannedMessage[];
}

export const WARM_UP = 15;
/** By then whoever was to prune an edge has done so. */
const WARM_UP_EVERY_MS = 200;
/** Mean time between two who come in a stream, ms. */
const STREAM_MS = 300;

/** Lengths as in chats: half of them below `median` bytes, one in fourteen above 200, a few up to some kB. */
const MIXED = { median: 40, spread: 1.1, least: 8, most: 4_000 } as const;

const WORDS =
  'a i we you the to of and in it is that was for on are with they be at one have this from by but not what all were when there can an your which said if do will each about how up out them then she many some so these would other into has more two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know get through back much before go good new write our man too any day same right look think also around another came come work three must because does part even place well such here take why things help put years different away again off went old number great tell men say small every found still between name should home big give air line set own under read last never us left end along while might next sound below saw something thought both few those always looked show large often together asked house world going want'.split(
    ' ',
  );

export function makePlan(options: Options): Plan {
  const peers = plannedPeers(options);
  const random = new SeededRandom(options.seed, 2);
  const present = peers.filter(({ late }) => !late).map(({ index }) => index);
  const writers =
    options.writers === 'all' ? present : random.sample(present, options.writers).sort(byNumber);
  const everyMs = 1000 / options.rate;
  const message = (number: number, atMs: number): PlannedMessage => ({
    number,
    writer: random.pick(writers) ?? 0,
    atMs,
    text: textOf(number, bytesOf(options.size, random), random),
  });
  const messages = Array.from({ length: options.messages }, (_, i) =>
    message(i, (i + random.next() / 2) * everyMs),
  );
  const warmUp = Array.from({ length: WARM_UP }, (_, i) =>
    message(options.messages + i, i * WARM_UP_EVERY_MS),
  );
  return { peers, messages, warmUp };
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function plannedPeers({ peers, browsers, late, relayed, join, seed }: Options): PlannedPeer[] {
  const random = new SeededRandom(seed, 1);
  const headless = Array.from({ length: peers }, (_, index) => index);
  const lateOnes = random.sample(headless.slice(1), late);
  const relayedOnes = random.sample(headless, Math.round(relayed * peers));
  let atMs = 0;
  return Array.from({ length: peers + browsers }, (_, index) => {
    const joinsAtMs = atMs;
    if (join === 'stream') atMs += STREAM_MS * -Math.log(1 - random.next());
    return {
      index,
      joinsAtMs,
      late: lateOnes.includes(index),
      direct: !relayedOnes.includes(index),
      browser: index >= peers,
    };
  });
}

function bytesOf(size: Options['size'], random: SeededRandom): number {
  if (size !== 'mixed') return size;
  // Box and Muller: the lengths' logarithms are spread normally.
  const normal =
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const bytes = Math.round(MIXED.median * Math.exp(MIXED.spread * normal));
  return Math.min(MIXED.most, Math.max(MIXED.least, bytes));
}

/** Begins with the number in base 36, which no other text does. */
function textOf(number: number, bytes: number, random: SeededRandom): string {
  let text = `n${number.toString(36)}`;
  while (text.length < bytes) text += ` ${random.pick(WORDS)}`;
  text = text.slice(0, bytes);
  return text.endsWith(' ') ? `${text.slice(0, -1)}x` : text;
}

/** The number that a text of a plan begins with; undefined where it is none. */
export function numberIn(text: string): number | undefined {
  const digits = /^n([0-9a-z]{1,5}) /.exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 36);
}
