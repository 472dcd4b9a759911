/**
 * What neighbours have announced and this peer has not: who announced it, who was asked for it, and until when that is
 * waited for. One for each group of the broadcast tree. It is bounded for each neighbour, and whoever announces what never comes is
 * not listened to for a while.
 */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { AnnouncedId } from '../frames/short-id.ts';
import { Lateness } from './lateness.ts';

/** Most that is missing on one neighbour's word. */
const MISSING = 1024;
/** Neighbours remembered as having announced one and the same, in whose order they are asked. */
const ANNOUNCERS = 4;
/** How often a neighbour may fail to deliver what they announced, over what they did deliver. */
const CREDIT = 32;
/** Whoever has no credit left is not listened to for so long, ms; after it they have a quarter of it. */
const MUTED_MS = 60_000;
/** How long an asked neighbour has to deliver, ms, unless things have come later of late. */
export const DELIVERY_MS = 1_000;
/** What came and waits for what it builds on is not asked for again in this time, ms: anti-entropy is at it. */
const WAITING_MS = 5_000;
/** Entries that somebody was asked for and that are here: a further copy says how late it was. */
const FURTHER_COPIES = 256;

interface Announcer {
  /** How many stand in the table because this neighbour announced them first. */
  missing: number;
  credit: number;
  mutedUntil: number;
}

interface Missing {
  readonly first: PeerId;
  /** Who has announced it and not been asked, in order. */
  readonly announcers: PeerId[];
  asked: PeerId | undefined;
  /** When it was announced first. */
  readonly at: number;
  /** How long it is waited for where nothing is late, ms. */
  usual: number;
  /** Who has been asked, and when. */
  readonly asks: Map<PeerId, number>;
  due: number;
  /** It is here, and cannot be let in yet. */
  here: boolean;
}

export interface Due {
  /** Whom to ask, and for what, in the order of the announcements. */
  readonly graft: ReadonlyMap<PeerId, AnnouncedId[]>;
  /** Whose announcements led nowhere, where nobody else is left to ask. */
  readonly inVain: ReadonlySet<PeerId>;
}

const NOTHING: Due = { graft: new Map(), inVain: new Set() };
const NOBODY: readonly PeerId[] = [];
const NEVER_ASKED: Pick<Missing, 'at' | 'asks'> = { at: 0, asks: new Map() };

export class MissingEntries {
  readonly #announcers = new Map<PeerId, Announcer>();
  readonly #missing = new Map<AnnouncedId, Missing>();
  readonly #askedFor = new Map<AnnouncedId, Pick<Missing, 'at' | 'asks'>>();
  readonly #lateness = new Lateness();
  #dueAt = Number.POSITIVE_INFINITY;

  /** Nothing is due before this. */
  get dueAt(): number {
    return this.#dueAt;
  }

  get size(): number {
    return this.#missing.size;
  }

  /** How long to wait for what usually comes within `usual`, ms. */
  patience(usual: number, now: number): number {
    return this.#lateness.patience(usual, now);
  }

  /**
   * A neighbour announces something that is not held. It is waited for before anybody is asked.
   *
   * @param usual how long, where nothing is late, ms
   */
  announced(id: AnnouncedId, from: PeerId, usual: number, now: number): void {
    const announcer = this.#announcer(from);
    if (announcer.mutedUntil > now) return;
    const known = this.#missing.get(id);
    if (known) {
      if (known.asked === from || known.announcers.includes(from)) return;
      if (known.announcers.length < ANNOUNCERS) known.announcers.push(from);
      else this.#replace(known.announcers, from, now);
      if (!known.asked && !known.here) this.#sooner(known, usual, now);
      return;
    }
    if (announcer.missing >= MISSING) return;
    announcer.missing++;
    const missing: Missing = {
      first: from,
      announcers: [from],
      asked: undefined,
      at: now,
      usual,
      asks: new Map(),
      due: Number.POSITIVE_INFINITY,
      here: false,
    };
    this.#missing.set(id, missing);
    this.#sooner(missing, usual, now);
  }

  #sooner(missing: Missing, usual: number, now: number): void {
    missing.usual = Math.min(missing.usual, usual);
    this.#at(missing, Math.min(missing.due, now + usual));
  }

  /** A copy of it was pushed, the first or a further one. */
  came(id: AnnouncedId, from: PeerId, now: number): void {
    const missing = this.#missing.get(id);
    const { at, asks } = missing ?? this.#askedFor.get(id) ?? NEVER_ASKED;
    const askedAt = asks.get(from);
    if (askedAt !== undefined) this.#lateness.took(now - askedAt, now);
    // To ask for it was in vain.
    else if (missing?.asked && asks.size === 1) this.#lateness.took(now - at, now);
  }

  /** It is held now. Answers who had announced it, and so holds it too. */
  arrived(id: AnnouncedId, from: PeerId | undefined): readonly PeerId[] {
    const missing = this.#missing.get(id);
    if (!missing) return NOBODY;
    this.#forget(id, missing);
    if (missing.asks.size > 0) this.#expectFurther(id, missing);
    if (missing.asked === undefined) return missing.announcers;
    if (missing.asked === from) {
      const announcer = this.#announcer(from);
      announcer.credit = Math.min(CREDIT, announcer.credit + 1);
    }
    return [...missing.announcers, missing.asked];
  }

  #expectFurther(id: AnnouncedId, missing: Missing): void {
    this.#askedFor.set(id, missing);
    const [oldest] = this.#askedFor.keys();
    if (this.#askedFor.size > FURTHER_COPIES && oldest !== undefined) this.#askedFor.delete(oldest);
  }

  /** It came, but waits for what it builds on. */
  waiting(id: AnnouncedId, now: number): void {
    const missing = this.#missing.get(id);
    if (!missing) return;
    missing.here = true;
    this.#at(missing, now + WAITING_MS);
  }

  /** Nothing is waited for longer than this, where nothing is late, ms. */
  hurry(usual: number, now: number): void {
    for (const missing of this.#missing.values())
      if (!missing.asked && !missing.here) this.#sooner(missing, usual, now);
  }

  /** The neighbour is gone: what they announced is asked of others, what only they announced is forgotten. */
  lost(peer: PeerId, now: number): void {
    this.#announcers.delete(peer);
    for (const [id, missing] of this.#missing) {
      const at = missing.announcers.indexOf(peer);
      if (at >= 0) missing.announcers.splice(at, 1);
      if (missing.asked === peer) {
        missing.asked = undefined;
        this.#at(missing, now);
      }
      if (!missing.asked && !missing.here && missing.announcers.length === 0)
        this.#forget(id, missing);
    }
  }

  /** What is to be asked for now, and of whom. Whom it names counts as asked. */
  take(now: number): Due {
    if (this.#dueAt > now) return NOTHING;
    const graft = new Map<PeerId, AnnouncedId[]>();
    const inVain = new Set<PeerId>();
    this.#dueAt = Number.POSITIVE_INFINITY;
    for (const [id, missing] of this.#missing) {
      if (missing.due <= now) this.#dueNow(id, missing, now, graft, inVain);
      if (this.#missing.has(id)) this.#dueAt = Math.min(this.#dueAt, missing.due);
    }
    return { graft, inVain };
  }

  /** It is left to digests. */
  leave(id: AnnouncedId): void {
    const missing = this.#missing.get(id);
    if (missing) this.#forget(id, missing);
  }

  #dueNow(
    id: AnnouncedId,
    missing: Missing,
    now: number,
    graft: Map<PeerId, AnnouncedId[]>,
    inVain: Set<PeerId>,
  ): void {
    const patient = this.#patientUntil(missing, now);
    if (patient <= now) this.#next(id, missing, now, graft, inVain);
    else missing.due = patient;
  }

  /** Until when it is waited for, by what is known now of how late things come. */
  #patientUntil({ here, asked, asks, at, usual }: Missing, now: number): number {
    if (here) return now;
    const askedAt = asked === undefined ? undefined : asks.get(asked);
    if (askedAt === undefined) return at + this.patience(usual, now);
    return askedAt + this.patience(DELIVERY_MS, now);
  }

  #next(
    id: AnnouncedId,
    missing: Missing,
    now: number,
    graft: Map<PeerId, AnnouncedId[]>,
    inVain: Set<PeerId>,
  ): void {
    if (missing.here) return this.#forget(id, missing);
    const failed = missing.asked;
    if (failed !== undefined) this.#failed(failed, now);
    const best = this.#best(missing.announcers, graft, now);
    if (best === undefined) {
      if (failed !== undefined) inVain.add(failed);
      return this.#forget(id, missing);
    }
    missing.announcers.splice(missing.announcers.indexOf(best), 1);
    missing.asked = best;
    missing.asks.set(best, now);
    missing.due = now + this.patience(DELIVERY_MS, now);
    const ids = graft.get(best);
    if (ids) ids.push(id);
    else graft.set(best, [id]);
  }

  /** Whoever has failed before goes for one who has failed less: else a few who are early and deliver nothing shut out the rest. */
  #replace(announcers: PeerId[], by: PeerId, now: number): void {
    const creditOf = (peer: PeerId) => {
      const { credit, mutedUntil } = this.#announcer(peer);
      return mutedUntil > now ? 0 : credit;
    };
    const credits = announcers.map(creditOf);
    const least = Math.min(...credits);
    if (least < creditOf(by)) announcers[credits.lastIndexOf(least)] = by;
  }

  /** One who is asked for something else anyway, else the most reliable, else the first: one new edge is enough. */
  #best(
    announcers: readonly PeerId[],
    asked: ReadonlyMap<PeerId, unknown>,
    now: number,
  ): PeerId | undefined {
    let best: PeerId | undefined;
    let bestScore = 0;
    for (const peer of announcers) {
      const { credit, mutedUntil } = this.#announcer(peer);
      if (mutedUntil > now) continue;
      const score = credit === CREDIT && asked.has(peer) ? credit + 1 : credit;
      if (score > bestScore) [best, bestScore] = [peer, score];
    }
    return best;
  }

  #failed(peer: PeerId, now: number): void {
    const announcer = this.#announcer(peer);
    if (announcer.mutedUntil > now) return;
    announcer.credit--;
    if (announcer.credit > 0) return;
    announcer.mutedUntil = now + MUTED_MS;
    announcer.credit = CREDIT / 4;
  }

  #forget(id: AnnouncedId, missing: Missing): void {
    this.#missing.delete(id);
    const first = this.#announcers.get(missing.first);
    // Who was lost and came back has begun anew.
    if (first && first.missing > 0) first.missing--;
  }

  #at(missing: Missing, due: number): void {
    missing.due = due;
    this.#dueAt = Math.min(this.#dueAt, due);
  }

  #announcer(peer: PeerId): Announcer {
    const known = this.#announcers.get(peer);
    if (known) return known;
    const announcer = { missing: 0, credit: CREDIT, mutedUntil: 0 };
    this.#announcers.set(peer, announcer);
    return announcer;
  }
}
