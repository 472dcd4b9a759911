/**
 * Neighbours that say they hold what is missing here and, asked for it, do not give it. Each is replaced by another, so that whoever
 * passes things on is found by those who do; it is not cut off, since it may only be slow or overburdened.
 */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { OverlayState } from './overlay-state.ts';
import { jittered, OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Peers of whom it is remembered. */
const MOST = 4096;

interface Broken {
  readonly times: number;
  readonly until: number;
}

export class BrokenPromises {
  readonly #peers = new BoundedMap<PeerId, Broken>(MOST);
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Its link has been given up for it. */
  replaced(peer: PeerId, now: number): void {
    const times = this.#peers.get(peer)?.times ?? 0;
    const ms = Math.min(OVERLAY_TIMES.vainMs * 2 ** times, OVERLAY_TIMES.longestVainMs);
    this.#peers.refresh(peer, {
      times: Math.min(times + 1, 16),
      until: now + jittered(ms, this.#random),
    });
  }

  /** Until when others are preferred; 0 for a peer of whom nothing of the kind is known. */
  until(peer: PeerId): number {
    return this.#peers.get(peer)?.until ?? 0;
  }
}

/**
 * Gives up neighbours whose promises are in vain, where another may take their place and every topic keeps a few: no topic is
 * left bare for it. @returns when to look again
 */
export function replaceVain(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  for (const link of [...links.all]) {
    if (!link.vain || link.state !== 'up' || !link.serves.has(topic)) continue;
    if (!links.spares(link, 'least', undefined) || !others(state, topic)) continue;
    state.broken.replaced(link.peer, now);
    state.close(link, now);
  }
  return NEVER;
}

/** Whether there is anybody else to link to. */
function others({ links }: OverlayState, topic: OverlayTopic): boolean {
  for (const peer of topic.known) if (links.get(peer) === undefined) return true;
  return false;
}
