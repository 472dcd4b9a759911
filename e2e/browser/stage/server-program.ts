/** `signaling/main.ts` in a process of its own, as a host runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
/** Long enough on a machine that is busy with others, ms. */
const START_MS = 45_000;

export class ServerProgram {
  /** Of this machine, as it turned out to be. */
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #said: () => string;

  private constructor(port: number, running: ChildProcess, said: () => string) {
    this.port = port;
    this.#process = running;
    this.#said = said;
    // However this process ends, it leaves none behind.
    const endWithUs = () => running.kill('SIGKILL');
    process.once('exit', endWithUs);
    running.once('exit', () => process.off('exit', endWithUs));
  }

  /**
   * On loopback and without STUN, unless the environment says otherwise. Rejects when it does not start.
   *
   * @param environment a host's settings; `PORT: '0'` is a free one
   */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ServerProgram> {
    let said = '';
    const running = spawn(process.execPath, ['signaling/main.ts'], {
      cwd: root,
      env: { ...process.env, HOST: '127.0.0.1', PORT: '0', STUN_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const port = await new Promise<number>((resolve, reject) => {
      let printed = '';
      const failed = (why: string) => {
        running.kill('SIGKILL');
        reject(new Error(`The server ${why}: ${said}`));
      };
      const timer = setTimeout(() => failed('did not start in time'), START_MS);
      running.once('exit', (code) => failed(`ended with ${code}`));
      running.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const found = /running at http:\/\/[^/]+:(\d+)\//.exec(printed)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(Number(found));
      });
    });
    return new ServerProgram(port, running, () => said);
  }

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What it has written to its standard error. */
  get said(): string {
    return this.#said();
  }

  /** As by a power cut: nobody is told. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }
}
