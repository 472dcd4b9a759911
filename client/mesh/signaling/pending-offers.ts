import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { Topic } from '@snug/shared/protocol/ids.ts';
import type { Clock, Timer } from '../clock.ts';
import { DECIDE_MS } from '../links-port.ts';
import type { Signal } from './sealed-signals.ts';

export interface PendingOffer {
  readonly topic: Topic;
  /** The offer itself. */
  readonly signal: Signal;
  /** Candidates that came after it. */
  readonly later: Signal[];
}

const OFFERS = 64;
const LATER = 8;

/** Offers of peers whom nobody has listed, while the engine decides. One a peer, 64 at most, `DECIDE_MS` each. */
export class PendingOffers {
  readonly #held = new Map<number, { readonly offer: PendingOffer; readonly timer: Timer }>();
  readonly #clock: Clock;
  readonly #expired: (offer: PendingOffer) => void;
  #next = 1;

  constructor(clock: Clock, expired: (offer: PendingOffer) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** The number of the request; `undefined` when there are too many. A peer's earlier offer is forgotten. */
  hold(offer: PendingOffer): number | undefined {
    for (const [request, held] of this.#held) {
      if (held.offer.signal.from === offer.signal.from) this.take(request);
    }
    if (this.#held.size >= OFFERS) return undefined;
    const request = this.#next++;
    const timer = this.#clock.setTimeout(() => {
      this.#held.delete(request);
      this.#expired(offer);
    }, DECIDE_MS);
    this.#held.set(request, { offer, timer });
    return request;
  }

  take(request: number): PendingOffer | undefined {
    const held = this.#held.get(request);
    if (held === undefined) return undefined;
    this.#held.delete(request);
    this.#clock.clearTimeout(held.timer);
    return held.offer;
  }

  /** Keeps what belongs to a held offer, or lets a `bye` withdraw it. False if it belongs to none. */
  add(signal: Signal): boolean {
    for (const [request, { offer }] of this.#held) {
      const same = offer.signal.from === signal.from;
      if (!same || !equalBytes(offer.signal.session, signal.session)) continue;
      if (signal.payload.is === 'bye') this.take(request);
      else if (offer.later.length < LATER) offer.later.push(signal);
      return true;
    }
    return false;
  }

  clear(): void {
    for (const request of [...this.#held.keys()]) this.take(request);
  }
}
