/**
 * A simulated device: what it holds, and the program that runs on it now. The program carries out what the real broadcast
 * tree and the real anti-entropy decide, as the engine does for real.
 */
import {
  BroadcastTree,
  type TreeInput,
  type TreeOutput,
} from '@snug/client/mesh/broadcast/broadcast-tree.ts';
import type { AnnouncedId } from '@snug/client/mesh/frames/short-id.ts';
import type { TopicSpec } from '@snug/client/mesh/links-port.ts';
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { type Entry, Holding, type SpaceModel } from './documents.ts';
import { announceBytes, entryBytes, graftBytes, Names, pruneBytes } from './frame-bytes.ts';
import { type Above, LinkDriver } from './link-driver.ts';
import { Mending, type RepairFrame } from './mending.ts';
import type { Host } from './network.ts';
import { SeededRandom } from './seeded-random.ts';
import { Alarm } from './virtual-clock.ts';
import type { World } from './world.ts';

export type Frame =
  | { readonly type: 'entry'; readonly entry: Entry; readonly hop: number }
  | { readonly type: 'announce'; readonly space: SpaceId; readonly ids: readonly AnnouncedId[] }
  | { readonly type: 'graft'; readonly space: SpaceId; readonly ids: readonly AnnouncedId[] }
  | { readonly type: 'prune'; readonly space: SpaceId }
  | RepairFrame;

export interface Membership {
  readonly space: SpaceModel;
  readonly allowed: ReadonlySet<PeerId>;
  readonly spec: TopicSpec;
}

export interface PeerWorld extends World {
  readonly seed: number;
  peer(id: PeerId): Peer | undefined;
  /** A link of this peer's has come up; it has so many now. */
  linked(peer: Peer, links: number): void;
}

export class Peer implements Host {
  readonly index: number;
  readonly id: PeerId;
  readonly holdings = new Map<SpaceId, Holding>();
  readonly memberships: readonly Membership[];
  readonly withholds: boolean;
  readonly #world: PeerWorld;
  #program: Program | undefined;
  #runs = 0;

  constructor(
    world: PeerWorld,
    options: {
      index: number;
      id: PeerId;
      memberships: readonly Membership[];
      withholds: boolean;
    },
  ) {
    this.#world = world;
    this.index = options.index;
    this.id = options.id;
    this.memberships = options.memberships;
    this.withholds = options.withholds;
    for (const { space } of options.memberships) this.holdings.set(space.id, new Holding(space));
  }

  get program(): Program | undefined {
    return this.#program;
  }

  /** Starts the program on what the device holds. */
  start(): void {
    for (const holding of this.holdings.values()) holding.restart();
    this.#program = new Program(this.#world, this, ++this.#runs);
    this.#program.join();
  }

  stop(how: 'leave' | 'crash'): void {
    const program = this.#program;
    this.#program = undefined;
    program?.stop(how);
  }
}

export class Program implements Above<Frame> {
  readonly since: number;
  readonly links: LinkDriver<Frame>;
  readonly random: SeededRandom;
  readonly #world: PeerWorld;
  readonly #peer: Peer;
  readonly #tree: BroadcastTree;
  readonly #treeAlarm: Alarm;
  readonly #mending: Mending;
  readonly #names = new Map<PeerId, Names>();
  #running = true;

  constructor(world: PeerWorld, peer: Peer, run: number) {
    this.#world = world;
    this.#peer = peer;
    this.since = world.clock.now;
    this.random = new SeededRandom(world.seed, peer.index, run);
    this.#tree = new BroadcastTree({ me: peer.id, random: this.random.next });
    this.#treeAlarm = new Alarm(world.clock, () => this.#broadcast({ is: 'tick' }));
    const { id: me, withholds } = peer;
    this.#mending = new Mending({
      me,
      withholds,
      clock: world.clock,
      random: this.random.next,
      holding: (space) => peer.holdings.get(space),
      send: (to, frame, bytes) => this.links.send(to, frame, 'repair', bytes, 'bulk'),
      receive: (entry, from) => this.#receive(entry, from, 'repair', 0),
      inVain: (neighbour) => this.links.vain(neighbour),
    });
    this.links = new LinkDriver(world, { host: peer, me, random: this.random, withholds }, this);
    for (const { space, documents } of peer.holdings.values())
      for (const { entries } of documents.values())
        for (const { id } of entries) this.#broadcast({ is: 'held', group: space.id, id });
  }

  join(): void {
    for (const { spec, allowed } of this.#peer.memberships) this.links.join(spec, allowed);
  }

  stop(how: 'leave' | 'crash'): void {
    this.#running = false;
    this.#treeAlarm.stop();
    this.#mending.stop();
    if (how === 'leave') this.links.leave();
    else this.links.crash();
  }

  eager(space: SpaceId): readonly PeerId[] {
    return this.#tree.eager(space);
  }

  /** Writes a message. */
  say(space: SpaceModel): Entry | undefined {
    const entry = this.#peer.holdings
      .get(space.id)
      ?.say(this.#peer.id, this.random, this.#world.clock.now);
    if (entry === undefined) return undefined;
    this.#stored(entry, undefined, 'own');
    return entry;
  }

  // Links

  up(peer: PeerId): void {
    this.#names.set(peer, new Names());
    this.#world.linked(this.#peer, this.links.degree);
    for (const { allowed, space } of this.#peer.memberships) {
      if (!allowed.has(peer)) continue;
      this.#broadcast({ is: 'neighbour', peer, group: space.id });
      this.#mending.take({ is: 'shared', peer, space: space.id });
    }
  }

  down(peer: PeerId): void {
    this.#names.delete(peer);
    this.#broadcast({ is: 'down', peer });
    this.#mending.take({ is: 'down', peer });
  }

  frame(from: PeerId, frame: Frame): void {
    if (this.#running && this.#names.has(from)) this.#handle(from, frame);
  }

  // Entries

  #handle(from: PeerId, frame: Frame): void {
    switch (frame.type) {
      case 'entry':
        this.#receive(frame.entry, from, 'push', frame.hop);
        return;
      case 'announce':
        this.#broadcast({ is: 'announced', group: frame.space, ids: frame.ids, from });
        return;
      case 'graft':
        this.#broadcast({ is: 'grafted', group: frame.space, ids: frame.ids, from });
        return;
      case 'prune':
        this.#broadcast({ is: 'pruned', group: frame.space, from });
        return;
      default:
        this.#mending.frame(from, frame);
        return;
    }
  }

  #receive(entry: Entry, from: PeerId, by: 'push' | 'repair', hop: number): void {
    const { id, space } = entry;
    const holding = this.#peer.holdings.get(space.id);
    if (holding === undefined) return;
    const receipt = holding.receive(entry, from, hop);
    if (receipt === 'waiting') {
      this.#broadcast({ is: 'waiting', group: space.id, id, from });
      this.#mending.take({ is: 'gap', peer: from, space: space.id, document: entry.document.key });
      return;
    }
    if (receipt === 'known') {
      if (by === 'repair') return;
      this.#world.figures.duplicates++;
      this.#broadcast({ is: 'repeated', group: space.id, id, from });
      return;
    }
    this.#take(holding, entry, from, by);
    for (;;) {
      const released = holding.released();
      if (released.length === 0) return;
      for (const one of released) this.#take(holding, one.entry, one.from, by);
    }
  }

  #take(holding: Holding, entry: Entry, from: PeerId, by: 'push' | 'repair'): void {
    const { figures, clock } = this.#world;
    const hop = holding.hop(entry);
    figures.delivered({ entry, by, hop, at: clock.now, since: this.since });
    this.#stored(entry, from, by);
  }

  #stored(entry: Entry, from: PeerId | undefined, by: 'own' | 'push' | 'repair'): void {
    this.#broadcast({ is: 'stored', group: entry.space.id, id: entry.id, from, by });
  }

  // Broadcast

  #broadcast(input: TreeInput): void {
    if (!this.#running) return;
    for (const output of this.#tree.handle(input, this.#world.clock.now)) this.#carryOut(output);
    this.#treeAlarm.set(this.#tree.wakeAt);
  }

  #carryOut(output: TreeOutput): void {
    const { peer, group: space } = output;
    const names = this.#names.get(peer);
    if (names === undefined) return;
    if (this.#peer.withholds && (output.do === 'push' || output.do === 'announce')) return;
    switch (output.do) {
      case 'push': {
        const holding = this.#peer.holdings.get(space);
        const entry = holding?.space.entry(output.id);
        if (holding === undefined || entry === undefined) return;
        const bytes =
          entryBytes(entry.deps.length) +
          names.address(entry.document.id) +
          names.device(this.#world.peer(entry.author)?.index ?? 0);
        const hop = holding.hop(entry) + 1;
        this.links.send(peer, { type: 'entry', entry, hop }, 'entries', bytes, 'chat');
        return;
      }
      case 'announce': {
        const { ids } = output;
        const bytes = announceBytes(ids.length) + names.address(space, 33);
        this.links.send(peer, { type: 'announce', space, ids }, 'tree', bytes, 'chat');
        return;
      }
      case 'graft': {
        const { ids } = output;
        const bytes = graftBytes(ids.length) + names.address(space, 33);
        this.links.send(peer, { type: 'graft', space, ids }, 'tree', bytes, 'chat');
        return;
      }
      case 'prune':
        this.links.send(
          peer,
          { type: 'prune', space },
          'tree',
          pruneBytes() + names.address(space, 33),
          'chat',
        );
        return;
      case 'compare':
        this.#mending.take({ is: 'compare', peer, space });
        return;
    }
  }
}
