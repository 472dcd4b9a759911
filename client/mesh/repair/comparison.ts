/** What is known of comparing one space with one neighbour: what to look at again and when, and what was tried. */
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Repair, Wanted } from './repairs.ts';

/** After a gap (an entry whose deps are missing) we wait so long for it to close by itself. */
export const GAP_MS = 1_000;
/** Between two unprompted comparisons with a random neighbour, give or take a quarter. */
export const IDLE_ROUND_MS = 60_000;
/** A difference that may be under way is looked at again after this. */
export const LOOK_MS = 500;
/** A document that stays different is compared again after this, doubled each time up to the idle round. */
const RETRY_MS = 2_000;
/** So few entries may be under way just now; and how often one looks whether they were. */
const IN_FLIGHT = 4;
const GLANCES = 3;
/** More documents than this are not asked about one by one. */
const LOOKS = 8;
/** Most documents of which a comparison remembers what was tried. */
const REMEMBERED = 512;
/** Lines that a neighbour is told when it asks: a token bucket. */
const LINES = { perSecond: 512, burst: 8_192 };

/** Stands for the whole space among the documents to look at. */
export const WHOLE = '';

export interface Tried {
  /** A repair that was given up before anything of it came. */
  late?: Repair;
  /** A repair with this much held brought nothing: not again before `until`. */
  rest?: { readonly held: number; readonly until: number; readonly pause: number };
  /** What was held when a session was last due: one that leaves that as it is, is followed by bulk. */
  session?: { readonly held: number; readonly at: number };
  /** What was held when a small difference was last seen, and how often it may be looked at once more. */
  glance?: { readonly held: number; readonly at: number; readonly left: number };
}

export interface Comparison {
  readonly peer: PeerId;
  readonly space: SpaceId;
  /** When they were last told our hash, which, and whether anything has come back since. */
  toldAt: number;
  told: string | undefined;
  answered: boolean;
  /** Our hashes crossed, and theirs was left for them to go into. */
  crossed: boolean;
  /** Document or `WHOLE` → when to compare it. */
  readonly looks: Map<string, number>;
  /** How long the next look waits. */
  readonly pauses: Map<string, { readonly pause: number; readonly until: number }>;
  readonly tried: Map<string, Tried>;
  /** To be mended with this neighbour once its turn comes. */
  readonly todo: Map<string, Wanted>;
  /** Nothing is begun with this neighbour before `until`: it did not keep what it promised. */
  rest: { until: number; pause: number };
  /** How often in a row it has said nothing at all when it was asked for what it says it holds. */
  vain: number;
  readonly lines: { left: number; at: number };
}

export function newComparison(peer: PeerId, space: SpaceId, now: number): Comparison {
  return {
    peer,
    space,
    toldAt: now,
    told: undefined,
    answered: true,
    crossed: false,
    looks: new Map(),
    pauses: new Map(),
    tried: new Map(),
    todo: new Map(),
    rest: { until: now, pause: 0 },
    vain: 0,
    lines: { left: LINES.burst, at: now },
  };
}

/** Compares at `due`, or sooner where that was meant before. */
export function lookAt(comparison: Comparison, document: string, due: number): void {
  const { looks } = comparison;
  const before = looks.get(document);
  if (before === undefined && document !== WHOLE && looks.size >= LOOKS)
    return lookAt(comparison, WHOLE, due);
  looks.set(document, Math.min(before ?? due, due));
}

/** Takes out the documents whose time it is to be looked at. */
export function takeDue({ looks }: Comparison, now: number): readonly string[] {
  const due = [...looks].flatMap(([document, at]) => (at <= now ? [document] : []));
  for (const document of due) looks.delete(document);
  return due;
}

/**
 * Compares after a pause: a longer one each time, unless the last has long been over.
 *
 * @param first the first pause, ms
 */
export function lookSoon(
  comparison: Comparison,
  document: string,
  now: number,
  first: number = GAP_MS,
): void {
  if (comparison.looks.has(document)) return;
  const before = comparison.pauses.get(document);
  const again = before !== undefined && now - before.until <= 2 * before.pause;
  const pause = again ? Math.max(first, longer(before.pause)) : first;
  remember(comparison.pauses, document, { pause, until: now + pause });
  lookAt(comparison, document, now + pause);
}

/** The next pause after one: twice as long, up to the idle round. */
export function longer(pause: number): number {
  return Math.min(Math.max(pause * 2, RETRY_MS), IDLE_ROUND_MS);
}

export function triedOf(comparison: Comparison, document: string): Tried {
  const held = comparison.tried.get(document);
  if (held) return held;
  const fresh: Tried = {};
  remember(comparison.tried, document, fresh);
  return fresh;
}

/**
 * A difference of a few entries may be no more than those that are being pushed just now: it is looked at once more,
 * and again while entries come, before anything is done about it. True where it is to be looked at again.
 */
export function underWay(
  comparison: Comparison,
  document: string,
  difference: number,
  held: number,
  now: number,
): boolean {
  if (Math.abs(difference) > IN_FLIGHT) return false;
  const tried = triedOf(comparison, document);
  const { glance } = tried;
  if (glance && now - glance.at < LOOK_MS / 2) return true;
  if (glance && (glance.held === held || glance.left === 0)) return false;
  tried.glance = { held, at: now, left: (glance?.left ?? GLANCES) - 1 };
  return true;
}

/** The document is the same at both ends. */
export function settled(comparison: Comparison, document: string): void {
  for (const table of ['looks', 'pauses', 'tried', 'todo'] as const)
    comparison[table].delete(document);
}

/** Everything is the same at both ends. */
export function allSettled(comparison: Comparison): void {
  for (const table of ['looks', 'pauses', 'tried', 'todo'] as const) comparison[table].clear();
}

/** Takes so many lines from what the neighbour may still be told at the moment; false where that is too many. */
export function spend({ lines }: Comparison, count: number, now: number): boolean {
  const earned = (Math.max(0, now - lines.at) / 1000) * LINES.perSecond;
  lines.left = Math.min(LINES.burst, lines.left + earned);
  lines.at = now;
  if (lines.left < count) return false;
  lines.left -= count;
  return true;
}

function remember<T>(table: Map<string, T>, document: string, value: T): void {
  if (table.size >= REMEMBERED && !table.has(document)) {
    const [oldest] = table.keys();
    if (oldest !== undefined) table.delete(oldest);
  }
  table.set(document, value);
}
