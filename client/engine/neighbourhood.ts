/**
 * Between links and spaces: turns a neighbour's frames into entries to judge, and what was let in into frames for the
 * others. Broadcast and anti-entropy decide, this carries out. It also keeps who is linked.
 */
import { parseChange } from '@snug/shared/entries/canonical-change.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import type { DocumentId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { Broadcast } from '../mesh/broadcast.ts';
import type { WallClock } from '../mesh/clock.ts';
import { type Frame, MalformedFrame, priorityOf, type SentFrame } from '../mesh/frames.ts';
import type { LinksCommand, Path } from '../mesh/links-port.ts';
import type { SyncMessage } from '../mesh/repo-adapter.ts';
import { shortBytes, shortId, shortIdOf } from '../mesh/short-id.ts';
import { encodeAddress, parseAddress } from '../space/address.ts';
import type { Arrival } from '../space/admission.ts';
import {
  type DocumentLog,
  joinHashes,
  type LoggedEntry,
  splitHashes,
} from '../space/document-log.ts';
import type { Received, Space, SpaceChange } from '../space/space.ts';
import { StoreError } from '../space/store.ts';
import { Comparing } from './comparing.ts';
import type { DocumentsRepo } from './documents-repo.ts';
import { Neighbour } from './neighbour.ts';
import type { Shelf } from './shelf.ts';
import { SyncSessions } from './sync-sessions.ts';

/** Acknowledgements are gathered for so long, ms. */
const ACKNOWLEDGE_MS = 15;
/** Most ids in one acknowledgement. */
const ACKNOWLEDGED = 512;

export interface NeighbourhoodOptions {
  readonly me: PeerId;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly links: (command: LinksCommand) => void;
  readonly shelf: Shelf;
  /** Automerge, which arrives after the first screen. */
  readonly repo: () => Promise<DocumentsRepo>;
  /** More is known of who holds these entries, which may be of this space. */
  readonly onHolders: (space: Space, ids: readonly EntryId[]) => void;
  readonly onTies: () => void;
  readonly onStoreError: (error: unknown) => void;
  readonly onProblem: (problem: unknown) => void;
}

interface Place {
  readonly space: Space;
  readonly log: DocumentLog;
}

export class Neighbourhood {
  readonly #o: NeighbourhoodOptions;
  readonly #neighbours = new Map<PeerId, Neighbour>();
  readonly #broadcast = new Broadcast();
  readonly #comparing: Comparing;
  readonly #sessions: SyncSessions;
  /** Author → the neighbour by whom something of theirs came last, other than they themselves. */
  readonly #heardThrough = new Map<PeerId, PeerId>();
  #acknowledging = false;

  constructor(options: NeighbourhoodOptions) {
    this.#o = options;
    this.#sessions = new SyncSessions({
      randomBytes: options.randomBytes,
      repo: options.repo,
      send: (peer, frame) => this.#send(peer, frame),
      ended: (peer, document) => this.#comparing.repaired(peer, document),
      onProblem: options.onProblem,
    });
    this.#comparing = new Comparing({
      ...options,
      sessions: this.#sessions,
      mayTalk,
      send: (peer, frame) => this.#send(peer, frame),
      equal: (peer, document) => this.#equal(peer, document),
    });
  }

  pathTo(peer: PeerId): Path | undefined {
    return this.#neighbours.get(peer)?.path;
  }

  /** The neighbour through whom something of this peer's came last, if they are linked still. */
  through(peer: PeerId): PeerId | undefined {
    const via = this.#heardThrough.get(peer);
    return via !== undefined && this.#neighbours.has(via) ? via : undefined;
  }

  get linked(): Iterable<PeerId> {
    return this.#neighbours.keys();
  }

  /** Peers known to hold an entry. */
  holders(id: EntryId): ReadonlySet<PeerId> {
    return this.#broadcast.holders(id);
  }

  up(peer: PeerId, binding: Uint8Array, path: Path): void {
    this.#neighbours.set(peer, new Neighbour(peer, binding, path));
    this.#comparing.begin(peer);
    this.#o.onTies();
  }

  path(peer: PeerId, path: Path): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    neighbour.path = path;
    this.#o.onTies();
  }

  down(peer: PeerId): void {
    this.#neighbours.delete(peer);
    this.#broadcast.linkDown(peer);
    this.#comparing.linkDown(peer);
    this.#sessions.linkDown(peer);
    for (const space of this.#o.shelf) space.forget(peer);
    this.#o.onTies();
  }

  /** Members may have changed: whoever shares a space now is compared with. */
  compareAll(): void {
    for (const peer of this.#neighbours.keys()) this.#comparing.begin(peer);
  }

  /** What is stored of a space has changed otherwise than entry by entry: every neighbour in it is told. */
  compareAnew(space: Space): void {
    for (const peer of this.#neighbours.keys())
      if (mayTalk(space, peer)) this.#comparing.ask(peer, space);
  }

  tick(): void {
    this.#comparing.tick();
    this.#sessions.tick(this.#o.clock.now());
  }

  /** Pushes what was let in to every neighbour who should have it. */
  push(space: Space, admitted: SpaceChange['admitted']): void {
    for (const { log, entry, from } of admitted) {
      // Nothing is passed on that may be gone here tomorrow.
      if (!space.isStored(log)) continue;
      if (from) this.#broadcast.holds(from, entry.id);
      if (from && from !== entry.author) this.#heardThrough.set(entry.author, from);
      const members = [...this.#neighbours.keys()].filter((peer) => space.serves(peer));
      for (const peer of this.#broadcast.targets(entry.id, members)) this.#pushTo(peer, log, entry);
    }
  }

  /** The Repo wants this sent within a session. */
  syncMessage(message: SyncMessage): void {
    this.#sessions.outgoing(message);
  }

  #pushTo(peer: PeerId, log: DocumentLog, entry: LoggedEntry): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    const tags = entry.deps.map((dep) => neighbour.tag(dep));
    const address = encodeAddress(log.address);
    // A genesis: whoever has none of the space gets it in bulk.
    if (tags.length === 0) return;
    this.#send(peer, { type: 'entry', address, tags, entry: entry.bytes });
  }

  /** A frame came. Whatever is wrong with it is the neighbour's doing and ends the link with a reason. */
  frame(peer: PeerId, bytes: Uint8Array): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    let frame: Frame;
    try {
      frame = neighbour.decoder.decode(bytes);
    } catch (error) {
      const why = error instanceof MalformedFrame ? error.message : 'unreadable';
      return this.#misbehaved(peer, `malformed frame: ${why}`);
    }
    if (
      !neighbour.inOrder(
        bytes.length,
        () => this.#handle(neighbour, frame),
        (error) => {
          if (error instanceof StoreError) this.#o.onStoreError(error);
          else this.#o.onProblem(error);
        },
      )
    )
      this.#misbehaved(peer, 'more came than can be looked at');
  }

  async #handle(from: Neighbour, frame: Frame): Promise<void> {
    const { peer } = from;
    if (frame.type === 'unknown') return;
    if (frame.type === 'acknowledge') return this.#acknowledged(peer, frame.ids);
    if (frame.type === 'digest') {
      // A question brings an answer many times its size.
      const question = frame.question && from.mayAsk(this.#o.clock.now());
      return this.#comparing.digest(peer, { ...frame, question });
    }
    const place = this.#place(peer, frame.address);
    if (!place) return;
    const { space, log } = place;
    switch (frame.type) {
      case 'entry':
        return this.#entry(from, place, frame.tags, frame.entry);
      case 'want':
        if (space.serves(peer)) this.#comparing.bulk(from, log);
        return;
      case 'bulk': {
        const arrivals = frame.entries.map((e) => ({ bytes: e.entry, deps: splitHashes(e.deps) }));
        await this.#receive(from, place, () => arrivals);
        this.#comparing.progress(peer, log.id);
        if (frame.last) this.#comparing.repaired(peer, log.id);
        return;
      }
      case 'session':
        return space.serves(peer) ? this.#session(from, place, frame) : undefined;
      case 'deps':
        if (space.serves(peer) && from.mayAsk(this.#o.clock.now()))
          this.#answerDeps(peer, log, frame.id);
        return;
      case 'depsAnswer': {
        const arrivals = [{ bytes: frame.entry, deps: splitHashes(frame.deps) }];
        await this.#receive(from, place, () => arrivals);
        return;
      }
    }
  }

  /** The space and log that an address names, if this neighbour may speak of them. */
  #place(peer: PeerId, bytes: Uint8Array): Place | undefined {
    const address = parseAddress(bytes);
    const space = address && this.#o.shelf.get(address.space);
    if (!address || !space || !mayTalk(space, peer)) return undefined;
    const log = space.place(address);
    if (log) return { space, log };
    // The act that began it may still be on its way.
    this.#comparing.gap(peer, space, space.spaceLog.id);
    return undefined;
  }

  async #entry(
    from: Neighbour,
    place: Place,
    tags: readonly Uint8Array[],
    bytes: Uint8Array,
  ): Promise<void> {
    const { space, log } = place;
    let ambiguous = false;
    const name = () => {
      const deps = log.resolve(tags, (hash) => from.tag(hash));
      ambiguous = deps === 'ambiguous';
      return deps === undefined || deps === 'ambiguous' ? [] : [{ bytes, deps }];
    };
    const [result] = await this.#receive(from, place, name, { punish: false });
    if (ambiguous || result?.verdict.is === 'refused') {
      // The tags may have stood for other deps: only a failure with the deps in full is misbehaviour.
      const id = shortBytes(entryId(bytes));
      const address = encodeAddress(log.address);
      this.#send(from.peer, { type: 'deps', address, id });
    } else if (!result) {
      this.#comparing.gap(from.peer, space, log.id);
    }
  }

  #answerDeps(peer: PeerId, log: DocumentLog, short: Uint8Array): void {
    const wanted = shortIdOf(short);
    const asked = log.entries.find((entry) => shortId(entry.id) === wanted);
    if (!asked) return;
    const deps = joinHashes(asked.deps);
    const address = encodeAddress(log.address);
    this.#send(peer, { type: 'depsAnswer', address, deps, entry: asked.bytes });
  }

  async #receive(
    from: Neighbour,
    { space, log }: Place,
    arrivals: () => readonly Arrival[],
    { punish } = { punish: true },
  ): Promise<readonly Received[]> {
    const results = await space.receive(log, from.peer, arrivals);
    const held: EntryId[] = [];
    for (const { verdict } of results) {
      if (verdict.is === 'new') held.push(verdict.entry.id);
      else if (verdict.is === 'known') held.push(verdict.id);
      else if (verdict.is === 'waiting') this.#comparing.gap(from.peer, space, log.id);
      else if (punish) this.#misbehaved(from.peer, `an entry was refused: ${verdict.why}`);
    }
    const news = held.filter((id) => this.#broadcast.holds(from.peer, id));
    if (news.length > 0) this.#o.onHolders(space, news);
    for (const id of held) from.acknowledge.push(shortBytes(id));
    if (held.length > 0) this.#acknowledgeSoon();
    this.#sessions.progressed(log);
    return results;
  }

  #acknowledgeSoon(): void {
    if (this.#acknowledging) return;
    this.#acknowledging = true;
    this.#o.clock.setTimeout(() => {
      this.#acknowledging = false;
      for (const neighbour of this.#neighbours.values()) {
        while (neighbour.acknowledge.length > 0) {
          const ids = neighbour.acknowledge.splice(0, ACKNOWLEDGED);
          this.#send(neighbour.peer, { type: 'acknowledge', ids });
        }
      }
    }, ACKNOWLEDGE_MS);
  }

  #acknowledged(peer: PeerId, ids: readonly Uint8Array[]): void {
    const news = ids.flatMap((short) => this.#broadcast.acknowledged(peer, shortIdOf(short)) ?? []);
    if (news.length > 0) for (const space of this.#o.shelf) this.#o.onHolders(space, news);
  }

  async #session(
    from: Neighbour,
    place: Place,
    frame: Extract<Frame, { type: 'session' }>,
  ): Promise<void> {
    const { log } = place;
    this.#comparing.progress(from.peer, log.id);
    if (frame.step !== 'message') {
      const heads = frame.bytes.length % 32 === 0 ? splitHashes(frame.bytes) : [];
      return this.#sessions.step(
        from.peer,
        log,
        frame.session,
        frame.step,
        heads,
        this.#o.clock.now(),
      );
    }
    if (!this.#sessions.isOpen(from.peer, log, frame.session)) return;
    const repo = await this.#o.repo();
    const changes = repo.changesIn(frame.bytes)?.map(parseChange);
    if (!changes || changes.includes(undefined))
      return this.#misbehaved(from.peer, 'a sync message held something else than entries');
    const arrivals = changes.flatMap((change) =>
      // The root is everybody's own.
      !change || change.hash === log.root?.hash ? [] : [{ bytes: change.entry, deps: change.deps }],
    );
    await this.#receive(from, place, () => arrivals);
    repo.deliver({ peer: from.peer, document: log.id, data: frame.bytes });
  }

  /** Same heads: the neighbour holds every entry of the document that we hold. */
  #equal(peer: PeerId, document: DocumentId): void {
    for (const space of this.#o.shelf) {
      const log = space.held(document);
      if (!log) continue;
      const own = log.entries.filter((entry) => entry.author === this.#o.me);
      const news = own.filter(({ id }) => this.#broadcast.holds(peer, id)).map(({ id }) => id);
      if (news.length > 0) this.#o.onHolders(space, news);
    }
  }

  #send(peer: PeerId, frame: SentFrame): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    this.#o.links({
      do: 'send',
      peer,
      frame: neighbour.encoder.encode(frame),
      priority: priorityOf(frame),
    });
  }

  #misbehaved(peer: PeerId, reason: string): void {
    this.#o.links({ do: 'close', peer, reason, misbehaved: true });
  }
}

/** Members talk; and a newcomer listens to whoever let them in, until they know who the members are. */
function mayTalk(space: Space, peer: PeerId): boolean {
  return space.serves(peer) || (space.record.state === 'joining' && space.welcomers.has(peer));
}
