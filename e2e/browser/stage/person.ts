/** Somebody at a window of their browser, and what they do and see there, by the names that everybody relies on. */
import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { Profile, type ProfileOptions } from './profile.ts';

/** Where one's own message has got to, in the words beside its mark. */
export type Mark = 'Only on this device so far' | 'Stored by someone else' | 'Everyone here has it';

const STORED = /Only on this device so far|Stored by someone else|Everyone here has it/;

export class Person {
  readonly name: string;
  readonly profile: Profile;
  #page: Page;

  private constructor(name: string, profile: Profile, page: Page) {
    this.name = name;
    this.profile = profile;
    this.#page = page;
  }

  /** With a new profile, at a blank window. */
  static async withBrowser(name: string, options?: ProfileOptions): Promise<Person> {
    const profile = await Profile.start(options);
    return new Person(name, profile, await profile.blankPage());
  }

  /** With a new profile, at the page, named. */
  static async at(url: string, name: string, options?: ProfileOptions): Promise<Person> {
    const person = await Person.withBrowser(name, options);
    await person.opens(url);
    await person.choosesName();
    await person.page.getByRole('button', { name: 'Create space' }).waitFor();
    return person;
  }

  /** With a new profile, come by an invite link and let in. */
  static async invited(link: string, name: string, options?: ProfileOptions): Promise<Person> {
    const person = await Person.withBrowser(name, options);
    await person.opens(link);
    await person.choosesName();
    await person.isIn();
    return person;
  }

  get page(): Page {
    return this.#page;
  }

  // Coming and going

  async opens(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async reloads(): Promise<void> {
    await this.page.reload();
  }

  async choosesName(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Display name' }).fill(this.name);
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  /** The same person at a further window of the same profile. */
  async opensAnotherTab(url: string): Promise<Person> {
    const other = new Person(this.name, this.profile, await this.profile.context.newPage());
    await other.opens(url);
    return other;
  }

  async closesTab(): Promise<void> {
    await this.page.close();
  }

  async goesAway(): Promise<void> {
    await this.profile.quitBrowser();
  }

  async comesBack(url: string): Promise<void> {
    await this.profile.startBrowser();
    this.#page = await this.profile.blankPage();
    await this.opens(url);
  }

  // Spaces

  async createsSpace(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Create space' }).click();
    await this.page.getByRole('textbox', { name: 'Space name' }).fill(name);
    await this.page.getByRole('button', { name: 'Create', exact: true }).click();
    await this.isIn();
  }

  /** The invite link of the space that is open. */
  async invites(): Promise<string> {
    await this.page.getByRole('button', { name: 'Invite', exact: true }).click();
    const field = this.page.getByRole('textbox', { name: 'Invite link' });
    const link = await field.inputValue();
    await this.page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    return link;
  }

  async pastesInvite(link: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Invite link' }).fill(link);
    await this.page.getByRole('button', { name: 'Join' }).click();
  }

  /** Waits until a channel is open to write in. */
  async isIn(): Promise<void> {
    await this.composer.waitFor();
  }

  // Messages

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get timeline(): Locator {
    return this.page.getByRole('log', { name: 'Timeline' });
  }

  message(text: string): Locator {
    return this.timeline.getByRole('listitem').filter({ hasText: text });
  }

  async says(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.composer.fill(text);
      await this.composer.press('Enter');
    }
  }

  async sees(text: string): Promise<void> {
    await this.message(text).first().waitFor();
  }

  /** Of each message that holds it, what matches, in the order of the screen. */
  async reads(pattern: RegExp): Promise<readonly string[]> {
    const texts = await this.timeline.getByRole('listitem').allTextContents();
    return texts.flatMap((text) => pattern.exec(text)?.[0] ?? []);
  }

  async showsEarlier(): Promise<void> {
    await this.timeline.getByRole('button', { name: 'Show earlier messages' }).click();
  }

  /** The message is in the timeline as one that this device has kept. */
  async seesStored(text: string): Promise<void> {
    await this.message(text).filter({ hasText: STORED }).waitFor();
  }

  /** The text waits in the composer, or stands in the timeline, kept or on its way. */
  async stillHas(text: string): Promise<void> {
    await eventually(
      async () =>
        (await this.composer.inputValue()).includes(text) || (await this.message(text).count()) > 0,
    ).toBe(true);
  }

  async seesMark(text: string, mark: Mark): Promise<void> {
    await this.message(text).filter({ hasText: mark }).waitFor();
  }

  /** Of the one message whose tools are out. */
  tool(name: string): Locator {
    return this.page
      .getByRole('toolbar', { name: 'Message tools' })
      .getByRole('button', { name, exact: true });
  }

  /** Points at the message, and presses one of the tools that this brings. */
  async usesTool(text: string, name: string): Promise<void> {
    await this.message(text).hover();
    await this.tool(name).click();
  }

  /** And from the menu among them. */
  async choosesFromMenu(text: string, name: string): Promise<void> {
    await this.usesTool(text, 'More');
    await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  /** The thread that is open, beside its channel. */
  get thread(): Locator {
    return this.page.getByRole('complementary', { name: 'Thread' });
  }

  // Others

  get status(): Locator {
    return this.page.getByRole('status', { name: 'Connection' }).filter({ visible: true });
  }

  async seesStatus(words: string | RegExp): Promise<void> {
    await this.status.filter({ hasText: words }).waitFor();
  }

  /** A member's item says how they are tied to this device. */
  async seesMember(name: string, tie: 'direct' | 'relayed' | 'offline'): Promise<void> {
    const members = this.page.getByRole('list', { name: 'Members' }).getByRole('listitem');
    await members.filter({ hasText: name }).filter({ hasText: tie }).waitFor();
  }

  /** What one may know and change of a member. */
  async opensMember(name: string): Promise<Locator> {
    const members = this.page.getByRole('list', { name: 'Members' }).getByRole('listitem');
    await members.filter({ hasText: name }).getByRole('button').click();
    return this.page.getByRole('dialog', { name, exact: true });
  }

  // By keyboard

  async hasFocus(role: 'textbox' | 'button', name: string): Promise<void> {
    await this.page
      .getByRole(role, { name, exact: true })
      .and(this.page.locator(':focus'))
      .waitFor();
  }

  /** Presses Tab until it is there, once around at most. */
  async tabsTo(role: 'textbox' | 'button', name: string): Promise<void> {
    const wanted = this.page.getByRole(role, { name, exact: true });
    await wanted.waitFor();
    for (let presses = 0; presses < 60; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`The Tab key does not lead to the ${role} ${name}.`);
  }

  // What the page says

  /** Something that the page says somewhere, for everybody to see. */
  async isTold(words: string | RegExp): Promise<void> {
    await this.page.getByText(words).filter({ visible: true }).first().waitFor();
  }

  async seesAll(texts: readonly string[], pattern: RegExp): Promise<void> {
    await eventually(async () => [...(await this.reads(pattern))].sort()).toEqual(
      [...texts].sort(),
    );
  }
}

/** `Ada 1 of 3`, `Ada 2 of 3`, …: each found apart from the others, and missed when it is missing. */
export function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index + 1} of ${count}`);
}

/** Finds what `numbered` makes. */
export const NUMBERED = /[A-Z][a-z]+ \d+ of \d+/;
