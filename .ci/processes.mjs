/**
 * Child processes that never outlive this one. Each leads a process group of its own, so that a signal reaches it
 * once, whoever else sends one (a terminal signals its whole foreground group, and npm then passes its own copy on),
 * and so that what it leaves behind can be ended with it.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** How long a child may take to end when asked to, ms. */
const graceMs = 5_000;
/** Signals that come closer together than this are one Ctrl-C, ms. */
const sameKeypressMs = 1_000;
const windows = process.platform === 'win32';
const lifeline = pathToFileURL(path.join(import.meta.dirname, 'lifeline.mjs')).href;

function signalGroup(child, signal) {
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

export class Processes {
  #running = new Map();
  #stoppedAt = 0;
  /** The signal that ended the whole, if one did. */
  stoppedBy = undefined;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => this.#signalled(signal));
    }
    process.on('exit', () => this.#killAll());
    this.#stopWithNpm();
  }

  get exitCodeWhenStopped() {
    return this.stoppedBy && 128 + constants.signals[this.stoppedBy];
  }

  /**
   * `exit` resolves to the exit code (128 + n after signal n); with `capture`, `output` holds what it wrote.
   * `lifeline` is for Node programs: they end when this process is killed outright.
   */
  start(command, args, options) {
    const piped = options.capture || options.prefix;
    const output = piped ? 'pipe' : 'inherit';
    const stdio = ['ignore', output, output];
    let argv = args;
    let env = options.env ?? process.env;
    if (options.lifeline) {
      stdio.push('ipc');
      argv = ['--import', lifeline, ...args];
      env = { ...env, SNUG_LIFELINE: String(process.pid) };
    }
    const shell = options.shell ?? false;
    const child = spawn(command, argv, { cwd: options.cwd, env, stdio, shell, detached: !windows });
    const result = { output: '', exit: undefined };
    if (piped) {
      for (const [stream, out] of [
        [child.stdout, process.stdout],
        [child.stderr, process.stderr],
      ]) {
        if (options.prefix) {
          const prefix = options.prefix.padEnd(7);
          createInterface({ input: stream }).on('line', (line) =>
            out.write(`${prefix}│ ${line}\n`),
          );
        } else {
          stream.setEncoding('utf8');
          stream.on('data', (text) => {
            result.output += text;
          });
        }
      }
    }
    result.exit = new Promise((resolve, reject) => {
      child.once('error', (error) => {
        this.#running.delete(child);
        reject(error);
      });
      // What it has left running holds its pipes, and would keep `close` from coming.
      child.once('exit', () => signalGroup(child, 'SIGKILL'));
      child.once('close', (code, signal) => {
        this.#running.delete(child);
        resolve(code ?? 128 + (constants.signals[signal] ?? 0));
      });
    });
    this.#running.set(child, result.exit);
    // A signal that came while the last child was ending.
    if (this.stoppedBy) signalGroup(child, this.stoppedBy);
    return result;
  }

  /** Asks all to end, waits, and ends those by force that have not within the grace. */
  async stopAll(signal) {
    const exits = [...this.#running.values()];
    if (exits.length === 0) return;
    for (const child of this.#running.keys()) signalGroup(child, signal);
    const force = setTimeout(() => this.#killAll(), graceMs);
    await Promise.allSettled(exits);
    clearTimeout(force);
  }

  /**
   * npm runs scripts in a shell, and passes a signal on to that shell only; a shell that dies of it leaves this
   * process behind, which notices by its new parent.
   */
  #stopWithNpm() {
    if (!process.env.npm_lifecycle_event || windows) return;
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== shell) this.#signalled('SIGTERM');
    }, 500);
    watch.unref();
  }

  #signalled(signal) {
    const now = Date.now();
    if (!this.stoppedBy) {
      this.stoppedBy = signal;
      this.#stoppedAt = now;
      void this.stopAll(signal);
    } else if (signal === 'SIGINT' && now - this.#stoppedAt > sameKeypressMs) {
      this.#killAll();
    }
  }

  #killAll() {
    for (const child of this.#running.keys()) signalGroup(child, 'SIGKILL');
  }
}
