/** The spaces that this device holds: read back at the start, kept as they change. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { DocumentId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Timer, WallClock } from '../mesh/clock.ts';
import type { DocumentLog } from '../space/document-log.ts';
import type { Inspector } from '../space/inspection.ts';
import { Space, type SpaceChange } from '../space/space.ts';
import {
  isShown,
  parseSpaceList,
  parseSpaceRecord,
  SPACES_KEY,
  type SpaceRecord,
  spaceKey,
} from '../space/space-record.ts';
import type { Store } from '../space/store.ts';

/** Read positions and the like are kept after so long, ms. */
const SAVE_MS = 400;

export interface ShelfOptions {
  readonly store: Store;
  readonly device: DeviceKey;
  readonly clock: WallClock;
  readonly onChange: (space: Space, change: SpaceChange) => void;
  readonly inspector?: Inspector | undefined;
  readonly onStoreError: (error: unknown) => void;
  readonly onProblem: (problem: unknown) => void;
}

export class Shelf implements Iterable<Space> {
  readonly #o: ShelfOptions;
  readonly #spaces = new Map<SpaceId, Space>();
  /** Spaces whose records cannot be read: they stay listed, for a version that can. */
  readonly #unreadable = new Set<SpaceId>();
  readonly #saving = new Map<SpaceId, Timer>();

  constructor(options: ShelfOptions) {
    this.#o = options;
  }

  [Symbol.iterator](): Iterator<Space> {
    return this.#spaces.values();
  }

  get(id: SpaceId): Space | undefined {
    return this.#spaces.get(id);
  }

  /** Those that a person sees as spaces. */
  get shown(): readonly Space[] {
    return [...this].filter(({ record }) => isShown(record));
  }

  /** What this person's devices share, once there is such a space that can be written in. */
  get own(): Space | undefined {
    // The last: one from before this device was linked gives way to that of the others.
    return [...this].findLast(
      ({ record, isOut }) => record.own === true && record.state === 'open' && !isOut,
    );
  }

  find(condition: (space: Space) => boolean): Space | undefined {
    return [...this].find(condition);
  }

  log(document: DocumentId): DocumentLog | undefined {
    for (const space of this) {
      const log = space.held(document);
      if (log) return log;
    }
    return undefined;
  }

  /** Reads back what is to be seen first of every space. */
  async loadNewest(): Promise<void> {
    for (const id of parseSpaceList(await this.#o.store.get(SPACES_KEY))) {
      const record = parseSpaceRecord(await this.#o.store.get(spaceKey(id)));
      if (record) await this.#open(record).loadNewest();
      else {
        this.#unreadable.add(id);
        this.#o.onProblem(
          new Error(`The record of the space ${id} is damaged; it was left alone.`),
        );
      }
    }
  }

  /** Reads back the rest. */
  async loadRest(): Promise<void> {
    for (const space of this.#spaces.values()) await space.loadRest();
  }

  /**
   * Takes a space up, in place of an earlier try at it; `fill` does what it begins with. Rejects with `StoreError`,
   * and then it is not held.
   */
  async add<T>(record: SpaceRecord, fill: (space: Space) => Promise<T>): Promise<T> {
    const before = this.#spaces.get(record.id);
    const space = this.#open(record);
    try {
      await space.load();
      const filled = await fill(space);
      await space.save([{ key: SPACES_KEY, value: this.#list }]);
      return filled;
    } catch (error) {
      if (before) this.#spaces.set(record.id, before);
      else this.#spaces.delete(record.id);
      throw error;
    }
  }

  /** Forgets a space and everything in it. */
  async remove(space: Space): Promise<void> {
    const { id } = space.record;
    this.#spaces.delete(id);
    this.#o.clock.clearTimeout(this.#saving.get(id));
    this.#saving.delete(id);
    await this.#o.store.put(SPACES_KEY, this.#list);
    await this.#o.store.remove(spaceKey(id));
    for (const log of space.logs) await this.#o.store.drop(log.id);
  }

  saveSoon(space: Space): void {
    const { id } = space.record;
    if (this.#saving.has(id)) return;
    const save = () => {
      this.#saving.delete(id);
      if (this.#spaces.get(id) === space) space.save().catch(this.#o.onStoreError);
    };
    this.#saving.set(id, this.#o.clock.setTimeout(save, SAVE_MS));
  }

  /** Finishes what is being written. */
  async close(): Promise<void> {
    for (const [id, timer] of this.#saving) {
      this.#o.clock.clearTimeout(timer);
      await this.#spaces.get(id)?.save().catch(this.#o.onProblem);
    }
    for (const space of this) await space.exclusively(async () => {});
  }

  #open(record: SpaceRecord): Space {
    const space = new Space({
      record,
      device: this.#o.device,
      store: this.#o.store,
      inspector: this.#o.inspector,
      onChange: (change) => {
        if (this.#spaces.get(record.id) === space) this.#o.onChange(space, change);
      },
    });
    this.#spaces.set(record.id, space);
    return space;
  }

  get #list(): readonly SpaceId[] {
    return [...this.#spaces.keys(), ...this.#unreadable];
  }
}
