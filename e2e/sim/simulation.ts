/** One run: a world of peers on a virtual clock, from its options and its seed to what came of it. */
import type { TopicSpec } from '@snug/client/mesh/links-port.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { Churn, QUIET_MS } from './churn.ts';
import { Company, piecesOf, REACHED_MS } from './company.ts';
import { SpaceModel } from './documents.ts';
import { Figures, mean } from './figures.ts';
import { Network } from './network.ts';
import type { SimOptions } from './options.ts';
import { type Membership, Peer, type PeerWorld } from './peer.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedServer } from './server.ts';
import { SignalBook } from './signals.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Nobody writes in the last part of a run, ms, so that what was written has time to arrive. */
export const REST_MS = 30_000;
/** Who has been up for so long at the end, ms, is a survivor. */
export const SURVIVOR_MS = 60_000;
/** The tree has had time to settle, ms. */
const STEADY_MS = QUIET_MS + 30_000;
const DEGREE_MS = 10_000;

export interface Lack {
  readonly peer: PeerId;
  readonly index: number;
  readonly upForMs: number;
  readonly links: number;
  readonly messages: readonly number[];
}

export interface Outcome {
  readonly figures: Figures;
  /** Of what every survivor should have, how much they have: 1 is all of it. */
  readonly delivered: number;
  readonly lacks: readonly Lack[];
  readonly survivors: number;
  readonly written: number;
  readonly meanDegree: number;
  /** Parts of the overlay that no link joins, at the end. */
  readonly pieces: number;
  /** Server bytes a running peer and second: in all, and after the first 30 s. */
  readonly server: {
    readonly all: number;
    readonly later: number;
    readonly signals: number;
    /** Bytes by what they were for. */
    readonly bytes: SimulatedServer['bytes'];
  };
  readonly events: number;
  readonly peers: readonly Peer[];
}

export class Simulation {
  readonly #options: SimOptions;
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock();
  readonly #figures = new Figures();
  readonly #server: SimulatedServer;
  readonly #spaces: readonly SpaceModel[];
  readonly #peers: readonly Peer[];
  readonly #churn: Churn;
  readonly #end: number;
  readonly #degrees: number[] = [];
  #peerMs = 0;

  constructor(options: SimOptions) {
    this.#options = options;
    const { seed, loss, unreachable } = options;
    this.#end = options.minutes * 60_000;
    const random = new SeededRandom(seed);
    this.#random = random;
    const clock = this.#clock;
    const figures = this.#figures;
    const network = new Network({ clock, random, seed, loss, unreachable });
    const server = new SimulatedServer(random);
    this.#server = server;
    const byId = new Map<PeerId, Peer>();
    const world: PeerWorld = {
      seed,
      clock,
      network,
      server,
      signals: new SignalBook(),
      figures,
      running: (id) => byId.get(id)?.program?.links,
      peer: (id) => byId.get(id),
      linked: (peer, links) => this.#churn.linked(peer, links),
    };
    const count = options.peers + Churn.newcomers(options);
    const ids = Array.from({ length: count }, (_, index) =>
      peerIdFromPublicKey(new SeededRandom(seed, index, 0x1d).bytes(32)),
    );
    const spaces =
      options.spaces === 1 ? 1 : Math.round((options.peers * options.spaces) / options.room);
    this.#spaces = Array.from({ length: spaces }, (_, number) => new SpaceModel(seed, number));
    const chosen = ids.map((id) => {
      const mine = this.#choose(Math.min(options.spaces, spaces));
      for (const space of mine) space.members.push(id);
      return mine;
    });
    const memberships = new Map(this.#spaces.map((space) => [space, membershipIn(space)]));
    this.#peers = ids.map((id, index) => {
      const mine = (chosen[index] ?? []).flatMap((space, place) => {
        const { open, background, allowed } = memberships.get(space) ?? membershipIn(space);
        return { space, allowed, spec: place === 0 ? open : background } satisfies Membership;
      });
      const withholds = index >= this.#steady && random.chance(options.withhold);
      const peer = new Peer(world, { index, id, memberships: mine, withholds });
      byId.set(id, peer);
      return peer;
    });
    this.#churn = new Churn(
      { clock, network, server, figures },
      options,
      random,
      this.#peers,
      this.#steady,
    );
  }

  /** A few writers must live, or there is nothing to measure. */
  get #steady(): number {
    const { writers, peers } = this.#options;
    return writers <= peers / 4 ? writers : 0;
  }

  /** Spaces for one device: of those that have the fewest members. */
  #choose(count: number): readonly SpaceModel[] {
    const mixed = this.#random.sample(this.#spaces, this.#spaces.length);
    return mixed.sort((a, b) => a.members.length - b.members.length).slice(0, count);
  }

  run(): Outcome {
    this.#churn.plan(this.#end);
    this.#planMessages();
    for (let at = QUIET_MS; at < this.#end; at += DEGREE_MS)
      this.#clock.at(at, () => this.#noteDegrees());
    const company = new Company(this.#spaces);
    for (let at = REACHED_MS; at < this.#end; at += REACHED_MS)
      this.#clock.at(at, () => company.tell(this.#churn.up, this.#clock.now));
    this.#clock.at(STEADY_MS, () => this.#figures.steadyFromHere());
    this.#clock.runUntil(QUIET_MS);
    const before = this.#server.allBytes(this.#clock.now);
    this.#clock.runUntil(this.#end);
    const all = this.#server.allBytes(this.#clock.now);
    const peerSeconds = this.#peerMs / 1000;
    return {
      ...this.#delivered(),
      figures: this.#figures,
      written: this.#spaces.reduce((sum, { entries }) => sum + entries.length, 0),
      meanDegree: mean(this.#degrees),
      pieces: Math.max(...this.#spaces.map((space) => piecesOf(space, this.#churn.up).length)),
      server: {
        all: all / (peerSeconds + (this.#options.peers * QUIET_MS) / 1000),
        later: (all - before) / peerSeconds,
        signals: this.#server.signals,
        bytes: this.#server.bytes,
      },
      events: this.#clock.happened,
      peers: this.#peers,
    };
  }

  #planMessages(): void {
    const { messages, rate } = this.#options;
    const span = this.#end - REST_MS - QUIET_MS;
    const each = rate === undefined ? span / messages : 1000 / rate;
    for (let i = 0; i < messages && i * each < span; i++)
      this.#clock.at(QUIET_MS + (i + this.#random.next() * 0.9) * each, () => this.#write());
  }

  #write(): void {
    const { writers } = this.#options;
    const able = this.#churn.up.filter(
      ({ index, withholds, program }) =>
        index < writers && !withholds && (program?.links.degree ?? 0) > 0,
    );
    const author = this.#random.pick(able);
    const membership = author && this.#random.pick(author.memberships);
    if (membership) author.program?.say(membership.space);
  }

  #noteDegrees(): void {
    const { up } = this.#churn;
    this.#peerMs += up.length * DEGREE_MS;
    this.#degrees.push(mean(up.map(({ program }) => program?.links.degree ?? 0)));
  }

  #delivered(): Pick<Outcome, 'delivered' | 'lacks' | 'survivors'> {
    const survivors = this.#churn.up.filter(
      ({ program }) => program !== undefined && this.#end - program.since >= SURVIVOR_MS,
    );
    const lacking = new Map<Peer, number[]>();
    let due = 0;
    let held = 0;
    for (const space of this.#spaces) {
      const members = survivors.flatMap((peer) => {
        const holding = peer.holdings.get(space.id);
        return holding ? [{ peer, holding }] : [];
      });
      for (const entry of space.entries) {
        const holders = members.filter(({ holding }) => holding.has(entry));
        if (holders.length === 0) continue;
        due += members.length;
        held += holders.length;
        if (holders.length === members.length) continue;
        for (const { peer, holding } of members) {
          if (holding.has(entry)) continue;
          lacking.set(peer, [...(lacking.get(peer) ?? []), entry.number]);
        }
      }
    }
    const lacks = [...lacking].map(([peer, messages]) => ({
      peer: peer.id,
      index: peer.index,
      upForMs: this.#end - (peer.program?.since ?? this.#end),
      links: peer.program?.links.degree ?? 0,
      messages,
    }));
    return { delivered: due === 0 ? 0 : held / due, lacks, survivors: survivors.length };
  }
}

/** What all members share, so that a thousand of them do not hold a thousand lists of a thousand. */
function membershipIn(space: SpaceModel): {
  readonly allowed: ReadonlySet<PeerId>;
  readonly open: TopicSpec;
  readonly background: TopicSpec;
} {
  const open: TopicSpec = {
    topic: space.topic,
    signalKey: new Uint8Array(32),
    servers: [],
    initiate: 'listed',
    allowed: space.members,
  };
  return { allowed: new Set(space.members), open, background: { ...open, background: true } };
}
