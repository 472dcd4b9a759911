/** A peer without a face on a machine of the laboratory: `npm run peer`, and what it prints. */
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Namespace } from './namespaces.ts';
import { NUMBERED, numbered, type Talker, type Tie } from './talker.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

export class Headless implements Talker {
  readonly name: string;
  readonly #machine: Namespace;
  readonly #read: string[] = [];
  #tie: Tie = 'offline';
  #program: ChildProcess | undefined;

  constructor(machine: Namespace, name: string) {
    this.#machine = machine;
    this.name = name;
  }

  async opensInvite(link: string): Promise<void> {
    const program = this.#machine.start(
      process.execPath,
      [
        '--disable-warning=TimeoutNegativeWarning',
        '--disable-warning=ExperimentalWarning',
        'client/headless/main.ts',
        ...['--invite', link, '--name', this.name],
        ...['--say', numbered(this.name, 1), '--keep', '--json'],
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.#program = program;
    if (program.stdout) createInterface({ input: program.stdout }).on('line', (l) => this.#hear(l));
  }

  /** It says what it has to say, one message, when it comes in. */
  async says(): Promise<readonly string[]> {
    return [numbered(this.name, 1)];
  }

  async reads(): Promise<readonly string[]> {
    return this.#read;
  }

  /** Of its last link: there are two people where it is. */
  async tieTo(): Promise<Tie> {
    return this.#tie;
  }

  async usesTurn(): Promise<boolean> {
    return false;
  }

  async leaves(): Promise<void> {
    this.#program?.kill('SIGINT');
  }

  #hear(line: string): void {
    const told = parsed(line);
    if (typeof told !== 'object' || told === null || !('is' in told)) return;
    if (told.is === 'message' && 'text' in told && typeof told.text === 'string')
      this.#read.push(...(NUMBERED.exec(told.text) ?? []));
    if (told.is === 'link' && 'path' in told)
      this.#tie = told.path === 'direct' ? 'direct' : 'relayed';
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
