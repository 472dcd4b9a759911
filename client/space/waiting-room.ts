/**
 * Arrivals whose deps, author or channel have not arrived. Bounded per neighbour in number and bytes, oldest out first:
 * what is dropped comes again by anti-entropy.
 */
import type { DocumentId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Arrival } from './admission.ts';

/** Most arrivals of one neighbour that wait at a time. */
export const WAITING_PER_NEIGHBOUR = 512;
export const WAITING_BYTES = 2 * 1024 * 1024;

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
    let bytes = 0;
    for (const { bytes: one } of theirs.values()) bytes += one.length;
    for (const [id, { bytes: one }] of theirs) {
      if (theirs.size <= WAITING_PER_NEIGHBOUR && bytes <= WAITING_BYTES) return;
      theirs.delete(id);
      bytes -= one.length;
    }
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
