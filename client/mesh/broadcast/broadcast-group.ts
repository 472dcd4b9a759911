/**
 * One group's tree: which neighbours are eager, what is announced to the others, and what is missing. The rules of
 * Plumtree, with these of our own:
 *
 * - **The lowest id decides.** Several writers at once make several trees, and if each pruned what it does not need, what is left would often
 *   be no tree at all. So a second copy prunes an edge only if no entry with a lower id has used that edge just before:
 *   the tree of the lowest of the entries under way stands.
 * - A second copy over an edge that is eager at both ends means that both pushed at once, so both have one too many: the
 *   end with the lower peer id prunes.
 * - Who is in the tree already begins a new edge as a lazy one, by a prune. Who is not takes one of those back.
 * - Of a lazy edge the end with the lower peer id announces first, which spares the other end most of its announcements.
 */
import type { EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { FRAME_IDS } from '../frames/frames.ts';
import { type AnnouncedId, announcedId } from '../frames/short-id.ts';
import type { TreeOutput } from './broadcast-tree.ts';
import { MissingEntries } from './missing-entries.ts';
import { RememberedEntries } from './remembered-entries.ts';
import { RepairedEntries } from './repaired-entries.ts';
import { TreeEdge } from './tree-edge.ts';

/** Most ids in one graft; who lacks more compares digests. */
const GRAFTED = 64;
/** What is new waits so long to be announced, ms: at the end with the lower id, and at the other. Drawn from [base, base + spread). */
const ANNOUNCE = { first: 1_000, second: 2_000, spread: 500 };
/** What was announced is waited for so long, ms; by an eager neighbour, who would push what is new; after an eager one was lost. */
const GRAFT = { usual: 1_000, eager: 100, hurry: 200 };
/** After an eager neighbour was lost there is hurry for so long, ms. */
const HURRY_MS = 5_000;
/** Second copies in a row after which an edge is pruned from whichever end. */
const REPEATS = 3;
/** Over an edge of the tree that leads to this peer one of the last so many entries came first. */
const RECENT = 32;
/** If a repair brings something from a neighbour of whom one has only just heard, two trees have met, ms. */
const MET_MS = 30_000;

const NEVER = Number.NEGATIVE_INFINITY;
const INFINITY = Number.POSITIVE_INFINITY;

export class BroadcastGroup {
  readonly #id: SpaceId;
  readonly #me: PeerId;
  readonly #random: () => number;
  readonly #edges = new Map<PeerId, TreeEdge>();
  readonly #remembered = new RememberedEntries();
  readonly #missing = new MissingEntries();
  #repaired: RepairedEntries | undefined;
  /** How much has come by the tree. */
  #count = 0;
  #hurryUntil = NEVER;
  #wakeAt = INFINITY;

  constructor(options: { id: SpaceId; me: PeerId; random: () => number }) {
    this.#id = options.id;
    this.#me = options.me;
    this.#random = options.random;
  }

  /** There is nothing to do before this. */
  get wakeAt(): number {
    return Math.min(this.#wakeAt, this.#missing.dueAt);
  }

  get eager(): readonly PeerId[] {
    return [...this.#edges.values()].filter((edge) => edge.eager).map((edge) => edge.peer);
  }

  patience(usual: number, now: number): number {
    return this.#missing.patience(usual, now);
  }

  gained(peer: PeerId, now: number, out: TreeOutput[]): void {
    if (this.#edges.has(peer)) return;
    const base = this.#me < peer ? ANNOUNCE.first : ANNOUNCE.second;
    const gathers = () => base + this.#random() * ANNOUNCE.spread;
    const edge = new TreeEdge(peer, now, gathers, (usual, at) => this.patience(usual, at));
    if (this.#isInTree()) this.#prune(edge, INFINITY, now, out);
    this.#edges.set(peer, edge);
  }

  /** Whether something lately came by the tree over an edge that is there still. */
  #isInTree(): boolean {
    for (const edge of this.#edges.values())
      if (edge.eager && this.#count - edge.firstAt < RECENT) return true;
    return false;
  }

  /** This peer may have hung on that neighbour: nothing waits now. */
  lost(peer: PeerId, now: number, out: TreeOutput[]): void {
    const edge = this.#edges.get(peer);
    if (!edge) return;
    this.#edges.delete(peer);
    this.#missing.lost(peer, now);
    if (!edge.eager) return;
    this.#hurryUntil = now + HURRY_MS;
    this.#missing.hurry(GRAFT.hurry, now);
    for (const other of this.#edges.values()) this.#announceBy(other, now);
    // Whoever is nobody's child over this edge need not look for another: those beyond do.
    if (this.#count - edge.firstAt < RECENT) this.#reattach(now, out);
  }

  /** One lazy edge is made eager without waiting for an announcement. If it was not needed, one second copy prunes it. */
  #reattach(now: number, out: TreeOutput[]): void {
    const lazy = [...this.#edges.values()].filter((edge) => !edge.eager);
    const edge = lazy[Math.floor(this.#random() * lazy.length)];
    if (edge) this.#graft(edge, [], now, out);
  }

  #graft(edge: TreeEdge, ids: readonly AnnouncedId[], now: number, out: TreeOutput[]): void {
    edge.eager = true;
    edge.repeats = 0;
    this.#announceBy(edge, now);
    out.push({ do: 'graft', peer: edge.peer, group: this.#id, ids });
  }

  held(id: EntryId): void {
    this.#remembered.add(announcedId(id), { id, from: undefined, repaired: true });
  }

  stored(
    id: EntryId,
    from: PeerId | undefined,
    by: 'own' | 'push' | 'repair',
    now: number,
    out: TreeOutput[],
  ): void {
    const short = announcedId(id);
    if (this.#remembered.has(short)) return;
    this.#remembered.add(short, { id, from, repaired: by === 'repair' });
    if (by === 'push' && from !== undefined) this.#missing.came(short, from, now);
    const holders = this.#missing.arrived(short, from);
    if (by === 'repair') {
      this.#meet(from, now, out);
      this.#repaired ??= new RepairedEntries(now);
      this.#repaired.add(short, from, now);
      return this.#wakeBy(this.#repaired.due);
    }
    this.#count++;
    const source = from === undefined ? undefined : this.#edges.get(from);
    if (source) this.#first(source, short, now, out);
    for (const edge of this.#edges.values()) {
      if (edge === source || holders.includes(edge.peer)) continue;
      if (edge.eager) this.#push(edge, id, short, now, out);
      else this.#announce(edge, short, now);
    }
  }

  /** A repair brought something from this neighbour. */
  #meet(from: PeerId | undefined, now: number, out: TreeOutput[]): void {
    const edge = from === undefined ? undefined : this.#edges.get(from);
    if (edge && !edge.eager && now - edge.since < MET_MS && this.#isInTree())
      this.#graft(edge, [], now, out);
  }

  /** Not kept, so neither pushed nor announced from here, but the edges that it uses are those of the tree. */
  carried(id: EntryId, from: PeerId | undefined, now: number, out: TreeOutput[]): void {
    const short = announcedId(id);
    if (this.#remembered.has(short)) return;
    this.#remembered.add(short, { id, from, repaired: false });
    this.#count++;
    const source = from === undefined ? undefined : this.#edges.get(from);
    if (source) this.#first(source, short, now, out);
    for (const edge of this.#edges.values())
      if (edge.eager && edge !== source) edge.used(short, now);
  }

  /** The first copy came over this edge. */
  #first(edge: TreeEdge, short: AnnouncedId, now: number, out: TreeOutput[]): void {
    edge.repeats = 0;
    edge.firstAt = this.#count;
    edge.holds(short);
    // It was pruned for a higher id, whose tree has to give way to this one's.
    if (!edge.eager && !edge.prunedFor(short, now)) this.#graft(edge, [], now, out);
    edge.used(short, now);
  }

  #push(edge: TreeEdge, id: EntryId, short: AnnouncedId, now: number, out: TreeOutput[]): void {
    edge.used(short, now);
    out.push({ do: 'push', peer: edge.peer, group: this.#id, id });
  }

  repeated(id: EntryId, from: PeerId, now: number, out: TreeOutput[]): void {
    const edge = this.#edges.get(from);
    if (!edge) return;
    const short = announcedId(id);
    edge.holds(short);
    this.#missing.came(short, from, now);
    this.#missing.arrived(short, from);
    const first = this.#remembered.get(short);
    if (!first || first.repaired || first.from === from) return;
    edge.repeats++;
    if (!edge.eager) {
      if (!edge.prunedJustNow(now)) this.#prune(edge, short, now, out);
      return;
    }
    if (edge.outranks(short, now)) return;
    if (this.#me > from && edge.repeats < REPEATS) return;
    if (this.#isLastEager(edge)) return;
    this.#prune(edge, short, now, out);
  }

  #isLastEager(edge: TreeEdge): boolean {
    for (const other of this.#edges.values()) if (other.eager && other !== edge) return false;
    return true;
  }

  #prune(edge: TreeEdge, short: number, now: number, out: TreeOutput[]): void {
    edge.prune(short, now);
    out.push({ do: 'prune', peer: edge.peer, group: this.#id });
  }

  waiting(id: EntryId, from: PeerId, now: number): void {
    const short = announcedId(id);
    this.#edges.get(from)?.holds(short);
    this.#missing.waiting(short, now);
  }

  announced(ids: readonly AnnouncedId[], from: PeerId, now: number): void {
    const edge = this.#edges.get(from);
    if (!edge) return;
    const wait = edge.eager ? GRAFT.eager : now < this.#hurryUntil ? GRAFT.hurry : GRAFT.usual;
    for (const id of ids) {
      edge.holds(id);
      if (!this.#remembered.has(id)) this.#missing.announced(id, from, wait, now);
    }
  }

  grafted(ids: readonly AnnouncedId[], from: PeerId, now: number, out: TreeOutput[]): void {
    const edge = this.#edges.get(from);
    if (!edge) return;
    edge.eager = true;
    edge.repeats = 0;
    for (const short of ids) {
      edge.holds(short);
      const entry = this.#remembered.get(short);
      if (entry) this.#push(edge, entry.id, short, now, out);
    }
    // They have lost their way: what else they may lack is told at once.
    this.#announceBy(edge, now);
  }

  pruned(from: PeerId, now: number, out: TreeOutput[]): void {
    const edge = this.#edges.get(from);
    if (!edge?.eager) return;
    const last = this.#isLastEager(edge);
    edge.eager = false;
    if (last) this.#reattach(now, out);
  }

  tick(now: number, out: TreeOutput[]): void {
    if (this.#repaired && this.#repaired.due <= now) this.#tellRepaired(this.#repaired, now);
    const { graft, inVain } = this.#missing.take(now);
    for (const [peer, ids] of graft) {
      const edge = this.#edges.get(peer);
      if (!edge) continue;
      this.#graft(edge, ids.slice(0, GRAFTED), now, out);
      if (ids.length > GRAFTED) edge.compare = true;
      for (const id of ids.slice(GRAFTED)) this.#missing.leave(id);
    }
    for (const peer of inVain) {
      const edge = this.#edges.get(peer);
      if (edge) edge.compare = true;
    }
    this.#wakeAt = this.#repaired?.due ?? INFINITY;
    for (const edge of this.#edges.values()) {
      const ids = edge.takeAnnouncements(now);
      for (let at = 0; at < ids.length; at += FRAME_IDS) {
        const batch = ids.slice(at, at + FRAME_IDS);
        out.push({ do: 'announce', peer: edge.peer, group: this.#id, ids: batch });
      }
      if (edge.takeCompare(now)) out.push({ do: 'compare', peer: edge.peer, group: this.#id });
      this.#wakeBy(edge.wakeAt);
    }
  }

  #announce(edge: TreeEdge, short: AnnouncedId, now: number): void {
    edge.announce(short, now);
    if (now < this.#hurryUntil) edge.announceBy(now + GRAFT.hurry);
    this.#wakeBy(edge.wakeAt);
  }

  #announceBy(edge: TreeEdge, by: number): void {
    edge.announceBy(by);
    this.#wakeBy(edge.wakeAt);
  }

  #tellRepaired(repaired: RepairedEntries, now: number): void {
    this.#repaired = undefined;
    for (const edge of this.#edges.values()) {
      const news = repaired.for(edge.peer);
      if (news === 'compare') edge.compare = true;
      else for (const short of news) edge.announce(short, now);
      this.#announceBy(edge, now);
    }
  }

  #wakeBy(time: number): void {
    this.#wakeAt = Math.min(this.#wakeAt, time);
  }
}
