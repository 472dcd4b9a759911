/** `npm run peer` in processes of its own, with a real server: a space, its invite link and its people, and no browser anywhere. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test, vi } from 'vitest';
import { startServer } from './test/signaling-server.ts';

// Processes of their own on a busy machine: tests wait for conditions, not for time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const PROGRAM = path.join(import.meta.dirname, 'main.ts');
const QUIET = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];

type Line = Readonly<Record<string, unknown>>;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

class Program {
  readonly lines: Line[] = [];
  #errors = '';
  readonly #process: ChildProcess;
  readonly #exit: Promise<number | null>;

  constructor(...options: readonly string[]) {
    const running = spawn(process.execPath, [...QUIET, PROGRAM, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = running;
    this.#exit = once(running, 'close').then(([code]) => (typeof code === 'number' ? code : null));
    createInterface({ input: running.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line));
    });
    running.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text;
    });
    endings.push(() => this.stop());
  }

  get errors(): string {
    return this.#errors;
  }

  get exit(): Promise<number | null> {
    return this.#exit;
  }

  /** Waits for a line that says all this. */
  async prints(expected: Line): Promise<Line> {
    const fits = (line: Line) => Object.entries(expected).every(([key, is]) => line[key] === is);
    await vi.waitFor(() => expect(this.lines.some(fits), JSON.stringify(expected)).toBe(true), {
      timeout: 30_000,
      interval: 20,
    });
    return this.lines.find(fits) ?? {};
  }

  /** As by Ctrl-C. */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGINT');
    return this.#exit;
  }
}

async function openServer(): Promise<string> {
  const { server, url } = await startServer();
  endings.push(() => server.close());
  return url;
}

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'snug-peer-'));
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function linkOf(program: Program): Promise<string> {
  const { link } = await program.prints({ is: 'invite', name: 'Lyre Street' });
  if (typeof link !== 'string') throw new Error('An invite line has a link.');
  return link;
}

test('a space is made, somebody is invited and both talk, and there is no browser', async () => {
  const server = await openServer();
  const ada = new Program(
    ...['--create', 'Lyre Street', '--name', 'Ada', '--server', server, '--keep', '--json'],
  );
  const link = await linkOf(ada);
  expect(link).toMatch(new RegExp(`^${server}/#/join/[\\w-]+$`));
  await ada.prints({ is: 'server', server, state: 'connected' });
  const ben = new Program('--invite', link, '--name', 'Ben', '--say', 'Here I am.', '--json');
  expect(await ben.exit).toBe(0);
  await ada.prints({ is: 'message', authorName: 'Ben', own: false, text: 'Here I am.' });
  expect(ben.lines).toContainEqual(
    expect.objectContaining({ is: 'space', name: 'Lyre Street', state: 'open' }),
  );
  expect(await ada.stop()).toBe(0);
  expect([ada.errors, ben.errors]).toEqual(['', '']);
});

test('with a directory the same command is the same space again, and the same invite', async () => {
  const server = await openServer();
  const data = folder();
  const options = ['--create', 'Lyre Street', '--server', server, '--data', data, '--json'];
  const first = new Program(...options);
  expect(await first.exit).toBe(0);
  const again = new Program(...options, '--keep');
  expect(await again.prints({ is: 'invite' })).toEqual(
    first.lines.find((line) => line.is === 'invite'),
  );
  const spaces = again.lines.filter((line) => line.is === 'space').map(({ space }) => space);
  expect(new Set(spaces).size).toBe(1);
});

test('a wrong call is refused with one sentence, and nothing is printed', async () => {
  const program = new Program('--keep', '--pears');
  expect(await program.exit).toBe(2);
  expect(program.errors).toBe("Unknown option '--pears'. See: npm run peer -- --help\n");
  expect(program.lines).toEqual([]);
});

test('a space goes into a file and comes out of it elsewhere, and a wiped directory holds nothing', async () => {
  vi.stubEnv('SNUG_PASSPHRASE', 'seven slow swans');
  endings.push(() => vi.unstubAllEnvs());
  const server = await openServer();
  const [ada, eve] = [folder(), folder()];
  const file = path.join(folder(), 'street.snug');
  const at = (data: string) => ['--data', data, '--server', server, '--json'];
  const making = new Program(...at(ada), '--create', 'Lyre Street', '--export', file);
  expect(await making.exit).toBe(0);
  expect(making.lines).toContainEqual(expect.objectContaining({ is: 'exported', file }));
  const taking = new Program(...at(eve), '--import', file);
  expect(await taking.exit).toBe(0);
  await taking.prints({ is: 'imported', name: 'Lyre Street', listed: false, whole: true });
  await taking.prints({ is: 'space', name: 'Lyre Street', state: 'archive' });
  const wiping = new Program(...at(eve), '--wipe');
  expect(await wiping.exit).toBe(0);
  expect(readdirSync(eve)).toEqual([]);
});
