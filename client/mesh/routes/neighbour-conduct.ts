import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { RouteMessage } from './route-message.ts';

/** What one neighbour may say to this device: signals, and all else. */
export const HEARD_RATES = {
  signals: { perSecond: 20, burst: 60 },
  others: { perSecond: 20, burst: 100 },
} as const;
/** What this device passes on to one neighbour: less, so that nobody's flood makes an honest neighbour look bad. */
export const FORWARD_RATE = { perSecond: 12, burst: 40 } as const;
/** After so many too many within a minute it is no accident, such as a link that stood still for a while. */
export const TOO_MANY_A_MINUTE = 300;

/** How a neighbour uses the control messages. */
export class NeighbourConduct {
  readonly #signals: TokenBucket;
  readonly #others: TokenBucket;
  readonly #forwarded: TokenBucket;
  #minute = Number.NEGATIVE_INFINITY;
  #tooMany = 0;

  constructor(now: number) {
    this.#signals = new TokenBucket(HEARD_RATES.signals, now);
    this.#others = new TokenBucket(HEARD_RATES.others, now);
    this.#forwarded = new TokenBucket(FORWARD_RATE, now);
  }

  /** Of a message that has come. */
  judge({ is }: RouteMessage, now: number): 'fine' | 'too-many' | 'misbehaved' {
    const bucket = is === 'signal' ? this.#signals : this.#others;
    if (bucket.take(1, now)) return 'fine';
    if (now >= this.#minute + 60_000) {
      this.#minute = now;
      this.#tooMany = 0;
    }
    return ++this.#tooMany > TOO_MANY_A_MINUTE ? 'misbehaved' : 'too-many';
  }

  /** Whether something of somebody else's may be passed on to it now. */
  mayForward(now: number): boolean {
    return this.#forwarded.take(1, now);
  }
}
