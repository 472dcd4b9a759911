/** For tests: many overlays on one virtual clock, with a server that knows who is where and links that take their time. */

import { base64urlnopad } from '@scure/base';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { type PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import type { Ending } from '../link/ending.ts';
import type { TopicSpec } from '../links-port.ts';
import { Overlay } from '../overlay/overlay.ts';
import type { OverlayInput, OverlayOutput } from '../overlay/overlay-inputs.ts';
import { EventQueue } from './event-queue.ts';
import { seeded } from './random.ts';

export function peerOf(n: number): PeerId {
  return peerIdFromPublicKey(Uint8Array.from({ length: 32 }, (_, i) => (n >> (8 * (i % 4))) & 255));
}

export function topicOf(n: number): Topic {
  return v.parse(Topic, base64urlnopad.encode(new Uint8Array(32).fill(n)));
}

interface SimulatedLink {
  readonly ends: readonly [SimulatedPeer, SimulatedPeer];
  readonly began: Topic;
  up: boolean;
}

export interface SimulatedPeer {
  readonly id: PeerId;
  readonly overlay: Overlay;
  readonly specs: Map<Topic, TopicSpec>;
  readonly links: Map<PeerId, SimulatedLink>;
  /** Peers to whom signals go over the mesh. */
  readonly routes: Set<PeerId>;
  /** What came up while it was busy. */
  readonly inputs: OverlayInput[];
  /** What to do when one is judged. */
  readonly offers: Map<number, (accept: boolean) => void>;
  /** Its neighbours will be told soon that its links have changed. */
  telling: boolean;
  alive: boolean;
  wakes: number;
  timer: number;
}

const ANSWER_MS = 60;
const NO_ANSWER_MS = 13_000;
const DEAD_MS = 12_000;
const SAID_MS = 2_000;
const WALK_HOPS = 6;
const PRESENCE_MS = 30_000;
/** In and out, of a server: a join or sample, a question, an offer with its answer and candidates. */
const SERVER_BYTES = { sample: 1_200, ask: 1_200, connect: 3_000 };

export class OverlayNetwork {
  now = 1_000_000;
  readonly random: () => number;
  readonly peers: SimulatedPeer[] = [];
  /** Whether anything at all gets from one to the other. */
  reaches: (a: SimulatedPeer, b: SimulatedPeer) => boolean = () => true;
  serverUp = true;
  serverBytes = 0;
  outputs = 0;
  /** Those over links. */
  readonly knocks: {
    readonly at: number;
    readonly from: PeerId;
    readonly to: PeerId;
    readonly topic: Topic;
  }[] = [];
  /** Highest number of links that any peer had, of one topic and over all. */
  mostLinks = 0;
  readonly #queue = new EventQueue();
  #requests = 0;
  readonly #byId = new Map<PeerId, SimulatedPeer>();

  constructor(seed: number) {
    this.random = seeded(seed);
    this.#presence();
  }

  add(n: number): SimulatedPeer {
    const id = peerOf(n);
    const peer: SimulatedPeer = {
      id,
      overlay: new Overlay(id, seeded(n * 7919 + Math.floor(this.random() * 1e9))),
      specs: new Map(),
      links: new Map(),
      routes: new Set(),
      inputs: [],
      offers: new Map(),
      telling: false,
      alive: true,
      wakes: 0,
      timer: 0,
    };
    this.peers.push(peer);
    this.#byId.set(id, peer);
    return peer;
  }

  join(
    peer: SimulatedPeer,
    topic: Topic,
    allowed: readonly PeerId[],
    background = false,
    initiate: TopicSpec['initiate'] = 'listed',
  ): void {
    const spec: TopicSpec = {
      topic,
      signalKey: new Uint8Array(32),
      servers: [],
      initiate,
      allowed,
      background,
    };
    peer.specs.set(topic, spec);
    this.give(peer, { is: 'join', spec });
    this.#sample(peer, topic);
  }

  crash(peer: SimulatedPeer): void {
    peer.alive = false;
    for (const link of [...peer.links.values()]) this.#break(link, 'lost', peer);
  }

  /** Ends all links between peers that do not reach each other (any more). */
  cut(): void {
    for (const peer of this.peers)
      for (const link of [...peer.links.values()])
        if (!this.reaches(...link.ends)) this.#break(link, 'lost', undefined, DEAD_MS);
  }

  run(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#queue.next; next !== undefined && next <= end; next = this.#queue.next) {
      this.now = next;
      this.#queue.pop()?.();
    }
    this.now = end;
  }

  neighbours(peer: SimulatedPeer, topic: Topic): SimulatedPeer[] {
    const found: SimulatedPeer[] = [];
    for (const link of peer.links.values()) {
      const other = this.#other(link, peer);
      if (link.up && other.alive && other.specs.has(topic)) found.push(other);
    }
    return found;
  }

  /** The pieces into which the mesh of a topic falls. */
  pieces(topic: Topic): SimulatedPeer[][] {
    const left = new Set(this.peers.filter((peer) => peer.alive && peer.specs.has(topic)));
    const pieces: SimulatedPeer[][] = [];
    for (const first of left) {
      left.delete(first);
      const piece = [first];
      for (const peer of piece)
        for (const other of this.neighbours(peer, topic)) if (left.delete(other)) piece.push(other);
      pieces.push(piece);
    }
    return pieces;
  }

  degrees(topic: Topic): number[] {
    return this.peers
      .filter((peer) => peer.alive && peer.specs.has(topic))
      .map((peer) => this.neighbours(peer, topic).length);
  }

  give(peer: SimulatedPeer, input: OverlayInput): void {
    if (!peer.alive) return;
    peer.inputs.push(input);
    if (peer.inputs.length > 1) return;
    for (const next of peer.inputs) {
      for (const output of peer.overlay.handle(next, this.now)) this.#do(peer, output);
    }
    peer.inputs.length = 0;
    this.mostLinks = Math.max(this.mostLinks, peer.links.size);
    const at = peer.overlay.wakeAt;
    const timer = ++peer.timer;
    if (at === undefined) return;
    this.#at(at, () => {
      if (peer.timer !== timer) return;
      peer.wakes++;
      this.give(peer, { is: 'tick' });
    });
  }

  #do(peer: SimulatedPeer, output: OverlayOutput): void {
    this.outputs++;
    switch (output.do) {
      case 'connect':
        this.#connect(peer, output.peer, output.topic, output.urgent);
        return;
      case 'close': {
        const link = peer.links.get(output.peer);
        if (link !== undefined) this.#break(link, 'surplus', undefined, ANSWER_MS);
        return;
      }
      case 'sample':
        this.#sample(peer, output.topic);
        return;
      case 'ask': {
        if (!this.serverUp) return;
        this.serverBytes += SERVER_BYTES.ask;
        const { topic, peers: asked } = output;
        const peers = asked.filter((id) => this.#here(id, topic));
        this.#in(ANSWER_MS, () => this.give(peer, { is: 'here', topic, peers, asked }));
        return;
      }
      case 'walk':
        this.#walk(peer, output.topic);
        return;
      case 'knock': {
        const link = peer.links.get(output.peer);
        if (link?.up !== true) throw new Error('a knock where there is no link');
        this.knocks.push({ at: this.now, from: peer.id, to: output.peer, topic: output.topic });
        return;
      }
      case 'judged':
        peer.offers.get(output.request)?.(output.accept);
        peer.offers.delete(output.request);
        return;
    }
  }

  #connect(from: SimulatedPeer, to: PeerId, topic: Topic, urgent: boolean): void {
    const other = this.#byId.get(to);
    if (other === undefined || from.links.has(to)) throw new Error('a second link to one peer');
    const link: SimulatedLink = { ends: [from, other], began: topic, up: false };
    from.links.set(to, link);
    this.mostLinks = Math.max(this.mostLinks, from.links.size);
    const routed = from.routes.has(to) && other.alive;
    if (!routed && this.serverUp) this.serverBytes += SERVER_BYTES.connect;
    if (!routed && this.serverUp && !other.alive) {
      this.#in(ANSWER_MS, () => {
        this.give(from, { is: 'gone', peer: to });
        this.#end(link, from, 'no-answer');
      });
      return;
    }
    if ((!routed && !this.serverUp) || !other.alive || !this.reaches(from, other)) {
      this.#in(NO_ANSWER_MS, () => this.#end(link, from, 'no-answer'));
      return;
    }
    this.#in(this.#latency(), () => this.#offer(link, from, other, urgent));
  }

  #offer(link: SimulatedLink, from: SimulatedPeer, to: SimulatedPeer, urgent: boolean): void {
    if (from.links.get(to.id) !== link) return;
    if (!to.alive) {
      this.#in(NO_ANSWER_MS, () => this.#end(link, from, 'no-answer'));
      return;
    }
    const own = to.links.get(from.id);
    if (own !== undefined && to.id > from.id && !own.up) {
      // Glare: the other offer stands, and this link ends when that one comes, or never does.
      this.#in(NO_ANSWER_MS, () => {
        if (!link.up) this.#end(link, from, 'no-answer');
      });
      return;
    }
    const request = ++this.#requests;
    to.offers.set(request, (accept) => {
      if (!accept) {
        this.#in(this.#latency(), () => this.#end(link, from, 'full'));
        return;
      }
      if (own !== undefined) this.#end(own, to, 'closed');
      to.links.set(from.id, link);
      this.give(to, { is: 'linking', peer: from.id, topic: link.began });
      this.#in(3 * this.#latency(), () => this.#open(link));
    });
    this.give(to, { is: 'offered', request, peer: from.id, topic: link.began, urgent });
  }

  #open(link: SimulatedLink): void {
    const [a, b] = link.ends;
    if (a.links.get(b.id) !== link || b.links.get(a.id) !== link) return;
    link.up = true;
    for (const [peer, other] of [
      [a, b],
      [b, a],
    ] as const) {
      this.give(peer, { is: 'up', peer: other.id, path: 'direct' });
      this.give(peer, {
        is: 'quality',
        peer: other.id,
        path: 'direct',
        rttMs: 20 + this.random() * 200,
      });
      this.#in(this.#latency(), () => this.#introduce(link, peer, other));
    }
    for (const peer of link.ends) {
      if (peer.telling) continue;
      peer.telling = true;
      this.#in(SAID_MS, () => {
        peer.telling = false;
        for (const near of peer.links.keys()) this.#tell(peer, near);
      });
    }
  }

  /** `other` says which topics it is in, and who is linked to it. */
  #introduce(link: SimulatedLink, peer: SimulatedPeer, other: SimulatedPeer): void {
    if (!link.up) return;
    for (const topic of other.specs.keys())
      if (peer.specs.has(topic)) this.give(peer, { is: 'shares', peer: other.id, topic });
    this.#tell(other, peer.id);
  }

  #tell(from: SimulatedPeer, to: PeerId): void {
    const peer = this.#byId.get(to);
    if (peer === undefined || from.links.get(to)?.up !== true) return;
    for (const topic of from.specs.keys()) {
      if (!peer.specs.has(topic)) continue;
      this.#learned(peer, topic, this.neighbours(from, topic));
    }
  }

  #learned(peer: SimulatedPeer, topic: Topic, found: readonly SimulatedPeer[]): void {
    const peers = found.filter((other) => other !== peer).map(({ id }) => id);
    for (const id of peers) peer.routes.add(id);
    this.give(peer, { is: 'learned', topic, peers });
  }

  #walk(peer: SimulatedPeer, topic: Topic): void {
    const path = [peer];
    for (let at = peer; path.length <= WALK_HOPS; ) {
      const next = this.neighbours(at, topic).filter((other) => !path.includes(other));
      const chosen = next[Math.floor(this.random() * next.length)];
      if (chosen === undefined) break;
      path.push(chosen);
      at = chosen;
    }
    this.#in(400, () => this.#learned(peer, topic, path));
  }

  #sample(peer: SimulatedPeer, topic: Topic): void {
    if (!this.serverUp) return;
    this.serverBytes += SERVER_BYTES.sample;
    const here = this.peers.filter((other) => other !== peer && this.#here(other.id, topic));
    const size = here.length + 1;
    const peers: PeerId[] = [];
    while (peers.length < SIGNALING_LIMITS.sample && here.length > 0) {
      const [drawn] = here.splice(Math.floor(this.random() * here.length), 1);
      if (drawn !== undefined) peers.push(drawn.id);
    }
    this.#in(ANSWER_MS, () => this.give(peer, { is: 'joined', topic, size, peers }));
  }

  #here(id: PeerId, topic: Topic): boolean {
    const peer = this.#byId.get(id);
    return peer?.alive === true && peer.specs.has(topic);
  }

  #break(
    link: SimulatedLink,
    ending: Ending,
    dead: SimulatedPeer | undefined,
    ms = this.random() * DEAD_MS,
  ): void {
    link.up = false;
    for (const end of link.ends) {
      if (end === dead) continue;
      if (ending === 'surplus') this.#end(link, end, ending);
      else this.#in(ms, () => this.#end(link, end, ending));
    }
  }

  #end(link: SimulatedLink, peer: SimulatedPeer, ending: Ending): void {
    const other = this.#other(link, peer);
    if (peer.links.get(other.id) !== link) return;
    peer.links.delete(other.id);
    link.up = false;
    if (![...peer.links.values()].some(({ up }) => up)) peer.routes.clear();
    this.give(peer, { is: 'down', peer: other.id, ending });
    if (other.links.get(peer.id) === link && ending !== 'lost')
      this.#in(ANSWER_MS, () => this.#end(link, other, ending));
  }

  /** What everybody says now and then is heard in the whole piece. */
  #presence(): void {
    this.#in(PRESENCE_MS, () => {
      for (const topic of new Set(this.peers.flatMap((peer) => [...peer.specs.keys()]))) {
        for (const piece of this.pieces(topic)) {
          const peers = piece.map(({ id }) => id);
          for (const peer of piece) this.give(peer, { is: 'reached', topic, peers });
        }
      }
      this.#presence();
    });
  }

  #other(link: SimulatedLink, peer: SimulatedPeer): SimulatedPeer {
    return link.ends[0] === peer ? link.ends[1] : link.ends[0];
  }

  #latency(): number {
    return 20 + this.random() * 80;
  }

  #in(ms: number, run: () => void): void {
    this.#at(this.now + ms, run);
  }

  #at(at: number, run: () => void): void {
    this.#queue.push(Math.max(at, this.now), run);
  }
}
