/**
 * The engine of a tab that follows. Its Repo has no storage and an id of its own, and gets its documents from the tab
 * that leads over automerge-repo's BroadcastChannel adapter; names and secrets it reads from the store that they share.
 * It judges nothing and writes nothing: what it is asked to do beyond showing goes to the leader.
 */
import * as Automerge from '@automerge/automerge/slim';
import {
  type DocHandle,
  type NetworkAdapterInterface,
  Repo,
  type DocumentId as RepoDocumentId,
  type PeerId as RepoPeerId,
} from '@automerge/automerge-repo/slim';
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { parseChange, splitChunks } from '@snug/shared/entries/canonical-change.ts';
import type { ChannelId, DocumentId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Bearings } from '../engine/bearings.ts';
import { contactsPart, inboxPart, peopleOf } from '../engine/contact-view.ts';
import { readName } from '../engine/display-name.ts';
import { TAB_PREFIX } from '../engine/documents-repo.ts';
import { spaceView } from '../engine/space-view.ts';
import { timelineView } from '../engine/timeline-view.ts';
import type { Commands, EngineView, PendingView } from '../engine/view.ts';
import { type Watched, watch } from '../engine/watched.ts';
import type { Timer, WallClock } from '../mesh/clock.ts';
import { parseAddress } from '../space/address.ts';
import type { DocumentLog } from '../space/document-log.ts';
import { Space } from '../space/space.ts';
import {
  isShown,
  parseSpaceList,
  parseSpaceRecord,
  SPACES_KEY,
  spaceKey,
} from '../space/space-record.ts';
import type { Store } from '../space/store.ts';

const VIEW_MS = 25;

export interface FollowerOptions {
  /** Opened for reading. */
  readonly store: Store;
  readonly device: DeviceKey;
  readonly clock: WallClock;
  /** The adapter to the leading tab. */
  readonly tabs: NetworkAdapterInterface;
  /** The signaling server of this page. */
  readonly server: string;
  /** Unlike any other tab's. */
  readonly tab: string;
  readonly onView: (view: EngineView) => void;
  readonly onProblem: (problem: unknown) => void;
}

export class Follower {
  readonly #o: FollowerOptions;
  readonly #repo: Repo;
  readonly #spaces = new Map<SpaceId, Space>();
  readonly #following = new Map<DocumentId, number>();
  #bearings: Bearings = {
    paths: [],
    through: [],
    present: [],
    typing: [],
    holders: [],
    documents: [],
    storage: 'kept',
    fileWork: [],
    card: undefined,
    knocks: [],
  };
  #name: string | undefined;
  #asked: Parameters<Commands['watch']>[0] = null;
  #watched: Watched | undefined;
  #pending: readonly PendingView[] = [];
  #viewTimer: Timer | undefined;
  #started = false;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#o = options;
    this.#repo = new Repo({
      peerId: `${TAB_PREFIX}${options.tab}` as RepoPeerId,
      network: [options.tabs],
      isEphemeral: true,
      // Other followers ask the leader.
      shareConfig: {
        announce: async (peer) => !peer.startsWith(TAB_PREFIX),
        access: async (peer) => !peer.startsWith(TAB_PREFIX),
      },
    });
  }

  async start(): Promise<void> {
    await this.#readNames();
    this.#started = true;
    this.#show();
  }

  /** The leader has said what there is now. */
  async steer(bearings: Bearings): Promise<void> {
    this.#bearings = bearings;
    await this.#readNames();
    for (const bytes of bearings.documents) {
      const address = parseAddress(bytes);
      const space = address && this.#spaces.get(address.space);
      if (address && space) this.#follow(space, space.log(address));
    }
    this.#show();
  }

  watch(input: Parameters<Commands['watch']>[0]): void {
    this.#asked = input;
    this.#show();
  }

  /** Drafts that the leader has not confirmed, of the watched channel. */
  pending(pending: readonly PendingView[]): void {
    this.#pending = pending;
    this.#show();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#o.clock.clearTimeout(this.#viewTimer);
    await this.#repo.shutdown();
    await this.#o.store.close();
  }

  /** Name, spaces and their secrets, as the leader keeps them. */
  async #readNames(): Promise<void> {
    this.#name = await readName(this.#o.store);
    const list = parseSpaceList(await this.#o.store.get(SPACES_KEY));
    for (const id of this.#spaces.keys()) if (!list.includes(id)) this.#spaces.delete(id);
    for (const id of list) {
      const record = parseSpaceRecord(await this.#o.store.get(spaceKey(id)));
      if (!record) continue;
      const held = this.#spaces.get(id);
      if (held) {
        await held.adopt(record);
        continue;
      }
      const space = new Space({
        record,
        device: this.#o.device,
        store: this.#o.store,
        onChange: () => this.#show(),
      });
      this.#spaces.set(id, space);
    }
  }

  #follow(space: Space, log: DocumentLog): void {
    if (this.#following.has(log.id)) return;
    this.#following.set(log.id, 0);
    void this.#repo
      .find(log.id as string as RepoDocumentId)
      .then((handle) => {
        handle.on('heads-changed', () => this.#take(space, log, handle));
        this.#take(space, log, handle);
      })
      .catch((problem: unknown) => {
        // The leader did not have it yet; the next bearings ask again.
        this.#following.delete(log.id);
        if (!this.#closed) this.#o.onProblem(problem);
      });
  }

  #take(space: Space, log: DocumentLog, handle: DocHandle<unknown>): void {
    const changes = splitChunks(concatBytes(...Automerge.getAllChanges(handle.doc())));
    const taken = this.#following.get(log.id) ?? 0;
    const fresh = (changes ?? []).slice(taken);
    this.#following.set(log.id, taken + fresh.length);
    const arrivals = fresh.flatMap((bytes) => {
      const change = parseChange(bytes);
      return change && change.hash !== log.root?.hash
        ? [{ bytes: change.entry, deps: change.deps }]
        : [];
    });
    void space.takeOver(log, arrivals).catch(this.#o.onProblem);
  }

  #show(): void {
    if (this.#viewTimer !== undefined || this.#closed || !this.#started) return;
    this.#viewTimer = this.#o.clock.setTimeout(() => {
      this.#viewTimer = undefined;
      this.#o.onView(this.view());
    }, VIEW_MS);
  }

  view(): EngineView {
    const now = this.#o.clock.now();
    const me = this.#o.device.peerId;
    // The space may have come after it was asked for.
    const space = this.#asked ? this.#spaces.get(this.#asked.space) : undefined;
    this.#watched =
      space && this.#asked ? watch(this.#watched, this.#asked, space.record, now) : undefined;
    const watched = this.#watched;
    const { fileWork, devices, linking } = this.#bearings;
    const people = peopleOf([...this.#spaces.values()], me, now);
    const holders = new Map(this.#bearings.holders);
    return {
      phase: this.#name === undefined ? 'first-run' : 'ready',
      device: {
        peer: me,
        leads: false,
        server: this.#o.server,
        storage: this.#bearings.storage,
        ...(this.#name === undefined ? {} : { name: this.#name }),
      },
      spaces: [...this.#spaces.values()]
        .filter(({ record }) => isShown(record))
        .map((s) => spaceView(s, this.#reach(s), now, people)),
      ...contactsPart(people),
      ...inboxPart(this.#bearings),
      ...(fileWork.length > 0 ? { fileWork } : {}),
      ...(devices ? { devices } : {}),
      ...(linking ? { linking } : {}),
      ...(watched && space
        ? {
            timeline: timelineView({
              ...watched,
              space,
              pending: this.#pending,
              reach: this.#reach(space),
              holders: (id) => new Set(holders.get(id) ?? []),
              now,
            }),
          }
        : {}),
    };
  }

  #reach(space: Space) {
    const paths = new Map(this.#bearings.paths);
    const through = new Map(this.#bearings.through);
    const present = new Set(new Map(this.#bearings.present).get(space.record.id) ?? []);
    const typing = new Map(this.#bearings.typing);
    return {
      me: this.#o.device.peerId,
      pathTo: (peer: PeerId) => paths.get(peer),
      through: (peer: PeerId) => through.get(peer),
      isHere: (peer: PeerId) => present.has(peer),
      typingIn: (channel: ChannelId) => typing.get(channel) ?? [],
    };
  }
}
