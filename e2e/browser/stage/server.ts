/** A signaling server in a process of its own, as a host runs it: it can be killed, and started again where it was. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { PATIENCE_MS } from './eventually.ts';
import { readCounters, type ServerCounters } from './server-counters.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

export class Server {
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #port = 0;
  #said = '';

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** On a free port of this machine, until the test is over; `environment` is that of a host's settings. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = new Server(environment);
    onTestFinished(() => server.#end());
    await server.#begin();
    return server;
  }

  /** The page's address and the server's, `http://127.0.0.1:…`, without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get counters(): Promise<ServerCounters> {
    return readCounters(this.url);
  }

  /** As by a power cut: nobody is told. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }

  /** On the same port as before. */
  async startAgain(): Promise<void> {
    await this.#begin();
  }

  async #begin(): Promise<void> {
    const running = spawn(process.execPath, ['signaling/main.ts'], {
      cwd: root,
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        STUN_PORT: '0',
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = running;
    running.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      let printed = '';
      const failed = (why: string) => reject(new Error(`The server ${why}: ${this.#said}`));
      const timer = setTimeout(() => failed('did not start in time'), PATIENCE_MS);
      running.once('exit', (code) => failed(`ended with ${code}`));
      running.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const port = /running at http:\/\/[^/]+:(\d+)\//.exec(printed)?.[1];
        if (port === undefined) return;
        clearTimeout(timer);
        resolve(Number(port));
      });
    });
  }

  /** Whatever the test was about, the server has met nothing that it did not foresee. */
  async #end(): Promise<void> {
    if (this.#process === undefined) return;
    try {
      const { internalErrors } = await this.counters;
      if (internalErrors > 0) throw new Error(`The server failed inside: ${this.#said}`);
    } finally {
      await this.kill();
    }
  }
}
