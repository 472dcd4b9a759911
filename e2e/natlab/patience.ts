/** Waiting for conditions rather than for time. */
import { setTimeout as passed } from 'node:timers/promises';

/** Long enough for browsers on a busy machine, s. */
export const PATIENCE_S = 25;

/** Seconds since a moment of `performance.now()`. */
export function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000;
}

/** Looks until it answers true. @returns whether it did in time */
export async function comesTrue(
  look: () => Promise<boolean> | boolean,
  seconds: number,
): Promise<boolean> {
  const from = performance.now();
  while (secondsSince(from) < seconds) {
    if (await look()) return true;
    await passed(100);
  }
  return look();
}

/** The same where it must. @throws a sentence that names what was waited for */
export async function until(
  what: string,
  look: () => Promise<boolean> | boolean,
  seconds = PATIENCE_S,
): Promise<void> {
  if (!(await comesTrue(look, seconds)))
    throw new Error(`Waited ${seconds} s in vain until ${what}.`);
}
