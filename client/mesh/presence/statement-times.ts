/**
 * When a statement was made, as far as can be told: so that no recording shows somebody who is gone. Sans-I/O; one for each space.
 *
 * A statement holds its time by its device's clock, which is believed where it and this clock agree to within some minutes. Clocks
 * may be days off, though, and a recording looks just like a device whose clock is. So while anybody's is, each statement names two
 * that its device had heard, by their hashes. What names a statement of this device's, or one that names such a one, and so on, was
 * made after it: nobody names what is not there yet. That moves no clock on anybody's word, needs no server and no vote, and costs a
 * device whose clock is off that it shows once it has spoken again, and everybody 16 bytes a statement while it is heard.
 */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import {
  MOST_AFTER,
  markedAt,
  type PresenceMark,
  presenceName,
} from '@snug/shared/crypto/sealed-presence.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';

/** A peer is believed for so many of the times that they name: those who live are heard within one and a quarter. */
export const BELIEVED = 2.5;
/** Clocks that differ by no more agree, ms: as with what people write. */
export const CLOCKS_AGREE_MS = 5 * 60_000;
/**
 * Whose clock differs by more than this is taken to need names, ms: by less than the other side of it takes for too much, or only
 * one of the two would name anything.
 */
const NEEDS_NAMES_MS = CLOCKS_AGREE_MS - 30_000;
/** Names go on for at least so long after they were needed last, ms. */
const NAMING_MS = 75_000;
/** Most statements of which it is remembered that they were made after one of this device's, and most of others to name. */
const REMEMBERED = 4_096;
const CANDIDATES = 64;

/** A statement that has been opened: its signature is right. */
export interface OpenedStatement {
  readonly device: PeerId;
  readonly bytes: Uint8Array;
  readonly mark: PresenceMark;
  readonly seconds: number;
  /** Names of those that its device had heard. */
  readonly after: readonly Uint8Array[];
}

interface Candidate {
  readonly name: Uint8Array;
  readonly until: number;
}

export class StatementTimes {
  readonly #random: () => number;
  /** By name: statements made after one of this device's own, and when that was made. Its own are among them. */
  readonly #provedAt = new BoundedMap<string, number>(REMEMBERED);
  /** The latest of each device, the latest last: those whose time is known, and the others. */
  readonly #dated = new BoundedMap<PeerId, Candidate>(CANDIDATES);
  readonly #undated = new BoundedMap<PeerId, Candidate>(CANDIDATES);
  #namingUntil = Number.NEGATIVE_INFINITY;

  /** @param random in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** This device has made a statement. */
  own(bytes: Uint8Array, now: number): void {
    this.#provedAt.refresh(key(presenceName(bytes)), now);
  }

  /**
   * Since when, at the earliest, a statement can have been made, ms of this device's clock; `undefined` if nothing shows that it is
   * of late: of no longer ago than its peer would be believed for, and clocks may differ by.
   *
   * @param live it was brought by its own device, over a link that is bound to it
   */
  of(statement: OpenedStatement, live: boolean, answers: boolean, now: number): number | undefined {
    const { device, bytes, mark, seconds, after } = statement;
    const name = presenceName(bytes);
    const proved = after.map((one) => this.#provedAt.get(key(one)) ?? Number.NEGATIVE_INFINITY);
    const provedAt = Math.max(Number.NEGATIVE_INFINITY, ...proved);
    if (provedAt > Number.NEGATIVE_INFINITY) this.#provedAt.refresh(key(name), provedAt);
    const oldest = now - seconds * 1000 * BELIEVED - CLOCKS_AGREE_MS;
    const saidAt = markedAt(mark);
    const agrees = saidAt >= oldest && saidAt <= now + CLOCKS_AGREE_MS;
    // What was answered may have been on its way for long.
    const differs = !answers && Math.abs(saidAt - now) > NEEDS_NAMES_MS;
    const until = now + Math.max(NAMING_MS, seconds * 1000 * BELIEVED);
    if (!agrees || differs) this.#namingUntil = Math.max(this.#namingUntil, until);
    const at = Math.max(provedAt, live ? now : provedAt, agrees ? Math.min(saidAt, now) : provedAt);
    const known = at >= oldest;
    if (known) this.#undated.delete(device);
    (known ? this.#dated : this.#undated).refresh(device, { name, until });
    return known ? at : undefined;
  }

  /**
   * What the next statement is to name: nothing while all clocks agree. Of what is of late if there is any, or recordings would
   * stand in for it; the latest, by which all hang together, and one by chance, so that nobody who speaks without end is all there is.
   */
  toName(now: number): readonly Uint8Array[] {
    if (now >= this.#namingUntil) return [];
    const current = (of: BoundedMap<PeerId, Candidate>) =>
      [...of.values()].flatMap(({ name, until }) => (until > now ? [name] : []));
    const dated = current(this.#dated);
    const names = dated.length > 0 ? dated : current(this.#undated);
    const latest = names.pop();
    const other = names[Math.floor(this.#random() * names.length)];
    return [latest, other].filter((name) => name !== undefined).slice(0, MOST_AFTER);
  }
}

function key(name: Uint8Array): string {
  return toBase64url(name);
}
