/** The program of `crowd.ts`, as whoever measures sees it. */
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { Child } from './child.ts';

export const CrowdQuestion = v.variant('ask', [
  /** Socket.IO connections and nothing more. */
  v.object({ ask: v.literal('connect'), url: v.string(), count: v.number(), atOnce: v.number() }),
  v.object({
    ask: v.literal('authenticate'),
    url: v.string(),
    count: v.number(),
    atOnce: v.number(),
  }),
  /** A new peer for each of the topics: connects, authenticates, joins. */
  v.object({
    ask: v.literal('join'),
    url: v.string(),
    topics: v.array(v.string()),
    atOnce: v.number(),
  }),
  /** The last peer joins a topic, or leaves it. */
  v.object({ ask: v.literal('visit'), topic: v.string(), enter: v.boolean() }),
  /** Everybody asks for another sample of their topic. */
  v.object({ ask: v.literal('sample'), atOnce: v.number() }),
  /** Everybody's connection ends. */
  v.object({ ask: v.literal('close'), atOnce: v.number() }),
]);
type CrowdQuestion = v.InferInput<typeof CrowdQuestion>;

const Took = v.object({
  /** All together. */
  ms: v.number(),
  /** One of them. */
  p50Ms: v.number(),
  p99Ms: v.number(),
  longestMs: v.number(),
});
export type Took = v.InferOutput<typeof Took>;

const PROGRAM = fileURLToPath(new URL('crowd.ts', import.meta.url));

export class CrowdProcess {
  readonly #child = new Child<CrowdQuestion>(PROGRAM);

  ask(question: Exclude<CrowdQuestion, { ask: 'visit' }>): Promise<Took> {
    return this.#child.ask(question, Took);
  }

  async visit(topic: string, enter: boolean): Promise<void> {
    await this.#child.ask({ ask: 'visit', topic, enter }, v.null());
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}
