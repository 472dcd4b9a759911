/** The newest entries of a group of the broadcast tree, under the names that announcements give them. */
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { AnnouncedId } from '../frames/short-id.ts';

/** Beyond so many, second copies and announcements are news. */
const REMEMBERED = 4096;

export interface Remembered {
  readonly id: EntryId;
  readonly from: PeerId | undefined;
  /** Everybody has it from the tree or gets it from a repair: a second copy says nothing about the tree. */
  readonly repaired: boolean;
}

export class RememberedEntries {
  readonly #entries = new Map<AnnouncedId, Remembered>();

  has(short: AnnouncedId): boolean {
    return this.#entries.has(short);
  }

  get(short: AnnouncedId): Remembered | undefined {
    return this.#entries.get(short);
  }

  add(short: AnnouncedId, entry: Remembered): void {
    this.#entries.set(short, entry);
    if (this.#entries.size <= REMEMBERED) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
