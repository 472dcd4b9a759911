/**
 * Which acts of a space document an entry was made on. Most are made on all of them, or on the same as the one before, and then
 * nothing has to be folded anew; a document of ten thousand names and settings would else be walked through for each.
 */
import type { ChangeHash } from '@snug/shared/protocol/ids.ts';
import type { DocumentLog } from './document-log.ts';

/** Most acts side by side that are kept for an entry. */
const SIDE_BY_SIDE = 16;

export class CitedActs {
  readonly #log: DocumentLog;
  /** The acts that an entry is or, if it is none, was made on: those behind them are not named. */
  readonly #nearest = new Map<ChangeHash, readonly ChangeHash[] | undefined>();
  /** Acts that no other act was made on. Whoever cites all of these cites every act. */
  readonly #last = new Set<ChangeHash>();
  #looked = 0;

  constructor(log: DocumentLog) {
    this.#log = log;
  }

  /** The acts nearest to what builds on these; `undefined` where they are too many to tell. */
  nearest(deps: readonly ChangeHash[]): readonly ChangeHash[] | undefined {
    this.#look();
    return this.#of(deps);
  }

  /** Whether these, from `nearest`, are or were made on all acts that are held. */
  areAll(nearest: readonly ChangeHash[]): boolean {
    if (this.#last.size > nearest.length) return false;
    for (const hash of this.#last) if (!nearest.includes(hash)) return false;
    return true;
  }

  #look(): void {
    // In the order in which they were let in, so deps have been looked at before.
    for (const { hash, deps, act } of this.#log.entries.slice(this.#looked)) {
      const nearest = this.#of(deps);
      this.#nearest.set(hash, act ? [hash] : nearest);
      if (!act) continue;
      for (const before of nearest ?? this.#log.ancestors(deps)) this.#last.delete(before);
      this.#last.add(hash);
    }
    this.#looked = this.#log.count;
  }

  #of(deps: readonly ChangeHash[]): readonly ChangeHash[] | undefined {
    const [first, ...others] = deps;
    if (first === undefined) return [];
    if (others.length === 0) return this.#nearest.get(first);
    const all = new Set<ChangeHash>();
    for (const dep of deps) {
      const nearest = this.#nearest.get(dep);
      if (!nearest) return undefined;
      for (const hash of nearest) all.add(hash);
    }
    return all.size > SIDE_BY_SIDE ? undefined : [...all];
  }
}
