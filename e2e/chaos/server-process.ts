/** A signaling server in a process of its own, as a host runs it: it can be killed, and started again where it was. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');
const START_MS = 60_000;

export class ServerProcess {
  #running: ChildProcess | undefined;
  #port = 0;
  #said = '';

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** What it has logged, for whoever looks into a failure. */
  get said(): string {
    return this.#said;
  }

  /** On a free port of this machine, and on the same one each further time. Rejects when it does not start. */
  async start(): Promise<void> {
    const running = spawn(process.execPath, ['signaling/main.ts'], {
      cwd: root,
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(this.#port), STUN_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running = running;
    // However this process ends, it leaves no server behind.
    const endWithUs = () => running.kill('SIGKILL');
    process.once('exit', endWithUs);
    running.once('exit', () => process.off('exit', endWithUs));
    running.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-20_000);
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      let printed = '';
      const failed = (why: string) => reject(new Error(`The server ${why}: ${this.#said}`));
      const timer = setTimeout(() => failed('did not start in time'), START_MS);
      running.once('exit', (code) => failed(`ended with ${code}`));
      running.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const port = /running at http:\/\/[^/]+:(\d+)\//.exec(printed)?.[1];
        if (port === undefined) return;
        clearTimeout(timer);
        resolve(Number(port));
      });
    });
  }

  /** As by a power cut: nobody is told. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }
}
