import { expect } from 'vitest';

/** Long enough for two browsers that share a busy machine with others. */
export const PATIENCE_MS = 45_000;

/** Waits until what is seen is as it should be: `await eventually(() => look()).toBe(…)`. */
export function eventually<T>(look: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: PATIENCE_MS, interval: 100 });
}
