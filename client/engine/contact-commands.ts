/** Commands about single people: to write to them alone, and what this person says of them. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { accountOfCard, parseContactLink } from '@snug/shared/entries/contact-card.ts';
import { MAX_INTRODUCTION } from '@snug/shared/entries/sealed-note.ts';
import { DisplayName, MessageText } from '@snug/shared/entries/text.ts';
import * as v from 'valibot';
import type { FactKind } from '../own/fact-kinds.ts';
import { PETNAME } from '../own/fact-kinds.ts';
import {
  BLOCKED,
  CONTACT,
  type ContactBook,
  contactsOf,
  MUTED,
  VERIFIED,
} from '../people/contacts.ts';
import { ownAccounts, partnerIn } from '../people/parties.ts';
import { phraseOf } from '../people/verification-phrase.ts';
import { settingsOf } from '../space/settings.ts';
import type { CommandContext } from './command-context.ts';
import type { ContactKnocking } from './contact-knocking.ts';
import { peopleOf } from './contact-view.ts';
import type { DirectMessages } from './direct-messages.ts';
import { badText, troubled } from './trouble.ts';
import type { Commands, Result } from './view.ts';

const INTRODUCTION = v.union([
  v.literal(''),
  v.pipe(
    MessageText,
    v.maxLength(MAX_INTRODUCTION, `must have at most ${MAX_INTRODUCTION} characters`),
  ),
]);

function noCard() {
  return troubled(
    'bad-invite',
    'This is not a contact card, or not all of it. Copy it again, whole, from where you were given it.',
  );
}

export class ContactCommands {
  readonly #context: CommandContext;
  readonly #directs: DirectMessages;
  readonly #knocking: ContactKnocking;

  constructor(context: CommandContext, directs: DirectMessages, knocking: ContactKnocking) {
    this.#context = context;
    this.#directs = directs;
    this.#knocking = knocking;
  }

  get book(): ContactBook {
    const { shelf, now } = this.#context.o;
    return contactsOf(shelf.own, now());
  }

  async messagePerson({ account }: Parameters<Commands['messagePerson']>[0]) {
    return this.#directs.message(account);
  }

  async readCard({
    card: given,
  }: Parameters<Commands['readCard']>[0]): ReturnType<Commands['readCard']> {
    const card = await parseContactLink(given);
    const account = card && accountOfCard(card);
    return account ? { ok: true, value: { account, name: card.name } } : noCard();
  }

  async knock({
    card: given,
    text,
  }: Parameters<Commands['knock']>[0]): ReturnType<Commands['knock']> {
    const card = await parseContactLink(given);
    const account = card && accountOfCard(card);
    const [first] = card?.devices ?? [];
    if (!account || !first) return noCard();
    const said = v.safeParse(INTRODUCTION, text.trim());
    if (!said.success) return badText('What you say of yourself', said.issues[0].message);
    const { name, servers, inboxSecret, devices } = card;
    const knock = { inbox: inboxSecret, ...first, servers: [...servers], text: said.output };
    const direct = {
      with: account,
      devices: devices.map(({ device }) => peerIdFromPublicKey(device)),
      knock,
    };
    const own = this.#context.o.device.peerId;
    return this.#directs.knockAt(account, { own, direct, name, servers }, (space) =>
      this.#knocking.knock(space),
    );
  }

  async setContact(input: Parameters<Commands['setContact']>[0]): Promise<Result<null>> {
    const { account, kept, petname, blocked, muted } = input;
    if (this.#ownAccounts.has(account)) return troubled('not-allowed', 'That is you.');
    const name = petname ? v.safeParse(DisplayName, petname) : undefined;
    if (name && !name.success) return badText('A name', name.issues[0].message);
    return this.#context.attempt(async () => {
      const { facts } = this.#context;
      if (kept === false) await facts.remove(CONTACT, account);
      else await facts.put(CONTACT, account, { name: this.#nameOf(account) });
      if (petname === '') await facts.remove(PETNAME, account);
      else if (name) await facts.put(PETNAME, account, name.output);
      await this.#says(BLOCKED, account, blocked);
      await this.#says(MUTED, account, muted);
      this.#context.o.show('now');
      return null;
    });
  }

  async verificationPhrase({
    account,
  }: Parameters<Commands['verificationPhrase']>[0]): ReturnType<Commands['verificationPhrase']> {
    const lists = this.#people.listsWith(account);
    if (!lists)
      return troubled(
        'not-found',
        'You share no space with this person, so there are no keys yet.',
      );
    return this.#context.attempt(async () => ({
      words: await phraseOf(lists, this.#context.o.passphraseCost),
      of: toBase64url(lists),
    }));
  }

  async markVerified({
    account,
    of,
  }: Parameters<Commands['markVerified']>[0]): Promise<Result<null>> {
    const lists = this.#people.listsWith(account);
    if (of !== undefined && (!lists || toBase64url(lists) !== of))
      return troubled('not-yet', 'Their devices or yours have changed meanwhile. Compare again.');
    return this.#context.attempt(async () => {
      const { facts } = this.#context;
      if (of === undefined || !lists) await facts.remove(VERIFIED, account);
      else {
        await facts.put(CONTACT, account, { name: this.#nameOf(account) });
        await facts.put(VERIFIED, account, lists);
      }
      this.#context.o.show('now');
      return null;
    });
  }

  get #people() {
    const { shelf, device, now } = this.#context.o;
    return peopleOf(shelf, device.peerId, now());
  }

  async #says(kind: FactKind<true>, account: string, on: boolean | undefined): Promise<void> {
    if (on === true) await this.#context.facts.put(kind, account, true);
    if (on === false) await this.#context.facts.remove(kind, account);
  }

  get #ownAccounts(): ReadonlySet<string> {
    return ownAccounts(this.#context.o.shelf, this.#context.o.device.peerId);
  }

  /** What somebody calls themselves, as far as any space says. */
  #nameOf(account: string): string {
    const { shelf, now } = this.#context.o;
    for (const { settings, membership } of shelf) {
      const name = settingsOf(settings, membership, now()).names.get(account);
      if (name !== undefined) return name;
    }
    return this.book.get(account)?.name ?? '';
  }

  /** What the book says has changed: conversations with whoever is blocked are kept out of sight. */
  async bookChanged(): Promise<void> {
    const { shelf, meetings, now, show } = this.#context.o;
    const { book } = this;
    const own = this.#ownAccounts;
    for (const space of shelf) {
      const account = partnerIn(space, own, now());
      const hides = account !== undefined && book.get(account)?.isBlocked === true;
      if (hides === (space.record.hidden === true)) continue;
      if (hides) space.record.hidden = true;
      else delete space.record.hidden;
      shelf.saveSoon(space);
      await meetings.join(space);
      show('soon');
    }
  }
}
