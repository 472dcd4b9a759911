/**
 * The engine: everything a device knows and decides. It owns the spaces, writes and judges entries, and talks to its
 * neighbours through `Exchange`; links, storage, clock and randomness are handed in. In a browser it runs in a worker.
 */
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { parseJoinRequest, verifyJoinRequest } from '@snug/shared/entries/acts.ts';
import { ChannelName, DisplayName, MessageText, SpaceName } from '@snug/shared/entries/text.ts';
import { fromHex, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, DocumentId, EntryId, PeerId, SpaceId, Topic } from '@snug/shared/protocol/ids.ts';
import { inviteLink, parseInviteLink } from '@snug/shared/protocol/invite.ts';
import * as v from 'valibot';
import type { NetworkAdapterInterface } from '@automerge/automerge-repo/slim';
import type { LinksCommand, LinksEvent } from '../mesh/links-port.ts';
import { documentIdOf, encodeAddress } from '../space/address.ts';
import { admit, conceive, found, openChannel, ownInvite, writeProfile } from '../space/founding.ts';
import { CLOCK_AHEAD_MS } from '../space/chain.ts';
import { mayInvite } from '../space/membership.ts';
import { nameOf, settingsOf } from '../space/settings.ts';
import { Space, type SpaceChange } from '../space/space.ts';
import { parseSpaceList, parseSpaceRecord, SPACES_KEY, type SpaceRecord, spaceKey } from '../space/space-record.ts';
import { type Store, StoreError } from '../space/store.ts';
import type { DocumentsRepo } from './documents-repo.ts';
import { DRAFTS_KEY, WrittenDrafts } from './written-drafts.ts';
import type { Bearings } from './engine-port.ts';
import { Exchange } from './exchange.ts';
import { messageView, spaceView, timelineView } from './space-view.ts';
import { lobbyTopic, topicsOf, topicOf } from './topics.ts';
import type { Commands, Received, Result, StorageState, Trouble, View } from './view.ts';

/** The view without what the links' side knows better. */
export type EngineView = Omit<View, 'links'>;

export interface EngineClock {
  now(): number;
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface EngineOptions {
  readonly store: Store;
  readonly storage: StorageState;
  readonly device: DeviceKey;
  /** The signaling server of this page or program. */
  readonly server: string;
  /** Where invite links lead: the page's address without fragment. */
  readonly page: string;
  readonly clock: EngineClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly links: (command: LinksCommand) => void;
  readonly onView: (view: EngineView) => void;
  /** Loads Automerge, once. */
  readonly loadRepo: () => Promise<typeof DocumentsRepo>;
  /** Network adapters to this browser's other tabs. */
  readonly tabs: readonly NetworkAdapterInterface[];
  /** Another tab holds the lease: nothing more can be written here. */
  readonly onLeaseLost?: () => void;
  /** Each message as it is let in, of any channel. */
  readonly onReceived?: (received: Received) => void;
  readonly onProblem: (problem: unknown) => void;
}

const TICK_MS = 250;
const VIEW_MS = 25;
const SAVE_MS = 400;
/** So many members may say that they do not know an invite before it is given up. */
const UNKNOWN_INVITES = 3;
const NAME_KEY = 'name';

export class Engine implements Commands {
  readonly #o: EngineOptions;
  readonly #me: PeerId;
  readonly #exchange: Exchange;
  readonly #spaces = new Map<SpaceId, Space>();
  /** Topic → who a server said is there. */
  readonly #here = new Map<Topic, ReadonlySet<PeerId>>();
  readonly #joined = new Set<Topic>();
  readonly #drafts = new WrittenDrafts();
  readonly #unknownInvites = new Map<SpaceId, number>();
  #repo: Promise<DocumentsRepo> | undefined;
  #name: string | undefined;
  #phase: View['phase'] = 'starting';
  #storage: StorageState;
  #watched:
    | {
        readonly space: SpaceId;
        readonly channel: ChannelId;
        readonly newest: number;
        readonly readAtOpening: { readonly order: number; readonly id: string } | undefined;
      }
    | undefined;
  #viewTimer: unknown;
  #shownAt = 0;
  #tickTimer: unknown;
  readonly #saveTimers = new Map<SpaceId, unknown>();
  #closed = false;

  constructor(options: EngineOptions) {
    this.#o = options;
    this.#me = options.device.peerId;
    this.#storage = options.storage;
    this.#exchange = new Exchange({
      me: this.#me,
      now: () => options.clock.now(),
      random: () => (options.randomBytes(4)[0] ?? 0) / 256,
      randomBytes: options.randomBytes,
      setTimeout: (work, ms) => options.clock.setTimeout(work, ms),
      links: options.links,
      space: (id) => this.#spaces.get(id),
      spaces: () => this.#spaces.values(),
      repo: () => this.#automerge(),
      onHolders: (space, ids) => this.#onHolders(space, ids),
      onTies: () => this.#show(),
      onStoreError: (error) => this.#storeFailed(error),
      onProblem: options.onProblem,
    });
  }

  async start(): Promise<void> {
    this.#drafts.load(await this.#o.store.get(DRAFTS_KEY));
    const name = await this.#o.store.get(NAME_KEY);
    if (typeof name === 'string') this.#name = name;
    for (const id of parseSpaceList(await this.#o.store.get(SPACES_KEY))) {
      const record = parseSpaceRecord(await this.#o.store.get(spaceKey(id)));
      if (!record) {
        this.#o.onProblem(new Error('A space could not be read back: its record is damaged.'));
        continue;
      }
      const space = this.#open(record);
      await space.load();
      await this.#joinTopics(space);
    }
    this.#phase = this.#name === undefined ? 'first-run' : 'ready';
    this.#tick();
    this.#showNow();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#o.clock.clearTimeout(this.#tickTimer);
    this.#o.clock.clearTimeout(this.#viewTimer);
    for (const [id, timer] of this.#saveTimers) {
      this.#o.clock.clearTimeout(timer);
      await this.#spaces.get(id)?.save().catch(this.#o.onProblem);
    }
    for (const space of this.#spaces.values()) await space.exclusively(async () => {});
    await (await this.#repo)?.close();
    await this.#o.store.close();
  }

  #open(record: SpaceRecord): Space {
    const space = new Space({
      record,
      device: this.#o.device,
      store: this.#o.store,
      onChange: (change) => this.#changed(space, change),
    });
    this.#spaces.set(record.id, space);
    return space;
  }

  #automerge(): Promise<DocumentsRepo> {
    this.#repo ??= this.#o.loadRepo().then(
      (Repo) =>
        new Repo({
          peer: this.#me,
          logs: (document) => this.#log(document),
          outgoing: (message) => this.#exchange.syncMessage(message),
          tabs: this.#o.tabs,
        }),
    );
    return this.#repo;
  }

  /** Starts Automerge for the other tabs of this browser, which follow its documents. */
  async serveTabs(): Promise<void> {
    await this.#automerge();
  }

  #log(document: DocumentId) {
    for (const space of this.#spaces.values()) {
      const log = space.held(document);
      if (log) return log;
    }
    return undefined;
  }

  /** What another tab of this browser needs to show the same: paths, who is here, who holds what, which documents. */
  bearings(): Bearings {
    const linked = [...this.#exchange.linked];
    const own = [...this.#spaces.values()].flatMap((space) => this.#recentOwn(space));
    return {
      paths: linked.map((peer) => [peer, this.#exchange.pathTo(peer) ?? 'relayed']),
      here: [...this.#here].map(([topic, peers]) => [topic, [...peers]]),
      holders: own.map((id) => [id, [...this.#exchange.holders(id)]]),
      documents: [...this.#spaces.values()].flatMap((space) =>
        [...space.logs].filter((log) => log.count > 0).map((log) => encodeAddress(log.address)),
      ),
      storage: this.#storage,
    };
  }

  #recentOwn(space: Space): EntryId[] {
    return [...space.membership.channels].flatMap((channel) =>
      space
        .channel(channel)
        .placed(this.#o.clock.now())
        .filter((entry) => entry.author === this.#me)
        .slice(-100)
        .map((entry) => entry.id),
    );
  }

  persisted(): void {
    if (this.#storage === 'best-effort') this.#storage = 'kept';
    this.#show();
  }

  // Links

  linksEvent(event: LinksEvent): void {
    switch (event.is) {
      case 'up': {
        for (const space of this.#spaces.values())
          if (space.record.state === 'joining' && lobbyTopic(space) === event.topic)
            space.welcomers.add(event.peer);
        return this.#exchange.up(event.peer, event.binding, event.path);
      }
      case 'path':
        return this.#exchange.path(event.peer, event.path);
      case 'down':
        for (const space of this.#spaces.values()) space.welcomers.delete(event.peer);
        return this.#exchange.down(event.peer);
      case 'frame':
        return this.#exchange.frame(event.peer, event.frame);
      case 'authorise':
        void this.#authorise(event).catch(this.#o.onProblem);
        return;
      case 'refused':
        return this.#refused(event.topic, event.reason);
      case 'here':
        this.#here.set(event.topic, new Set(event.peers));
        return this.#show();
      case 'heads':
        return;
    }
  }

  async #authorise(event: Extract<LinksEvent, { is: 'authorise' }>): Promise<void> {
    const reason = await this.#objection(event.topic, event.peer, event.note);
    const { request } = event;
    this.#o.links(
      reason === undefined
        ? { do: 'authorised', request, allow: true }
        : { do: 'authorised', request, allow: false, reason },
    );
  }

  /** Judges somebody who asks to be let in, and lets them in; or says why not. */
  async #objection(
    topic: Topic,
    peer: PeerId,
    note: Uint8Array | undefined,
  ): Promise<string | undefined> {
    const space = [...this.#spaces.values()].find(
      (s) => lobbyTopic(s) === topic || topicOf(s) === topic,
    );
    if (!space || space.record.state !== 'open') return 'not-here';
    if (space.serves(peer)) return undefined;
    const request = note && parseJoinRequest(note);
    if (!request || peerIdFromPublicKey(request.device) !== peer) return 'not-a-member';
    if (!(await verifyJoinRequest(space.record.id, request))) return 'bad-invite';
    if (request.account !== peer) return 'bad-invite';
    const invite = space.membership.invites.get(toBase64url(request.invite));
    if (!invite) return 'unknown-invite';
    if (invite.expires !== undefined && invite.expires < this.#o.clock.now())
      return 'expired-invite';
    await admit(space, request);
    return undefined;
  }

  #refused(topic: Topic, reason: string): void {
    const space = [...this.#spaces.values()].find((s) => lobbyTopic(s) === topic);
    if (space?.record.state !== 'joining') return;
    if (reason === 'unknown-invite') {
      // Whoever said so may not have heard of it yet.
      const times = (this.#unknownInvites.get(space.record.id) ?? 0) + 1;
      this.#unknownInvites.set(space.record.id, times);
      if (times < UNKNOWN_INVITES) return;
    } else if (reason !== 'expired-invite' && reason !== 'bad-invite') return;
    space.record.state = 'refused';
    space.record.refusal = reason;
    this.#saveSoon(space);
    this.#leaveTopics(space);
    this.#show();
  }

  async #joinTopics(space: Space): Promise<void> {
    for (const spec of await topicsOf(space, this.#o.device)) {
      this.#joined.add(spec.topic);
      this.#o.links({ do: 'join', spec });
    }
  }

  #leaveTopics(space: Space): void {
    for (const topic of [lobbyTopic(space), topicOf(space)]) {
      if (topic === undefined || !this.#joined.delete(topic)) continue;
      this.#here.delete(topic);
      this.#o.links({ do: 'leave', topic });
    }
  }

  // What changed in a space

  #changed(space: Space, change: SpaceChange): void {
    if (this.#repo)
      void this.#repo.then((repo) => repo.follow(change.admitted)).catch(this.#o.onProblem);
    this.#exchange.push(space, change.admitted);
    if (this.#o.onReceived) for (const item of change.opened) this.#received(space, item);
    if (change.membership || change.secrets) {
      if (change.secrets) this.#saveSoon(space);
      void this.#membershipChanged(space).catch(this.#o.onProblem);
    }
    this.#show();
  }

  #received(space: Space, { channel, opened }: SpaceChange['opened'][number]): void {
    const now = this.#o.clock.now();
    const settings = settingsOf(space.settings, space.membership, now);
    const message = messageView(
      { ...opened, order: 0, farOff: opened.body.hlc > now + CLOCK_AHEAD_MS },
      (peer) => nameOf(settings, space.membership, peer),
      this.#me,
      () => 'device',
    );
    const channelName = settings.channels.get(channel)?.name ?? '';
    if (message) this.#o.onReceived?.({ space: space.record.id, channel, channelName, message });
  }

  async #membershipChanged(space: Space): Promise<void> {
    if (space.record.state === 'joining' && space.writingEpoch && space.serves(this.#me)) {
      space.record.state = 'open';
      delete space.record.invite;
      await space.save();
      const name = this.#name;
      if (name !== undefined)
        await space.exclusively(() => writeProfile(space, name, this.#o.clock.now()));
    }
    if (space.record.state === 'open') await this.#joinTopics(space);
    this.#exchange.compareAll();
    this.#show();
  }

  #onHolders(space: Space, ids: readonly EntryId[]): void {
    const { record } = space;
    if (record.unheld.some((id) => ids.includes(id))) {
      const held = new Set(ids);
      record.unheld = record.unheld.filter((id) => !held.has(id));
      this.#saveSoon(space);
    }
    this.#show();
  }

  #saveSoon(space: Space): void {
    const { id } = space.record;
    if (this.#saveTimers.has(id)) return;
    const save = () => {
      this.#saveTimers.delete(id);
      if (!this.#spaces.has(id)) return;
      space.save().catch((error) => this.#storeFailed(error));
    };
    this.#saveTimers.set(id, this.#o.clock.setTimeout(save, SAVE_MS));
  }

  #storeFailed(error: unknown): void {
    if (error instanceof StoreError && error.failure === 'lease-lost') this.#o.onLeaseLost?.();
    else if (error instanceof StoreError && (error.failure === 'full' || error.failure === 'refused'))
      this.#storage = error.failure;
    else this.#o.onProblem(error);
    this.#show();
  }

  #tick(): void {
    if (this.#closed) return;
    this.#exchange.tick();
    this.#tickTimer = this.#o.clock.setTimeout(() => this.#tick(), TICK_MS);
  }

  // View

  /** At once when the view has been quiet; else gathered, so a burst is not drawn entry by entry. */
  #show(): void {
    if (this.#viewTimer !== undefined || this.#closed) return;
    const wait = Math.max(0, Math.min(VIEW_MS, this.#shownAt + VIEW_MS - this.#o.clock.now()));
    this.#viewTimer = this.#o.clock.setTimeout(() => this.#showNow(), wait);
  }

  #showNow(): void {
    this.#o.clock.clearTimeout(this.#viewTimer);
    this.#viewTimer = undefined;
    this.#shownAt = this.#o.clock.now();
    if (!this.#closed) this.#o.onView(this.view());
  }

  view(): EngineView {
    const now = this.#o.clock.now();
    const watched = this.#watched;
    const space = watched && this.#spaces.get(watched.space);
    return {
      phase: this.#phase,
      device: {
        peer: this.#me,
        leads: true,
        storage: this.#storage,
        ...(this.#name === undefined ? {} : { name: this.#name }),
      },
      spaces: [...this.#spaces.values()].map((s) => spaceView(s, this.#presence(s), now)),
      ...(watched && space
        ? {
            timeline: timelineView({
              space,
              channel: watched.channel,
              newest: watched.newest,
              readAtOpening: watched.readAtOpening,
              pending: [],
              presence: this.#presence(space),
              holders: (id) => this.#exchange.holders(id),
              now,
            }),
          }
        : {}),
    };
  }

  #presence(space: Space) {
    const topic = topicOf(space);
    const here = topic && this.#here.get(topic);
    return {
      me: this.#me,
      pathTo: (peer: PeerId) => this.#exchange.pathTo(peer),
      isHere: (peer: PeerId) => here?.has(peer) ?? false,
    };
  }

  // Commands

  async setName(input: { name: string }): Promise<Result<null>> {
    const name = v.safeParse(DisplayName, input.name);
    if (!name.success) return troubled('too-long', 'A name is 1 to 64 characters.');
    return this.#attempt(async () => {
      await this.#o.store.put(NAME_KEY, name.output);
      this.#name = name.output;
      if (this.#phase === 'first-run') this.#phase = 'ready';
      for (const space of this.#spaces.values())
        if (space.record.state === 'open')
          await space.exclusively(() => writeProfile(space, name.output, this.#o.clock.now()));
      this.#showNow();
      return null;
    });
  }

  async createSpace(input: { name: string }): Promise<Result<{ space: SpaceId; channel: ChannelId }>> {
    const name = v.safeParse(SpaceName, input.name);
    if (!name.success) return troubled('too-long', 'A space has a name of 1 to 80 characters.');
    const person = this.#name;
    if (person === undefined) return troubled('not-allowed', 'Choose a display name first.');
    return this.#attempt(async () => {
      const { device, server } = this.#o;
      const { genesis, record } = await conceive(device, name.output, [server]);
      const space = this.#open(record);
      try {
        const names = { space: name.output, person };
        const channel = await found(space, device, genesis, names, this.#o.clock.now());
        await space.save();
        await this.#saveList();
        await this.#joinTopics(space);
        this.#showNow();
        return { space: record.id, channel };
      } catch (error) {
        this.#spaces.delete(record.id);
        throw error;
      }
    });
  }

  async joinSpace(input: { invite: string }): Promise<Result<{ space: SpaceId }>> {
    const parsed = parseInviteLink(input.invite);
    if (!parsed.ok)
      return troubled(parsed.reason === 'version' ? 'other-version' : 'bad-invite', parsed.message);
    const { invite, origin } = parsed;
    return this.#attempt(async () => {
      const held = this.#spaces.get(invite.space);
      if (held?.record.state === 'open') return { space: invite.space };
      const servers = invite.servers.length > 0 ? invite.servers : [origin ?? this.#o.server];
      const record: SpaceRecord = {
        id: invite.space,
        name: invite.name,
        lobby: invite.lobbySecret,
        servers: [...servers],
        state: 'joining',
        invite: {
          secret: invite.inviteSecret,
          heads: [...invite.heads],
          peers: [...invite.peers],
        },
        epochs: [],
        read: {},
        unheld: [],
      };
      if (held) this.#leaveTopics(held);
      this.#unknownInvites.delete(invite.space);
      const space = this.#open(record);
      await space.load();
      await space.save();
      await this.#saveList();
      await this.#joinTopics(space);
      this.#showNow();
      return { space: invite.space };
    });
  }

  async invite(input: { space: SpaceId }): Promise<Result<{ link: string; expires: number }>> {
    const space = this.#openSpace(input.space);
    if (!space) return notFound();
    if (!mayInvite(space.membership, this.#me))
      return troubled('not-allowed', 'In this space only admins invite.');
    return this.#attempt(async () => {
      const invite = await ownInvite(space, this.#o.clock.now());
      const others = [...this.#exchange.linked].filter((peer) => space.serves(peer));
      const view = spaceView(space, this.#presence(space), this.#o.clock.now());
      const page = new URL(this.#o.page);
      const servers = space.record.servers.filter((server) => new URL(server).origin !== page.origin);
      const link = inviteLink(this.#o.page, {
        space: input.space,
        name: view.name,
        lobbySecret: space.record.lobby,
        inviteSecret: invite.secret,
        heads: space.spaceLog.heads.slice(0, 2).map((hash) => fromHex(hash).slice(0, 8)),
        servers: servers.length === space.record.servers.length ? servers.slice(0, 3) : [],
        peers: [this.#me, ...others].slice(0, 3),
      });
      return { link, expires: invite.expires };
    });
  }

  async leaveSpace(input: { space: SpaceId }): Promise<Result<null>> {
    const space = this.#spaces.get(input.space);
    if (!space) return notFound();
    return this.#attempt(async () => {
      this.#leaveTopics(space);
      this.#spaces.delete(input.space);
      if (this.#watched?.space === input.space) this.#watched = undefined;
      await this.#saveList();
      await this.#o.store.remove(spaceKey(input.space));
      for (const log of space.logs) await this.#o.store.drop(documentIdOf(log.address));
      this.#showNow();
      return null;
    });
  }

  async createChannel(input: { space: SpaceId; name: string }): Promise<Result<{ channel: ChannelId }>> {
    const space = this.#openSpace(input.space);
    if (!space) return notFound();
    const name = v.safeParse(ChannelName, input.name);
    if (!name.success) return troubled('too-long', 'A channel has a name of 1 to 80 characters.');
    return this.#attempt(async () => {
      const now = this.#o.clock.now();
      const channel = await space.exclusively(() => openChannel(space, name.output, now));
      this.#showNow();
      return { channel };
    });
  }

  async watch(
    input: { space: SpaceId; channel: ChannelId; newest: number } | null,
  ): Promise<Result<null>> {
    if (input === null) this.#watched = undefined;
    else {
      const space = this.#spaces.get(input.space);
      if (!space) return notFound();
      const before = this.#watched;
      const same = before?.space === input.space && before.channel === input.channel;
      this.#watched = {
        ...input,
        newest: Math.min(Math.max(Math.trunc(input.newest) || 50, 50), 5000),
        readAtOpening: same ? before.readAtOpening : space.record.read[input.channel],
      };
    }
    this.#showNow();
    return { ok: true, value: null };
  }

  async say(input: {
    space: SpaceId;
    channel: ChannelId;
    text: string;
    /** Names the draft: handed over twice, it is written once. */
    draft?: string;
  }): Promise<Result<{ id: EntryId }>> {
    const space = this.#openSpace(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    const text = v.safeParse(MessageText, input.text);
    if (!text.success)
      return troubled('too-long', 'A message is 1 to 16,000 characters, without control characters.');
    return this.#attempt(async () => {
      const { draft } = input;
      const id = await space.exclusively(async () => {
        const written = draft === undefined ? undefined : this.#drafts.get(draft);
        if (written !== undefined) return written;
        const segment = await space.writingSegment(input.channel);
        const entry = await space.writeSealed(
          segment,
          space.channel(input.channel),
          { kind: 'message', content: { text: text.output } },
          this.#o.clock.now(),
          draft === undefined ? {} : { beside: (id) => [this.#drafts.with(draft, id)] },
        );
        if (draft !== undefined) this.#drafts.add(draft, entry.id);
        return entry.id;
      });
      this.#show();
      return { id };
    });
  }

  async markRead(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>> {
    const space = this.#openSpace(input.space);
    if (!space) return notFound();
    const newest = space.channel(input.channel).placed(this.#o.clock.now()).at(-1);
    const read = space.record.read[input.channel];
    if (newest && newest.id !== read?.id) {
      space.record.read[input.channel] = { order: newest.order, id: newest.id };
      this.#saveSoon(space);
      this.#show();
    }
    return { ok: true, value: null };
  }

  #openSpace(id: SpaceId): Space | undefined {
    const space = this.#spaces.get(id);
    return space?.record.state === 'open' ? space : undefined;
  }

  async #saveList(): Promise<void> {
    await this.#o.store.put(SPACES_KEY, [...this.#spaces.keys()]);
  }

  /** Runs a command's work; whatever fails becomes a trouble with a sentence for the person. */
  async #attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
    try {
      const value = await work();
      if (this.#storage === 'full') this.#storage = this.#o.storage;
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof StoreError)) {
        this.#o.onProblem(error);
        return troubled('internal', 'Something went wrong here. Nothing was lost; try again.');
      }
      this.#storeFailed(error);
      if (error.failure === 'full')
        return troubled('storage-full', 'This device is full. Nothing was sent; make room and try again.');
      return troubled('storage-refused', 'This browser refused to store it. Nothing was sent.');
    }
  }
}

function troubled(code: Trouble['code'], message: string): { ok: false; trouble: Trouble } {
  return { ok: false, trouble: { code, message } };
}

function notFound(): { ok: false; trouble: Trouble } {
  return troubled('not-found', 'There is no such space or channel on this device.');
}
