/**
 * One space as this device holds it: its documents, the secrets that open them, and what follows from both. All
 * writing and letting-in goes through one queue, so what is judged is never changed while it is judged.
 */
import { fromHex } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { type Body, sealBody } from '@snug/shared/entries/body.ts';
import { NO_HINT, SORT, type Sort, signEntry } from '@snug/shared/entries/entry.ts';
import type {
  ChangeHash,
  ChannelId,
  DocumentId,
  EntryId,
  EpochId,
  PeerId,
} from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Address } from './address.ts';
import type { Arrival } from './admission.ts';
import { Bodies, type OpenedInChannel } from './bodies.ts';
import type { Chain } from './chain.ts';
import { type DocumentLog, type LoggedEntry, logged } from './document-log.ts';
import { EpochSecrets, hasSealFor } from './epoch-secrets.ts';
import type { Inspector } from './inspection.ts';
import { type Candidate, type Fresh, type Judged, Judging } from './judging.ts';
import { membershipOf } from './membership/fold.ts';
import { isServed, type Membership } from './membership/membership.ts';
import { SpaceDocuments } from './space-documents.ts';
import { type HeldEpoch, type SpaceRecord, spaceKey } from './space-record.ts';
import type { KeptValue, Store } from './store.ts';
import { segmentsStored } from './stored-segments.ts';
import { Unstored } from './unstored.ts';

/** Entries of a channel that are more than its newest screen is made of. */
const NEWEST = 256;

/** Something changed that others may care about. */
export interface SpaceChange {
  /** Let in just now, in causal order, with who it came from; absent for one's own. */
  readonly admitted: readonly {
    readonly log: DocumentLog;
    readonly entry: LoggedEntry;
    readonly from?: PeerId;
  }[];
  /** Messages and other sealed entries of channels that could be opened just now. */
  readonly opened: readonly OpenedInChannel[];
  readonly membership: boolean;
  readonly secrets: boolean;
  /** What could be held in memory only until now has been stored. */
  readonly caughtUp: boolean;
}

export interface WriteOptions {
  /** Values to keep in the same transaction as the entry. */
  readonly beside?: (id: EntryId) => readonly KeptValue[];
}

export type Received = Judged;

export class Space {
  readonly record: SpaceRecord;
  readonly #device: DeviceKey;
  readonly #store: Store;
  readonly #onChange: (change: SpaceChange) => void;
  readonly #documents: SpaceDocuments;
  readonly #unstored: Unstored;
  /** Of which something is just being stored. */
  #storing: DocumentLog | undefined;
  readonly #judging: Judging;
  /** Peers whom this device, over a link, has asked to let it in, and who have not refused: listened to until the members are known. */
  readonly welcomers = new Set<PeerId>();
  /** What one of those who were asked has answered instead, while this device asks: perhaps no member, and perhaps not true. */
  hint: string | undefined;
  readonly #secrets: EpochSecrets;
  readonly #bodies: Bodies;
  #membership: Membership;
  #queue: Promise<unknown> = Promise.resolve();
  /** Entries that could not be read back. */
  #damaged = 0;
  /** Channels of which not everything has been read back, with how many of their segments, counted from the first. */
  readonly #unread = new Map<ChannelId, number>();

  constructor(options: {
    record: SpaceRecord;
    device: DeviceKey;
    store: Store;
    onChange: (change: SpaceChange) => void;
    /** Inspects what comes in bulk on another thread. */
    inspector?: Inspector | undefined;
  }) {
    this.record = options.record;
    this.#device = options.device;
    this.#store = options.store;
    this.#onChange = options.onChange;
    this.#documents = new SpaceDocuments(options.record.id);
    this.#judging = new Judging(this.#documents, options.inspector);
    this.#unstored = new Unstored(options.store, () => this.#tell({ caughtUp: true }));
    this.#secrets = new EpochSecrets(options.record, options.device);
    this.#bodies = new Bodies(this.#secrets);
    this.#membership = membershipOf(this.log({ kind: 'space', space: this.record.id }));
  }

  get membership(): Membership {
    return this.#membership;
  }

  /** Entries that could not be read back, or opened as what they claim to be. */
  get unreadable(): number {
    return this.#damaged + this.#bodies.unreadable;
  }

  get logs(): Iterable<DocumentLog> {
    return this.#documents;
  }

  /** The log of a document of this space; an empty one where nothing is held yet. */
  log(address: Address): DocumentLog {
    return this.#documents.log(address);
  }

  /** Whether a neighbour may speak of what is under an address: costs no more than a look, and makes nothing. */
  mayPlace(address: Address): boolean {
    return this.#documents.mayPlace(address, this.#membership);
  }

  /** The log that a neighbour may speak of under an address, if any. */
  place(address: Address): DocumentLog | undefined {
    return this.#documents.place(address, this.#membership);
  }

  /** Takes over what the tab that leads has kept of this space: secrets, state, what was read. */
  adopt(record: SpaceRecord): Promise<void> {
    return this.exclusively(async () => {
      Object.assign(this.record, record);
      this.#bodies.retry();
      await this.#settle([], this.#membership);
    });
  }

  held(id: DocumentId): DocumentLog | undefined {
    return this.#documents.held(id);
  }

  get spaceLog(): DocumentLog {
    return this.log({ kind: 'space', space: this.record.id });
  }

  channel(id: ChannelId): Chain {
    return this.#bodies.channel(id);
  }

  get settings(): Chain {
    return this.#bodies.settings;
  }

  /**
   * Whether a peer may have a document: members and keepers everything, as far as this device knows who they are. A device that is no
   * longer listed serves nobody.
   */
  serves(peer: PeerId): boolean {
    const isIn = this.record.state !== 'archive' && !this.isOut;
    return isIn && isServed(this.#membership, peer);
  }

  /** Whether this device was listed once and is not now. */
  get isOut(): boolean {
    const own = this.#membership.everListed.get(this.#device.peerId);
    return own !== undefined && own.role === undefined;
  }

  /** Whether a peer that is not served was listed once, or is but not by way of this device: they exchange acts, and nothing else. */
  wasListed(peer: PeerId): boolean {
    return this.#membership.everListed.has(peer) && !this.serves(peer);
  }

  /** Reads everything back from the store. */
  async load(): Promise<void> {
    await this.loadNewest();
    await this.loadRest();
  }

  /**
   * Reads back the acts, and of each channel what its newest screen is made of, whatever else there is. Until the rest has been read
   * too, nothing may be written, let in or compared.
   */
  async loadNewest(): Promise<void> {
    await this.#readBack({ kind: 'space', space: this.record.id });
    this.#membership = membershipOf(this.spaceLog);
    for (const epoch of this.#membership.epochs)
      await this.#readBack({ kind: 'epoch', space: this.record.id, epoch: epoch.id });
    for (const channel of this.#membership.channels)
      this.#unread.set(channel, await segmentsStored(this.#store, this.record.id, channel));
    for (const channel of this.#unread.keys()) await this.#readSegments(channel, NEWEST);
    await this.#openEpochs();
    this.#bodies.retry();
    this.#bodies.takeNews();
  }

  /** Reads back what {@link loadNewest} has left, the newer first. */
  async loadRest(): Promise<void> {
    for (const channel of [...this.#unread.keys()]) await this.#readSegments(channel);
    this.#bodies.takeNews();
  }

  /** Whether everything that is stored has been read back. */
  get isWhole(): boolean {
    return this.#unread.size === 0;
  }

  /** Reads a channel's segments from the newest of those that have not been read, until there are so many entries. */
  async #readSegments(channel: ChannelId, enough = Number.POSITIVE_INFINITY): Promise<void> {
    const address = { kind: 'segment', space: this.record.id, channel } as const;
    let left = this.#unread.get(channel) ?? 0;
    for (let read = 0; left > 0 && read < enough; left--)
      read += await this.#readBack({ ...address, number: left - 1 });
    if (left > 0) this.#unread.set(channel, left);
    else this.#unread.delete(channel);
  }

  async #readBack(address: Address): Promise<number> {
    const log = this.log(address);
    const stored = await this.#store.entries(log.id);
    for (const { bytes, deps, startOp, hash } of stored) {
      const entry = logged(bytes, deps, startOp);
      // What is damaged, and what builds on it, is left out: a neighbour fills it again.
      if (!entry || entry.hash !== hash || log.startOp(deps) !== startOp) this.#damaged++;
      else if (log.add(entry)) this.#bodies.take(log, entry);
    }
    return stored.length;
  }

  /** Keeps the record, and with it what else is to be kept or not at all. Rejects with `StoreError`. */
  save(beside: readonly KeptValue[] = []): Promise<void> {
    const own = { key: spaceKey(this.record.id), value: this.record };
    return this.#store.append(this.spaceLog.id, [], [own, ...beside]);
  }

  /** Runs `work` alone: nothing else is written or let in meanwhile. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work, work);
    this.#queue = run.catch(() => {});
    return run;
  }

  /**
   * Lets in what a neighbour sent of one document, and whatever waited for it. `arrivals` is asked for when its turn
   * has come, so that it can name deps by what is held then.
   */
  receive(
    log: DocumentLog,
    from: PeerId,
    arrivals: () => readonly Arrival[],
  ): Promise<readonly Received[]> {
    return this.exclusively(async () => {
      const came = arrivals();
      const checked = await Promise.all(
        came.map((arrival) => this.#judging.check(log, from, arrival)),
      );
      return this.#letIn(log, checked);
    });
  }

  /** As `receive`, of arrivals whose deps are sure: they are verified while what came before them is still being let in. */
  receiveInFull(
    log: DocumentLog,
    from: PeerId,
    arrivals: readonly Arrival[],
  ): Promise<readonly Received[]> {
    const secrets = () => this.#bodies.secretsFor(arrivals);
    const checked = this.#judging.checkAll(log, from, arrivals, secrets);
    return this.exclusively(async () => this.#letIn(log, await checked));
  }

  /** Takes in what the tab that leads has judged and stored already. Entries whose deps are missing are left out. */
  takeOver(log: DocumentLog, arrivals: readonly Arrival[]): Promise<void> {
    return this.exclusively(async () => {
      const fresh: LoggedEntry[] = [];
      for (const { bytes, deps } of arrivals) {
        const startOp = deps.length === 0 ? 1 : log.startOp(deps);
        const entry = startOp === undefined ? undefined : logged(bytes, deps, startOp);
        if (entry && log.add(entry)) fresh.push(entry);
      }
      if (fresh.length === 0) return;
      const before = this.#membership;
      if (log.address.kind === 'space') this.#membership = membershipOf(log);
      for (const entry of fresh) this.#bodies.take(log, entry);
      await this.#settle(
        fresh.map((entry) => ({ log, entry })),
        before,
      );
    });
  }

  /** Forgets what a neighbour sent that still waits. */
  forget(peer: PeerId): void {
    this.#judging.forget(peer);
  }

  /** Judges these, and then what waited for any of them. Rejects with `StoreError`, when all of it is in view. */
  async #letIn(log: DocumentLog, candidates: readonly Candidate[]): Promise<readonly Received[]> {
    const { results, fresh } = this.#judging.judge(log, candidates, this.#membership);
    // What is known may be held in memory only: nobody may be told that it is stored before it is.
    const stored = fresh.length === 0 ? this.#unstored.retry() : this.#takeIn(log, fresh);
    const failures: unknown[] = [];
    await stored.catch((error: unknown) => failures.push(error));
    await this.#letInFreed(fresh.map(({ entry }) => entry)).catch((error: unknown) =>
      failures.push(error),
    );
    if (failures.length > 0) throw failures[0];
    return results;
  }

  async #letInFreed(entries: readonly LoggedEntry[]): Promise<void> {
    const failures: unknown[] = [];
    for (const [log, theirs] of this.#judging.freed(entries, this.#membership))
      await this.#letIn(log, theirs).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** What has been let in is stored, and takes effect. Rejects with `StoreError`. */
  async #takeIn(log: DocumentLog, fresh: readonly Fresh[]): Promise<void> {
    const before = this.#membership;
    if (log.address.kind === 'space') this.#membership = membershipOf(log);
    const entries = fresh.map(({ entry }) => entry);
    const stored = this.#unstored.append(log.id, entries);
    this.#storing = log;
    // What came is in view while it is being stored, and stays there should that fail: it may be all there is of it on this device.
    for (const { entry, unsealed } of fresh) this.#bodies.take(log, entry, unsealed);
    const opened = this.#bodies.takeNews();
    if (opened.length > 0) this.#tell({ opened });
    await stored.catch(() => this.#unstored.add(log.id, entries));
    this.#storing = undefined;
    await this.#settle(
      fresh.map((one) => ({ log, ...one })),
      before,
    );
    await stored;
  }

  /** Whether all that is held of a document is stored, too, or just being stored. */
  isStored(log: DocumentLog): boolean {
    return !this.#unstored.has(log.id);
  }

  /** Whether something of a document is in view that is just being stored: nobody may be told yet that it is. */
  isBeingStored(log: DocumentLog): boolean {
    return this.#storing === log;
  }

  #tell(change: Partial<SpaceChange>): void {
    const nothing = {
      admitted: [],
      opened: [],
      membership: false,
      secrets: false,
      caughtUp: false,
    };
    this.#onChange({ ...nothing, ...change });
  }

  #openEpochs(): Promise<boolean> {
    return this.#secrets.open(this.#membership.epochs, ({ id }) => this.#epochLog(id));
  }

  /** What was just let in takes effect: secrets are found, what they open is opened, listeners are told. */
  async #settle(admitted: SpaceChange['admitted'], before: Membership): Promise<void> {
    const secrets = await this.#openEpochs();
    if (secrets) this.#bodies.retry();
    const membership = this.#membership !== before;
    this.#tell({ admitted, opened: this.#bodies.takeNews(), membership, secrets });
  }

  /** Another device's secrets come from whoever let it in: whether this device has sealed an epoch's to it. */
  hasSealFor(epoch: EpochId, device: Uint8Array): boolean {
    return hasSealFor(this.#epochLog(epoch), this.#device.peerId, device);
  }

  #epochLog(epoch: EpochId): DocumentLog {
    return this.log({ kind: 'epoch', space: this.record.id, epoch });
  }

  /** The epoch that one writes and meets under, once its secrets are held: none while no eligible one is. */
  get writingEpoch(): HeldEpoch | undefined {
    const log = (epoch: EpochId) =>
      this.#documents.at({ kind: 'epoch', space: this.record.id, epoch });
    return this.#secrets.writing(this.#membership.epochs, ({ id }) => log(id));
  }

  /** Writes an entry in clear: an act, a seal, or an opening. Within `exclusively`. */
  async writeClear(
    log: DocumentLog,
    sort: Exclude<Sort, 0>,
    body: Uint8Array,
  ): Promise<LoggedEntry> {
    return this.#write(log, log.deps, sort, NO_HINT, body);
  }

  /** Seals and writes a body. Within `exclusively`. Rejects with `StoreError` when nothing was kept. */
  async writeSealed(
    log: DocumentLog,
    chain: Chain,
    content: {
      readonly kind: string;
      readonly content: Body['content'];
      readonly refs?: Body['refs'];
    },
    now: number,
    options: WriteOptions = {},
  ): Promise<LoggedEntry> {
    const epoch = this.writingEpoch;
    if (!epoch) throw new Error('No secrets to write under are held.');
    const { deps } = log;
    const next = chain.next(this.#device.peerId);
    const body: Body = {
      kind: content.kind,
      hlc: chain.tick(now),
      n: next.n,
      prev: [...next.prev],
      refs: [...(content.refs ?? [])],
      content: content.content,
    };
    const { hint, sealed } = sealBody({
      contentSecret: epoch.content,
      documentId: log.id,
      device: this.#device.publicKey,
      deps,
      epochId: epoch.id,
      body,
    });
    return this.#write(log, deps, SORT.body, hint, sealed, options);
  }

  async #write(
    log: DocumentLog,
    deps: readonly ChangeHash[],
    sort: Sort,
    hint: Uint8Array,
    body: Uint8Array,
    options: WriteOptions = {},
  ): Promise<LoggedEntry> {
    const bytes = await signEntry({
      device: this.#device,
      documentId: log.id,
      deps,
      sort,
      hint,
      body,
    });
    return this.keep(log, bytes, deps, options);
  }

  /** Stores an entry of one's own and takes it in. It is stored before anybody hears of it. */
  async keep(
    log: DocumentLog,
    bytes: Uint8Array,
    deps: readonly ChangeHash[],
    options: WriteOptions = {},
  ): Promise<LoggedEntry> {
    const startOp = log.startOp(deps);
    const entry = startOp === undefined ? undefined : logged(bytes, deps, startOp);
    if (!entry) throw new Error('An entry of our own has the wrong shape.');
    const beside = [...(options.beside?.(entry.id) ?? [])];
    const message = log.address.kind === 'segment' && entry.entry.sort === SORT.body;
    const withThis = () => [...this.record.unheld, entry.id];
    // With the entry itself, so that nothing ever claims that others hold it before they said so.
    if (message)
      beside.push({
        key: spaceKey(this.record.id),
        value: { ...this.record, unheld: withThis() },
      });
    await this.#unstored.append(log.id, [entry], beside);
    // Others may have been acknowledged meanwhile.
    if (message) this.record.unheld = withThis();
    log.add(entry);
    const before = this.#membership;
    if (log.address.kind === 'space') this.#membership = membershipOf(log);
    this.#bodies.take(log, entry);
    await this.#settle([{ log, entry }], before);
    // An admission of one's own may be what something waited for.
    await this.#letInFreed([entry]);
    return entry;
  }

  /** The segment that a new entry of the channel goes into; begins the next one when the newest is full. */
  async writingSegment(channel: ChannelId): Promise<DocumentLog> {
    const segment = (number: number) =>
      this.log({ kind: 'segment', space: this.record.id, channel, number });
    const number = Math.max(0, this.#documents.segments(channel) - 1);
    const newest = segment(number);
    if (newest.count < ENTRY_LIMITS.segmentEntries) return newest;
    const named = newest.entries.findLast((e) => e.startOp >= ENTRY_LIMITS.openingStartOp);
    // Ten thousand entries side by side have no such depth: the segment takes more until it has.
    if (!named) return newest;
    const next = segment(number + 1);
    await this.writeClear(next, SORT.opening, fromHex(named.hash));
    return next;
  }
}
