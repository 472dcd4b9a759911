/** Somebody with a real browser on a machine of the laboratory, and what they do and see there. */
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS } from '../browser/stage/chromium.ts';
import { watchConnections } from '../browser/stage/network.ts';
import type { Namespace } from './namespaces.ts';
import { PATIENCE_S } from './patience.ts';
import { NUMBERED, numbered, type Talker, type Tie } from './talker.ts';

const TIES = ['direct', 'relayed', 'through others', 'offline'] as const;

/**
 * A browser on a machine.
 *
 * @param scratch a directory for what it keeps, cleared away by whoever gave it
 */
export async function startBrowser(
  machine: Namespace,
  executable: string,
  scratch: string,
): Promise<Browser> {
  const home = mkdtempSync(path.join(scratch, 'browser-'));
  return chromium.launch({
    executablePath: machine.wrapper(path.join(home, 'chromium'), executable),
    args: [...CHROMIUM_ARGUMENTS],
    env: { ...process.env, HOME: home, TMPDIR: home },
    timeout: PATIENCE_S * 1000,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

export class Person implements Talker {
  readonly name: string;
  readonly #context: BrowserContext;
  readonly #page: Page;
  #said = 0;

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.#context = context;
    this.#page = page;
  }

  /** Somebody whom the browser does not know yet, at a blank window. */
  static async at(browser: Browser, name: string): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(PATIENCE_S * 1000);
    await context.addInitScript(watchConnections, true);
    return new Person(name, context, await context.newPage());
  }

  /** Opens the page and makes a space of it. */
  async createsSpace(url: string): Promise<void> {
    await this.#page.goto(url);
    await this.#choosesName();
    await this.#page.getByRole('button', { name: 'Create space' }).click();
    await this.#page.getByRole('textbox', { name: 'Space name' }).fill('Lyre Street');
    await this.#page.getByRole('button', { name: 'Create', exact: true }).click();
    await this.#composer.waitFor();
  }

  /** The invite link of the space. */
  async invites(): Promise<string> {
    await this.#page.getByRole('button', { name: 'Invite', exact: true }).click();
    const field = this.#page.getByRole('textbox', { name: 'Invite link' });
    const link = await field.inputValue();
    await this.#page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    return link;
  }

  async opensInvite(link: string): Promise<void> {
    await this.#page.goto(link);
    await this.#choosesName();
  }

  async says(messages: number, everyMs = 0): Promise<readonly string[]> {
    const texts: string[] = [];
    for (let message = 0; message < messages; message++) {
      const text = numbered(this.name, ++this.#said);
      await this.#composer.fill(text);
      await this.#composer.press('Enter');
      texts.push(text);
      if (everyMs > 0) await passed(everyMs);
    }
    return texts;
  }

  async reads(): Promise<readonly string[]> {
    const timeline = this.#page.getByRole('log', { name: 'Timeline' });
    const texts = await timeline.getByRole('listitem').allTextContents();
    return texts.flatMap((text) => NUMBERED.exec(text)?.[0] ?? []);
  }

  async tieTo(name: string): Promise<Tie> {
    const members = this.#page.getByRole('list', { name: 'Members' }).getByRole('listitem');
    const items = await members.filter({ hasText: name }).allInnerTexts();
    return TIES.find((tie) => items.some((item) => item.includes(tie))) ?? 'offline';
  }

  /** Whether everything direct goes by way of a TURN server, as the browser has it. */
  async usesTurn(): Promise<boolean> {
    const types = await this.#page.evaluate(async () => {
      const live = watchedNetwork.connections.filter((one) => one.connectionState === 'connected');
      const reports = await Promise.all(live.map((one) => one.getStats()));
      return reports.flatMap((report) => {
        const stats = [...report.values()];
        const chosen = stats.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
        const pair = stats.find(({ id }) => id === chosen);
        if (pair === undefined) return [];
        const ends = [pair.localCandidateId, pair.remoteCandidateId];
        return [
          stats
            .filter(({ id }) => ends.includes(id))
            .some(({ candidateType }) => candidateType === 'relay'),
        ];
      });
    });
    return types.length > 0 && types.every((turn) => turn);
  }

  async leaves(): Promise<void> {
    await this.#context.close();
  }

  async #choosesName(): Promise<void> {
    await this.#page.getByRole('textbox', { name: 'Display name' }).fill(this.name);
    await this.#page.getByRole('button', { name: 'Continue' }).click();
  }

  get #composer() {
    return this.#page.getByRole('textbox', { name: 'Message', exact: true });
  }
}
