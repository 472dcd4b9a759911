/** The program of `host.ts`, as whoever measures sees it. */
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { Child } from './child.ts';

export type HostKind = 'ours' | 'bare';

export const HostQuestion = v.variant('ask', [
  v.object({ ask: v.literal('url') }),
  /** From now on the delay of the event loop is measured, which costs a little CPU. */
  v.object({ ask: v.literal('watch-delay') }),
  v.object({ ask: v.literal('reading'), collected: v.boolean() }),
]);

const Reading = v.object({
  /** Bare: connected to the namespace; ours: authenticated. */
  connections: v.number(),
  /** In and out, HTTP upgrades and those of ended connections included. */
  socketBytes: v.number(),
  /** User and system time of all threads of the process, ms. */
  cpuMs: v.number(),
  /** Resident set size. */
  residentBytes: v.number(),
  /** JavaScript's heap in use, and what is held outside for it. */
  heapBytes: v.number(),
  /** Of the event loop, since `watch-delay`. */
  delayP99Ms: v.number(),
  delayLongestMs: v.number(),
  /** The most processor time from one timer to the next, since `watch-delay`. */
  busiestMs: v.number(),
});
export type Reading = v.InferOutput<typeof Reading>;

/**
 * The young generation otherwise grows by how fast garbage is made, by tens of megabytes, which nobody could tell from what
 * connections hold; of one size, and filled by the first few hundred, it leaves the rest to them. MiB, a half of it.
 */
const YOUNG = 16;
const NODE_ARGS = [
  '--expose-gc',
  `--min-semi-space-size=${YOUNG}`,
  `--max-semi-space-size=${YOUNG}`,
];

const PROGRAM = fileURLToPath(new URL('host.ts', import.meta.url));

export class HostProcess {
  readonly #child: Child<v.InferInput<typeof HostQuestion>>;
  readonly url: string;

  private constructor(child: Child<v.InferInput<typeof HostQuestion>>, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(kind: HostKind): Promise<HostProcess> {
    const child = new Child<v.InferInput<typeof HostQuestion>>(PROGRAM, [kind], NODE_ARGS);
    return new HostProcess(child, await child.ask({ ask: 'url' }, v.string()));
  }

  async watchDelay(): Promise<void> {
    await this.#child.ask({ ask: 'watch-delay' }, v.null());
  }

  /** @param collected whether garbage is collected first, so that memory is what is held */
  reading(collected = false): Promise<Reading> {
    return this.#child.ask({ ask: 'reading', collected }, Reading);
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}
