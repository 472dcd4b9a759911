/** What happens to the peers of a run: they come, crash, leave and come back, links are reset, a part is cut off, the server fails. */
import type { Figures } from './figures.ts';
import type { Network } from './network.ts';
import type { SimOptions } from './options.ts';
import type { Peer } from './peer.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedServer } from './server.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The first peers come within this, ms. */
export const ARRIVAL_MS = 20_000;
/** From when on things happen and people write, ms. */
export const QUIET_MS = 30_000;
/** So many links are enough for a neighbour of somebody who has died. */
const ENOUGH_LINKS = 5;

export interface ChurnWorld {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly server: SimulatedServer;
  readonly figures: Figures;
}

export class Churn {
  readonly #world: ChurnWorld;
  readonly #options: SimOptions;
  readonly #random: SeededRandom;
  /** Running now, in an order that does not depend on anything but the seed. */
  readonly #up: Peer[] = [];
  readonly #down: Peer[] = [];
  readonly #fresh: Peer[];
  readonly #steady: number;
  /** Neighbours of the dead: how many links they had, and when they lost one. */
  readonly #bereaved = new Map<Peer, { readonly links: number; readonly at: number }>();

  /** @param steady peers that neither crash nor leave: the first so many */
  constructor(
    world: ChurnWorld,
    options: SimOptions,
    random: SeededRandom,
    peers: readonly Peer[],
    steady: number,
  ) {
    this.#world = world;
    this.#options = options;
    this.#random = random;
    this.#steady = steady;
    this.#fresh = peers.slice(options.peers).reverse();
    for (const peer of peers.slice(0, options.peers))
      world.clock.at(random.between(0, ARRIVAL_MS), () => this.#start(peer));
  }

  /** How many that were never here before come in a run. */
  static newcomers({ peers, churn, minutes }: SimOptions): number {
    return Math.ceil(peers * churn * minutes);
  }

  get up(): readonly Peer[] {
    return this.#up;
  }

  /** Plans everything until the end, ms. */
  plan(end: number): void {
    const { clock } = this.#world;
    const { churn, peers, partition, serverDown } = this.#options;
    const each = 60_000 / (peers * churn);
    for (let at = QUIET_MS; at < end; at += each) {
      clock.at(at + this.#random.between(0, each), () => this.#goOne());
      clock.at(at + this.#random.between(0, each), () => this.#comeOne());
    }
    if (churn > 0) clock.at(QUIET_MS, () => this.#resetOne());
    if (partition) this.#planPartition(partition, end);
    if (serverDown) {
      clock.at(serverDown.from * 1000, () => {
        const lost = new Set(this.#world.server.goDown(clock.now));
        for (const { program, id } of this.#up) if (lost.has(id)) program?.links.server.lost();
      });
      clock.at(serverDown.to * 1000, () => this.#world.server.comeUp());
    }
  }

  /** Called when a link of this peer's has come up. */
  linked(peer: Peer, links: number): void {
    const lost = this.#bereaved.get(peer);
    if (lost === undefined || links < Math.min(lost.links, ENOUGH_LINKS)) return;
    this.#bereaved.delete(peer);
    this.#world.figures.relinked.push(this.#world.clock.now - lost.at);
  }

  #start(peer: Peer): void {
    this.#up.push(peer);
    peer.start();
  }

  #goOne(): void {
    const mortal = this.#up.length - this.#steady;
    if (mortal < 2) return;
    const at = this.#random.below(this.#up.length);
    const peer = this.#up[at];
    if (peer === undefined || peer.index < this.#steady) return this.#goOne();
    const last = this.#up.pop();
    if (last !== undefined && last !== peer) this.#up[at] = last;
    this.#down.push(peer);
    const neighbours = peer.program?.links.linked ?? [];
    this.#bereaved.delete(peer);
    peer.stop(this.#random.chance(0.5) ? 'crash' : 'leave');
    const names = new Set(neighbours);
    for (const other of this.#up) {
      if (!names.has(other.id)) continue;
      const links = other.program?.links.degree ?? 0;
      if (links > ENOUGH_LINKS || this.#bereaved.has(other)) continue;
      this.#bereaved.set(other, { links, at: this.#world.clock.now });
    }
  }

  /** Half of those who come were here before, and hold what they held. */
  #comeOne(): void {
    const known = this.#random.chance(0.5) ? this.#random.below(this.#down.length) : -1;
    const [old] = known >= 0 ? this.#down.splice(known, 1) : [];
    const peer = old ?? this.#fresh.pop();
    if (peer !== undefined) this.#start(peer);
  }

  #resetOne(): void {
    const { clock, network } = this.#world;
    const links = this.#random.pick(this.#up)?.program?.links.ends;
    const end = this.#random.pick([...(links?.values() ?? [])]);
    if (end?.state === 'up' && end.session.link) network.reset(end.session.link);
    const each = 60_000 / (this.#options.churn * Math.max(1, network.links.size));
    clock.after(each * 2 * this.#random.next(), () => this.#resetOne());
  }

  #planPartition({ part, seconds }: { part: number; seconds: number }, end: number): void {
    const { clock, network, server } = this.#world;
    // In the middle of the run, with time to mend before its end.
    const begin = QUIET_MS + Math.max(0, (end - QUIET_MS) / 2 - seconds * 500);
    const isCutOff = new Set<number>();
    clock.at(begin, () => {
      // Whoever comes meanwhile is on the larger side.
      for (const { index } of this.#up) if (this.#random.chance(part)) isCutOff.add(index);
      network.part(isCutOff);
      for (const { index, id } of this.#up) {
        if (!isCutOff.has(index)) continue;
        clock.after(this.#random.between(20_000, 45_000), () => {
          if (network.isCutOff({ index })) server.disconnect(id, clock.now);
        });
      }
    });
    clock.at(begin + seconds * 1000, () => {
      network.heal();
      // A connection outlives a short silence.
      for (const { index, program } of seconds < 20 ? [] : this.#up)
        if (isCutOff.has(index)) program?.links.server.lost();
      this.#healed();
    });
  }

  /** Looks each quarter of a second whether everybody who was here has what anybody had. */
  #healed(): void {
    const { clock, figures } = this.#world;
    const healedAt = clock.now;
    const concerned = this.#up.filter((peer) => (peer.program?.since ?? healedAt) < healedAt);
    const written = new Map(
      concerned.flatMap(({ memberships }) =>
        memberships.map(({ space }) => [space, space.entries.length] as const),
      ),
    );
    const look = () => {
      const here = concerned.filter(({ program }) => (program?.since ?? healedAt) < healedAt);
      for (const [space, count] of written) {
        const holdings = here.flatMap(({ holdings }) => holdings.get(space.id) ?? []);
        for (const entry of space.entries.slice(0, count)) {
          if (holdings.every((holding) => holding.has(entry))) continue;
          if (!holdings.some((holding) => holding.has(entry))) continue;
          clock.after(250, look);
          return;
        }
      }
      figures.healedMs = clock.now - healedAt;
    };
    look();
  }
}
