/**
 * Doubts whether a peer is still here: a link to them has gone down, here or at another member, who said so. Sans-I/O. A doubt
 * shortens how long somebody is shown and is settled when they are heard again; who doubts others without cause is not believed.
 */
import { MOST_LOST } from '@snug/shared/crypto/sealed-presence.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';

/** A doubted peer has so long to be heard again, ms. */
export const DOUBTED_MS = 6_000;
/** Own doubts are told after so long, and as long again by chance: another's may come first, or the peer themselves. */
const TELL_MS = 1_500;
/** For so long a doubt stays in what is said, should the message that held it be overtaken, ms. */
const TOLD_MS = 5_000;
/** So many doubts of one member's may prove wrong in this time, ms. */
const WRONG = 3;
const WRONG_MS = 600_000;
/** Most members whose wrong doubts are remembered, and most doubts that are open. */
const REMEMBERED = 1_024;

export class Doubts {
  readonly #random: () => number;
  /** Own doubts that are to be told, by when; and those that have been, since when. */
  readonly #telling = new Map<PeerId, number>();
  readonly #told = new Map<PeerId, number>();
  /** Who doubts whom and since when, until they are heard. */
  readonly #open = new BoundedMap<PeerId, Map<PeerId, number>>(REMEMBERED);
  readonly #wrong = new BoundedMap<PeerId, readonly number[]>(REMEMBERED);

  constructor(random: () => number) {
    this.#random = random;
  }

  get wakeAt(): number | undefined {
    const [first, ...rest] = this.#telling.values();
    return first === undefined ? undefined : Math.min(first, ...rest);
  }

  /** One's own link to a peer has gone down. */
  own(peer: PeerId, now: number): void {
    this.#telling.set(peer, now + TELL_MS * (1 + this.#random()));
  }

  /** Whether a member's doubts are listened to. This one is remembered, for when it proves wrong. */
  believes(by: PeerId, peer: PeerId, now: number): boolean {
    const wrong = (this.#wrong.get(by) ?? []).filter((at) => now - at < WRONG_MS);
    if (wrong.length >= WRONG) return false;
    const open = this.#open.get(peer) ?? new Map();
    open.set(by, now);
    this.#open.refresh(peer, open);
    return true;
  }

  /** A peer is heard: who has just doubted them was wrong, unless they were gone and began `anew`. */
  heard(peer: PeerId, anew: boolean, now: number): void {
    this.settle(peer);
    for (const [by, at] of this.#open.get(peer) ?? []) {
      if (anew || now - at > DOUBTED_MS) continue;
      const wrong = (this.#wrong.get(by) ?? []).filter((at) => now - at < WRONG_MS);
      this.#wrong.refresh(by, [...wrong, now]);
    }
    this.#open.delete(peer);
  }

  /** A peer is linked again, heard, or doubted by another: there is nothing to tell. */
  settle(peer: PeerId): void {
    this.#telling.delete(peer);
    this.#told.delete(peer);
  }

  /** Whether there is something to tell now. */
  due(now: number): boolean {
    return [...this.#telling.values()].some((at) => at <= now);
  }

  /** What to tell in the next message. */
  toSay(now: number): readonly PeerId[] {
    for (const [peer, at] of this.#told) if (now - at >= TOLD_MS) this.#told.delete(peer);
    for (const [peer, at] of this.#telling) {
      if (at > now) continue;
      this.#telling.delete(peer);
      this.#told.set(peer, now);
    }
    return [...this.#told.keys()].slice(-MOST_LOST);
  }
}
