/**
 * Entries of devices that are no longer listed, beyond what a removal or an admin leaves of theirs: not in a log, so not in any
 * document, not passed on and in no digest. Nobody honest builds on one who has heard of the removal, so parking splits
 * nobody; where somebody listed does, who had not heard, it is taken in with what they wrote. Bounded per device and
 * altogether, oldest out first: what is dropped comes again with whatever builds on it.
 */
import type { ChangeHash, PeerId } from '@snug/shared/protocol/ids.ts';
import type { DocumentLog, LoggedEntry } from './document-log.ts';

export const PARKED_PER_DEVICE = 256;
export const PARKED = 4096;
export const PARKED_BYTES = 4 * 1024 * 1024;

export interface Parked {
  readonly log: DocumentLog;
  readonly entry: LoggedEntry;
  readonly from: PeerId;
}

export class Parking {
  readonly #parked = new Map<ChangeHash, Parked>();
  readonly #byDevice = new Map<PeerId, Set<Parked>>();
  #bytes = 0;

  get size(): number {
    return this.#parked.size;
  }

  get devices(): Iterable<PeerId> {
    return this.#byDevice.keys();
  }

  get(log: DocumentLog, hash: ChangeHash): LoggedEntry | undefined {
    const parked = this.#parked.get(hash);
    return parked?.log === log ? parked.entry : undefined;
  }

  add(parked: Parked): void {
    const { hash, author, bytes } = parked.entry;
    if (this.#parked.has(hash)) return;
    this.#parked.set(hash, parked);
    this.#bytes += bytes.length;
    const theirs = this.#byDevice.get(author) ?? new Set();
    this.#byDevice.set(author, theirs.add(parked));
    const [oldest] = theirs;
    if (theirs.size > PARKED_PER_DEVICE && oldest) this.remove(oldest.entry);
    for (const { entry } of this.#parked.values()) {
      if (this.#parked.size <= PARKED && this.#bytes <= PARKED_BYTES) break;
      this.remove(entry);
    }
  }

  /** What of a device is parked, in the order in which it came. */
  of(device: PeerId): readonly Parked[] {
    return [...(this.#byDevice.get(device) ?? [])];
  }

  remove({ hash }: LoggedEntry): void {
    const parked = this.#parked.get(hash);
    if (!parked) return;
    this.#parked.delete(hash);
    const { author, bytes } = parked.entry;
    this.#bytes -= bytes.length;
    const theirs = this.#byDevice.get(author);
    theirs?.delete(parked);
    if (theirs?.size === 0) this.#byDevice.delete(author);
  }

  /** What is parked of all that these build on, each after what it builds on itself. */
  behind(log: DocumentLog, deps: readonly ChangeHash[]): readonly LoggedEntry[] {
    const found = new Map<ChangeHash, LoggedEntry>();
    const open = [...deps];
    for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
      const entry = found.has(hash) ? undefined : this.get(log, hash);
      if (!entry) continue;
      found.set(hash, entry);
      open.push(...entry.deps);
    }
    return [...found.values()].sort((a, b) => a.startOp - b.startOp);
  }
}
