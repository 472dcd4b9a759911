/**
 * Network namespaces of one run: machines that have nothing in common with the host's own network. Their names begin
 * with the run's process id, so that a later run finds and clears away what one that was killed has left.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';

const NAMED = /^natlab-(\d+)-/;

/** @throws with what the command wrote, if it fails */
function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Best effort, for clearing away. */
function quietly<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}

function endProcesses(name: string): void {
  const pids = quietly(() => ip('netns', 'pids', name))?.match(/\d+/g) ?? [];
  for (const pid of pids) quietly(() => process.kill(Number(pid), 'SIGKILL'));
}

/** Its interfaces, and their other ends, go with it. */
function remove(name: string): void {
  endProcesses(name);
  quietly(() => ip('netns', 'delete', name));
}

/** Removes the namespaces of runs that are no more. */
function clearAwayTheDead(): void {
  for (const line of (quietly(() => ip('netns', 'list')) ?? '').split('\n')) {
    const [name = ''] = line.split(' ');
    const pid = NAMED.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(name);
  }
}

export class Namespace {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    ip('netns', 'add', name);
    this.configure('link set lo up');
  }

  /** `ip` within. @param command as on a command line, for instance `addr add 10.0.0.1/24 dev lan` */
  configure(command: string): void {
    ip('-netns', this.name, ...command.split(' '));
  }

  /** Runs a program within to its end, and answers what it wrote. @throws if it fails, with what it complained of */
  run(program: string, args: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', this.name, program, ...args], {
      encoding: 'utf8',
      input,
      timeout: 10_000,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Starts a program within. It ends with the namespace at the latest. */
  start(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name, program, ...args], options);
  }

  /** Writes an executable that runs a program within, for whoever wants to start it by one path. */
  wrapper(file: string, program: string): string {
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.name} ${program} "$@"\n`);
    chmodSync(file, 0o700);
    return file;
  }

  /** Ends whatever runs within. */
  endProcesses(): void {
    endProcesses(this.name);
  }

  /** Passes on packets that are for others. */
  forward(): void {
    this.run('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  }
}

let made = 0;

/** Namespaces of this run. */
export class Namespaces {
  readonly #prefix = `natlab-${process.pid}-`;
  readonly #names: string[] = [];
  readonly #all: Namespace[] = [];

  constructor() {
    clearAwayTheDead();
  }

  get all(): readonly Namespace[] {
    return this.#all;
  }

  create(role: string): Namespace {
    const name = `${this.#prefix}${++made}-${role}`;
    this.#names.push(name);
    const namespace = new Namespace(name);
    this.#all.push(namespace);
    return namespace;
  }

  /** A cable between two machines: each end is named as its machine calls it (at most 15 characters). */
  cable(one: Namespace, end: string, other: Namespace, otherEnd: string): void {
    ip(
      ...['link', 'add', end, 'netns', one.name, 'type', 'veth'],
      ...['peer', 'name', otherEnd, 'netns', other.name],
    );
    one.configure(`link set ${end} up`);
    other.configure(`link set ${otherEnd} up`);
  }

  /** Ends and removes all. Synchronous, so that it can be the last thing a process does. */
  removeAll(): void {
    for (const name of this.#names.splice(0)) remove(name);
  }
}
