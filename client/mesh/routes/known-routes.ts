/** What a device knows of one topic's ways over the mesh: for each peer a few routes, each by another neighbour. */

import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';
import { ROUTE_HOPS, type Sighted } from './route-message.ts';
import type { Route } from './routes-inputs.ts';

/** Most routes to one peer. By different neighbours, so that none can fill them with ways of its own invention. */
export const ROUTES_TO_ONE = 3;
/** Most peers to whom routes are kept, the longest untold forgotten first. */
export const ROUTED_PEERS = 512;
/** How long a route holds that nobody takes back, ms. */
const HOLDS_MS = 15 * 60_000;
/** How long others are preferred to a route by which nothing came back, ms. */
const FAILED_MS = 60_000;

interface KnownRoute extends Route {
  /** The first hop itself says that the addressee is its neighbour, and will say when it no longer is. */
  readonly named: boolean;
  readonly at: number;
  failedAt: number;
}

export class KnownRoutes {
  readonly #routes = new BoundedMap<PeerId, KnownRoute[]>(ROUTED_PEERS);
  /** Whom a neighbour named as its own neighbours. */
  readonly #named = new Map<PeerId, ReadonlySet<PeerId>>();

  /** How many peers there is a route to. */
  get size(): number {
    return this.#routes.size;
  }

  /** The routes to a peer, the best first: those that have not failed lately, then the shortest, then the newest. */
  to(peer: PeerId, now: number): readonly Route[] {
    const good = (this.#routes.get(peer) ?? []).filter((r) => r.named || now < r.at + HOLDS_MS);
    return good
      .map((route) => ({ ...route, doubtful: now < route.failedAt + FAILED_MS }))
      .sort((a, b) => Number(a.doubtful) - Number(b.doubtful) || shorterThenNewer(a, b));
  }

  /** @param hops from a neighbour to the addressee; what is longer than a route may be is not kept */
  learn(hops: readonly PeerId[], nonce: Uint8Array, now: number, named = false): void {
    const [via] = hops;
    const peer = hops.at(-1);
    if (via === undefined || peer === undefined || hops.length > ROUTE_HOPS) return;
    const known = this.#routes.get(peer) ?? [];
    const route = { hops, nonce, named, at: now, failedAt: Number.NEGATIVE_INFINITY };
    const place = known.findIndex((other) => other.hops[0] === via);
    const before = known[place];
    if (before === undefined) known.push(route);
    else if (isBetter(route, before, now))
      known[place] = { ...route, ...sameFailure(route, before) };
    known.sort(shorterThenNewer);
    known.length = Math.min(known.length, ROUTES_TO_ONE);
    this.#routes.refresh(peer, known);
  }

  /** A neighbour says that these are its neighbours, and no others. */
  named(via: PeerId, peers: readonly Sighted[], now: number): void {
    const names = new Set(peers.map(({ peer }) => peer));
    for (const peer of this.#named.get(via) ?? []) {
      if (!names.has(peer)) this.#drop(({ hops }) => hops[0] === via && hops[1] === peer);
    }
    this.#named.set(via, names);
    for (const { peer, nonce } of peers) this.learn([via, peer], nonce, now, true);
  }

  /** The neighbour is none any more. */
  forgetVia(via: PeerId): void {
    this.#named.delete(via);
    this.#drop(({ hops }) => hops[0] === via);
  }

  failed({ hops }: Route, now: number): void {
    const to = hops.at(-1);
    for (const route of (to && this.#routes.get(to)) ?? []) {
      if (route.hops[0] === hops[0]) route.failedAt = now;
    }
  }

  #drop(which: (route: KnownRoute) => boolean): void {
    for (const [peer, routes] of this.#routes) {
      if (!routes.some(which)) continue;
      const left = routes.filter((route) => !which(route));
      if (left.length === 0) this.#routes.delete(peer);
      else this.#routes.set(peer, left);
    }
  }
}

function shorterThenNewer(a: KnownRoute, b: KnownRoute): number {
  return a.hops.length - b.hops.length || b.at - a.at;
}

/** Of two routes by the same neighbour. */
function isBetter(route: KnownRoute, before: KnownRoute, now: number): boolean {
  if (route.named || before.named) return route.named;
  if (route.hops.length <= before.hops.length || now >= before.at + HOLDS_MS) return true;
  return before.failedAt > before.at || !equalBytes(route.nonce, before.nonce);
}

/** To be told of it again mends nothing, whatever nonce is told now. */
function sameFailure(route: KnownRoute, before: KnownRoute): { failedAt?: number } {
  const same =
    route.hops.length === before.hops.length &&
    route.hops.every((hop, i) => hop === before.hops[i]);
  return same ? { failedAt: before.failedAt } : {};
}
