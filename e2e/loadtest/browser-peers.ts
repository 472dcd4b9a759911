/** Peers of the mesh that are pages in a real Chromium: they come by the invite link, and what they have is what is in their DOM. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../browser/stage/chromium.ts';
import { watchConnections } from '../browser/stage/network.ts';
import { openPageHost, type PageHost } from '../browser/stage/page-host.ts';
import { machineMs } from './clock.ts';
import type { InAndOut, Invitation } from './participant.ts';

/** A page in a large room on a busy machine may take as long, ms. */
const PATIENCE_MS = 120_000;
/** A link that has closed says no more of itself, so all are asked this often, ms. */
const LOOK_MS = 1_000;
/** The quickest of so many questions says best what a page's clock shows. */
const CLOCK_QUESTIONS = 9;
const SAW = 'loadtestSaw';

export interface BrowserPeersOptions {
  /** Of the signaling server; the page itself comes from a host whose bytes do not count. */
  readonly server: string;
  /** A text has come into a page's timeline, at a time of the machine's clock; again where it is there twice. */
  readonly onMessage: (index: number, text: string, atMs: number) => void;
}

declare global {
  var loadtestSaw: (text: string, atMs: number) => void;
}

/** Runs in each page before anything of its own. */
function watchTimeline(): void {
  const STORED = '[role="log"] li.message:not(.pending)';
  const textOf = (item: Element) => item.querySelector('.markdown')?.textContent ?? '';
  const known = new Set<string>();
  const saw = (item: Element) => {
    const text = textOf(item);
    if (text === '') return;
    // An item may be drawn anew; only one that is there beside another is a repetition.
    const twice = () =>
      [...document.querySelectorAll(STORED)].filter((other) => textOf(other) === text).length > 1;
    if (known.has(text) && !twice()) return;
    known.add(text);
    globalThis.loadtestSaw(text, performance.now());
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(STORED)) saw(node);
        for (const item of node.querySelectorAll(STORED)) saw(item);
      }
  }).observe(document, { childList: true, subtree: true });
}

export class BrowserPeers {
  readonly #options: BrowserPeersOptions;
  readonly #host: PageHost;
  readonly #browser: Browser;
  readonly #pages = new Map<number, BrowserPage>();

  private constructor(options: BrowserPeersOptions, host: PageHost, browser: Browser) {
    this.#options = options;
    this.#host = host;
    this.#browser = browser;
  }

  /** Rejects where there is no Chromium, or it does not start. */
  static async start(options: BrowserPeersOptions): Promise<BrowserPeers> {
    const browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: [...CHROMIUM_ARGUMENTS],
      timeout: PATIENCE_MS,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const host = await openPageHost({ server: options.server });
    return new BrowserPeers(options, host, browser);
  }

  /** Resolves once it is let in and may write. */
  async join(index: number, invitation: Invitation): Promise<void> {
    const token = invitation.slice(invitation.indexOf('#'));
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(watchConnections, true);
    const page = await context.newPage();
    const peer = new BrowserPage(page);
    await page.exposeFunction(SAW, (text: string, atMs: number) =>
      this.#options.onMessage(index, text, peer.machineMs(atMs)),
    );
    await context.addInitScript(watchTimeline);
    this.#pages.set(index, peer);
    await peer.open(`${this.#host.url}${token}`, `Browser ${index}`);
  }

  /** @param onWrite called when the message is about to be sent */
  say(index: number, text: string, onWrite: () => void): Promise<void> {
    const page = this.#pages.get(index);
    if (page === undefined) throw new Error(`There is no browser ${index}.`);
    return page.say(text, onWrite);
  }

  /** Bytes of all data channels so far, by WebRTC's own statistics. */
  async directBytes(): Promise<InAndOut> {
    const all = await Promise.all([...this.#pages.values()].map((page) => page.directBytes()));
    return {
      in: all.reduce((sum, bytes) => sum + bytes.in, 0),
      out: all.reduce((sum, bytes) => sum + bytes.out, 0),
    };
  }

  async close(): Promise<void> {
    for (const page of this.#pages.values()) page.stop();
    await this.#browser.close();
    this.#host.close();
  }
}

class BrowserPage {
  readonly #page: Page;
  /** By connection, in the order of their making. */
  readonly #carried = new Map<number, InAndOut>();
  /** What is written goes one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;
  #aheadMs = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(link: string, name: string): Promise<void> {
    const page = this.#page;
    await page.goto(link);
    await this.#compareClocks();
    await page.getByRole('textbox', { name: 'Display name' }).fill(name);
    await page.getByRole('button', { name: 'Continue' }).click();
    await this.#composer.waitFor();
    this.#looking = setInterval(() => void this.directBytes().catch(() => {}), LOOK_MS);
  }

  say(text: string, onWrite: () => void): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      await this.#composer.fill(text);
      onWrite();
      await this.#composer.press('Enter');
    });
    return this.#writing;
  }

  machineMs(pageMs: number): number {
    return pageMs + this.#aheadMs;
  }

  async directBytes(): Promise<InAndOut> {
    const found = await this.#page.evaluate(async () => {
      const carried = await Promise.all(
        watchedNetwork.connections.map(async (connection, index) => {
          const bytes = { index, in: 0, out: 0 };
          for (const stats of (await connection.getStats()).values()) {
            if (stats.type !== 'data-channel') continue;
            bytes.in += stats.bytesReceived;
            bytes.out += stats.bytesSent;
          }
          return bytes;
        }),
      );
      return carried;
    });
    for (const bytes of found) {
      const before = this.#carried.get(bytes.index) ?? { in: 0, out: 0 };
      this.#carried.set(bytes.index, {
        in: Math.max(before.in, bytes.in),
        out: Math.max(before.out, bytes.out),
      });
    }
    const all = [...this.#carried.values()];
    return {
      in: all.reduce((sum, bytes) => sum + bytes.in, 0),
      out: all.reduce((sum, bytes) => sum + bytes.out, 0),
    };
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  get #composer() {
    return this.#page.getByRole('textbox', { name: 'Message', exact: true });
  }

  /** A page's clock begins when the page does. */
  async #compareClocks(): Promise<void> {
    let quickest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < CLOCK_QUESTIONS; i++) {
      const asked = machineMs();
      const shown = await this.#page.evaluate(() => performance.now());
      const took = machineMs() - asked;
      if (took >= quickest) continue;
      quickest = took;
      this.#aheadMs = asked + took / 2 - shown;
    }
  }
}
