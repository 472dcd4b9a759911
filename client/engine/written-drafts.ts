/**
 * Which drafts have become entries. A tab that follows hands its draft to the tab that leads and keeps it until it hears
 * that the entry is stored; if the leader dies in between, the next leader is handed the same draft and must not write it
 * twice. Kept in the same transaction as the entry.
 */
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { KeptValue } from '../space/store.ts';

export const DRAFTS_KEY = 'drafts';
/** Drafts are handed over again within seconds; so many are remembered. */
const REMEMBERED = 200;

const Kept = v.array(v.tuple([v.string(), EntryId]));

export class WrittenDrafts {
  #drafts = new Map<string, EntryId>();

  load(raw: unknown): void {
    const kept = v.safeParse(Kept, raw);
    if (kept.success) this.#drafts = new Map(kept.output);
  }

  get(draft: string): EntryId | undefined {
    return this.#drafts.get(draft);
  }

  /** The value to keep once this draft has become that entry. */
  with(draft: string, id: EntryId): KeptValue {
    return { key: DRAFTS_KEY, value: [...[...this.#drafts].slice(1 - REMEMBERED), [draft, id]] };
  }

  add(draft: string, id: EntryId): void {
    this.#drafts.set(draft, id);
    const [oldest] = this.#drafts.keys();
    if (this.#drafts.size > REMEMBERED && oldest !== undefined) this.#drafts.delete(oldest);
  }
}
