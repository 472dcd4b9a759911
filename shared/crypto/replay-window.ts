const WIDTH = 64n;
const ALL = (1n << WIDTH) - 1n;

/** Which sequence numbers of one run of a sender's program have come, so that each is taken once (after RFC 6479, 64 wide). */
export class ReplayWindow {
  #highest = -1;
  /** Bit i says that `#highest - i` has come. */
  #seen = 0n;

  /** True the first time, for integers from 0 that lie less than 64 below the highest so far. */
  accept(sequence: number): boolean {
    if (!Number.isSafeInteger(sequence) || sequence < 0) return false;
    const ahead = sequence - this.#highest;
    if (ahead > 0) {
      this.#seen = ahead >= Number(WIDTH) ? 1n : ((this.#seen << BigInt(ahead)) & ALL) | 1n;
      this.#highest = sequence;
      return true;
    }
    if (-ahead >= Number(WIDTH)) return false;
    const bit = 1n << BigInt(-ahead);
    if ((this.#seen & bit) !== 0n) return false;
    this.#seen |= bit;
    return true;
  }
}
