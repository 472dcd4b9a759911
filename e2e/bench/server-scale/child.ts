/** Programs that a measure needs in processes of their own: asked over IPC, one answer a question. */
import { type ChildProcess, fork } from 'node:child_process';
import * as v from 'valibot';

const Question = v.object({ id: v.number(), question: v.unknown() });
const Reply = v.variant('ok', [
  v.object({ id: v.number(), ok: v.literal(true), answer: v.unknown() }),
  v.object({ id: v.number(), ok: v.literal(false), why: v.string() }),
]);

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (why: Error) => void;
}

/** The parent's end. */
export class Child<Asked> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  /** @param file of the program, @param args its own, @param nodeArgs those of Node */
  constructor(file: string, args: readonly string[] = [], nodeArgs: readonly string[] = []) {
    const child = fork(file, [...args], { execArgv: [...nodeArgs], serialization: 'advanced' });
    this.#process = child;
    // However this process ends, it leaves none behind.
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', (code) => {
      process.off('exit', endWithUs);
      for (const { reject } of this.#waiting.values())
        reject(new Error(`${file} ended with ${code} before it answered.`));
      this.#waiting.clear();
    });
    child.on('message', (raw) => {
      const reply = v.parse(Reply, raw);
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) waiting?.resolve(reply.answer);
      else waiting?.reject(new Error(reply.why));
    });
  }

  /** Rejects when the program says that it failed, or ends. */
  async ask<S extends v.GenericSchema>(question: Asked, schema: S): Promise<v.InferOutput<S>> {
    const id = this.#asked++;
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, question });
    });
    return v.parse(schema, answer);
  }

  /** The program ends when its channel does. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.disconnect();
    await gone;
  }
}

/** The child's end: answers every question in turn, and ends with the parent. */
export function answerParent<S extends v.GenericSchema>(
  schema: S,
  answer: (question: v.InferOutput<S>) => Promise<unknown>,
): void {
  process.on('message', async (raw) => {
    const { id, question } = v.parse(Question, raw);
    try {
      process.send?.({ id, ok: true, answer: await answer(v.parse(schema, question)) });
    } catch (error) {
      process.send?.({ id, ok: false, why: error instanceof Error ? error.message : 'unknown' });
    }
  });
  process.once('disconnect', () => process.exit(0));
}
