/** One neighbour within one group of the broadcast tree: eager or lazy, what is to be announced to them, and what has lately used the edge. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { AnnouncedId } from '../frames/short-id.ts';

/** Most that waits to be announced to one neighbour; what is older is left to digests. */
const UNANNOUNCED = 1024;
/** Entries under way together: how long one takes to get everywhere, ms. */
const UNDER_WAY_MS = 1_000;
/** A prune may take so long to take effect, ms; a copy that comes later is answered by another. */
const PRUNED_MS = 1_500;
/** Digests are compared with one neighbour no more often than this, ms. */
const COMPARE_MS = 5_000;

const NEVER = Number.NEGATIVE_INFINITY;
const INFINITY = Number.POSITIVE_INFINITY;

export class TreeEdge {
  readonly peer: PeerId;
  /** When it was gained. */
  readonly since: number;
  eager = true;
  /** Second copies since the last first one. */
  repeats = 0;
  /** Which of the group's entries was the last to come first over this edge, counted. */
  firstAt = NEVER;
  /** Digests are to be compared. */
  compare = false;
  #comparedAt = NEVER;
  /** To be announced, with when it was stored. */
  readonly #unannounced = new Map<AnnouncedId, number>();
  readonly #delay: () => number;
  readonly #patience: (usual: number, now: number) => number;
  /** How long the next batch gathers. */
  #gathers: number;
  #announceBy = INFINITY;
  /** The lowest id that has lately used this edge, and when. */
  #lowest = INFINITY;
  #lowestAt = NEVER;
  /** The id for which this end pruned, and when. */
  #pruned = INFINITY;
  #prunedAt = NEVER;

  /**
   * @param delay how long a batch gathers, ms, drawn for each
   * @param patience how long to wait for what usually takes so long, ms
   */
  constructor(
    peer: PeerId,
    now: number,
    delay: () => number,
    patience: (usual: number, now: number) => number,
  ) {
    this.#patience = patience;
    this.peer = peer;
    this.since = now;
    this.#delay = delay;
    this.#gathers = delay();
  }

  /** There is nothing to do before this. */
  get wakeAt(): number {
    return Math.min(this.#announceAt, this.compare ? this.#comparedAt + COMPARE_MS : INFINITY);
  }

  get #announceAt(): number {
    const [oldest] = this.#unannounced.values();
    return oldest === undefined ? INFINITY : Math.min(oldest + this.#gathers, this.#announceBy);
  }

  announce(id: AnnouncedId, now: number): void {
    this.#unannounced.set(id, now);
    if (this.#unannounced.size <= UNANNOUNCED) return;
    const [oldest] = this.#unannounced.keys();
    if (oldest !== undefined) this.#unannounced.delete(oldest);
  }

  /** What waits is announced by then, however new it is. */
  announceBy(time: number): void {
    if (this.#unannounced.size > 0) this.#announceBy = Math.min(this.#announceBy, time);
  }

  /** The neighbour holds this, or is being sent it. */
  holds(id: AnnouncedId): void {
    if (this.#unannounced.delete(id) && this.#unannounced.size === 0) this.#announceBy = INFINITY;
  }

  /** What is to be announced now. */
  takeAnnouncements(now: number): readonly AnnouncedId[] {
    if (this.#announceAt > now) return [];
    const ids = [...this.#unannounced.keys()];
    this.#unannounced.clear();
    this.#announceBy = INFINITY;
    this.#gathers = this.#delay();
    return ids;
  }

  /** Whether digests are to be compared now. */
  takeCompare(now: number): boolean {
    if (!this.compare || this.#comparedAt + COMPARE_MS > now) return false;
    this.compare = false;
    this.#comparedAt = now;
    return true;
  }

  /** The entry is pushed over this edge, or came first over it. */
  used(id: AnnouncedId, now: number): void {
    if (id >= this.#lowest && now - this.#lowestAt <= UNDER_WAY_MS) return;
    this.#lowest = id;
    this.#lowestAt = now;
  }

  /** Whether an entry of a lower id has just used this edge. */
  outranks(id: AnnouncedId, now: number): boolean {
    return this.#lowest < id && now - this.#lowestAt <= UNDER_WAY_MS;
  }

  prune(id: number, now: number): void {
    this.eager = false;
    this.#pruned = id;
    this.#prunedAt = now;
  }

  /** Whether a copy on a lazy edge may have been on its way already when this end pruned it. */
  prunedJustNow(now: number): boolean {
    return now - this.#prunedAt <= PRUNED_MS;
  }

  /**
   * Whether it was pruned in the tree of a lower id, which goes before this one's; or, where things come late, so lately that the
   * other end may not have heard of it.
   */
  prunedFor(id: AnnouncedId, now: number): boolean {
    const since = now - this.#prunedAt;
    if (since <= UNDER_WAY_MS) return this.#pruned < id;
    return since <= this.#patience(UNDER_WAY_MS, now);
  }
}
