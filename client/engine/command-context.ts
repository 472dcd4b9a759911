/** What all commands share: the spaces, the person's name, what is on screen, and how a failure is told. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { PassphraseCost } from '@snug/shared/crypto/passphrase.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import type { ChannelId, EntryId, PeerId, SpaceId, Topic } from '@snug/shared/protocol/ids.ts';
import type { WallClock } from '../mesh/clock.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import { Facts } from '../own/facts.ts';
import { foundOwnSpace } from '../own/founding.ts';
import type { Space } from '../space/space.ts';
import { type Store, StoreError } from '../space/store.ts';
import type { Meetings } from './meetings.ts';
import type { Reach } from './reach.ts';
import type { Searching } from './searching.ts';
import type { Shelf } from './shelf.ts';
import { troubled } from './trouble.ts';
import type { PendingView, Result } from './view.ts';
import type { Watched } from './watched.ts';

export interface CommandsOptions {
  readonly store: Store;
  readonly device: DeviceKey;
  /** The signaling server of this page or program. */
  readonly server: string;
  /** Where invite links lead. */
  readonly page: string;
  readonly shelf: Shelf;
  readonly meetings: Meetings;
  readonly searching: Searching;
  /** What the passphrase of a new file costs whoever guesses. */
  readonly passphraseCost: PassphraseCost;
  readonly now: () => number;
  readonly clock: WallClock;
  readonly links: (command: LinksCommand) => void;
  /** Neighbours just now. */
  readonly linked: () => Iterable<PeerId>;
  /** A key was touched in a channel's field. */
  readonly typing: (space: Space, channel: ChannelId) => void;
  /** Much has come of a space otherwise than from neighbours: they are asked what they lack. */
  readonly compare: (space: Space) => void;
  readonly randomBytes: (n: number) => Uint8Array;
  /** To a neighbour, of a device's linking. */
  readonly sayLinking: (peer: PeerId, topic: Topic, message: Uint8Array) => void;
  /** Something has changed of whom this device talks to. */
  readonly compareAll: () => void;
  readonly reach: (space: Space) => Reach;
  /** Others are told, as far as they are reached, before the space is forgotten. */
  readonly leaving: (space: Space) => Promise<void>;
  /** Something is to be seen: at once, or soon. */
  readonly show: (when: 'now' | 'soon') => void;
  readonly onStored: () => void;
  readonly onStoreError: (error: StoreError) => void;
  readonly onProblem: (problem: unknown) => void;
}

/** How long what is to be written waits for an epoch to write under, ms. */
const EPOCH_MS = 120_000;

/** This device is not, or no longer, listed. */
class NoMember extends Error {}
/** Nothing can be written where this device is not listed: a space from a file, or one that it was removed from. */
function isReadOnly(space: Space): boolean {
  return space.isOut || space.record.state === 'archive';
}

/** There was no epoch to write under for too long. */
class NoEpoch extends Error {}

interface Waiting {
  readonly space: Space;
  readonly until: number;
  readonly wake: () => void;
}

/** Commands of one area are a class over this. */
export class CommandContext {
  readonly o: CommandsOptions;
  /** What this person's devices share. */
  readonly facts: Facts;
  name: string | undefined;
  watched: Watched | undefined;

  constructor(options: CommandsOptions) {
    this.o = options;
    const { shelf, now } = options;
    this.facts = new Facts({
      space: () => shelf.own,
      found: () => this.#foundOwnSpace(),
      seals: (space, work) => this.seals(space, work),
      now,
    });
  }

  /** Called when something has been read here. */
  onRead: () => void = () => {};

  #founding: Promise<Space> | undefined;

  /** Once, however many ask. */
  #foundOwnSpace(): Promise<Space> {
    const { device, server, shelf, now } = this.o;
    this.#founding ??= foundOwnSpace(
      { device, servers: [server], name: this.name, now: now() },
      shelf,
    ).finally(() => {
      this.#founding = undefined;
    });
    return this.#founding;
  }

  readonly #waiting = new Set<Waiting>();
  readonly #unsaid = new Set<PendingView & { readonly channel: ChannelId }>();

  /** Something of a space has changed: whoever waits for an epoch looks again. */
  changed(space: Space): void {
    for (const waiting of this.#waiting) if (waiting.space === space) this.#wake(waiting);
  }

  /** Ends waiting that has been in vain. To be called every second or so. */
  tick(): void {
    for (const waiting of this.#waiting) if (waiting.until <= this.o.now()) this.#wake(waiting);
  }

  #wake(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    waiting.wake();
  }

  /**
   * Does alone what writes sealed entries, as soon as there is an epoch to write under: after a removal that takes seconds, and
   * any member can start one, so it is not waited for in vain. Rejects with `StoreError`, `NoMember` or `NoEpoch`.
   */
  async seals<T>(space: Space, work: () => Promise<T>): Promise<T> {
    const until = this.o.now() + EPOCH_MS;
    for (;;) {
      const change = new Promise<void>((wake) => this.#waiting.add({ space, until, wake }));
      const done = await space.exclusively(async () => {
        if (isReadOnly(space)) throw new NoMember();
        return space.writingEpoch && { value: await work() };
      });
      if (done) return done.value;
      if (until <= this.o.now()) throw new NoEpoch();
      await change;
    }
  }

  /** Does alone what writes acts. Rejects with `StoreError` or `NoMember`. */
  acts<T>(space: Space, work: () => Promise<T>): Promise<T> {
    return space.exclusively(async () => {
      if (isReadOnly(space)) throw new NoMember();
      return work();
    });
  }

  /** While `work` is under way, this is shown as said and not stored yet. */
  async unsaid<T>(
    pending: PendingView & { readonly channel: ChannelId },
    work: () => Promise<T>,
  ): Promise<T> {
    this.#unsaid.add(pending);
    this.o.show('soon');
    try {
      return await work();
    } finally {
      this.#unsaid.delete(pending);
    }
  }

  pending(channel: ChannelId): readonly PendingView[] {
    return [...this.#unsaid]
      .filter((unsaid) => unsaid.channel === channel)
      .map(({ draft, text, at }) => ({ draft, text, at }));
  }

  /** A space that can be read, at least. */
  open(id: SpaceId): Space | undefined {
    const space = this.o.shelf.shown.find(({ record }) => record.id === id);
    const state = space?.record.state;
    return state === 'open' || state === 'archive' ? space : undefined;
  }

  /** Writes an entry into a channel, by itself. Rejects with `StoreError`. */
  async writes(
    space: Space,
    channel: ChannelId,
    entry: {
      readonly kind: string;
      readonly content: Body['content'];
      readonly refs: Body['refs'];
    },
  ): Promise<EntryId> {
    const { id } = await this.seals(space, async () =>
      space.writeSealed(
        await space.writingSegment(channel),
        space.channel(channel),
        entry,
        this.o.now(),
      ),
    );
    this.o.show('soon');
    return id;
  }

  /** Something failed that nobody waits for. What could not be written yet is tried again. */
  failed(problem: unknown): void {
    if (problem instanceof StoreError) this.o.onStoreError(problem);
    else if (!(problem instanceof NoMember) && !(problem instanceof NoEpoch))
      this.o.onProblem(problem);
  }

  async attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
    try {
      const value = await work();
      this.o.onStored();
      return { ok: true, value };
    } catch (error) {
      if (error instanceof NoMember)
        return troubled(
          'not-allowed',
          'You are not a member of this space, or no longer. What you hold of it stays readable.',
        );
      if (error instanceof NoEpoch)
        return troubled(
          'not-yet',
          'This space is changing its keys, which takes longer than it should. Nothing was sent; try again.',
        );
      if (!(error instanceof StoreError)) {
        this.o.onProblem(error);
        return troubled('internal', 'Something went wrong here. Nothing was lost; try again.');
      }
      this.o.onStoreError(error);
      switch (error.failure) {
        case 'full':
          return troubled(
            'storage-full',
            'This device is full. Nothing was sent. Make room and try again.',
          );
        case 'refused':
          return troubled('storage-refused', 'This browser refused to store it. Nothing was sent.');
        case 'lease-lost':
          return troubled('internal', 'Another tab took over. Nothing was sent; try again.');
        case 'failed':
          return troubled('internal', 'It could not be stored. Nothing was sent; try again.');
      }
    }
  }
}
