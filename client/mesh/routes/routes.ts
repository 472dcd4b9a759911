/**
 * Who can be reached over the mesh and how, sans-I/O: source routes after DSR (Johnson, Hu, Maltz: RFC 4728). Neighbours
 * tell each other their links in the topics that they share, random walks find peers further off, and whatever passes
 * teaches the way back. Signals travel by these routes, so that links are made and mended without a server.
 *
 * A neighbour may say what it likes: only peers whom the topic lists are believed in, what no honest neighbour says ends
 * its link, and what it says too often is dropped. A route that was made up costs its user 2 s, two of them 4 s, see `signal-ways.ts`.
 */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';
import { NeighbourConduct } from './neighbour-conduct.ts';
import {
  type HeardMessage,
  PATH_PEERS,
  ROUTE_HOPS,
  type RouteMessage,
  type Sighted,
  WALK_BYTES,
} from './route-message.ts';
import type { Route, RoutesInput, RoutesOutput } from './routes-inputs.ts';
import { RoutesTopic } from './routes-topic.ts';
import { WalksPassed } from './walks-passed.ts';

/** Most topics of a neighbour's that are remembered for when this device joins them too. */
const EARLY_TOPICS = 32;

interface Neighbour {
  readonly nonce: Uint8Array;
  relayed: boolean;
  readonly conduct: NeighbourConduct;
  /** What it says of topics that this device is not in, the latest last. */
  readonly early: BoundedMap<Topic, readonly Sighted[]>;
}

type Heard<K extends RouteMessage['is']> = Extract<RouteMessage, { is: K }>;

export class Routes {
  readonly #me: Sighted;
  readonly #random: () => number;
  readonly #topics = new Map<Topic, RoutesTopic>();
  readonly #neighbours = new Map<PeerId, Neighbour>();
  readonly #walks = new WalksPassed();
  #out: RoutesOutput[] = [];

  /**
   * @param me this device, and the nonce of its present run
   * @param random in [0, 1)
   */
  constructor(me: Sighted, random: () => number) {
    this.#me = me;
    this.#random = random;
  }

  /** Ways to a peer in a topic, by neighbours linked now, the best first; none: there is no way known. */
  to(topic: Topic, peer: PeerId, now: number): readonly Route[] {
    return this.#topics.get(topic)?.to(peer, now) ?? [];
  }

  /** Whether a third peer is directly linked to both: to this device, and, as it says, to that peer. */
  meetsThroughThird(topic: Topic, peer: PeerId): boolean {
    return this.#topics.get(topic)?.meetsThroughThird(peer) ?? false;
  }

  /** Whether this link could go without parting the two in any topic that both are in. */
  isSpare(peer: PeerId): boolean {
    const shared = [...this.#topics.values()].filter(({ sharing }) => sharing.has(peer));
    return shared.length > 0 && shared.every((topic) => topic.meetsThroughThird(peer));
  }

  /** Never throws, whatever neighbours say. Outputs are to be carried out in order. */
  handle(input: RoutesInput, now: number): readonly RoutesOutput[] {
    this.#out = [];
    this.#take(input, now);
    for (const topic of this.#topics.values()) topic.say(now);
    return this.#out;
  }

  /** When to hand in a `tick` at the latest. */
  get wakeAt(): number | undefined {
    let at = Number.POSITIVE_INFINITY;
    for (const { wakeAt } of this.#topics.values()) at = Math.min(at, wakeAt);
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  #take(input: RoutesInput, now: number): void {
    switch (input.is) {
      case 'topic':
        this.#topic(input.topic, now).allow(input.allowed, now);
        return;
      case 'left':
        this.#topics.get(input.topic)?.leave();
        this.#topics.delete(input.topic);
        return;
      case 'up': {
        this.#down(input.peer, now);
        const { nonce } = input;
        const conduct = new NeighbourConduct(now);
        const early = new BoundedMap<Topic, readonly Sighted[]>(EARLY_TOPICS);
        this.#neighbours.set(input.peer, { nonce, relayed: false, conduct, early });
        for (const topic of this.#topics.values()) topic.up(input.peer, now);
        return;
      }
      case 'path': {
        const neighbour = this.#neighbours.get(input.peer);
        if (neighbour === undefined || neighbour.relayed === input.relayed) return;
        neighbour.relayed = input.relayed;
        for (const topic of this.#topics.values()) topic.pathChanged(input.peer, now);
        return;
      }
      case 'down':
        this.#down(input.peer, now);
        return;
      case 'heard':
        this.#hear(input.peer, input.message, now);
        return;
      case 'walk':
        this.#walk(input.topic, now);
        return;
      case 'signal': {
        const { topic, route, sealed } = input;
        const [next, ...ahead] = route.hops;
        if (next === undefined || this.#topics.get(topic)?.sharing.has(next) !== true) return;
        this.#say(next, { is: 'signal', topic, passed: [this.#me], ahead, sealed });
        return;
      }
      case 'failed':
        this.#topics.get(input.topic)?.known.failed(input.route, now);
        return;
      case 'tick':
        return;
    }
  }

  #topic(topic: Topic, now: number): RoutesTopic {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const made = new RoutesTopic(
      {
        topic,
        me: this.#me.peer,
        linked: this.#neighbours,
        random: this.#random,
        out: (output) => this.#out.push(output),
      },
      now,
    );
    this.#topics.set(topic, made);
    for (const [peer, { early }] of this.#neighbours) {
      const peers = early.get(topic);
      if (early.delete(topic) && peers !== undefined) made.tells(peer, peers, now);
    }
    return made;
  }

  #down(peer: PeerId, now: number): void {
    if (!this.#neighbours.delete(peer)) return;
    for (const topic of this.#topics.values()) topic.down(peer, now);
  }

  // What neighbours say

  #hear(from: PeerId, message: HeardMessage, now: number): void {
    const neighbour = this.#neighbours.get(from);
    if (neighbour === undefined) return;
    const judgement = neighbour.conduct.judge(message, now);
    const wrong =
      judgement === 'misbehaved' ? 'control messages without end' : this.#wrong(from, message);
    if (wrong !== undefined) this.#out.push({ do: 'misbehaved', peer: from, reason: wrong });
    if (wrong !== undefined || judgement !== 'fine' || message.is === 'unknown') return;
    const topic = this.#topics.get(message.topic);
    switch (message.is) {
      case 'neighbours':
        if (topic === undefined) neighbour.early.refresh(message.topic, message.peers);
        else topic.tells(from, message.peers, now);
        return;
      case 'left':
        neighbour.early.delete(message.topic);
        topic?.left(from, now);
        return;
      case 'walk':
        if (topic?.sharing.has(from) === true) this.#onWalk(topic, from, message, now);
        return;
      case 'walked':
        if (topic?.sharing.has(from) === true) this.#onWalked(topic, from, message, now);
        return;
      case 'signal':
        if (topic?.sharing.has(from) === true) this.#onSignal(topic, from, message, now);
        return;
    }
  }

  /** What no honest neighbour says, in words. */
  #wrong(from: PeerId, message: HeardMessage): string | undefined {
    if (message.is !== 'walk' && message.is !== 'signal') return undefined;
    const path = message.is === 'walk' ? message.path : message.passed;
    if (path.at(-1)?.peer !== from) return 'a path that does not end with its sender';
    const ahead = message.is === 'signal' ? message.ahead : [];
    const all = [this.#me.peer, ...path.map(({ peer }) => peer), ...ahead];
    if (new Set(all).size < all.length) return 'a path that crosses itself';
    const length = message.is === 'walk' ? path.length + message.hops : all.length;
    return length > PATH_PEERS ? 'a path that is too long' : undefined;
  }

  #onSignal(at: RoutesTopic, from: PeerId, message: Heard<'signal'>, now: number): void {
    const { topic, passed, ahead, sealed } = message;
    const [origin] = passed;
    const to = ahead.at(-1);
    at.learnBack(passed, now);
    if (origin === undefined) return;
    if (to === undefined) {
      this.#out.push({ do: 'deliver', topic, claimed: origin.peer, sealed });
      return;
    }
    const straight = ahead[0] !== undefined && at.sharing.has(ahead[0]) ? ahead : undefined;
    const [next, ...rest] = straight ?? detour(at, to, passed, now) ?? [];
    if (next === undefined || !this.#mayForward(next, from, origin, now)) return;
    this.#say(next, { is: 'signal', topic, passed: [...passed, this.#me], ahead: rest, sealed });
  }

  // Walks

  #walk(topic: Topic, now: number): void {
    const to = this.#anyNeighbour(this.#topics.get(topic), []);
    if (to === undefined) return;
    const walk = Uint8Array.from({ length: WALK_BYTES }, () => Math.floor(this.#random() * 256));
    this.#walks.passed(topic, walk, { from: undefined, to }, now);
    this.#say(to, { is: 'walk', topic, walk, path: [this.#me], hops: ROUTE_HOPS });
  }

  #onWalk(at: RoutesTopic, from: PeerId, message: Heard<'walk'>, now: number): void {
    const { topic, walk, hops } = message;
    at.learnBack(message.path, now);
    const path = [...message.path, this.#me];
    const to = hops > 1 ? this.#anyNeighbour(at, path) : undefined;
    if (to === undefined) {
      this.#say(from, { is: 'walked', topic, walk, path });
      return;
    }
    if (!this.#mayForward(to, from, path[0], now)) return;
    if (!this.#walks.passed(topic, walk, { from, to }, now)) return;
    this.#say(to, { is: 'walk', topic, walk, path, hops: hops - 1 });
  }

  #onWalked(at: RoutesTopic, from: PeerId, message: Heard<'walked'>, now: number): void {
    const { topic, walk, path } = message;
    const passed = this.#walks.back(topic, walk, from, now);
    if (passed === undefined) return;
    const here = path.findIndex(({ peer }) => peer === this.#me.peer);
    const fits = path[here + 1]?.peer === from && path[here - 1]?.peer === passed.from;
    const once = new Set(path.map(({ peer }) => peer)).size === path.length;
    if (here < 0 || !fits || !once) return;
    at.learnBack(path.slice(here + 1).reverse(), now);
    const back = passed.from;
    if (back !== undefined && at.sharing.has(back) && this.#mayForward(back, from, path[0], now)) {
      this.#say(back, message);
    }
  }

  #anyNeighbour(at: RoutesTopic | undefined, path: readonly Sighted[]): PeerId | undefined {
    const been = new Set(path.map(({ peer }) => peer));
    const free = [...(at?.sharing ?? [])].filter((peer) => !been.has(peer));
    return free[Math.floor(this.#random() * free.length)];
  }

  #mayForward(to: PeerId, by: PeerId, origin: Sighted | undefined, now: number): boolean {
    const conduct = this.#neighbours.get(to)?.conduct;
    return conduct?.mayForward(by, origin?.peer ?? by, now) === true;
  }

  #say(to: PeerId, message: RouteMessage): void {
    this.#out.push({ do: 'say', to, message });
  }
}

/** Where the way is broken another may be known from here ("salvaging", RFC 4728 §3.4.1). */
function detour(at: RoutesTopic, to: PeerId, passed: readonly Sighted[], now: number) {
  const been = new Set(passed.map(({ peer }) => peer));
  const fits = (hops: readonly PeerId[]) =>
    passed.length + hops.length <= ROUTE_HOPS && !hops.some((hop) => been.has(hop));
  return at
    .to(to, now)
    .map(({ hops }) => hops)
    .find(fits);
}
