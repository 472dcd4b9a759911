import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Longer than any test takes on a busy machine: it ends what hangs, and times nothing. */
const unitTimeoutMs = 30_000;
/** Long enough for a browser on a busy machine; tests wait for conditions, not for time. */
const browserTimeoutMs = 120_000;

/** automerge-repo's throttle asks for timers in the past; nothing else of this kind is hidden. */
const quiet = ['--disable-warning=TimeoutNegativeWarning'];

/** Half of what a unit test takes is waiting for others: two share two processors well. */
const workers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    maxWorkers: workers,
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          execArgv: quiet,
          testTimeout: unitTimeoutMs,
          setupFiles: ['./e2e/house/properties.ts'],
          include: [
            'shared/**/*.test.ts',
            'signaling/**/*.test.ts',
            'client/**/*.test.{ts,tsx}',
            'e2e/**/*.test.ts',
            '.ci/**/*.test.mjs',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', 'e2e/browser/**'],
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          execArgv: quiet,
          include: ['e2e/browser/**/*.test.ts'],
          // One browser suite at a time: they share the machine's processors, and latency is part of what they test.
          fileParallelism: false,
          retry: 0,
          testTimeout: browserTimeoutMs,
          hookTimeout: browserTimeoutMs,
        },
      },
    ],
  },
});
