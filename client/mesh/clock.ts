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
