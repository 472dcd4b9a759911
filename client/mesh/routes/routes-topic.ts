/** One topic of the routes: which linked peers share it, and what they and this device tell each other of their links there. */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { KnownRoutes } from './known-routes.ts';
import { NAMED_NEIGHBOURS, type Sighted } from './route-message.ts';
import type { Route, RoutesOutput } from './routes-inputs.ts';

export const ROUTES_TIMES = {
  /** From one list of neighbours to the next for the same neighbour. */
  sayMs: 2_000,
  /** How long it is not said that a link has gone: who signals by it takes a detour, and often another soon takes its place. */
  goneMs: 20_000,
  /** About when a list is said again though nothing has changed, since a control packet may be lost. */
  againMs: 5 * 60_000,
} as const;

export interface RoutesTopicOptions {
  readonly topic: Topic;
  readonly me: PeerId;
  /** All links, with the nonces that the peers have signed. */
  readonly linked: ReadonlyMap<PeerId, { readonly nonce: Uint8Array; readonly relayed: boolean }>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly out: (output: RoutesOutput) => void;
}

export class RoutesTopic {
  readonly known = new KnownRoutes();
  readonly #options: RoutesTopicOptions;
  #allowed: ReadonlySet<PeerId> = new Set();
  /** What linked peers that are in the topic say of their own links there. */
  readonly #told = new Map<PeerId, readonly Sighted[]>();
  readonly #sharing = new Set<PeerId>();
  /** What was last said to whom. */
  readonly #said = new Map<PeerId, { readonly at: number; readonly peers: readonly Sighted[] }>();
  /** When to say it anew. */
  readonly #due = new Map<PeerId, number>();
  #againAt: number;

  constructor(options: RoutesTopicOptions, now: number) {
    this.#options = options;
    this.#againAt = this.#again(now);
  }

  /** Linked peers that the topic lists and that say that they are in it. */
  get sharing(): ReadonlySet<PeerId> {
    return this.#sharing;
  }

  allows(peer: PeerId): boolean {
    return this.#allowed.has(peer);
  }

  /** Ways to a peer, the best first. */
  to(peer: PeerId, now: number): readonly Route[] {
    if (!this.#allowed.has(peer)) return [];
    const live = ([via, ...rest]: readonly PeerId[]) =>
      via !== undefined && this.#sharing.has(via) && rest.every((hop) => this.#allowed.has(hop));
    return this.known.to(peer, now).filter(({ hops }) => live(hops));
  }

  /**
   * Whether what this device and the peer say reaches each other without a link of theirs, through others to whom both are
   * directly linked. Where there can be two such, one is not enough: it might keep back what it should pass on. Both of its ends
   * must tell of a link.
   */
  meetsThroughThird(peer: PeerId): boolean {
    const directly = (from: PeerId, to: PeerId) =>
      this.#told.get(from)?.some((other) => other.peer === to && other.relayed !== true) === true;
    let thirds = 0;
    for (const third of this.#sharing) {
      if (third === peer || this.#options.linked.get(third)?.relayed !== false) continue;
      if (directly(third, peer) && (!this.#told.has(peer) || directly(peer, third))) thirds++;
    }
    // Besides the two of them.
    const others = this.#allowed.size - 2;
    return thirds > 0 && thirds >= Math.min(2, others);
  }

  pathChanged(peer: PeerId, now: number): void {
    if (this.#sharing.has(peer)) this.#changed(now);
  }

  /** When to `say` at the latest. */
  get wakeAt(): number {
    let at = this.#said.size > 0 ? this.#againAt : Number.POSITIVE_INFINITY;
    for (const time of this.#due.values()) at = Math.min(at, time);
    return at;
  }

  /** Who may know of the topic, from now on. */
  allow(allowed: ReadonlySet<PeerId>, now: number): void {
    const { linked, out, topic } = this.#options;
    this.#allowed = allowed;
    for (const peer of linked.keys()) {
      if (allowed.has(peer)) {
        if (!this.#said.has(peer)) this.#due.set(peer, now);
        this.#share(peer, now);
      } else {
        this.#due.delete(peer);
        // It was told that this device is in the topic, and is of it no longer.
        if (this.#said.delete(peer)) out({ do: 'say', to: peer, message: { is: 'left', topic } });
        this.#part(peer, now);
      }
    }
  }

  up(peer: PeerId, now: number): void {
    if (this.#allowed.has(peer)) this.#due.set(peer, now);
  }

  down(peer: PeerId, now: number): void {
    this.#told.delete(peer);
    this.#said.delete(peer);
    this.#due.delete(peer);
    if (!this.#sharing.delete(peer)) return;
    this.known.forgetVia(peer);
    this.#changed(now + ROUTES_TIMES.goneMs);
  }

  /** A linked peer is in the topic, and tells its links there. */
  tells(peer: PeerId, peers: readonly Sighted[], now: number): void {
    this.#told.set(peer, peers);
    this.#share(peer, now);
  }

  /** A linked peer is no longer in the topic. */
  left(peer: PeerId, now: number): void {
    if (this.#told.delete(peer)) this.#part(peer, now);
  }

  /** This device leaves the topic. */
  leave(): void {
    const { out, topic } = this.#options;
    for (const to of this.#said.keys()) out({ do: 'say', to, message: { is: 'left', topic } });
  }

  /** @param passed the peers by which something came, the neighbour last: teaches the way back to each of them */
  learnBack(passed: readonly Sighted[], now: number): void {
    const hops: PeerId[] = [];
    const learned: PeerId[] = [];
    for (const { peer, nonce } of [...passed].reverse()) {
      if (!this.#allowed.has(peer)) break;
      hops.push(peer);
      // The neighbour's own nonce is known by its signature.
      if (hops.length === 1) continue;
      this.known.learn([...hops], nonce, now);
      learned.push(peer);
    }
    this.#learned(learned);
  }

  /** Says what is due. */
  say(now: number): void {
    const { out, topic } = this.#options;
    const again = now >= this.#againAt;
    if (again) {
      this.#againAt = this.#again(now);
      for (const peer of this.#said.keys()) this.#due.set(peer, now);
    }
    for (const [to, at] of this.#due) {
      if (now < at) continue;
      this.#due.delete(to);
      const peers = this.#neighbours(to);
      const said = this.#said.get(to);
      if (said !== undefined && !again && sameSighted(said.peers, peers)) continue;
      this.#said.set(to, { at: now, peers });
      out({ do: 'say', to, message: { is: 'neighbours', topic, peers } });
    }
  }

  /** Takes what a neighbour has told for true, once the topic lists it. */
  #share(peer: PeerId, now: number): void {
    const { linked, me, out, topic } = this.#options;
    const told = this.#told.get(peer);
    const nonce = linked.get(peer)?.nonce;
    if (told === undefined || nonce === undefined || !this.#allowed.has(peer)) return;
    if (!this.#sharing.has(peer)) {
      this.#sharing.add(peer);
      out({ do: 'shares', peer, topic });
      this.known.learn([peer], nonce, now, true);
      this.#changed(now);
    }
    const others = told.filter(
      (other) => other.peer !== me && other.peer !== peer && this.#allowed.has(other.peer),
    );
    this.known.named(peer, others, now);
    this.#learned(others.map((other) => other.peer));
  }

  #part(peer: PeerId, now: number): void {
    if (!this.#sharing.delete(peer)) return;
    this.known.forgetVia(peer);
    this.#options.out({ do: 'shares-no-more', peer, topic: this.#options.topic });
    this.#changed(now + ROUTES_TIMES.goneMs);
  }

  /** This device's own links of the topic are others now: its neighbours should know, from a moment on. */
  #changed(from: number): void {
    for (const [peer, { at }] of this.#said) {
      const due = Math.max(from, at + ROUTES_TIMES.sayMs);
      this.#due.set(peer, Math.min(due, this.#due.get(peer) ?? due));
    }
  }

  #learned(peers: readonly PeerId[]): void {
    const { out, topic } = this.#options;
    if (peers.length > 0) out({ do: 'learned', topic, peers });
  }

  #neighbours(except: PeerId): readonly Sighted[] {
    const all: Sighted[] = [];
    for (const peer of this.#sharing) {
      const link = this.#options.linked.get(peer);
      if (peer === except || link === undefined) continue;
      all.push({ peer, nonce: link.nonce, ...(link.relayed && { relayed: true }) });
    }
    return all.slice(-NAMED_NEIGHBOURS).sort((a, b) => (a.peer < b.peer ? -1 : 1));
  }

  #again(now: number): number {
    return now + ROUTES_TIMES.againMs * (0.75 + this.#options.random() * 0.5);
  }
}

function sameSighted(a: readonly Sighted[], b: readonly Sighted[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ peer, nonce, relayed }, i) =>
        peer === b[i]?.peer && equalBytes(nonce, b[i].nonce) && relayed === b[i].relayed,
    )
  );
}
