/** A browser profile: a Chromium process of its own with a directory of its own, in which its windows' data stay. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { CHROMIUM_ARGUMENTS, chromiumPath } from './chromium.ts';
import { PATIENCE_MS } from './eventually.ts';
import { watchConnections } from './network.ts';

/** What a browser says of itself when a server is away. */
const ofTheNetwork = /WebSocket connection to|Failed to load resource|net::ERR_/;

export interface ProfileOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Whether this person's network lets direct paths come about, until it is changed. Yes, unless said otherwise. */
  readonly direct?: boolean;
  /** Changes a browser before its first page. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
  /** The test makes the page complain in the console, and says by this what is expected. */
  readonly complaints?: RegExp;
}

export class Profile {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'snug-profile-'));
  readonly #options: ProfileOptions;
  /** Errors that no program caught, and complaints in the console: a test with any fails. */
  readonly #errors: string[] = [];
  #context: BrowserContext | undefined;

  private constructor(options: ProfileOptions) {
    this.#options = options;
  }

  /** Starts the browser; it ends with the test, which fails if a page met an error. */
  static async start(options: ProfileOptions = {}): Promise<Profile> {
    const profile = new Profile(options);
    onTestFinished(() => profile.#end());
    await profile.startBrowser();
    return profile;
  }

  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error('This browser is not running.');
    return this.#context;
  }

  async startBrowser(): Promise<void> {
    const { viewport = { width: 1280, height: 800 }, direct = true, prepare } = this.#options;
    const context = await chromium.launchPersistentContext(this.#directory, {
      executablePath: chromiumPath(),
      args: [...CHROMIUM_ARGUMENTS],
      viewport,
      timeout: PATIENCE_MS,
    });
    this.#context = context;
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('weberror', (error) => this.#errors.push(String(error.error().stack)));
    context.on('page', (page) => this.#watch(page));
    for (const page of context.pages()) this.#watch(page);
    await context.addInitScript(watchConnections, direct);
    await prepare?.(context);
  }

  /** A window that is blank yet; the one that every browser starts with comes first. */
  async blankPage(): Promise<Page> {
    const blank = this.context.pages().find((page) => page.url() === 'about:blank');
    return blank ?? this.context.newPage();
  }

  /** Leaves every page, then closes the browser. What the profile holds stays. */
  async quitBrowser(): Promise<void> {
    // A browser told to close gives its pages no time to say goodbye, as one that a person closes does.
    for (const page of this.context.pages()) await page.goto('about:blank');
    await this.#close();
  }

  async #close(): Promise<void> {
    const context = this.#context;
    this.#context = undefined;
    await context?.close();
  }

  #watch(page: Page): void {
    page.on('crash', () => this.#errors.push(`The page crashed at ${page.url()}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' || ofTheNetwork.test(message.text())) return;
      if (this.#options.complaints?.test(message.text())) return;
      this.#errors.push(`Complaint in the console: ${message.text()}`);
    });
  }

  async #end(): Promise<void> {
    await this.#close();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
    if (this.#errors.length > 0) throw new Error(this.#errors.join('\n'));
  }
}
