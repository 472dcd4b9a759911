/**
 * Between links and spaces: who is linked, and what becomes of their frames. `Pushing` carries out the broadcast tree, `Comparing`
 * anti-entropy, `Receiving` has entries judged, `Acknowledging` keeps who holds what, `Present` who is here.
 */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import type { EntryId, PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { WallClock } from '../mesh/clock.ts';
import { TYPE } from '../mesh/frames/frame-layout.ts';
import {
  type Frame,
  MalformedFrame,
  priorityOf,
  type SentFrame,
  trafficClassOf,
} from '../mesh/frames/frames.ts';
import type { LinkName, LinksCommand, Path } from '../mesh/links-port.ts';
import type { SyncMessage } from '../mesh/repair/repo-adapter.ts';
import type { Space, SpaceChange } from '../space/space.ts';
import { StoreError } from '../space/store.ts';
import { Acknowledging } from './acknowledging.ts';
import { ActExchange } from './act-exchange.ts';
import { Comparing } from './comparing.ts';
import { DeviceNames } from './device-names.ts';
import type { DocumentsRepo } from './documents-repo.ts';
import { Knocks, type KnocksOptions } from './knocks.ts';
import { Neighbour } from './neighbour.ts';
import { Present } from './present.ts';
import { Pushing } from './pushing.ts';
import { mayTalk, Receiving } from './receiving.ts';
import type { Shelf } from './shelf.ts';
import { SyncSessions } from './sync-sessions.ts';
import { type Arrivals, type Traffic, TrafficCounter } from './traffic.ts';

export interface NeighbourhoodOptions {
  readonly me: PeerId;
  readonly device: DeviceKey;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly links: (command: LinksCommand) => void;
  readonly shelf: Shelf;
  /** Automerge, which arrives after the first screen. */
  readonly repo: () => Promise<DocumentsRepo>;
  /** More is known of who holds these own entries of the space. */
  readonly onHolders: (space: Space, ids: readonly EntryId[]) => void;
  readonly onTies: () => void;
  readonly judgeKnock: KnocksOptions['judge'];
  /** What a neighbour says of the linking of one of this person's devices. */
  readonly onLinking: (peer: PeerId, topic: Topic, message: Uint8Array) => void;
  /** A neighbour has let this device in, or (with a reason) has not. */
  readonly onKnocked: (space: Space, by: LinkName, refusal: string | undefined) => void;
  readonly onStoreError: (error: unknown) => void;
  readonly onProblem: (problem: unknown) => void;
}

export class Neighbourhood {
  /** Who is here and typing, and receipts. */
  readonly present: Present;
  /** Acts alone, with those who are not listed any more. */
  readonly acts: ActExchange;
  readonly #o: NeighbourhoodOptions;
  readonly #neighbours = new Map<PeerId, Neighbour>();
  readonly #pushing: Pushing;
  readonly #acknowledging: Acknowledging;
  readonly #comparing: Comparing;
  readonly #sessions: SyncSessions;
  readonly #receiving: Receiving;
  /** Author → the neighbour by whom something of theirs came last, other than they themselves. */
  readonly #heardThrough = new Map<PeerId, PeerId>();
  readonly #traffic = new TrafficCounter();
  readonly #devices: DeviceNames;
  readonly #knocks: Knocks;

  constructor(options: NeighbourhoodOptions) {
    this.#o = options;
    this.#devices = new DeviceNames(options.shelf);
    const neighbours = this.#neighbours;
    const send = (peer: PeerId, frame: SentFrame) => this.#send(peer, frame);
    this.#acknowledging = new Acknowledging({ ...options, neighbours, send });
    this.acts = new ActExchange({
      shelf: options.shelf,
      now: () => options.clock.now(),
      neighbours: () => neighbours.keys(),
      send,
      isNeeded: (peer) => options.shelf.find((space) => mayTalk(space, peer)) !== undefined,
      end: (peer) => {
        const neighbour = neighbours.get(peer);
        if (!neighbour) return;
        const { link } = neighbour;
        options.links({ do: 'close', peer, link, reason: 'removed', misbehaved: false });
      },
    });
    this.#pushing = new Pushing({
      ...options,
      neighbours,
      send,
      receive: (from, place, arrivals) =>
        this.#receiving.receive(from, place, arrivals, 'forgiven'),
      known: (from, place, id) => this.#receiving.known(from, place, id),
      gap: (peer, space, log) => this.#comparing.gap(peer, space, log.id),
      compare: (peer, space) => this.#comparing.ask(peer, space),
      misbehaved: (peer, reason) => this.#misbehaved(peer, reason),
    });
    this.present = new Present({
      ...options,
      send,
      neighbours: (space) => [...neighbours.keys()].filter((peer) => space.serves(peer)),
      eager: (space) => this.#pushing.eager(space.record.id),
      carried: (space, id, from, news) => this.#pushing.carried(space, id, from, news),
      holds: (space, holder, ids) => this.#acknowledging.vouched(holder, space, ids),
      onChange: options.onTies,
    });
    this.#sessions = new SyncSessions({
      randomBytes: options.randomBytes,
      repo: options.repo,
      send,
      ended: (peer, document) => this.#comparing.repaired(peer, document),
      onProblem: options.onProblem,
    });
    this.#comparing = new Comparing({
      ...options,
      sessions: this.#sessions,
      binding: (peer) => neighbours.get(peer)?.binding,
      mayTalk,
      send,
      patience: (space, usual) => this.#pushing.patience(space, usual),
      equal: (peer, document) => this.#acknowledging.equal(peer, document),
      caughtUp: options.onTies,
      inVain: (peer) => {
        const neighbour = neighbours.get(peer);
        if (neighbour) options.links({ do: 'vain', peer, link: neighbour.link });
      },
    });
    this.#receiving = new Receiving({
      ...options,
      acknowledging: this.#acknowledging,
      comparing: this.#comparing,
      sessions: this.#sessions,
      arrived: (how) => this.#traffic.arrived(how),
      misbehaved: (peer, reason) => this.#misbehaved(peer, reason),
    });
    this.#knocks = new Knocks({
      judge: options.judgeKnock,
      answered: (space, peer, refusal) => {
        const neighbour = neighbours.get(peer);
        if (neighbour) options.onKnocked(space, neighbour, refusal);
      },
      send,
      misbehaved: (peer, reason) => this.#misbehaved(peer, reason),
      now: () => options.clock.now(),
    });
  }

  pathTo(peer: PeerId): Path | undefined {
    return this.#neighbours.get(peer)?.path;
  }

  /** The neighbour through whom something of this peer's came last, if they are linked still. */
  through(space: Space, peer: PeerId): PeerId | undefined {
    const via = this.present.by(space, peer) ?? this.#heardThrough.get(peer);
    return via !== undefined && this.#neighbours.has(via) ? via : undefined;
  }

  get linked(): Iterable<PeerId> {
    return this.#neighbours.keys();
  }

  /** Whether a long absence is being caught up on. */
  get isCatchingUp(): boolean {
    return this.#comparing.isCatchingUp;
  }

  /** Whether much comes from a neighbour or goes to one just now: what can wait does. */
  get isBusy(): boolean {
    return this.#comparing.isBusy;
  }

  /** Peers known to hold an entry. */
  holders(id: EntryId): ReadonlySet<PeerId> {
    return this.#acknowledging.holders(id);
  }

  /** What has been sent and received since the start. */
  get traffic(): Traffic {
    return this.#traffic.totals;
  }

  /** How others' entries have come since the start. */
  get arrivals(): Arrivals {
    return this.#traffic.arrivals;
  }

  up(link: LinkName, binding: Uint8Array, path: Path): void {
    const { peer } = link;
    this.#neighbours.set(peer, new Neighbour(link, binding, path, this.#devices.resolve));
    this.#pushing.meet();
    this.#comparing.begin(peer);
    this.acts.up(peer);
    this.#o.onTies();
  }

  path(peer: PeerId, path: Path): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    neighbour.path = path;
    this.#o.onTies();
  }

  /** @param surplus the link was one too many, which says nothing of the peer */
  down(peer: PeerId, surplus: boolean): void {
    this.#neighbours.delete(peer);
    this.#pushing.down(peer);
    this.#comparing.linkDown(peer);
    this.#sessions.linkDown(peer);
    this.#knocks.down(peer);
    this.acts.down(peer);
    this.present.down(peer, surplus);
    for (const space of this.#o.shelf) space.forget(peer);
    this.#o.onTies();
  }

  /** Asks a linked peer to let this device into a space. */
  knock(peer: PeerId, space: Space, lobby: Topic, note: Uint8Array): void {
    if (this.#neighbours.has(peer)) this.#knocks.ask(peer, space, lobby, note);
  }

  /** To a linked device that is being linked as one of this person's. */
  sayLinking(peer: PeerId, topic: Topic, message: Uint8Array): void {
    this.#send(peer, { type: 'linking', topic, message });
  }

  /** Members may have changed: whoever shares a space now is compared with. */
  compareAll(): void {
    this.#pushing.meet();
    for (const peer of this.#neighbours.keys()) this.#comparing.begin(peer);
  }

  /** Acts have come: whoever they take off the list is told, and nothing else from now on. */
  listAnew(space: Space, change: SpaceChange): void {
    this.compareAll();
    for (const peer of this.#neighbours.keys())
      if (!mayTalk(space, peer)) this.#sessions.apart(peer, space.record.id);
    this.acts.changed(space, change);
  }

  /** What is stored of a space has changed otherwise than entry by entry: every neighbour in it is told. */
  compareAnew(space: Space): void {
    for (const peer of this.#neighbours.keys())
      if (mayTalk(space, peer)) this.#comparing.ask(peer, space);
  }

  tick(): void {
    this.#comparing.tick();
    this.#sessions.tick(this.#o.clock.now());
    this.present.tick();
    this.acts.tick();
  }

  /** These were let in: they are passed on, and their authors told. */
  push(space: Space, admitted: SpaceChange['admitted']): void {
    for (const one of admitted) {
      const { log, entry, from } = one;
      // Nothing is passed on that may be gone here tomorrow.
      if (!space.isStored(log)) continue;
      if (entry.author === this.#o.me) this.#acknowledging.wrote(space, entry.id);
      else if (from) this.#acknowledging.stored(space, entry.author, entry.id);
      if (from && from !== entry.author) this.#heardThrough.set(entry.author, from);
      this.#pushing.stored(space, one);
      this.present.stored(space, log, entry, from);
    }
    if (admitted.some(({ log }) => log === space.spaceLog)) this.#nameLate();
  }

  /** Whoever has just been admitted may have written what has come already. */
  #nameLate(): void {
    for (const neighbour of this.#neighbours.values())
      for (const { address, tags, entry } of neighbour.unnamed.takeNamed(this.#devices.resolve))
        this.#inOrder(neighbour, entry.length, () => {
          const place = this.#receiving.place(neighbour.peer, address);
          // What has come another way meanwhile is no copy too many.
          if (!place || place.log.byId(entryId(entry))) return undefined;
          return this.#pushing.entry(neighbour, place, tags, entry);
        });
  }

  /** The Repo wants this sent within a session. */
  syncMessage(message: SyncMessage): void {
    this.#sessions.outgoing(message);
  }

  /** A frame came. Whatever is wrong with it is the neighbour's doing and ends the link with a reason. */
  frame(peer: PeerId, bytes: Uint8Array): void {
    const neighbour = this.#neighbours.get(peer);
    if (neighbour) this.#inOrder(neighbour, bytes.length, () => this.#inTurn(neighbour, bytes));
  }

  async #inTurn(from: Neighbour, bytes: Uint8Array): Promise<void> {
    if (bytes[0] !== TYPE.bulk) await from.letIn;
    if (!from.misbehaved) await this.#read(from, bytes);
  }

  #inOrder(from: Neighbour, bytes: number, work: () => Promise<void> | undefined): void {
    if (!from.inOrder(bytes, work, (error) => this.#failed(error), this.#o.clock))
      this.#close(from, 'more came than can be looked at');
  }

  #failed(error: unknown): void {
    if (error instanceof StoreError) this.#o.onStoreError(error);
    else this.#o.onProblem(error);
  }

  /** Once its turn has come: what it holds takes many times the memory of its bytes, and the frame before may admit whom it names. */
  #read(from: Neighbour, bytes: Uint8Array): Promise<void> | undefined {
    let frame: Frame;
    try {
      frame = from.decoder.decode(bytes);
    } catch (error) {
      const why = error instanceof MalformedFrame ? error.message : 'unreadable';
      this.#close(from, `malformed frame: ${why}`);
      return undefined;
    }
    this.#traffic.received(trafficClassOf(frame), bytes.length);
    return this.#handle(from, frame);
  }

  async #handle(from: Neighbour, frame: Frame): Promise<void> {
    const { peer } = from;
    if (frame.type === 'unknown') return;
    if (frame.type === 'acknowledge') return this.#acknowledging.acknowledged(peer, frame.ids);
    if (frame.type === 'digest') {
      this.acts.asked(peer, frame.space);
      return this.#comparing.digest(peer, frame);
    }
    if (frame.type === 'receipts' || frame.type === 'presence')
      return this.present.frame(peer, frame);
    if (frame.type === 'knock' || frame.type === 'knockAnswer')
      return this.#knocks.frame(peer, frame);
    if (frame.type === 'linking') return this.#o.onLinking(peer, frame.topic, frame.message);
    if (frame.type === 'bulk')
      return from.bring(
        frame.address,
        () => this.#bulk(peer, frame),
        (error) => this.#failed(error),
      );
    const once = this.acts.place(peer, frame.address);
    if (once && frame.type === 'want') return this.acts.wanted(peer, once, frame.taken);
    if (once && frame.type === 'depsAnswer' && this.acts.mayTake(peer, 1))
      return this.#receiving.inFull(peer, once, [frame]);
    const place = this.#receiving.place(peer, frame.address);
    if (!place) return;
    const { space, log } = place;
    switch (frame.type) {
      case 'entry':
        return this.#pushing.entry(from, place, frame.tags, frame.entry);
      case 'unnamed':
        from.unnamed.add(frame);
        // Its device's admission is missing; or two keys begin alike, and then a repair brings it.
        this.#comparing.gap(peer, space, space.spaceLog.id);
        return this.#comparing.gap(peer, space, log.id);
      case 'want':
        if (space.serves(peer)) this.#comparing.wanted(peer, log, frame.taken);
        return;
      case 'session':
        if (space.serves(peer)) return this.#receiving.session(peer, place, frame);
        return frame.step === 'open' ? this.#sessions.refuse(peer, log, frame.session) : undefined;
      case 'deps':
        if (space.serves(peer)) this.#pushing.answerDeps(from, place, frame.id);
        return;
      case 'announce':
      case 'graft':
      case 'prune':
        if (space.serves(peer)) this.#pushing.frame(from, space, frame);
        return;
      case 'depsAnswer':
        return this.#receiving.inFull(peer, place, [frame]);
    }
  }

  async #bulk(peer: PeerId, frame: Extract<Frame, { type: 'bulk' }>): Promise<void> {
    const once = this.acts.place(peer, frame.address);
    if (once) {
      if (!this.acts.mayTake(peer, frame.entries.length)) return;
      await this.#receiving.inFull(peer, once, frame.entries);
      return this.acts.took(peer, once.space, frame);
    }
    const place = this.#receiving.place(peer, frame.address);
    if (!place) return;
    await this.#receiving.inFull(peer, place, frame.entries);
    this.#comparing.taken(peer, place.space, place.log, frame);
  }

  close(): void {
    this.present.close();
    this.#pushing.close();
    this.#acknowledging.close();
  }

  #send(peer: PeerId, frame: SentFrame): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    const bytes = neighbour.encoder.encode(frame);
    this.#traffic.sent(trafficClassOf(frame), bytes.length);
    const { link } = neighbour;
    this.#o.links({ do: 'send', peer, link, frame: bytes, priority: priorityOf(frame) });
  }

  #misbehaved(peer: PeerId, reason: string): void {
    const neighbour = this.#neighbours.get(peer);
    if (neighbour) this.#close(neighbour, reason);
  }

  #close(neighbour: Neighbour, reason: string): void {
    const { peer, link } = neighbour;
    neighbour.misbehaved = true;
    this.#o.links({ do: 'close', peer, link, reason, misbehaved: true });
  }
}
