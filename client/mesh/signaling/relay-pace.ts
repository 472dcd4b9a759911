import { LINK_LIMITS, SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';

/** Of what a server lets pass, so that clocks that differ a little never make it drop. */
const SHARE = 0.75;
/** Frames that data leaves to acknowledgements and answers to pings. */
const CONTROL_FRAMES = 100;

/** Keeps the relayed frames of one connection under the server's token buckets. */
export class RelayPace {
  #bytes = SIGNALING_LIMITS.relayBytes.burst * SHARE;
  #frames = SIGNALING_LIMITS.relayFrames.burst * SHARE;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** Bytes that may be sent now. */
  room(now: number): number {
    this.#refill(now);
    if (this.#frames < 1) return 0;
    const bytes = Math.max(0, Math.floor(this.#bytes));
    return this.#frames < CONTROL_FRAMES ? Math.min(bytes, LINK_LIMITS.controlBytes) : bytes;
  }

  spend(bytes: number, now: number): void {
    this.#refill(now);
    this.#bytes -= bytes;
    this.#frames -= 1;
  }

  #refill(now: number): void {
    const seconds = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    const { relayBytes, relayFrames } = SIGNALING_LIMITS;
    const fill = (have: number, rate: { perSecond: number; burst: number }) =>
      Math.min(rate.burst * SHARE, have + seconds * rate.perSecond * SHARE);
    this.#bytes = fill(this.#bytes, relayBytes);
    this.#frames = fill(this.#frames, relayFrames);
  }
}
