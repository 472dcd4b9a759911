/**
 * Which documents are being mended with whom, and which wait for their turn: one repair a document, few with one
 * neighbour, and of a group one document after the other, because a later one may build on the one before.
 */
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { type Comparison, GAP_MS, longer, lookAt, type Tried, triedOf } from './comparison.ts';
import type { DigestTree } from './digest-tree.ts';

/** So long after it began, or after the last that its neighbour brought, a repair is due its first sign of life. */
export const FIRST_SIGN_MS = 3_000;
/** How long a bulk transfer or session may stay silent before it is given up and digests are compared again. */
export const REPAIR_DEADLINE_MS = 15_000;
/**
 * However much it brings: a neighbour who only drips must not keep the others from mending the document. Whoever
 * brings `FAIR_ENTRIES` in that time may go on.
 */
export const REPAIR_LIMIT_MS = 120_000;
const FAIR_ENTRIES = 64;
/** A repair that has been silent for so long holds up its own document, and no longer its group. */
const SILENT_MS = 2_000;
/** Most repairs with one neighbour at a time. */
const AT_ONCE = 4;
/** Most documents that wait to be mended with one neighbour; more are found again afterwards. */
const OFFERED_DOCUMENTS = 256;
/** A session that has brought nothing for so long is taken to bring nothing. */
const IN_VAIN_MS = 5_000;
/** Whoever holds less than this part of a document asks for all of it. */
const MUCH = 0.75;

export type RepairKind = 'want' | 'session';

export interface Ended {
  readonly kind: RepairKind;
  readonly brought: boolean;
}

/** A document to be mended with a neighbour: what they said of it, and what was held here then. */
export interface Wanted {
  readonly theirs: { readonly hash: string; readonly count: number };
  readonly held: number;
}

export interface Repair {
  readonly comparison: Comparison;
  readonly document: string;
  readonly group: string;
  readonly kind: RepairKind;
  /** Entries held at the beginning, and at the beginning of the present limit. */
  readonly held: number;
  heldThen: number;
  /** Something of it has come. Until then the document is anybody's who is quicker. */
  answered: boolean;
  readonly begunAt: number;
  heardAt: number;
  deadline: number;
  limit: number;
}

export interface RepairsOptions {
  readonly me: PeerId;
  readonly held: (space: SpaceId) => DigestTree | undefined;
  readonly rank: (document: string) => number;
  readonly begin: (comparison: Comparison, kind: RepairKind, document: string) => void;
}

export class Repairs {
  readonly #o: RepairsOptions;
  readonly #running = new Map<string, Repair>();
  /** Something may be begun that could not be before. */
  #changed = false;
  /** When something that waits for time alone may be begun. */
  #next = Number.POSITIVE_INFINITY;

  constructor(options: RepairsOptions) {
    this.#o = options;
  }

  /** When something is due or can be begun, ms; infinite where nothing is. */
  get wakeAt(): number {
    let at = this.#next;
    for (const { deadline } of this.#running.values()) at = Math.min(at, deadline);
    return at;
  }

  isWith({ peer, space }: { peer: PeerId; space: SpaceId }, document: string): boolean {
    return this.#running.get(keyOf(space, document))?.comparison.peer === peer;
  }

  /** Whether anything is being mended, or waits for its turn. */
  isAny(all: Iterable<Comparison>): boolean {
    if (this.#running.size > 0) return true;
    for (const { todo } of all) if (todo.size > 0) return true;
    return false;
  }

  runningWith(comparison: Comparison): number {
    return [...this.#running.values()].filter((r) => r.comparison === comparison).length;
  }

  /** How a difference is to be mended from here; `undefined` where it is for the other end to begin. */
  kind(
    peer: PeerId,
    tried: Tried,
    held: number,
    theirs: number,
    now: number,
  ): RepairKind | undefined {
    const { session } = tried;
    const inVain = session?.held === held && now - session.at >= IN_VAIN_MS;
    if (held < theirs * MUCH || inVain) return 'want';
    if (theirs < held * MUCH) return undefined;
    if (session?.held !== held) tried.session = { held, at: now };
    return this.#o.me < peer ? 'session' : undefined;
  }

  add({ todo }: Comparison, document: string, wanted: Wanted): void {
    if (todo.size >= OFFERED_DOCUMENTS && !todo.has(document)) return;
    todo.set(document, wanted);
    this.#changed = true;
  }

  /** Part of a repair came, if only the word that it has begun. */
  progress(comparison: Comparison, document: string, now: number): void {
    const repair = this.#heard(comparison, document, now);
    if (!repair) return;
    repair.heardAt = now;
    repair.deadline = Math.min(now + REPAIR_DEADLINE_MS, repair.limit);
  }

  /** A repair is over. `brought` where more is held than before. */
  end(comparison: Comparison, document: string, now: number): Ended | undefined {
    const repair = this.#heard(comparison, document, now);
    return repair && this.#end(repair, now);
  }

  /**
   * The running repair that a neighbour has shown itself to be about. Its first word may come after the repair has been
   * given up: a slow neighbour goes on, unless another has begun to bring the document meanwhile.
   */
  #heard(comparison: Comparison, document: string, now: number): Repair | undefined {
    const key = keyOf(comparison.space, document);
    let repair = this.#running.get(key);
    if (repair?.comparison !== comparison) {
      const late = comparison.tried.get(document)?.late;
      if (!late || repair?.answered) return undefined;
      if (repair) triedOf(repair.comparison, document).late = repair;
      late.limit = now + REPAIR_LIMIT_MS;
      late.heldThen = this.#count(late);
      comparison.rest.until = now;
      this.#running.set(key, late);
      this.#changed = true;
      repair = late;
    }
    delete comparison.tried.get(document)?.late;
    repair.answered = true;
    // Frames of one neighbour wait for each other: what else it was asked for has not been refused.
    for (const other of this.#running.values())
      if (other.comparison.peer === comparison.peer && !other.answered)
        other.deadline = Math.min(now + FIRST_SIGN_MS, other.begunAt + REPAIR_DEADLINE_MS);
    return repair;
  }

  /** A repair's time is up. */
  giveUp(repair: Repair, now: number): Ended {
    if (!repair.answered) triedOf(repair.comparison, repair.document).late = repair;
    return this.#end(repair, now);
  }

  #end(repair: Repair, now: number): Ended {
    const { comparison, document } = repair;
    this.#running.delete(keyOf(comparison.space, document));
    this.#changed = true;
    const held = this.#count(repair);
    const brought = repair.answered && held > repair.held;
    const tried = triedOf(comparison, document);
    if (brought) {
      delete tried.rest;
      comparison.vain = 0;
      comparison.rest = { until: now, pause: 0 };
    } else {
      const pause = tried.rest?.held === held ? longer(tried.rest.pause) : GAP_MS;
      tried.rest = { held, pause, until: now + pause };
    }
    // Who promised and did not keep it, or only drips, leaves the others a turn.
    const failed = (repair.kind === 'want' && !brought) || now >= repair.limit;
    // Several wants that fail together are one failure.
    if (failed && comparison.rest.until <= now) {
      comparison.rest.pause = longer(comparison.rest.pause);
      comparison.rest.until = now + comparison.rest.pause;
      if (!repair.answered) comparison.vain++;
    }
    return { kind: repair.kind, brought };
  }

  /** Repairs whose time is up. */
  due(now: number): readonly Repair[] {
    return [...this.#running.values()].filter((repair) => {
      if (repair.deadline > now) return false;
      const held = this.#count(repair);
      if (repair.deadline < repair.limit || held - repair.heldThen < FAIR_ENTRIES) return true;
      repair.heldThen = held;
      repair.limit = now + REPAIR_LIMIT_MS;
      repair.deadline = now + REPAIR_DEADLINE_MS;
      return false;
    });
  }

  forget(comparison: Comparison): void {
    comparison.todo.clear();
    for (const [key, repair] of this.#running)
      if (repair.comparison === comparison) this.#running.delete(key);
    this.#changed = true;
  }

  /** Begins whatever has its turn now. */
  beginNext(all: Iterable<Comparison>, now: number): void {
    if (!this.#changed && now < this.#next) return;
    this.#changed = false;
    this.#next = Number.POSITIVE_INFINITY;
    const candidates = [...all].flatMap((comparison) => {
      if (comparison.todo.size === 0) return [];
      const { until } = comparison.rest;
      if (until > now) this.#next = Math.min(this.#next, until);
      const tree = until > now ? undefined : this.#o.held(comparison.space);
      if (!tree) return [];
      return [...comparison.todo].map(([document, wanted]) => {
        const held = tree.get(document)?.count ?? 0;
        return { comparison, document, wanted, held, group: tree.groupOf(document) };
      });
    });
    candidates.sort(
      (a, b) =>
        this.#o.rank(a.document) - this.#o.rank(b.document) ||
        Number(b.held > 0) - Number(a.held > 0) ||
        (a.held > 0 ? -1 : 1) * (a.document < b.document ? -1 : a.document > b.document ? 1 : 0) ||
        // Whoever has kept its promises first.
        a.comparison.rest.pause - b.comparison.rest.pause,
    );
    if (candidates.length === 0) return;
    const busy = this.#busyGroups(now);
    const withPeer = new Map<PeerId, number>();
    for (const { comparison } of this.#running.values())
      withPeer.set(comparison.peer, (withPeer.get(comparison.peer) ?? 0) + 1);
    for (const { comparison, document, wanted, held, group } of candidates) {
      const { peer, space } = comparison;
      const running = withPeer.get(peer) ?? 0;
      const key = keyOf(space, document);
      if (running >= AT_ONCE || busy.has(keyOf(space, group)) || this.#running.has(key)) continue;
      comparison.todo.delete(document);
      const tried = triedOf(comparison, document);
      const kind = this.kind(peer, tried, held, wanted.theirs.count, now);
      const surely = held < wanted.theirs.count * MUCH;
      // What is held has changed since: whether anything is still missing is for the digests to say.
      if (kind === undefined || (held !== wanted.held && !surely)) {
        lookAt(comparison, '', now + GAP_MS);
        continue;
      }
      busy.add(keyOf(space, group));
      withPeer.set(peer, running + 1);
      const times = { begunAt: now, heardAt: now };
      const ends = { deadline: now + FIRST_SIGN_MS, limit: now + REPAIR_LIMIT_MS };
      const about = { comparison, document, group, kind, held, heldThen: held };
      this.#running.set(key, { ...about, answered: false, ...times, ...ends });
      this.#o.begin(comparison, kind, document);
    }
  }

  #busyGroups(now: number): Set<string> {
    const busy = new Set<string>();
    for (const { comparison, group, heardAt } of this.#running.values()) {
      if (now - heardAt >= SILENT_MS) continue;
      busy.add(keyOf(comparison.space, group));
      this.#next = Math.min(this.#next, heardAt + SILENT_MS);
    }
    return busy;
  }

  #count({ comparison, document }: Repair): number {
    return this.#o.held(comparison.space)?.get(document)?.count ?? 0;
  }
}

function keyOf(space: SpaceId, document: string): string {
  return `${space} ${document}`;
}
