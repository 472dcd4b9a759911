/** Time as an argument, so that tests and the simulator can hold it still. */
export type Timer = ReturnType<typeof setTimeout>;

export interface Clock {
  /** Milliseconds; only differences mean anything. */
  now(): number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
}

export const systemClock: Clock = {
  // Monotonic, yet comparable with the time of other threads.
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** The time of day, for what people write: ms since 1970. It may jump, as the device's clock does. */
export interface WallClock {
  now(): number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer | undefined): void;
}

export const wallClock: WallClock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/**
 * The same clock for what waits: its time never goes back. Else whatever is due would, after a clock that was days ahead has been put
 * right, wait for days.
 */
export function neverBack(clock: WallClock): WallClock {
  let latest = Number.NEGATIVE_INFINITY;
  let setBack = 0;
  return {
    now() {
      const time = clock.now();
      setBack += Math.max(0, latest - time);
      latest = time;
      return time + setBack;
    },
    setTimeout: (run, ms) => clock.setTimeout(run, ms),
    clearTimeout: (timer) => clock.clearTimeout(timer),
  };
}
