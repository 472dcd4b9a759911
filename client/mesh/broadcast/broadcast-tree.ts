/**
 * The epidemic broadcast tree, sans-I/O: Plumtree (Leitão, Pereira, Rodrigues: "Epidemic Broadcast Trees", SRDS 2007),
 * one tree for each group (a space) over the overlay's links. Bytes, peers and ids only.
 *
 * Entries are pushed at once over eager edges and announced in batches over lazy ones. A second copy makes an edge lazy
 * (PRUNE); what was announced and does not come makes one eager again (GRAFT). The group's rules are in
 * `broadcast-group.ts`.
 */
import type { EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { AnnouncedId } from '../frames/short-id.ts';
import { BroadcastGroup } from './broadcast-group.ts';

export type TreeInput =
  /** A linked peer with whom the group is shared from now on: an eager neighbour, unless both are in the tree already. */
  | { readonly is: 'neighbour'; readonly peer: PeerId; readonly group: SpaceId }
  | { readonly is: 'apart'; readonly peer: PeerId; readonly group: SpaceId }
  | { readonly is: 'down'; readonly peer: PeerId }
  /** Held since before there were neighbours: nobody is told, and an announcement of it is no news. */
  | { readonly is: 'held'; readonly group: SpaceId; readonly id: EntryId }
  /**
   * New here, let in and stored: own (`from` is absent), pushed by a neighbour, or brought by a repair. What a repair brings is
   * announced rather than pushed, or, where it is much, left to digests.
   */
  | {
      readonly is: 'stored';
      readonly group: SpaceId;
      readonly id: EntryId;
      readonly from: PeerId | undefined;
      readonly by: 'own' | 'push' | 'repair';
    }
  /**
   * Something that is not kept, and that others push and do not announce, has come along an eager edge (`from` is absent for one's
   * own) and goes on along the others. What is `repeated` of it prunes as an entry does.
   */
  | {
      readonly is: 'carried';
      readonly group: SpaceId;
      readonly id: EntryId;
      readonly from: PeerId | undefined;
    }
  /** A neighbour pushed what is held here already. */
  | {
      readonly is: 'repeated';
      readonly group: SpaceId;
      readonly id: EntryId;
      readonly from: PeerId;
    }
  /** It came, but what it builds on has not: there is no sense in asking for it again. `stored` follows when it is let in. */
  | {
      readonly is: 'waiting';
      readonly group: SpaceId;
      readonly id: EntryId;
      readonly from: PeerId;
    }
  /** IHAVE: the neighbour holds these. */
  | {
      readonly is: 'announced';
      readonly group: SpaceId;
      readonly ids: readonly AnnouncedId[];
      readonly from: PeerId;
    }
  /** GRAFT: the neighbour wants these (maybe none), and to be eager again. */
  | {
      readonly is: 'grafted';
      readonly group: SpaceId;
      readonly ids: readonly AnnouncedId[];
      readonly from: PeerId;
    }
  /** PRUNE: the neighbour has it from elsewhere. */
  | { readonly is: 'pruned'; readonly group: SpaceId; readonly from: PeerId }
  /** `wakeAt` has passed. */
  | { readonly is: 'tick' };

export type TreeOutput =
  | {
      readonly do: 'push';
      readonly peer: PeerId;
      readonly group: SpaceId;
      readonly id: EntryId;
    }
  | {
      readonly do: 'announce';
      readonly peer: PeerId;
      readonly group: SpaceId;
      readonly ids: readonly AnnouncedId[];
    }
  | {
      readonly do: 'graft';
      readonly peer: PeerId;
      readonly group: SpaceId;
      readonly ids: readonly AnnouncedId[];
    }
  | { readonly do: 'prune'; readonly peer: PeerId; readonly group: SpaceId }
  /** What was announced does not come by grafting, or a repair brought much: compare digests with this neighbour. */
  | { readonly do: 'compare'; readonly peer: PeerId; readonly group: SpaceId };

export class BroadcastTree {
  readonly #me: PeerId;
  readonly #random: () => number;
  readonly #groups = new Map<SpaceId, BroadcastGroup>();
  /** No group has anything to do before this. */
  #wakeAt = Number.POSITIVE_INFINITY;

  /** @param options.random in [0, 1): batches of different peers are not to go out in step */
  constructor(options: { me: PeerId; random: () => number }) {
    this.#me = options.me;
    this.#random = options.random;
  }

  /** When a `tick` is wanted next, in the time of `now`, ms; or not at all. */
  get wakeAt(): number | undefined {
    return Number.isFinite(this.#wakeAt) ? this.#wakeAt : undefined;
  }

  /** Neighbours to whom what is new goes at once. */
  eager(group: SpaceId): readonly PeerId[] {
    return this.#groups.get(group)?.eager ?? [];
  }

  /** How long to wait for what usually comes within `usual`, ms: longer where what was asked for came late. */
  patience(group: SpaceId, usual: number, now: number): number {
    return this.#groups.get(group)?.patience(usual, now) ?? usual;
  }

  /** @param now in ms, never going back */
  handle(input: TreeInput, now: number): readonly TreeOutput[] {
    const out: TreeOutput[] = [];
    switch (input.is) {
      case 'tick':
        for (const group of this.#groups.values()) if (group.wakeAt <= now) group.tick(now, out);
        this.#wakeAt = Number.POSITIVE_INFINITY;
        for (const group of this.#groups.values())
          this.#wakeAt = Math.min(this.#wakeAt, group.wakeAt);
        return out;
      case 'down':
        for (const group of this.#groups.values()) {
          group.lost(input.peer, now, out);
          this.#wakeAt = Math.min(this.#wakeAt, group.wakeAt);
        }
        return out;
    }
    const group = this.#group(input.group);
    switch (input.is) {
      case 'neighbour':
        group.gained(input.peer, now, out);
        break;
      case 'apart':
        group.lost(input.peer, now, out);
        break;
      case 'held':
        group.held(input.id);
        break;
      case 'stored':
        group.stored(input.id, input.from, input.by, now, out);
        break;
      case 'carried':
        group.carried(input.id, input.from, now, out);
        break;
      case 'repeated':
        group.repeated(input.id, input.from, now, out);
        break;
      case 'waiting':
        group.waiting(input.id, input.from, now);
        break;
      case 'announced':
        group.announced(input.ids, input.from, now);
        break;
      case 'grafted':
        group.grafted(input.ids, input.from, now, out);
        break;
      case 'pruned':
        group.pruned(input.from, now, out);
        break;
    }
    this.#wakeAt = Math.min(this.#wakeAt, group.wakeAt);
    return out;
  }

  #group(id: SpaceId): BroadcastGroup {
    const known = this.#groups.get(id);
    if (known) return known;
    const group = new BroadcastGroup({ id, me: this.#me, random: this.#random });
    this.#groups.set(id, group);
    return group;
  }
}
