/**
 * The engine: everything a device knows and decides. It holds the spaces, writes and judges entries, and talks to its
 * neighbours through `Neighbourhood`; links, storage, clock and randomness are handed in. In a browser it runs in a worker.
 */
import type { NetworkAdapterInterface } from '@automerge/automerge-repo/slim';
import { fractionOf } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { PASSPHRASE_COST, type PassphraseCost } from '@snug/shared/crypto/passphrase.ts';
import type { EntryId, EpochId, PeerId } from '@snug/shared/protocol/ids.ts';
import { neverBack, systemClock, type Timer, type WallClock } from '../mesh/clock.ts';
import type { LinksCommand, LinksEvent } from '../mesh/links-port.ts';
import { type Address, documentIdOf } from '../space/address.ts';
import type { DocumentLog } from '../space/document-log.ts';
import type { Inspector } from '../space/inspection.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space, SpaceChange } from '../space/space.ts';
import { type Store, StoreError } from '../space/store.ts';
import { type Bearings, bearingsOf } from './bearings.ts';
import { EngineCommands } from './commands.ts';
import { contactsPart, inboxPart, peopleOf } from './contact-view.ts';
import { conversationOf } from './conversation.ts';
import type { DocumentsRepo } from './documents-repo.ts';
import { Door } from './door.ts';
import { EpochUpkeep } from './epoch-upkeep.ts';
import { Meetings } from './meetings.ts';
import { messageView } from './message-view.ts';
import { Neighbourhood } from './neighbourhood.ts';
import type { Dropped } from './present.ts';
import { Searching } from './searching.ts';
import { Shelf } from './shelf.ts';
import { spaceView } from './space-view.ts';
import { timelineView } from './timeline-view.ts';
import type { Arrivals, Traffic } from './traffic.ts';
import type { EngineView, Received, StorageState } from './view.ts';
import { ViewPace } from './view-pace.ts';

export interface EngineOptions {
  readonly store: Store;
  readonly storage: StorageState;
  readonly device: DeviceKey;
  /** The signaling server of this page or program. */
  readonly server: string;
  /** Where invite links lead: the page's address without fragment. */
  readonly page: string;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly links: (command: LinksCommand) => void;
  readonly onView: (view: EngineView) => void;
  /** Loads Automerge, once. */
  readonly loadRepo: () => Promise<typeof DocumentsRepo>;
  /** Network adapters to this browser's other tabs. */
  readonly tabs: readonly NetworkAdapterInterface[];
  /** Another tab holds the lease: nothing more can be written here. */
  readonly onLeaseLost?: () => void;
  /** Inspects what comes in bulk on another thread. */
  readonly inspector?: Inspector;
  /** What the passphrase of an exported space costs whoever guesses; tests pay less than people. */
  readonly passphraseCost?: PassphraseCost;
  /** Each message as it is let in, of any channel. */
  readonly onReceived?: (received: Received) => void;
  readonly onProblem: (problem: unknown) => void;
}

/** How often what waits for time is looked at, ms. */
const TICK_MS = 250;
/** So many spaces are all in the foreground. */
const FEW_SPACES = 3;

export class Engine {
  readonly commands: EngineCommands;
  readonly #o: EngineOptions;
  readonly #me: PeerId;
  readonly #shelf: Shelf;
  readonly #neighbourhood: Neighbourhood;
  readonly #meetings: Meetings;
  readonly #door: Door;
  /** Under which epoch one wrote when a space changed last. */
  readonly #writing = new WeakMap<Space, EpochId | undefined>();
  readonly #epochs: EpochUpkeep;
  readonly #searching: Searching;
  readonly #pace: ViewPace;
  #repo: Promise<DocumentsRepo> | undefined;
  #opened: Promise<void> | undefined;
  #started = false;
  #storage: StorageState;
  #tickTimer: Timer | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    const { store, device, clock, onProblem } = options;
    this.#o = options;
    this.#me = device.peerId;
    this.#storage = options.storage;
    this.#pace = new ViewPace(
      clock,
      () => options.onView(this.view()),
      () => this.#neighbourhood.isCatchingUp,
    );
    const onStoreError = (error: unknown) => this.#storeFailed(error);
    this.#shelf = new Shelf({
      store,
      device,
      clock,
      onChange: (space, change) => this.#changed(space, change),
      inspector: options.inspector,
      onStoreError,
      onProblem,
    });
    this.#neighbourhood = new Neighbourhood({
      me: this.#me,
      device,
      clock: neverBack(clock),
      randomBytes: options.randomBytes,
      links: options.links,
      shelf: this.#shelf,
      repo: () => this.#automerge(),
      onHolders: (space, ids) => this.#onHolders(space, ids),
      onTies: () => this.#pace.soon(),
      judgeKnock: (topic, peer, note) => this.#door.judge(topic, peer, note),
      onLinking: (peer, topic, message) => this.commands.devices.frame(peer, topic, message),
      onKnocked: (space, by, refusal) => this.#door.answered(space, by, refusal),
      onStoreError,
      onProblem,
    });
    this.#meetings = new Meetings({
      device,
      links: options.links,
      pathTo: (peer) => this.#neighbourhood.pathTo(peer),
      through: (space, peer) => this.#neighbourhood.through(space, peer),
      isPresent: (space, peer) => this.#neighbourhood.present.isPresent(space, peer),
      typingIn: (space, channel) => this.#neighbourhood.present.typingIn(space, channel),
      isBackground: (space) =>
        this.#shelf.shown.length > FEW_SPACES && this.commands.watched?.space !== space.record.id,
      isTold: (space, peer) => this.#neighbourhood.acts.isTold(space, peer),
      random: () => fractionOf(options.randomBytes(4)),
    });
    this.#epochs = new EpochUpkeep({
      me: this.#me,
      shelf: this.#shelf,
      now: () => clock.now(),
      isHere: (space, peer) =>
        this.#neighbourhood.pathTo(peer) !== undefined ||
        this.#neighbourhood.present.isPresent(space, peer),
      onError: onStoreError,
    });
    this.#door = new Door({
      shelf: this.#shelf,
      links: options.links,
      now: () => clock.now(),
      ask: (peer, space, lobby, note) => this.#neighbourhood.knock(peer, space, lobby, note),
      mayExchange: (space, peer) => this.#neighbourhood.acts.isDue(space, peer),
      inbox: (topic, peer, note) => this.commands.inbox.judge(topic, peer, note),
      onInbox: (topic, peer, reason) => this.commands.knockAnswered(topic, peer, reason),
      onLetIn: () => this.#neighbourhood.compareAll(),
      onRefused: (space) => {
        this.#shelf.saveSoon(space);
        this.#meetings.leave(space);
        this.#pace.soon();
      },
      onHint: () => this.#pace.soon(),
    });
    this.#searching = new Searching({
      shelf: this.#shelf,
      clock,
      elapsed: systemClock.now,
      isBusy: () => this.#neighbourhood.isBusy,
      page: options.page,
      me: this.#me,
      randomBytes: options.randomBytes,
      onProblem,
    });
    this.commands = new EngineCommands({
      store,
      device,
      server: options.server,
      page: options.page,
      shelf: this.#shelf,
      meetings: this.#meetings,
      searching: this.#searching,
      passphraseCost: options.passphraseCost ?? PASSPHRASE_COST,
      now: () => clock.now(),
      clock: neverBack(clock),
      links: options.links,
      linked: () => this.#neighbourhood.linked,
      typing: (space, channel) => this.#neighbourhood.present.typing(space, channel),
      compare: (space) => this.#neighbourhood.compareAnew(space),
      randomBytes: options.randomBytes,
      sayLinking: (peer, topic, message) => this.#neighbourhood.sayLinking(peer, topic, message),
      compareAll: () => this.#neighbourhood.compareAll(),
      reach: (space) => this.#meetings.reach(space),
      leaving: (space) => this.#neighbourhood.present.farewell(space).catch(onProblem),
      show: (when) => (when === 'now' ? this.#pace.now() : this.#pace.soon()),
      onStored: () => {
        if (this.#storage === 'full') this.#storage = options.storage;
      },
      onStoreError,
      onProblem,
    });
  }

  /** What is held of a document, for programs that look into it. */
  log(address: Address): DocumentLog | undefined {
    return this.#shelf.get(address.space)?.held(documentIdOf(address));
  }

  /** Frames and bytes sent to and received from neighbours since the start, by what they were for. */
  get traffic(): Traffic {
    return this.#neighbourhood.traffic;
  }

  /** How others' entries have come since the start. */
  get arrivals(): Arrivals {
    return this.#neighbourhood.arrivals;
  }

  /** Receipts and presence messages that were not listened to or passed on. */
  get dropped(): Dropped {
    return this.#neighbourhood.present.dropped;
  }

  /** Reads back what is to be seen first: from then on channels can be watched, and nothing else can be done. */
  open(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** Whether everything has been read back. */
  get isWhole(): boolean {
    return [...this.#shelf].every((space) => space.isWhole);
  }

  async #open(): Promise<void> {
    await this.commands.load();
    await this.#shelf.loadNewest();
    this.#started = true;
    this.#pace.now();
  }

  /** Reads everything back and begins to meet others. */
  async start(): Promise<void> {
    await this.open();
    await this.#shelf.loadRest();
    await this.commands.begin();
    for (const space of this.#shelf) await this.#meetings.join(space);
    this.#tick();
    this.#searching.begin();
    this.#pace.now();
  }

  /** Tells those who are here that this device leaves. To be called before the links are closed. */
  farewell(): Promise<void> {
    return this.#neighbourhood.present.farewell();
  }

  /** As {@link farewell}, and leaves every meeting place: nothing is to be met or kept here any more. */
  async leaveForGood(): Promise<void> {
    await this.farewell();
    for (const space of this.#shelf) this.#meetings.leave(space);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#searching.close();
    this.#neighbourhood.close();
    this.#o.clock.clearTimeout(this.#tickTimer);
    this.#pace.close();
    try {
      await this.#shelf.close();
      await (await this.#repo)?.close();
    } finally {
      await this.#o.store.close();
    }
  }

  #automerge(): Promise<DocumentsRepo> {
    this.#repo ??= this.#o.loadRepo().then(
      (Repo) =>
        new Repo({
          peer: this.#me,
          logs: (document) => this.#shelf.log(document),
          outgoing: (message) => this.#neighbourhood.syncMessage(message),
          tabs: this.#o.tabs,
        }),
      (error: unknown) => {
        // What could not be fetched now, offline say, is tried again the next time it is wanted.
        this.#repo = undefined;
        throw error;
      },
    );
    return this.#repo;
  }

  /** Starts Automerge for the other tabs of this browser, which follow its documents. */
  async serveTabs(): Promise<void> {
    await this.#automerge();
  }

  /** Storage that the browser may have cleared is persistent from now on. */
  persisted(): void {
    if (this.#storage === 'best-effort') this.#storage = 'kept';
    this.#pace.soon();
  }

  linksEvent(event: LinksEvent): void {
    if (this.#closed) return;
    switch (event.is) {
      case 'up':
        this.#door.opened(event);
        this.#neighbourhood.up(event, event.binding, event.path);
        return this.commands.devices.up(event.peer);
      case 'path':
        return this.#neighbourhood.path(event.peer, event.path);
      case 'down':
        for (const space of this.#shelf) space.welcomers.delete(event.peer);
        this.#neighbourhood.down(event.peer, event.surplus === true);
        return this.commands.devices.down(event.peer);
      case 'frame':
        return this.#neighbourhood.frame(event.peer, event.frame);
      case 'authorise': {
        const linking = this.commands.devices.objection(event.topic, event.peer);
        if (linking) return this.#o.links({ do: 'authorised', request: event.request, ...linking });
        void this.#door.authorise(event).catch(this.#o.onProblem);
        return;
      }
      case 'knock':
        return this.#door.knock(event);
      case 'refused':
        this.commands.devices.refused(event.topic, event.peer, event.reason);
        return this.#door.refused(event);
      case 'here':
        // Of what a server says only links come: see `Meetings`.
        return;
      case 'heads':
        // Whoever speaks here is about to be linked, and then digests are compared.
        return;
    }
  }

  #changed(space: Space, change: SpaceChange): void {
    if (change.membership) this.#neighbourhood.listAnew(space, change);
    // Whoever asked for Automerge is told where it failed.
    const follow = this.#repo?.then(
      (repo) => repo.follow(change.admitted),
      () => {},
    );
    void follow?.catch(this.#o.onProblem);
    // What came out of a file came from nobody: it is not pushed entry by entry, but compared when it is in.
    const heard = change.admitted.filter(({ from }) => from !== this.#me);
    this.#neighbourhood.push(space, heard);
    if (change.caughtUp) this.#neighbourhood.compareAnew(space);
    if (this.#o.onReceived) for (const item of change.opened) this.#received(space, item);
    if (change.secrets) this.#shelf.saveSoon(space);
    if (
      change.secrets ||
      change.caughtUp ||
      change.admitted.some(({ log }) => log === space.spaceLog)
    )
      void this.#serversMayHaveChanged(space).catch(this.#o.onProblem);
    this.#epochs.changed(space, change);
    this.commands.changed(space);
    this.#searching.changed();
    if (change.membership || change.secrets || this.#writesElsewhere(space))
      void this.#membershipChanged(space).catch((error) => this.#storeFailed(error));
    this.#pace.soon();
  }

  /** Whether one writes and meets under another epoch than when this was asked last: its last seal may have come. */
  #writesElsewhere(space: Space): boolean {
    const epoch = space.writingEpoch?.id;
    const before = this.#writing.get(space);
    this.#writing.set(space, epoch);
    return before !== epoch;
  }

  async #membershipChanged(space: Space): Promise<void> {
    if (space.record.state === 'joining' && space.writingEpoch && space.serves(this.#me)) {
      space.record.state = 'open';
      delete space.record.invite;
      const own = space.record.vouching !== undefined;
      delete space.record.vouching;
      await space.save();
      // Where others know this person already, they know the name.
      if (!own) await this.commands.introduce(space);
    }
    if (space.record.state === 'open') await this.#meetings.join(space);
    this.#neighbourhood.compareAll();
    this.#pace.soon();
  }

  /** The space meets where its admins say; until they say anything, where its invite or its founder did. */
  async #serversMayHaveChanged(space: Space): Promise<void> {
    const { record, membership } = space;
    const { servers } = settingsOf(space.settings, membership, this.#o.clock.now());
    if (record.state !== 'open' || servers === undefined) return;
    if (servers.join(' ') === record.servers.join(' ')) return;
    record.servers = [...servers];
    this.#shelf.saveSoon(space);
    await this.#meetings.join(space);
    this.#pace.soon();
  }

  #received(space: Space, { channel, opened }: SpaceChange['opened'][number]): void {
    const now = this.#o.clock.now();
    const reading = conversationOf(space, now);
    const said = reading.message(opened.id);
    if (!said) return;
    const settings = settingsOf(space.settings, space.membership, now);
    const by = { space, settings, reading, me: this.#me, deliveryOf: () => 'device' as const };
    const channelName = settings.channels.get(channel)?.name ?? '';
    const message = messageView(by, said);
    this.#o.onReceived?.({ space: space.record.id, channel, channelName, message });
  }

  #onHolders(space: Space, ids: readonly EntryId[]): void {
    const { record } = space;
    const held = new Set(ids);
    if (record.unheld.some((id) => held.has(id))) {
      record.unheld = record.unheld.filter((id) => !held.has(id));
      this.#shelf.saveSoon(space);
    }
    this.#pace.soon();
  }

  #storeFailed(error: unknown): void {
    if (!(error instanceof StoreError)) this.#o.onProblem(error);
    else if (error.failure === 'lease-lost') this.#o.onLeaseLost?.();
    else if (error.failure === 'failed') this.#o.onProblem(error);
    else this.#storage = error.failure;
    this.#pace.soon();
  }

  #tick(): void {
    if (this.#closed) return;
    try {
      this.#neighbourhood.tick();
      this.#epochs.tick();
      this.commands.tick();
      void this.#meetings
        .watch(this.#shelf, this.#o.clock.now())
        .catch((error) => this.#storeFailed(error));
    } catch (problem) {
      this.#o.onProblem(problem);
    }
    this.#tickTimer = this.#o.clock.setTimeout(() => this.#tick(), TICK_MS);
  }

  view(): EngineView {
    const now = this.#o.clock.now();
    const { name, watched } = this.commands;
    const space = watched && this.#shelf.get(watched.space);
    const people = peopleOf(this.#shelf, this.#me, now);
    return {
      phase: !this.#started ? 'starting' : name === undefined ? 'first-run' : 'ready',
      device: {
        peer: this.#me,
        leads: true,
        server: this.#o.server,
        storage: this.#storage,
        ...(name === undefined ? {} : { name }),
      },
      spaces: this.#shelf.shown.map((s) => spaceView(s, this.#meetings.reach(s), now, people)),
      ...contactsPart(people),
      ...inboxPart(this.commands.inbox),
      ...this.commands.devices.view,
      ...(this.commands.fileWork.length > 0 ? { fileWork: this.commands.fileWork } : {}),
      ...(watched && space
        ? {
            timeline: timelineView({
              ...watched,
              space,
              pending: this.commands.pending(watched.channel),
              reach: this.#meetings.reach(space),
              holders: (id) => this.#neighbourhood.holders(id),
              now,
            }),
          }
        : {}),
    };
  }

  /** What another tab of this browser needs to show the same. */
  bearings(): Bearings {
    return {
      ...bearingsOf(this.#shelf, this.#neighbourhood, this.#me, this.#o.clock.now()),
      storage: this.#storage,
      fileWork: this.commands.fileWork,
      card: this.commands.inbox.card,
      knocks: this.commands.inbox.knocks,
      ...this.commands.devices.view,
    };
  }
}
