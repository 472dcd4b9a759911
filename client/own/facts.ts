/** The facts that a person's devices share, as one of these devices reads and says them. */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import { type CborValue, encodeCanonical } from '@snug/shared/entries/canonical-cbor.ts';
import { FACT, type FactContent, factContent } from '@snug/shared/entries/fact.ts';
import * as v from 'valibot';
import type { Space } from '../space/space.ts';
import { allFactsOf, type FoldedFacts, factsOf } from './fact-fold.ts';
import type { Fact, FactKind } from './fact-kinds.ts';

export interface FactsOptions {
  /** The own-devices space, once there is one that can be written in. */
  readonly space: () => Space | undefined;
  /** The same, made where there is none. Rejects with `StoreError`. */
  readonly found: () => Promise<Space>;
  /** Does alone what writes sealed entries, as soon as there is an epoch to write under. */
  readonly seals: <T>(space: Space, work: () => Promise<T>) => Promise<T>;
  /** ms since 1970. */
  readonly now: () => number;
}

export class Facts {
  readonly #o: FactsOptions;
  readonly #listeners = new Set<() => void>();

  constructor(options: FactsOptions) {
    this.#o = options;
  }

  /** Whether there is an own-devices space yet. */
  get exists(): boolean {
    return this.#o.space() !== undefined;
  }

  /** What holds of a kind, by key. */
  all<T extends CborValue>(kind: FactKind<T>): ReadonlyMap<string, Fact<T>> {
    const space = this.#o.space();
    return space ? factsOf(space, kind, this.#o.now()) : new Map();
  }

  get<T extends CborValue>(kind: FactKind<T>, key: string): T | undefined {
    return this.all(kind).get(key)?.value;
  }

  /**
   * Says that something holds. Nothing is written where it is said already, or where what is said counts for more.
   * Rejects with `StoreError`, and with `RangeError` for what does not fit.
   */
  async put<T extends CborValue>(kind: FactKind<T>, key: string, value: T): Promise<void> {
    const fits = fitting(kind, value);
    await this.#say(kind, { of: kind.name, key, value: fits }, (held) => {
      if (held === undefined) return false;
      if (kind.compare) return kind.compare(fits, held) <= 0;
      return equalBytes(encodeCanonical(held), encodeCanonical(fits));
    });
  }

  /** The same, unless anything was ever said under this key, here or on another device: also while this waited for its turn. */
  async putFirst<T extends CborValue>(kind: FactKind<T>, key: string, value: T): Promise<void> {
    const fact = { of: kind.name, key, value: fitting(kind, value) };
    await this.#write(fact, (facts) => facts.hasSaid(kind.name, key));
  }

  /** Says that nothing of the kind holds under this key any more. Rejects with `StoreError`. */
  async remove<T extends CborValue>(kind: FactKind<T>, key: string): Promise<void> {
    if (!this.exists) return;
    await this.#say(kind, { of: kind.name, key }, (held) => held === undefined);
  }

  /** Says what another own-devices space says last, as far as nothing was ever said of it here. @param but kinds left out */
  async takeOver(former: Space, but: ReadonlySet<string>): Promise<void> {
    for (const fact of allFactsOf(former, this.#o.now()).last())
      if (!but.has(fact.of) && fact.value !== undefined)
        await this.#write(fact, (facts) => facts.hasSaid(fact.of, fact.key));
  }

  #say<T extends CborValue>(
    kind: FactKind<T>,
    fact: FactContent,
    isSaid: (held: T | undefined) => boolean,
  ): Promise<void> {
    return this.#write(fact, (facts) => isSaid(facts.all(kind).get(fact.key)?.value));
  }

  async #write(fact: FactContent, isSaid: (facts: FoldedFacts) => boolean): Promise<void> {
    const content = factContent(fact);
    const space = this.#o.space() ?? (await this.#o.found());
    await this.#o.seals(space, async () => {
      const now = this.#o.now();
      const channel = [...space.membership.channels][0];
      if (channel === undefined || isSaid(allFactsOf(space, now))) return;
      const log = await space.writingSegment(channel);
      await space.writeSealed(log, space.channel(channel), { kind: FACT, content }, now);
    });
  }

  /** Calls back whenever a fact may have changed, said here or come from another device. @returns the unsubscriber */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something of the own-devices space has changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** @throws RangeError for what does not fit */
function fitting<T extends CborValue>(kind: FactKind<T>, value: T): T {
  const fits = v.safeParse(kind.value, value);
  if (fits.success) return fits.output;
  throw new RangeError(`No value for a fact of the kind ${kind.name}: ${fits.issues[0].message}.`);
}
