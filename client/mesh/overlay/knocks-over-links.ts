/**
 * One newcomer's knocks at peers to whom they are linked already: such a peer is asked over the link that there is. Unlike
 * an offer, which is answered or fails, a question over a link may stay unanswered although the link is well.
 */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';
import { Patience } from './patience.ts';

interface Asked {
  readonly at: number;
  letInAt: number | undefined;
}

export class KnocksOverLinks {
  /** Linked peers who have not answered yet, or have let us in. */
  readonly #asked = new Map<PeerId, Asked>();
  readonly #random: () => number;
  #patience: Patience;

  constructor(random: () => number) {
    this.#random = random;
    this.#patience = new Patience(random);
  }

  asked(peer: PeerId, now: number): void {
    this.#asked.set(peer, { at: now, letInAt: undefined });
  }

  /** False if this peer had nothing to answer. */
  answered(peer: PeerId, letIn: boolean, now: number): boolean {
    const asked = this.#asked.get(peer);
    if (asked === undefined || asked.letInAt !== undefined) return false;
    if (letIn) asked.letInAt = now;
    else this.#asked.delete(peer);
    // Whoever has said yes, and nothing came of it, is asked again no sooner than one who said no.
    this.#patience.down(peer, 'refused', now);
    return true;
  }

  /** The link is gone, and with it what was asked or granted over it. */
  down(peer: PeerId): void {
    if (this.#asked.delete(peer)) this.#patience.up(peer);
  }

  /** Gives up those who have had their time. */
  lapse(now: number): void {
    for (const [peer, { at, letInAt }] of this.#asked) {
      if (letInAt !== undefined || now < at + OVERLAY_TIMES.unansweredMs) continue;
      this.#asked.delete(peer);
      this.#patience.down(peer, 'no-answer', now);
    }
  }

  /** When `lapse` is next needed. */
  get lapseAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const asked of this.#asked.values())
      if (asked.letInAt === undefined) at = Math.min(at, asked.at + OVERLAY_TIMES.unansweredMs);
    return at;
  }

  get unanswered(): number {
    let count = 0;
    for (const { letInAt } of this.#asked.values()) if (letInAt === undefined) count++;
    return count;
  }

  /** Until when those who have let us in are trusted to admit us. */
  get answeredUntil(): number {
    let until = 0;
    for (const { letInAt } of this.#asked.values())
      if (letInAt !== undefined) until = Math.max(until, letInAt + OVERLAY_TIMES.answeredMs);
    return until;
  }

  /** When a linked peer may be asked; never while they have yet to answer. */
  readyAt(peer: PeerId): number {
    const asked = this.#asked.get(peer);
    if (asked !== undefined && asked.letInAt === undefined) return Number.POSITIVE_INFINITY;
    return this.#patience.retryAt(peer);
  }

  /** It is asked for another invite's sake now, so everybody may be asked. */
  forget(): void {
    this.#asked.clear();
    this.#patience = new Patience(this.#random);
  }
}
