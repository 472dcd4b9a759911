/** A peer without a face, in a process of its own, and what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
/** As `npm run peer` has them. */
const QUIET = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];

/** One line of standard output: `is` says what it tells of. */
export type Told = Readonly<Record<string, unknown>> & { readonly is: string };

export class HeadlessPeer {
  readonly told: Told[] = [];
  /** Lines that are none of its own: there must not be any. */
  readonly junk: string[] = [];
  readonly #process: ChildProcess;

  private constructor(running: ChildProcess) {
    this.#process = running;
  }

  /** `npm run peer` with these arguments; stopped when the test is over. */
  static start(...options: readonly string[]): HeadlessPeer {
    const program = [...QUIET, 'client/headless/main.ts', ...options, '--json'];
    const running = spawn(process.execPath, program, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const peer = new HeadlessPeer(running);
    createInterface({ input: running.stdout }).on('line', (line) => peer.#read(line));
    onTestFinished(async () => {
      await peer.stop();
    });
    return peer;
  }

  /** Waits for a line that says all this. */
  async tells(expected: Readonly<Record<string, unknown>>): Promise<Told | undefined> {
    const fits = (told: Told) => Object.entries(expected).every(([key, is]) => told[key] === is);
    await eventually(() => this.told.some(fits) || this.told).toBe(true);
    return this.told.find(fits);
  }

  /** As by Ctrl-C. Answers the exit code. */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode !== null) return this.#process.exitCode;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGINT');
    const [code] = await gone;
    return typeof code === 'number' ? code : null;
  }

  #read(line: string): void {
    try {
      const told: unknown = JSON.parse(line);
      if (typeof told === 'object' && told !== null && 'is' in told && typeof told.is === 'string')
        this.told.push({ ...told, is: told.is });
      else this.junk.push(line);
    } catch {
      this.junk.push(line);
    }
  }
}
