/** A device that can crash and come back on its data, whose clock may be wrong. Everything in it is real. */
import { join } from 'node:path';
import { createNodePeer, type NodePeer } from '@snug/client/headless/node-peer.ts';
import { SqliteStore } from '@snug/client/headless/sqlite-store.ts';
import { type WallClock, wallClock } from '@snug/client/mesh/clock.ts';
import { connectToServer } from '@snug/client/mesh/signaling/signaling-client.ts';
import { MemoryStore, type Store } from '@snug/client/space/store.ts';
import { CrashingStore } from './crashing-store.ts';
import type { Host, Network } from './network.ts';
import { ServerGate } from './server-gate.ts';
import type { ServerProcess } from './server-process.ts';

/** One run of the program, from start to crash. */
interface Run {
  readonly host: Host;
  readonly peer: NodePeer;
  readonly gate: ServerGate;
  readonly store: CrashingStore;
  readonly stopClock: () => void;
}

export class UnstableDevice {
  readonly number: number;
  readonly name: string;
  /** What its engine met that it had not foreseen. */
  readonly problems: string[] = [];
  /** How far its clock is off, ms. */
  offMs = 0;
  readonly #network: Network;
  readonly #server: ServerProcess;
  readonly #open: () => Store;
  #run: Run | undefined;
  #runs = 0;
  #cutOff = false;

  /** @param directory where to keep its data; without one the data outlives a crash in memory */
  constructor(options: {
    readonly number: number;
    readonly network: Network;
    readonly server: ServerProcess;
    readonly directory: string | undefined;
  }) {
    const { number, directory } = options;
    this.number = number;
    this.name = `Device ${number}`;
    this.#network = options.network;
    this.#server = options.server;
    const memory = new MemoryStore();
    this.#open = () =>
      directory === undefined ? memory : new SqliteStore(join(directory, String(number)));
  }

  /** `undefined` while it is down. */
  get peer(): NodePeer | undefined {
    return this.#run?.peer;
  }

  /** Its name in the network, of this run. */
  get host(): Host | undefined {
    return this.#run?.host;
  }

  /** Whether nothing passes between it and the server, of this run and later ones. */
  set cutOff(cutOff: boolean) {
    this.#cutOff = cutOff;
    if (this.#run) this.#run.gate.silent = cutOff;
  }

  async start(): Promise<NodePeer> {
    const host = `${this.number}.${++this.#runs}`;
    const gate = await ServerGate.open(() => this.#server.port);
    gate.silent = this.#cutOff;
    const store = new CrashingStore(this.#open());
    let ticking = true;
    const clock: WallClock = {
      now: () => Date.now() + this.offMs,
      setTimeout: (run, ms) => wallClock.setTimeout(() => ticking && run(), ms),
      clearTimeout: (timer) => wallClock.clearTimeout(timer),
    };
    const peer = await createNodePeer({
      store,
      server: this.#server.url,
      wrtc: this.#network.webrtcOf(host),
      clock,
      connect: (url) => connectToServer(url, gate.url),
      onProblem: (problem) => {
        if (ticking)
          this.problems.push(problem instanceof Error ? `${problem.stack}` : `${problem}`);
      },
    });
    const stopClock = () => {
      ticking = false;
    };
    this.#run = { host, peer, gate, store, stopClock };
    return peer;
  }

  /** As by a power cut: neither neighbours nor server are told, and nothing more is written. */
  async crash(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#network.crash(run.host);
    run.stopClock();
    run.gate.close();
    await run.store.crash();
    // What is left of the program goes on talking to nobody until it has let go of its sockets and timers.
    void run.peer.close().catch(() => {});
  }

  async close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.peer.close();
    run?.gate.close();
  }
}
