/**
 * Arrivals whose deps, author or channel have not arrived. Bounded per neighbour, oldest out first: what is dropped
 * comes again by anti-entropy.
 */
import type { DocumentId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Arrival } from './admission.ts';

/** Most arrivals of one neighbour that wait at a time. */
export const WAITING_PER_NEIGHBOUR = 512;

export interface Waiting extends Arrival {
  readonly from: PeerId;
  readonly document: DocumentId;
  readonly id: EntryId;
}

export class WaitingRoom {
  readonly #byNeighbour = new Map<PeerId, Map<EntryId, Waiting>>();

  add(waiting: Waiting): void {
    const theirs = this.#byNeighbour.get(waiting.from) ?? new Map<EntryId, Waiting>();
    this.#byNeighbour.set(waiting.from, theirs);
    theirs.set(waiting.id, waiting);
    if (theirs.size <= WAITING_PER_NEIGHBOUR) return;
    const [oldest] = theirs.keys();
    if (oldest !== undefined) theirs.delete(oldest);
  }

  has(from: PeerId, id: EntryId): boolean {
    return this.#byNeighbour.get(from)?.has(id) ?? false;
  }

  /** Takes everything out, to be judged again. */
  takeAll(): Waiting[] {
    const all = [...this.#byNeighbour.values()].flatMap((theirs) => [...theirs.values()]);
    this.#byNeighbour.clear();
    return all;
  }

  forget(from: PeerId): void {
    this.#byNeighbour.delete(from);
  }

  get size(): number {
    let size = 0;
    for (const theirs of this.#byNeighbour.values()) size += theirs.size;
    return size;
  }
}
