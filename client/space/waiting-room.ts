/**
 * Arrivals whose deps, author or channel have not arrived, by what they miss: what comes lets out those that waited for it
 * and costs the others nothing. Bounded per neighbour in number and bytes, oldest out first: what is dropped comes again by
 * anti-entropy.
 */
import type {
  ChangeHash,
  ChannelId,
  DocumentId,
  EntryId,
  EpochId,
  PeerId,
} from '@snug/shared/protocol/ids.ts';
import type { Arrival } from './admission.ts';

/** Most arrivals of one neighbour that wait at a time. */
export const WAITING_PER_NEIGHBOUR = 512;
export const WAITING_BYTES = 2 * 1024 * 1024;

/** What an arrival misses first. It may miss something else when that has come. */
export type Missing =
  | { readonly a: 'change'; readonly id: ChangeHash }
  | { readonly a: 'device'; readonly id: PeerId }
  | { readonly a: 'channel'; readonly id: ChannelId }
  | { readonly a: 'epoch'; readonly id: EpochId };

export interface Waiting extends Arrival {
  readonly from: PeerId;
  readonly document: DocumentId;
  readonly id: EntryId;
  readonly missing: Missing;
}

interface Theirs {
  readonly waiting: Map<EntryId, Waiting>;
  bytes: number;
}

export class WaitingRoom {
  readonly #byNeighbour = new Map<PeerId, Theirs>();
  readonly #byMissing = new Map<string, Set<Waiting>>();

  add(waiting: Waiting): void {
    const { from, id, bytes } = waiting;
    const before = this.#byNeighbour.get(from)?.waiting.get(id);
    if (before) this.#remove(before);
    const theirs = this.#byNeighbour.get(from) ?? { waiting: new Map(), bytes: 0 };
    this.#byNeighbour.set(from, theirs);
    theirs.waiting.set(id, waiting);
    theirs.bytes += bytes.length;
    const key = keyOf(waiting.missing);
    const others = this.#byMissing.get(key);
    if (others) others.add(waiting);
    else this.#byMissing.set(key, new Set([waiting]));
    for (const oldest of theirs.waiting.values()) {
      if (theirs.waiting.size <= WAITING_PER_NEIGHBOUR && theirs.bytes <= WAITING_BYTES) break;
      this.#remove(oldest);
    }
  }

  /** Takes out, to be judged again, those that wait for this (in one document), in the order in which they came. */
  take(missing: Missing, document?: DocumentId): readonly Waiting[] {
    const all = [...(this.#byMissing.get(keyOf(missing)) ?? [])];
    const waiting = document === undefined ? all : all.filter((one) => one.document === document);
    for (const one of waiting) this.#remove(one);
    return waiting;
  }

  forget(from: PeerId): void {
    for (const one of this.#byNeighbour.get(from)?.waiting.values() ?? []) this.#remove(one);
  }

  get size(): number {
    let size = 0;
    for (const { waiting } of this.#byNeighbour.values()) size += waiting.size;
    return size;
  }

  #remove(waiting: Waiting): void {
    const { from, id, bytes, missing } = waiting;
    const theirs = this.#byNeighbour.get(from);
    if (!theirs?.waiting.delete(id)) return;
    theirs.bytes -= bytes.length;
    if (theirs.waiting.size === 0) this.#byNeighbour.delete(from);
    const key = keyOf(missing);
    const others = this.#byMissing.get(key);
    others?.delete(waiting);
    if (others?.size === 0) this.#byMissing.delete(key);
  }
}

function keyOf({ a, id }: Missing): string {
  return `${a} ${id}`;
}
