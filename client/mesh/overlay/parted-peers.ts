/**
 * Peers of a topic that may be in another piece of the mesh: neighbours that were lost, and peers that a server sees
 * and nobody hears. Trying them although there are links enough is how the pieces of a split mesh find each other.
 */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { between, OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';

interface Parted {
  readonly why: 'lost' | 'unheard';
  readonly since: number;
  seekAt: number;
  tries: number;
}

/**
 * Peers that were merely not heard: so many of one sample are tried, each so often. In a room larger than this everybody
 * tries fewer, since many look out.
 */
const UNHEARD = 2;
const UNHEARD_TRIES = 4;
const LOOKOUTS = 32;
/** Peers remembered as heard in each half of the time that this counts. */
const HEARD = 4096;

export class PartedPeers {
  readonly #parted = new Map<PeerId, Parted>();
  readonly #random: () => number;
  #heard = new Set<PeerId>();
  #heardBefore = new Set<PeerId>();
  #heardSince = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  lost(peer: PeerId, now: number): void {
    this.#heard.delete(peer);
    this.#heardBefore.delete(peer);
    const seekAt = now + between(OVERLAY_TIMES.seekMs, this.#random);
    this.#put(peer, { why: 'lost', since: now, seekAt, tries: 0 });
  }

  /** A server says that these, to whom nothing leads, are here, in a room of this size. */
  seen(peers: readonly PeerId[], size: number, now: number): void {
    this.#turn(now);
    for (const parted of this.#parted.values()) {
      // The server is reached (again): perhaps so are they.
      if (parted.why === 'lost') parted.seekAt = Math.min(parted.seekAt, now);
    }
    let suspects = 0;
    for (const peer of peers) {
      if (suspects >= UNHEARD) return;
      if (this.#parted.has(peer) || this.#heard.has(peer) || this.#heardBefore.has(peer)) continue;
      if (this.#random() * size >= LOOKOUTS) continue;
      suspects++;
      const seekAt = now + OVERLAY_TIMES.unheardMs;
      this.#put(peer, { why: 'unheard', since: now, seekAt, tries: 0 });
    }
  }

  /** These were heard through the mesh. */
  heard(peers: readonly PeerId[], allowed: ReadonlySet<PeerId>, now: number): void {
    this.#turn(now);
    for (const peer of peers) {
      if (!allowed.has(peer)) continue;
      const parted = this.#parted.get(peer);
      if (parted?.why === 'lost' && now < parted.since + OVERLAY_TIMES.echoMs) continue;
      this.#parted.delete(peer);
      if (this.#heard.size < HEARD) this.#heard.add(peer);
    }
  }

  /** It is linked; the others of its piece should now be heard. */
  linked(peer: PeerId, now: number): void {
    if (!this.#parted.delete(peer)) return;
    for (const parted of this.#parted.values()) {
      if (parted.why === 'unheard')
        parted.seekAt = Math.max(parted.seekAt, now + OVERLAY_TIMES.unheardMs);
    }
  }

  /** It is no longer here, or will not have us. */
  forget(peer: PeerId): void {
    this.#parted.delete(peer);
  }

  /**
   * Whom to try now. Those that are not `free` wait; those merely not heard to whom the mesh leads (`routed`) are in this piece. For
   * these a way through the mesh is looked for first, which costs no server anything: `by` says how to try.
   */
  next(
    now: number,
    free: (peer: PeerId) => boolean,
    routed: (peer: PeerId) => boolean,
  ): { readonly peer: PeerId; readonly lost: boolean; readonly by: 'walk' | 'offer' } | undefined {
    for (const [peer, parted] of this.#parted) {
      const unheard = parted.why === 'unheard';
      const over =
        now >= parted.since + OVERLAY_TIMES.soughtForMs ||
        (unheard && (parted.tries >= UNHEARD_TRIES || routed(peer)));
      if (over) this.#parted.delete(peer);
      if (over || now < parted.seekAt || !free(peer)) continue;
      parted.tries++;
      parted.seekAt = now + between(OVERLAY_TIMES.seekMs, this.#random);
      // To the end: all have their turn.
      this.#parted.delete(peer);
      this.#parted.set(peer, parted);
      const by = unheard && parted.tries === 1 ? 'walk' : 'offer';
      return { peer, lost: !unheard, by };
    }
    return undefined;
  }

  /** When `next` may find somebody, at the earliest. */
  get seekAt(): number {
    if (this.#parted.size === 0) return Number.POSITIVE_INFINITY;
    let at = Number.POSITIVE_INFINITY;
    for (const parted of this.#parted.values()) at = Math.min(at, parted.seekAt);
    return at;
  }

  #put(peer: PeerId, parted: Parted): void {
    this.#parted.delete(peer);
    this.#parted.set(peer, parted);
    if (this.#parted.size <= OVERLAY_SIZES.parted) return;
    for (const oldest of this.#parted.keys()) {
      this.#parted.delete(oldest);
      return;
    }
  }

  #turn(now: number): void {
    if (now < this.#heardSince + OVERLAY_TIMES.reachedMs) return;
    this.#heardBefore =
      now < this.#heardSince + 2 * OVERLAY_TIMES.reachedMs ? this.#heard : new Set();
    this.#heard = new Set();
    this.#heardSince = now;
  }
}
