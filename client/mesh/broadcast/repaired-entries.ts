/**
 * What a repair has brought into a group of the broadcast tree and the neighbours have not been told: gathered, because a
 * repair seldom brings one thing only.
 */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { AnnouncedId } from '../frames/short-id.ts';

/** Gathered until nothing has come for so long, and no longer than that, ms. */
const GATHER = { quiet: 300, most: 2_000 };
/** A repair that brings more is left to digests. */
const ANNOUNCED = 64;

export class RepairedEntries {
  readonly #ids = new Map<AnnouncedId, PeerId | undefined>();
  readonly #sources = new Set<PeerId>();
  readonly #begun: number;
  #count = 0;
  #due = 0;

  constructor(now: number) {
    this.#begun = now;
  }

  /** When the neighbours are to be told. */
  get due(): number {
    return this.#due;
  }

  add(id: AnnouncedId, from: PeerId | undefined, now: number): void {
    this.#count++;
    if (this.#ids.size < ANNOUNCED) this.#ids.set(id, from);
    if (from !== undefined) this.#sources.add(from);
    this.#due = Math.min(now + GATHER.quiet, this.#begun + GATHER.most);
  }

  /** What a neighbour is to be told: `compare` where it is much, else what did not come from them. */
  for(peer: PeerId): readonly AnnouncedId[] | 'compare' {
    if (this.#count <= ANNOUNCED)
      return [...this.#ids].flatMap(([id, from]) => (from === peer ? [] : id));
    // Of several sources each lacks what the others brought.
    return this.#sources.size > 1 || !this.#sources.has(peer) ? 'compare' : [];
  }
}
