/**
 * The peer of a browser tab: its engine in a worker, its links in this thread, and its place among the browser's tabs.
 * One tab leads and holds links and storage; the others show what it holds and hand it what is written in them.
 */
import { randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { openDeviceKey, type StoredDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { Bearings } from '../engine/bearings.ts';
import type { Commands, EngineView, Peer, Result, View } from '../engine/view.ts';
import { createLinks, type Links } from '../mesh/device/links.ts';
import type { LinksCommand, LinksStatus } from '../mesh/links-port.ts';
import { CommandsByName, type Input } from './commands-by-name.ts';
import type { Call, CommandName, FromEngine, TabMessage, ToEngine } from './engine-port.ts';
import { erase, forgetTexts, storagesHere } from './erasing.ts';
import { ExpectedMeeting } from './expected-meeting.ts';
import { engineThread, type HeadStart } from './head-start.ts';
import { Leadership } from './leadership.ts';
import { ownServer } from './own-server.ts';
import { RELAY_KEY, RelayChoice } from './relay-choice.ts';
import { AGAIN_MS, TabCalls } from './tab-calls.ts';
import { Wiping } from './wiping.ts';

const NO_LINKS: LinksStatus = {
  servers: [],
  links: [],
  signaling: { bytesIn: 0, bytesOut: 0 },
};
/** How often the counters of links are read, ms. */
const STATUS_MS = 1_000;
/** The engine is asked whether it is alive, and restarted when it has not answered for so long, ms. */
const PING_MS = 5_000;
const STALLED_MS = 30_000;
/** How long an engine that is to be erased may take to say goodbye, ms. */
const GOODBYE_MS = 3_000;

export function createBrowserPeer(begun: HeadStart): Peer {
  return new BrowserPeer(begun);
}

class BrowserPeer extends CommandsByName implements Peer {
  readonly #tab = toBase64url(randomBytes(9));
  readonly #channel = new BroadcastChannel('snug tabs');
  readonly #listeners = new Set<(view: View) => void>();
  readonly #leadership: Leadership;
  readonly #server: Promise<string>;
  /** Asked before the first engine starts; it may have changed when another does. */
  #persisted: Promise<boolean> | undefined = isPersisted();
  readonly #calls = new TabCalls(this.#tab);
  readonly #relayChoice = new RelayChoice(() => localStorage);
  readonly #page = location.href.split('#', 1)[0] ?? location.origin;
  #mode: 'starting' | 'lead' | 'follow' = 'starting';
  #worker: Worker | undefined;
  /** Begun before it was known what for. */
  #spare: Worker | undefined;
  /** A leading engine has said under which key it runs: it answers calls. */
  #engineBegun = false;
  #expected: ExpectedMeeting | undefined;
  #links: Links | undefined;
  /** What the engine wants of the links that are still being made. */
  #unheard: LinksCommand[] = [];
  #view: View = { phase: 'starting', spaces: [], links: NO_LINKS };
  #watched: Input<'watch'> = null;
  #ledBy: LinksStatus = NO_LINKS;
  /** When the engine was asked whether it is alive, while it has not answered. */
  #pingedAt: number | undefined;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #wiping = new Wiping({
    follows: () => this.#mode === 'follow',
    tell: (message) => this.#channel.postMessage(message),
    silence: () => this.#silence(),
    erase: () => erase(storagesHere),
    giveUp: () => void this.close(),
    beginAnew: () => this.#beginAnew(),
  });
  #engineClosed = () => {};
  #closed = false;

  constructor(begun: HeadStart) {
    super();
    this.#spare = begun.worker;
    this.#server = ownServer(this.#page, begun.config);
    const address = location.href;
    void this.#server.then((server) => {
      if (this.#mode !== 'follow' && !this.#closed && !this.#links)
        this.#expected = ExpectedMeeting.at(address, server);
    });
    this.#leadership = new Leadership({
      tab: this.#tab,
      tell: (message) => this.#channel.postMessage(message),
      onLead: () => this.#become('lead'),
      onFollow: () => this.#become('follow'),
      locks: navigator.locks,
      random: Math.random,
    });
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
    this.#timers.push(setInterval(() => this.#refreshLinks(), STATUS_MS));
    this.#timers.push(setInterval(() => this.#watchEngine(), PING_MS));
    this.#timers.push(setInterval(() => this.#handOverAgain(), AGAIN_MS));
    addEventListener('pagehide', () => void this.close());
    // A page that comes back from the browser's cache has given everything up: it begins anew.
    addEventListener('pageshow', (event) => {
      if (event.persisted) location.reload();
    });
    addEventListener('online', () => this.#links?.networkChanged());
    // Another tab has chosen.
    addEventListener('storage', ({ key }) => {
      if (key === RELAY_KEY) this.#links?.setIce({ relayOnly: this.hidesAddress });
    });
    this.#leadership.start();
  }

  get view(): View {
    return this.#view;
  }

  subscribe(listener: (view: View) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async watch(input: Input<'watch'>): Promise<Result<null>> {
    this.#watched = input;
    if (this.#mode === 'lead') return this.call('watch', input) as ReturnType<Commands['watch']>;
    this.#tellEngine({ do: 'watch', watched: input });
    this.#tellPending();
    return { ok: true, value: null };
  }

  wipe(): Promise<Result<null>> {
    return this.#wiping.asked();
  }

  async keepForGood(): Promise<boolean> {
    // Not on plain http, and a browser may refuse to be asked.
    const kept = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
    if (kept) this.#tellEngine({ do: 'persisted' });
    return kept;
  }

  get hidesAddress(): boolean {
    return this.#relayChoice.relayOnly;
  }

  hideAddress(hide: boolean): boolean {
    const outlives = this.#relayChoice.choose(hide);
    this.#links?.setIce({ relayOnly: hide });
    return outlives;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#leadership.close();
    this.#tellEngine({ do: 'close' });
    await this.#links?.close();
    this.#channel.close();
    this.#worker?.terminate();
    this.#spare?.terminate();
    this.#expected?.close();
  }

  // Who leads

  #become(mode: 'lead' | 'follow'): void {
    if (this.#mode === mode || this.#closed || this.#wiping.isUnderWay) return;
    this.#mode = mode;
    if (mode === 'follow') this.#expected?.close();
    void this.#startEngine(mode);
  }

  async #startEngine(mode: 'lead' | 'follow'): Promise<void> {
    this.#worker?.terminate();
    void this.#links?.close();
    this.#links = undefined;
    this.#unheard = [];
    this.#engineBegun = false;
    const worker = this.#spare ?? engineThread();
    this.#spare = undefined;
    this.#worker = worker;
    this.#pingedAt = undefined;
    worker.onmessage = ({ data }: MessageEvent<FromEngine>) => {
      if (worker === this.#worker) this.#fromEngine(data);
    };
    const asked = this.#persisted ?? isPersisted();
    this.#persisted = undefined;
    const [server, persisted] = await Promise.all([this.#server, asked]);
    if (worker !== this.#worker) return;
    const page = this.#page;
    this.#tellEngine({ do: 'start', mode, server, page, persisted, tab: this.#tab });
    this.#tellEngine({ do: 'watch', watched: this.#watched });
    if (mode === 'follow') this.#channel.postMessage({ tell: 'hello' } satisfies TabMessage);
  }

  #fromEngine(message: FromEngine): void {
    switch (message.is) {
      case 'device':
        return this.#begin(message.stored);
      case 'view':
        return this.#show(message.view);
      case 'answer':
        return this.#calls.answer(message.id, message.result);
      case 'links':
        if (this.#links) this.#links.command(message.command);
        else this.#unheard.push(message.command);
        return;
      case 'bearings':
        return this.#tellTabs(message.bearings);
      case 'failed':
        this.#view = { ...this.#view, phase: 'failed', failure: message.trouble };
        return this.#notify();
      case 'lease-lost':
        return this.#leadership.stepDown();
      case 'pong':
        this.#pingedAt = undefined;
        return;
      case 'closed':
        this.#worker?.terminate();
        this.#engineClosed();
    }
  }

  /** The engine runs, and reads back what there is while the links are made. */
  #begin(stored: StoredDeviceKey): void {
    this.#engineBegun = true;
    void this.#startLinks(stored);
    // What was asked before there was an engine to ask.
    this.#calls.handAll((id, call) => this.#handOver(id, call));
    if (this.#watched) void this.watch(this.#watched);
  }

  async #startLinks(stored: StoredDeviceKey): Promise<void> {
    const worker = this.#worker;
    const device = await openDeviceKey(stored);
    const ownServer = await this.#server;
    if (worker !== this.#worker || this.#mode !== 'lead') return;
    const expected = this.#expected;
    this.#expected = undefined;
    const links = createLinks({
      device,
      ownServer,
      ice: { relayOnly: this.hidesAddress },
      ...(expected && { expected: expected.server, connect: expected.connect }),
      emit: (event) => {
        if (worker !== this.#worker) return;
        const transfer = event.is === 'frame' ? [event.frame.buffer as ArrayBuffer] : [];
        worker?.postMessage({ do: 'links', event } satisfies ToEngine, transfer);
        if (event.is !== 'frame') this.#refreshLinks();
      },
    });
    this.#links = links;
    for (const command of this.#unheard.splice(0)) links.command(command);
  }

  #watchEngine(): void {
    if (!this.#worker || this.#closed || this.#mode === 'starting') return;
    const now = performance.now();
    if (this.#pingedAt !== undefined && now - this.#pingedAt > STALLED_MS) {
      console.error('The engine did not answer; it is started anew.');
      void this.#startEngine(this.#mode);
      return;
    }
    this.#pingedAt ??= now;
    this.#tellEngine({ do: 'ping' });
  }

  #tellEngine(message: ToEngine): void {
    this.#worker?.postMessage(message);
  }

  // Calls

  protected call<N extends CommandName>(name: N, input: Input<N>): ReturnType<Commands[N]> {
    // What answers a call of this name, in whichever thread or tab, is this program's own command of this name.
    const result = this.#calls.make(name, input, (id, call) =>
      this.#handOver(id, call),
    ) as ReturnType<Commands[N]>;
    this.#tellPending();
    return result;
  }

  /** False when there is nobody yet to hand it to. */
  #handOver(id: number, call: Call): boolean {
    if (this.#mode === 'lead' && this.#engineBegun) this.#tellEngine({ do: 'call', id, call });
    else if (this.#mode === 'follow')
      this.#channel.postMessage({ tell: 'call', from: this.#tab, id, call } satisfies TabMessage);
    else return false;
    return true;
  }

  #handOverAgain(): void {
    if (this.#mode !== 'follow') return;
    for (const [id, call] of this.#calls.overdue(Date.now())) this.#handOver(id, call);
  }

  #tellPending(): void {
    if (this.#mode !== 'follow') return;
    const pending = this.#calls.pending(this.#watched?.channel);
    this.#tellEngine({ do: 'pending', pending });
  }

  // Other tabs

  #hear(message: TabMessage): void {
    if (this.#closed) return;
    switch (message.tell) {
      case 'call':
        if (this.#mode !== 'lead') return;
        void this.#callFor(message.from, message.id, message.call);
        return;
      case 'answer':
        if (message.to !== this.#tab) return;
        this.#calls.answer(message.id, message.result);
        return this.#tellPending();
      case 'bearings':
        if (this.#mode !== 'follow') return;
        this.#ledBy = message.links;
        this.#tellEngine({ do: 'bearings', bearings: message.bearings });
        return this.#refreshLinks();
      case 'hello':
        return this.#tellEngine({ do: 'followed' });
      case 'lead':
        this.#leadership.hear(message);
        this.#channel.postMessage({ tell: 'hello' } satisfies TabMessage);
        return;
      case 'wipe':
      case 'wiped':
        return this.#wiping.hear(message);
      default:
        return this.#leadership.hear(message);
    }
  }

  /** Carries out what another tab asks, under the draft's own name. */
  async #callFor(tab: string, id: number, call: Call): Promise<void> {
    const result = await this.#calls.repeat(call, (own, repeated) => this.#handOver(own, repeated));
    this.#channel.postMessage({ tell: 'answer', to: tab, id, result } satisfies TabMessage);
  }

  #tellTabs(bearings: Bearings): void {
    if (this.#closed) return;
    const links = this.#links?.status() ?? NO_LINKS;
    this.#channel.postMessage({ tell: 'bearings', bearings, links } satisfies TabMessage);
  }

  // Wiping

  /** Says goodbye while the links are up, then lets go of everything but the lead. */
  async #silence(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#view = { phase: 'starting', spaces: [], links: NO_LINKS };
    this.#notify();
    await new Promise<void>((resolve) => {
      this.#engineClosed = resolve;
      setTimeout(resolve, GOODBYE_MS);
      this.#tellEngine({ do: 'leave' });
      if (!this.#worker) resolve();
    });
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#spare?.terminate();
    await this.#links?.close();
  }

  #beginAnew(): void {
    forgetTexts(storagesHere);
    // Its address may name a space.
    history.replaceState(null, '', this.#page);
    location.reload();
  }

  // View

  #show(view: EngineView): void {
    this.#view = { ...view, links: this.#view.links };
    this.#refreshLinks();
    this.#notify();
  }

  #refreshLinks(): void {
    const links = this.#mode === 'follow' ? this.#ledBy : (this.#links?.status() ?? NO_LINKS);
    if (JSON.stringify(links) === JSON.stringify(this.#view.links)) return;
    this.#view = { ...this.#view, links };
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener(this.#view);
  }

  protected keeping(): void {
    void this.keepForGood();
  }
}

async function isPersisted(): Promise<boolean> {
  return (await navigator.storage?.persisted?.()) ?? false;
}
