import { defineConfig } from 'vitest/config';

/** Longer than any test takes on a busy machine: it ends what hangs, and times nothing. */
const unitTimeoutMs = 30_000;
/** Long enough for a browser on a busy machine; tests wait for conditions, not for time. */
const browserTimeoutMs = 120_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
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
