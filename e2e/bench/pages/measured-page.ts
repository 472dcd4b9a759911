/** Snug's page in a window of its own profile, named, with a probe in it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { installProbe } from './page-probe.ts';

/** On a machine that is busy with others, ms. */
export const PATIENCE_MS = 60_000;

export class MeasuredPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** @param webrtc without it everything of this page's is relayed */
  static async open(browser: Browser, webrtc: boolean): Promise<MeasuredPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    return MeasuredPage.within(context, webrtc);
  }

  /** In a further window of a browser's context, which is given its probe by the first. */
  static async within(context: BrowserContext, webrtc: boolean): Promise<MeasuredPage> {
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(installProbe, webrtc);
    return new MeasuredPage(await context.newPage());
  }

  /** Opens an address and chooses a name, as on first run. */
  async comesTo(url: string, name: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByRole('textbox', { name: 'Display name' }).fill(name);
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  async createsSpace(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Create space' }).click();
    await this.page.getByRole('textbox', { name: 'Space name' }).fill(name);
    await this.page.getByRole('button', { name: 'Create', exact: true }).click();
    await this.isIn();
  }

  /** The link of the space that is open. */
  async invites(): Promise<string> {
    await this.page.getByRole('button', { name: 'Invite', exact: true }).click();
    const field = this.page.getByRole('textbox', { name: 'Invite link' });
    const link = await field.inputValue();
    await this.page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    return link;
  }

  /** Waits until a channel is open to write in. */
  async isIn(): Promise<void> {
    await this.#composer.waitFor();
  }

  /** Waits until another member is tied to this device so. */
  async isTied(name: string, tie: 'direct' | 'relayed'): Promise<void> {
    const members = this.page.getByRole('list', { name: 'Members' }).getByRole('listitem');
    await members.filter({ hasText: name }).filter({ hasText: tie }).waitFor();
  }

  async types(text: string): Promise<void> {
    await this.#composer.fill(text);
  }

  async pressesEnter(): Promise<void> {
    await this.#composer.press('Enter');
  }

  /** Resolves once a text stands in the timeline. */
  async sees(text: string): Promise<void> {
    await this.page.waitForFunction((wanted) => pageProbe.shown.has(wanted), text, {
      polling: 50,
    });
  }

  get #composer() {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }
}
