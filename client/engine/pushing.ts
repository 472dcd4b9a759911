/**
 * Carries out the broadcast tree: entries go to and come from neighbours one by one, with what announces, asks for and
 * declines them. Only what is stored is pushed, and only to members.
 */
import { fractionOf } from '@snug/shared/crypto/bytes.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import type { EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import {
  BroadcastTree,
  type TreeInput,
  type TreeOutput,
} from '../mesh/broadcast/broadcast-tree.ts';
import type { Timer, WallClock } from '../mesh/clock.ts';
import type { Frame, SentFrame } from '../mesh/frames/frames.ts';
import { shortBytes, shortId, shortIdOf } from '../mesh/frames/short-id.ts';
import { encodeAddress } from '../space/address.ts';
import type { Arrival } from '../space/admission.ts';
import { type DocumentLog, joinHashes, type LoggedEntry } from '../space/document-log.ts';
import type { Received, Space, SpaceChange } from '../space/space.ts';
import type { Neighbour } from './neighbour.ts';
import type { Place } from './receiving.ts';
import type { Shelf } from './shelf.ts';

/** Entries that came by a push and have not been let in yet; those of longest ago are forgotten first. */
const UNDER_WAY = 4096;
/** Newest entries of each document that are known to the tree when it begins. */
const HELD = 1024;

/**
 * Pushed entries of one neighbour's that are refused, a second and at once. Where a newcomer's key begins like that of a member
 * and their admission has not come, an honest neighbour's push is taken for the member's: that happens to a few entries.
 * Each costs a signature, so past these no push is judged; what it held comes by a repair, with nothing left to guess.
 */
const REFUSED = { perSecond: 1, burst: 20 };
/** Pushes that were refused, or not judged for that: past these it is nobody's mistake. */
const TO_NO_PURPOSE = { perSecond: 0.5, burst: 500 };

interface Patience {
  readonly refused: TokenBucket;
  readonly toNoPurpose: TokenBucket;
}

export interface PushingOptions {
  readonly me: PeerId;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly shelf: Shelf;
  readonly neighbours: ReadonlyMap<PeerId, Neighbour>;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** Has entries judged. What is refused is no misbehaviour here. */
  readonly receive: (
    from: PeerId,
    place: Place,
    arrivals: () => readonly Arrival[],
  ) => Promise<readonly Received[]>;
  /** A further copy came of what is held and stored. */
  readonly known: (from: PeerId, place: Place, id: EntryId) => void;
  /** Something that an entry builds on is missing. */
  readonly gap: (peer: PeerId, space: Space, log: DocumentLog) => void;
  readonly compare: (peer: PeerId, space: Space) => void;
  /** Ends the link, with the reason. */
  readonly misbehaved: (peer: PeerId, reason: string) => void;
}

export class Pushing {
  readonly #o: PushingOptions;
  readonly #tree: BroadcastTree;
  readonly #shared = new Map<SpaceId, Set<PeerId>>();
  readonly #underWay = new Set<EntryId>();
  readonly #patience = new Map<PeerId, Patience>();
  #timer: Timer | undefined;
  #timerAt = 0;

  constructor(options: PushingOptions) {
    this.#o = options;
    this.#tree = new BroadcastTree({
      me: options.me,
      random: () => fractionOf(options.randomBytes(4)),
    });
  }

  /** Neighbours to whom what is new in a space goes at once. */
  eager(space: SpaceId): readonly PeerId[] {
    return this.#tree.eager(space);
  }

  /** How long to wait in a space for what usually comes within `usual`, ms. */
  patience(space: SpaceId, usual: number): number {
    return this.#tree.patience(space, usual, this.#o.clock.now());
  }

  /** Links or members may have changed. */
  meet(): void {
    for (const space of this.#o.shelf) {
      const { id } = space.record;
      const shared = this.#shared.get(id) ?? this.#begin(space);
      for (const peer of this.#o.neighbours.keys()) {
        if (space.serves(peer) === shared.has(peer)) continue;
        if (shared.delete(peer)) this.#tell({ is: 'apart', peer, group: id });
        else this.#tell({ is: 'neighbour', peer, group: id });
        if (space.serves(peer)) shared.add(peer);
      }
    }
    for (const [id, shared] of this.#shared) {
      if (this.#o.shelf.get(id)) continue;
      for (const peer of shared) this.#tell({ is: 'apart', peer, group: id });
      this.#shared.delete(id);
    }
  }

  #begin(space: Space): Set<PeerId> {
    const shared = new Set<PeerId>();
    this.#shared.set(space.record.id, shared);
    for (const log of space.logs)
      for (const { id } of log.entries.slice(-HELD))
        this.#tell({ is: 'held', group: space.record.id, id });
    return shared;
  }

  down(peer: PeerId): void {
    for (const shared of this.#shared.values()) shared.delete(peer);
    this.#patience.delete(peer);
    this.#tell({ is: 'down', peer });
  }

  /** These have been let in and stored. */
  stored(space: Space, { log, entry, from }: SpaceChange['admitted'][number]): void {
    const pushed = this.#underWay.delete(entry.id);
    // A genesis: whoever has none of the space gets it in bulk.
    if (entry.deps.length === 0) return;
    const by = from === undefined ? 'own' : pushed ? 'push' : 'repair';
    const group = space.record.id;
    this.#tell({ is: 'stored', group, id: entry.id, from, by }, { log, entry });
  }

  /** What the tree does not carry itself has come along it, first or once more, or is own. */
  carried(space: Space, id: EntryId, from: PeerId | undefined, news: boolean): void {
    const group = space.record.id;
    if (news) this.#tell({ is: 'carried', group, id, from });
    else if (from !== undefined) this.#tell({ is: 'repeated', group, id, from });
  }

  /** An entry frame came. */
  async entry(
    from: Neighbour,
    place: Place,
    tags: readonly Uint8Array[],
    bytes: Uint8Array,
  ): Promise<void> {
    const { space, log } = place;
    const { peer } = from;
    const id = entryId(bytes);
    const group = space.record.id;
    // It does not wait for its turn to be judged: else further copies would hold up what is new.
    if (log.byId(id) && space.isStored(log) && !space.isBeingStored(log)) {
      this.#o.known(peer, place, id);
      return this.#tell({ is: 'repeated', group, id, from: peer });
    }
    const patience = this.#patienceWith(peer);
    if (!patience.refused.holds(1, this.#o.clock.now()) && !log.byId(id)) {
      this.#toNoPurpose(peer, patience);
      return this.#o.gap(peer, space, log);
    }
    let ambiguous = false;
    const name = () => {
      // What is held already needs no deps to be known again.
      if (log.byId(id)) return [{ bytes, deps: [] }];
      const deps = log.resolve(tags, (hash) => from.tag(hash));
      ambiguous = deps === 'ambiguous';
      return deps === undefined || deps === 'ambiguous' ? [] : [{ bytes, deps }];
    };
    this.#expect(id);
    const [result] = await this.#o.receive(peer, place, name);
    const verdict = result?.verdict.is;
    if (verdict === 'new') return;
    if (verdict === 'known') {
      this.#underWay.delete(id);
      return this.#tell({ is: 'repeated', group, id, from: peer });
    }
    if (verdict === 'refused') {
      patience.refused.take(1, this.#o.clock.now());
      this.#toNoPurpose(peer, patience);
    }
    if (ambiguous || verdict === 'refused') {
      // The tags may have stood for other deps: only a failure with the deps in full is misbehaviour.
      const address = encodeAddress(log.address);
      this.#o.send(peer, { type: 'deps', address, id: shortBytes(id) });
      // And so may its device's name: then it has another id there, and only comparing finds it.
      return verdict === 'refused' ? this.#o.gap(peer, space, log) : undefined;
    }
    this.#tell({ is: 'waiting', group, id, from: peer });
    if (!result) this.#o.gap(peer, space, log);
  }

  #patienceWith(peer: PeerId): Patience {
    const now = this.#o.clock.now();
    const patience = this.#patience.get(peer) ?? {
      refused: new TokenBucket(REFUSED, now),
      toNoPurpose: new TokenBucket(TO_NO_PURPOSE, now),
    };
    this.#patience.set(peer, patience);
    return patience;
  }

  #toNoPurpose(peer: PeerId, { toNoPurpose }: Patience): void {
    if (!toNoPurpose.take(1, this.#o.clock.now()))
      this.#o.misbehaved(peer, 'entries that nobody can take, without end');
  }

  /** This one is on its way in by a push, whatever it waits for. */
  #expect(id: EntryId): void {
    this.#underWay.add(id);
    if (this.#underWay.size <= UNDER_WAY) return;
    const [oldest] = this.#underWay;
    if (oldest !== undefined) this.#underWay.delete(oldest);
  }

  /** A member asks for an entry with its deps in full. */
  answerDeps(from: Neighbour, { log }: Place, short: Uint8Array): void {
    if (!from.mayAsk(this.#o.clock.now())) return;
    const wanted = shortIdOf(short);
    const asked = log.entries.find((entry) => shortId(entry.id) === wanted);
    if (!asked) return;
    const deps = joinHashes(asked.deps);
    const address = encodeAddress(log.address);
    this.#o.send(from.peer, { type: 'depsAnswer', address, deps, entry: asked.bytes });
  }

  /** A frame of the tree's own came, from a member. */
  frame(
    { peer }: Neighbour,
    space: Space,
    frame: Extract<Frame, { type: 'announce' | 'graft' | 'prune' }>,
  ): void {
    const group = space.record.id;
    switch (frame.type) {
      case 'announce':
        return this.#tell({ is: 'announced', group, ids: frame.ids, from: peer });
      case 'graft':
        return this.#tell({ is: 'grafted', group, ids: frame.ids, from: peer });
      case 'prune':
        return this.#tell({ is: 'pruned', group, from: peer });
    }
  }

  /** @param fresh where the entry is that the input is about */
  #tell(input: TreeInput, fresh?: { log: DocumentLog; entry: LoggedEntry }): void {
    const now = this.#o.clock.now();
    for (const output of this.#tree.handle(input, now)) this.#perform(output, input, fresh);
    const { wakeAt } = this.#tree;
    if (wakeAt === undefined || (this.#timer !== undefined && this.#timerAt <= wakeAt)) return;
    this.#o.clock.clearTimeout(this.#timer);
    this.#timerAt = wakeAt;
    this.#timer = this.#o.clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#tell({ is: 'tick' });
      },
      Math.max(1, wakeAt - now),
    );
  }

  #perform(
    output: TreeOutput,
    cause: TreeInput,
    fresh: { log: DocumentLog; entry: LoggedEntry } | undefined,
  ): void {
    const space = this.#o.shelf.get(output.group);
    const neighbour = this.#o.neighbours.get(output.peer);
    if (!space || !neighbour || !space.serves(output.peer)) return;
    const address = encodeAddress({ kind: 'space', space: output.group });
    switch (output.do) {
      case 'push': {
        const found = fresh?.entry.id === output.id ? fresh : entryIn(space, output.id);
        if (!found || !space.isStored(found.log)) return;
        // A few bytes of a graft ask for much.
        if (cause.is === 'grafted' && !neighbour.mayAsk(this.#o.clock.now())) return;
        return this.#push(neighbour, found.log, found.entry);
      }
      case 'announce':
      case 'graft':
        return this.#o.send(output.peer, { type: output.do, address, ids: output.ids });
      case 'prune':
        return this.#o.send(output.peer, { type: 'prune', address });
      case 'compare':
        return this.#o.compare(output.peer, space);
    }
  }

  #push(to: Neighbour, log: DocumentLog, entry: LoggedEntry): void {
    this.#o.send(to.peer, {
      type: 'entry',
      address: encodeAddress(log.address),
      tags: entry.deps.map((dep) => to.tag(dep)),
      entry: entry.bytes,
    });
  }

  close(): void {
    this.#o.clock.clearTimeout(this.#timer);
  }
}

function entryIn(space: Space, id: EntryId): { log: DocumentLog; entry: LoggedEntry } | undefined {
  for (const log of space.logs) {
    const entry = log.byId(id);
    if (entry) return { log, entry };
  }
  return undefined;
}
