/** Time, for programs that are about it. */

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Looks every so often until the condition holds; rejects, with what was waited for, when the time is up. */
export async function until(
  what: string,
  patienceMs: number,
  condition: () => unknown,
  everyMs = 20,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`Waited ${patienceMs / 1000} s in vain: ${what}`);
    await delay(everyMs);
  }
}
