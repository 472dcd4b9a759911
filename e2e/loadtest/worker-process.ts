/** The load test's end of its talk with a worker process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import * as v from 'valibot';
import { type Answer, Answers, type Order, Said } from './worker-protocol.ts';

/** How long a worker may take to end by itself, ms. */
const END_MS = 5_000;

export type News = Exclude<Said, { is: 'answer' } | { is: 'failed' }>;

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #onNews: (news: News) => void;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #failed = Promise.withResolvers<never>();
  #requests = 0;
  #ending = false;

  constructor(name: string, onNews: (news: News) => void) {
    this.#name = name;
    this.#onNews = onNews;
    this.#child = fork(new URL('./worker.ts', import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    });
    // Whoever waits for something hears of it; nobody has to.
    this.#failed.promise.catch(() => {});
    const endWithUs = () => this.#child.kill('SIGKILL');
    process.once('exit', endWithUs);
    this.#child.once('exit', (code, signal) => {
      process.off('exit', endWithUs);
      this.#fail(`ended by itself (${signal ?? code})`);
    });
    this.#child.once('error', (error) => this.#fail(error.message));
    this.#child.on('message', (message) => this.#heard(message));
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects when the process ends without having been told to, or says what no worker says; never resolves. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Rejects with the worker's reason where it cannot do it, or has ended. */
  async ask<D extends Order['do']>(order: Extract<Order, { do: D }>): Promise<Answer<D>> {
    const request = this.#requests++;
    const answer = Promise.withResolvers<unknown>();
    this.#asked.set(request, answer);
    this.#child.send({ request, order }, (error) => {
      if (error) this.#fail(`cannot be reached: ${error.message}`);
    });
    const value = await Promise.race([answer.promise, this.#failed.promise]);
    return parsed(order.do, value);
  }

  /** Resolves when the process has ended. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#ending = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const impatience = setTimeout(() => child.kill('SIGKILL'), END_MS);
    if (child.connected) child.disconnect();
    else child.kill('SIGKILL');
    await ended;
    clearTimeout(impatience);
  }

  #heard(message: unknown): void {
    const said = v.safeParse(Said, message);
    if (!said.success) return this.#fail(`said what no worker says: ${v.summarize(said.issues)}`);
    const { output } = said;
    if (output.is !== 'answer' && output.is !== 'failed') return this.#onNews(output);
    const asked = this.#asked.get(output.request);
    this.#asked.delete(output.request);
    if (output.is === 'answer') asked?.resolve(output.value);
    else asked?.reject(new Error(output.why));
  }

  #fail(why: string): void {
    if (!this.#ending) this.#failed.reject(new Error(`${this.#name} ${why}.`));
  }
}

function parsed<D extends Order['do']>(what: D, value: unknown): Answer<D> {
  // The table holds under each name the schema of that answer, which the compiler cannot follow.
  return v.parse(Answers[what] as v.GenericSchema<unknown, Answer<D>>, value);
}
