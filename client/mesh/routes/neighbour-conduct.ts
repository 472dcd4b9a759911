import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { HeardMessage } from './route-message.ts';

/** What one neighbour may say to this device: signals, and all else, what only later versions know included. */
export const HEARD_RATES = {
  signals: { perSecond: 20, burst: 60 },
  others: { perSecond: 20, burst: 100 },
} as const;
/** What this device passes on to one neighbour: less, so that nobody's flood makes an honest neighbour look bad. */
export const FORWARD_RATE = { perSecond: 12, burst: 40 } as const;
/**
 * Of that, what one other neighbour brings may take, and within it what it says one device sent: several such are needed to use it
 * up. Who sent it first is hearsay, so a neighbour that makes devices up gets no more than its own share; what keeps within it
 * keeps two devices behind one honest neighbour apart. Where several have used it all up, each other still has `kept`: with the 16
 * links of a device that comes to less than `HEARD_RATES.signals` a second.
 */
export const FORWARD_SHARES = {
  neighbour: { perSecond: 4, burst: 32 },
  device: { perSecond: 2, burst: 24 },
  kept: { perSecond: 0.5, burst: 4 },
} as const;
/** Most neighbours, and devices behind each, whose shares are remembered. */
const NEIGHBOURS = 64;
const DEVICES = 64;
/** After so many too many within a minute it is no accident, such as a link that stood still for a while. */
export const TOO_MANY_A_MINUTE = 300;

interface Share {
  readonly all: TokenBucket;
  readonly kept: TokenBucket;
  readonly devices: BoundedMap<PeerId, TokenBucket>;
}

/** How a neighbour uses the control messages; its link judges by one of these the packets that it does not know. */
export class NeighbourConduct {
  readonly #signals: TokenBucket;
  readonly #others: TokenBucket;
  readonly #forwarded: TokenBucket;
  /** By who brings it; whoever comes back finds theirs as they left it. */
  readonly #shares = new BoundedMap<PeerId, Share>(NEIGHBOURS);
  #minute = Number.NEGATIVE_INFINITY;
  #tooMany = 0;

  constructor(now: number) {
    this.#signals = new TokenBucket(HEARD_RATES.signals, now);
    this.#others = new TokenBucket(HEARD_RATES.others, now);
    this.#forwarded = new TokenBucket(FORWARD_RATE, now);
  }

  /** Of a message that has come. */
  judge({ is }: Pick<HeardMessage, 'is'>, now: number): 'fine' | 'too-many' | 'misbehaved' {
    const bucket = is === 'signal' ? this.#signals : this.#others;
    if (bucket.take(1, now)) return 'fine';
    if (now >= this.#minute + 60_000) {
      this.#minute = now;
      this.#tooMany = 0;
    }
    return ++this.#tooMany > TOO_MANY_A_MINUTE ? 'misbehaved' : 'too-many';
  }

  /** Whether what another neighbour has brought, of that device's as it says, may be passed on to this one now. */
  mayForward(by: PeerId, device: PeerId, now: number): boolean {
    const share = this.#shares.get(by) ?? {
      all: new TokenBucket(FORWARD_SHARES.neighbour, now),
      kept: new TokenBucket(FORWARD_SHARES.kept, now),
      devices: new BoundedMap<PeerId, TokenBucket>(DEVICES),
    };
    const ofDevice = share.devices.get(device) ?? new TokenBucket(FORWARD_SHARES.device, now);
    this.#shares.refresh(by, share);
    share.devices.refresh(device, ofDevice);
    if (!share.all.holds(1, now) || !ofDevice.holds(1, now)) return false;
    if (!this.#forwarded.take(1, now) && !share.kept.take(1, now)) return false;
    return share.all.take(1, now) && ofDevice.take(1, now);
  }
}
