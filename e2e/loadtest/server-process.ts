/**
 * A mode's server in a process of its own, so that its processor time and memory are its own, too. Both ends of what is said
 * between it and the process that started it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import * as v from 'valibot';
import { machineMs } from './clock.ts';
import { type ServerReading, TRAFFIC_KINDS } from './server-traffic.ts';
import type { SocketAccounts } from './socket-accounts.ts';

/** How often a server tells its figures unasked, ms. */
const READING_EVERY_MS = 1000;
/** How long a server may take to start on a busy machine, ms; it loads its libraries first. */
const START_MS = 60_000;
/** How long it may take to end before it is killed, ms. */
const END_MS = 10_000;
const LONGEST_URL = 2048;
/** automerge-repo's throttle asks for a time that has passed when it is late, and Node warns of that. */
const QUIET = '--disable-warning=TimeoutNegativeWarning';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Kinds = v.strictObject(v.entriesFromList(TRAFFIC_KINDS, Count));
const Reading = v.strictObject({
  atMs: v.pipe(v.number(), v.finite()),
  bytes: v.strictObject({ in: Kinds, out: Kinds }),
  socketIn: Count,
  socketOut: Count,
  cpuMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
  memoryBytes: Count,
}) satisfies v.GenericSchema<unknown, ServerReading>;

const Order = v.variant('is', [
  v.strictObject({ is: v.literal('read') }),
  v.strictObject({ is: v.literal('close') }),
]);
type Order = v.InferOutput<typeof Order>;

const Report = v.variant('is', [
  v.strictObject({ is: v.literal('up'), url: v.pipe(v.string(), v.maxLength(LONGEST_URL)) }),
  /** `asked`: the answer to `read`, and not one of those that come by themselves. */
  v.strictObject({ is: v.literal('reading'), reading: Reading, asked: v.boolean() }),
  v.strictObject({ is: v.literal('failed'), reason: v.string() }),
]);
type Report = v.InferOutput<typeof Report>;

/** A server that runs in this process. */
export interface RunningServer {
  /** What its peers are given to reach it. */
  readonly url: string;
  readonly accounts: SocketAccounts;
  /** Bytes of its STUN port so far, if it has one. */
  readonly stun?: () => { readonly in: number; readonly out: number };
  close(): Promise<void>;
}

/**
 * Runs a server under the process that forked this one: tells its URL, then its figures once a second and when asked. Ends the
 * process when told to, when the other is gone, and when the server does not start.
 */
export function runServerProcess(start: () => Promise<RunningServer>): void {
  const tell = (report: Report): Promise<void> =>
    new Promise((resolve) => {
      // Whoever is gone needs no answer: `disconnect` ends this process.
      if (process.connected && process.send) process.send(report, undefined, {}, () => resolve());
      else resolve();
    });
  let running: RunningServer | undefined;
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), END_MS).unref();
    await running?.close().catch(() => {});
    process.exit(code);
  };
  process.once('disconnect', () => void end(0));
  process.on('message', (message) => {
    const order = v.safeParse(Order, message);
    if (!order.success) return void end(1);
    if (order.output.is === 'close') return void end(0);
    if (running) void tell({ is: 'reading', reading: readingOf(running), asked: true });
  });
  start().then(
    (server) => {
      running = server;
      if (ending || !process.connected) return void end(0);
      void tell({ is: 'up', url: server.url });
      setInterval(
        () => void tell({ is: 'reading', reading: readingOf(server), asked: false }),
        READING_EVERY_MS,
      );
    },
    async (error: unknown) => {
      await tell({ is: 'failed', reason: error instanceof Error ? error.message : String(error) });
      await end(1);
    },
  );
}

function readingOf({ accounts, stun }: RunningServer): ServerReading {
  const { bytes } = accounts;
  const asked = stun?.() ?? { in: 0, out: 0 };
  const { user, system } = process.cpuUsage();
  return {
    atMs: machineMs(),
    bytes: { in: { ...bytes.in, stun: asked.in }, out: { ...bytes.out, stun: asked.out } },
    socketIn: accounts.socketIn,
    socketOut: accounts.socketOut,
    cpuMs: (user + system) / 1000,
    memoryBytes: process.memoryUsage.rss(),
  };
}

/** A server in another process. */
export interface ServerProcess {
  readonly url: string;
  /** Rejects when the process has ended or says something else. */
  read(): Promise<ServerReading>;
  /** Resolves when the process has ended. */
  close(): Promise<void>;
  /** Rejects when the process ends without having been told to; never resolves. */
  readonly failed: Promise<never>;
}

/**
 * Starts a file that calls {@link runServerProcess}. Rejects with its reason when it does not start within a minute.
 * @param onReading is given what it tells once a second
 */
export async function startServerProcess(
  file: URL,
  onReading: (reading: ServerReading) => void = () => {},
): Promise<ServerProcess> {
  const child = fork(file, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [...process.execArgv, QUIET],
  });
  const conversation = new Conversation(child, onReading);
  const late = setTimeout(
    () => conversation.fail(`did not start within ${START_MS / 1000} seconds`),
    START_MS,
  );
  try {
    return { url: await conversation.up, ...conversation.handle };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(late);
  }
}

/** The starting process's end. */
class Conversation {
  readonly up: Promise<string>;
  readonly handle: Omit<ServerProcess, 'url'>;
  readonly #child: ChildProcess;
  readonly #failed = Promise.withResolvers<never>();
  readonly #asked: PromiseWithResolvers<ServerReading>[] = [];
  #closing = false;

  constructor(child: ChildProcess, onReading: (reading: ServerReading) => void) {
    this.#child = child;
    // Whoever waits for something hears of it; nobody has to.
    this.#failed.promise.catch(() => {});
    const up = Promise.withResolvers<string>();
    this.up = Promise.race([up.promise, this.#failed.promise]);
    child.on('message', (message) => {
      const parsed = v.safeParse(Report, message);
      if (!parsed.success)
        return this.fail(`said what no server says: ${v.summarize(parsed.issues)}`);
      const report = parsed.output;
      if (report.is === 'up') up.resolve(report.url);
      else if (report.is === 'failed') this.fail(`did not start: ${report.reason}`);
      else if (report.asked) this.#asked.shift()?.resolve(report.reading);
      else onReading(report.reading);
    });
    child.once('error', (error) => this.fail(error.message));
    child.once('exit', (code, signal) => {
      if (!this.#closing) this.fail(`ended by itself (${signal ?? code})`);
      const gone = new Error("The server's process has ended.");
      for (const asked of this.#asked.splice(0)) asked.reject(gone);
    });
    this.handle = {
      read: () => this.#read(),
      close: () => this.#close(),
      failed: this.#failed.promise,
    };
  }

  fail(why: string): void {
    this.#failed.reject(new Error(`The server's process ${why}.`));
  }

  #read(): Promise<ServerReading> {
    if (!this.#child.connected) return Promise.reject(new Error("The server's process has ended."));
    const answer = Promise.withResolvers<ServerReading>();
    this.#asked.push(answer);
    this.#order({ is: 'read' });
    return Promise.race([answer.promise, this.#failed.promise]);
  }

  #order(order: Order): void {
    this.#child.send(order, (error) => {
      if (error && !this.#closing) this.fail(`cannot be reached: ${error.message}`);
    });
  }

  async #close(): Promise<void> {
    const child = this.#child;
    if (this.#closing || child.exitCode !== null || child.signalCode !== null) return;
    this.#closing = true;
    const ended = once(child, 'exit');
    this.#order({ is: 'close' });
    const impatience = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await ended;
    clearTimeout(impatience);
  }
}
