/** All peers of one mode's run: those of the worker processes, and where there are any those in browsers. */
import { sumOfReadings, type WireReading } from '../bench/wire-meter.ts';
import { delay } from '../chaos/waiting.ts';
import { BrowserPeers } from './browser-peers.ts';
import { sumOfBytes } from './byte-sums.ts';
import { machineMs } from './clock.ts';
import type { Standing } from './mesh-peers.ts';
import type { Mode } from './modes.ts';
import type { Shown } from './observations.ts';
import type { Options } from './options.ts';
import type { InAndOut, Invitation, PeerBytes } from './participant.ts';
import { numberIn, type Plan, type PlannedMessage, type PlannedPeer } from './plan.ts';
import { type News, WorkerProcess } from './worker-process.ts';
import type { Order, Writing } from './worker-protocol.ts';

/** Times are of the machine's clock, ms. */
export interface CompanyListener {
  /** A message has come into a peer's view. */
  seen(peer: number, message: number, atMs: number): void;
  /** A message is about to be written. */
  written(message: number, atMs: number): void;
  /** This one has its first direct link. */
  firstLink(peer: number): void;
  /** A sentence about something that the run cannot be believed after. */
  trouble(sentence: string): void;
}

export interface CompanyOptions {
  readonly mode: Mode;
  readonly options: Options;
  readonly plan: Plan;
  /** Processes that the peers are spread over. */
  readonly workers: number;
  readonly listener: CompanyListener;
}

export class Company {
  readonly #given: CompanyOptions;
  readonly #workers: readonly WorkerProcess[];
  #browsers: BrowserPeers | undefined;

  /** Starts the processes. */
  constructor(given: CompanyOptions) {
    this.#given = given;
    this.#workers = Array.from(
      { length: Math.min(given.workers, given.options.peers) },
      (_, i) => new WorkerProcess(`Worker ${i + 1} of ${given.mode}`, (news) => this.#heard(news)),
    );
  }

  /** Rejects when one of the processes ends by itself; never resolves. */
  get failed(): Promise<never> {
    return Promise.race(this.#workers.map(({ failed }) => failed));
  }

  async begin(server: string): Promise<void> {
    const { mode, options } = this.#given;
    await this.#askAll({ do: 'begin', mode, options, server });
    if (mode !== 'mesh' || options.browsers === 0) return;
    this.#browsers = await BrowserPeers.start({
      server,
      onMessage: (index, text, atMs) => this.#shown(index, text, atMs),
    });
  }

  /** @returns the invitation, and how long it took */
  found({ index }: PlannedPeer) {
    return this.#workerOf(index).ask({ do: 'found', peer: index });
  }

  /** Resolves once the peer is ready. @returns how long that took, ms */
  async join({ index, browser }: PlannedPeer, invitation: Invitation): Promise<number> {
    if (this.#browsers && browser) {
      const begun = machineMs();
      await this.#browsers.join(index, invitation);
      return machineMs() - begun;
    }
    return (await this.#workerOf(index).ask({ do: 'join', peer: index, invitation })).tookMs;
  }

  /** Everybody writes what is theirs to write, beginning at this time of the machine's clock. */
  async write(writing: Writing, startMs: number): Promise<void> {
    await this.#askAll({ do: 'write', writing, startMs });
    const { plan } = this.#given;
    for (const message of writing === 'warm-up' ? plan.warmUp : plan.messages)
      if (this.#browsers && plan.peers[message.writer]?.browser)
        void this.#writeInBrowser(this.#browsers, message, startMs);
  }

  /** Of the peers without a browser. */
  async standings(): Promise<readonly Standing[]> {
    return (await this.#askAll({ do: 'standings' })).flat();
  }

  /** What has come over the links of the peers without a browser. */
  async wire(): Promise<WireReading> {
    if (this.#given.mode !== 'mesh') return sumOfReadings([]);
    return sumOfReadings(await this.#askAll({ do: 'wire' }));
  }

  async bytes(): Promise<{
    readonly peers: PeerBytes;
    readonly browsers: { readonly direct: InAndOut } | undefined;
  }> {
    const direct = await this.#browsers?.directBytes();
    return {
      peers: sumOfBytes(await this.#askAll({ do: 'bytes' })),
      browsers: direct && { direct },
    };
  }

  /** What the peers without a browser show, held to the plan. */
  async shown(): Promise<readonly Shown[]> {
    return (await this.#askAll({ do: 'shown' })).flat();
  }

  /** Everybody leaves. */
  async leave(): Promise<void> {
    await this.#browsers?.close();
    await this.#askAll({ do: 'close' });
  }

  /** Ends the processes, whatever they are at. */
  async end(): Promise<void> {
    await Promise.all([this.#browsers?.close(), ...this.#workers.map((worker) => worker.end())]);
  }

  async #writeInBrowser(
    browsers: BrowserPeers,
    { number, writer, atMs, text }: PlannedMessage,
    startMs: number,
  ): Promise<void> {
    const { listener } = this.#given;
    await delay(startMs + atMs - machineMs());
    try {
      await browsers.say(writer, text, () => listener.written(number, machineMs()));
    } catch (error) {
      listener.trouble(`Browser ${writer} could not write: ${error}`);
    }
  }

  #workerOf(index: number): WorkerProcess {
    const worker = this.#workers[index % this.#workers.length];
    if (worker === undefined) throw new Error('There is no worker.');
    return worker;
  }

  #askAll<D extends Order['do']>(order: Extract<Order, { do: D }>) {
    return Promise.all(this.#workers.map((worker) => worker.ask<D>(order)));
  }

  #heard(news: News): void {
    const { listener } = this.#given;
    switch (news.is) {
      case 'seen':
        for (const [peer, message, atMs] of news.seen) listener.seen(peer, message, atMs);
        return;
      case 'writes':
        return listener.written(news.message, news.atMs);
      case 'first-link':
        return listener.firstLink(news.peer);
      case 'trouble':
        return listener.trouble(`Peer ${news.peer}: ${news.what}`);
    }
  }

  /** In a browser's timeline. */
  #shown(index: number, text: string, atMs: number): void {
    const { plan, listener } = this.#given;
    const number = numberIn(text);
    const planned = [...plan.messages, ...plan.warmUp].at(number ?? -1);
    if (number !== undefined && planned?.text === text) listener.seen(index, number, atMs);
    else listener.trouble(`Browser ${index} shows what nobody wrote: ${text.slice(0, 80)}`);
  }
}
