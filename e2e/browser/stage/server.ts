/** A signaling server for the length of a test: it can be killed, and started again where it was. */
import { onTestFinished } from 'vitest';
import { readCounters, type ServerCounters } from './server-counters.ts';
import { ServerProgram } from './server-program.ts';

export class Server {
  readonly #environment: Readonly<Record<string, string>>;
  #running: ServerProgram | undefined;
  #port = 0;

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** On a free port of this machine, until the test is over; `environment` is that of a host's settings. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = new Server(environment);
    onTestFinished(() => server.#end());
    await server.startAgain();
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
    const running = this.#running;
    this.#running = undefined;
    await running?.kill();
  }

  /** On the same port as before. */
  async startAgain(): Promise<void> {
    this.#running = await ServerProgram.start({ PORT: String(this.#port), ...this.#environment });
    this.#port = this.#running.port;
  }

  /** Whatever the test was about, the server has met nothing that it did not foresee. */
  async #end(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    try {
      const { internalErrors } = await this.counters;
      if (internalErrors > 0) throw new Error(`The server failed inside: ${running.said}`);
    } finally {
      await this.kill();
    }
  }
}
