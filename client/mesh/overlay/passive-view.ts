/** Peers of a topic that are known and may be linked to: HyParView's passive view, bounded, drawn from at random. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';

export class PassiveView {
  readonly #peers: PeerId[] = [];
  readonly #places = new Map<PeerId, number>();
  readonly #routed = new Set<PeerId>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#peers.length;
  }

  has(peer: PeerId): boolean {
    return this.#places.has(peer);
  }

  /** The one at a place below `size`; places change when peers are deleted. */
  at(place: number): PeerId | undefined {
    return this.#peers[place];
  }

  /** Whether it was new. Where there is no room it takes the place of a random one. */
  add(peer: PeerId, random: () => number): boolean {
    if (this.#places.has(peer)) return false;
    let place = this.#peers.length;
    if (place >= this.#most) {
      place = Math.floor(random() * place);
      const evicted = this.#peers[place];
      if (evicted !== undefined) {
        this.#places.delete(evicted);
        this.#routed.delete(evicted);
      }
    }
    this.#peers[place] = peer;
    this.#places.set(peer, place);
    return true;
  }

  delete(peer: PeerId): boolean {
    const place = this.#places.get(peer);
    if (place === undefined) return false;
    this.#places.delete(peer);
    this.#routed.delete(peer);
    const last = this.#peers.pop();
    if (last !== undefined && last !== peer) {
      this.#peers[place] = last;
      this.#places.set(last, place);
    }
    return true;
  }

  /** Whether signals to it need no server. */
  routed(peer: PeerId): boolean {
    return this.#routed.has(peer);
  }

  setRouted(peer: PeerId, routed: boolean): void {
    if (!routed) this.#routed.delete(peer);
    else if (this.#places.has(peer)) this.#routed.add(peer);
  }

  [Symbol.iterator](): Iterator<PeerId> {
    return this.#peers[Symbol.iterator]();
  }
}
