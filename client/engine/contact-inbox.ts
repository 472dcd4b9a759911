/**
 * Where somebody with whom this person shares no space may knock: the inbox of their contact card. Nobody waits there until the person
 * has made a card; making another leaves the old inbox. What comes is bounded, whoever holds the card.
 */
import { equalBytes, fromBase64url, randomBytes } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { inboxSignalKeyFor, inboxTopicFor } from '@snug/shared/crypto/topic.ts';
import { contactLink } from '@snug/shared/entries/contact-card.ts';
import { noteMark, openNote } from '@snug/shared/entries/sealed-note.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../mesh/bounded-map.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import { StoreError } from '../space/store.ts';
import type { CommandContext } from './command-context.ts';
import {
  type InboxCard,
  type KeptKnock,
  readCard,
  readKnocks,
  writeCard,
  writeKnocks,
} from './contact-kept.ts';
import type { DirectMessages } from './direct-messages.ts';
import type { Objection } from './door.ts';
import { troubled } from './trouble.ts';
import type { CardView, KnockView, Result } from './view.ts';

/** Knocks that wait for an answer. Who comes then is told to come later; a new card shakes off whoever fills the old one's inbox. */
export const MOST_KNOCKS = 32;
/** Knocks that are opened, each a millisecond or two: of all, and of one device. */
const OPENED = { perSecond: 0.5, burst: 32 } as const;
const OPENED_OF_ONE = { perSecond: 1 / 30, burst: 8 } as const;
/** Devices whose knocks are counted. */
const COUNTED = 1_024;

export interface ContactInboxOptions {
  readonly context: CommandContext;
  readonly directs: DirectMessages;
  readonly links: (command: LinksCommand) => void;
  readonly isBlocked: (account: string) => boolean;
}

export class ContactInbox {
  readonly #o: ContactInboxOptions;
  #card: InboxCard | undefined;
  #link: string | undefined;
  #knocks: readonly KeptKnock[] = [];
  readonly #opened: TokenBucket;
  readonly #openedOf = new BoundedMap<PeerId, TokenBucket>(COUNTED);
  /** The note of each that was heard last: it may be offered many times until its sender knows. */
  readonly #heard = new BoundedMap<PeerId, Uint8Array>(COUNTED);

  constructor(options: ContactInboxOptions) {
    this.#o = options;
    this.#opened = new TokenBucket(OPENED, options.context.o.now());
  }

  /** Reads back what was kept, and waits for knocks if there is a card. */
  async begin(): Promise<void> {
    const { store } = this.#o.context.o;
    this.#card = await readCard(store);
    this.#knocks = await readKnocks(store);
    await this.#wait();
  }

  get card(): CardView | undefined {
    return this.#link === undefined ? undefined : { link: this.#link };
  }

  /** Those of people who are not blocked, oldest first. */
  get knocks(): readonly KnockView[] {
    return this.#knocks
      .filter(({ account }) => !this.#o.isBlocked(account))
      .map(({ account, at, note }) => ({
        account,
        at,
        name: note.from?.name ?? '',
        text: note.from?.text ?? '',
      }));
  }

  /** A card, in place of the one there was. */
  async makeCard(): Promise<Result<{ link: string }>> {
    const { context } = this.#o;
    const { store, server, show } = context.o;
    return context.attempt(async () => {
      const card = { secret: randomBytes(32), servers: [server] };
      await writeCard(store, card);
      this.#leave();
      this.#card = card;
      await this.#wait();
      show('now');
      return { link: this.#link ?? '' };
    });
  }

  /** Nobody can knock any more. */
  async withdrawCard(): Promise<Result<null>> {
    const { context } = this.#o;
    return context.attempt(async () => {
      await writeCard(context.o.store, undefined);
      this.#leave();
      this.#card = undefined;
      this.#link = undefined;
      context.o.show('now');
      return null;
    });
  }

  /** Lets somebody write to this person, or not: then they are told nothing. */
  async answer(account: string, accept: boolean): Promise<Result<null>> {
    const { context, directs } = this.#o;
    const knock = this.#knocks.find((one) => one.account === account);
    if (!knock)
      return troubled('not-found', 'Nobody of that name has knocked, or you have answered.');
    return context.attempt(async () => {
      const { note } = knock;
      if (accept) await directs.enter({ account, note, name: note.from?.name ?? '' });
      else await directs.refuse(note);
      await this.#keep(this.#knocks.filter((one) => one.account !== account));
      context.o.show('now');
      return null;
    });
  }

  /** Judges a knock; `undefined` where the topic is not the inbox's. Nobody is linked for one, and nobody hears what becomes of it. */
  judge(topic: Topic, peer: PeerId, note: Uint8Array | undefined): Promise<Objection> | undefined {
    const card = this.#card;
    if (!card || inboxTopicFor(card.secret) !== topic) return undefined;
    return this.#judge(topic, peer, note);
  }

  async #judge(topic: Topic, peer: PeerId, sealed: Uint8Array | undefined): Promise<Objection> {
    const { now, device, show, onStoreError, onProblem } = this.#o.context.o;
    if (!sealed) return 'not-here';
    const before = this.#heard.get(peer);
    if (before && equalBytes(before, sealed)) return 'heard';
    const rate = this.#openedOf.get(peer) ?? new TokenBucket(OPENED_OF_ONE, now());
    this.#openedOf.refresh(peer, rate);
    if (!rate.take(1, now()) || !this.#opened.take(1, now())) return 'later';
    const from = publicKeyFromPeerId(peer);
    const note = await openNote({ sealed, from, device, place: fromBase64url(topic) });
    if (!note?.from) return 'bad-invite';
    if (this.#o.isBlocked(peer) || this.#o.directs.isAnswered(noteMark(note))) {
      this.#heard.refresh(peer, sealed);
      return 'heard';
    }
    const others = this.#knocks.filter(({ account }) => account !== peer);
    if (others.length >= MOST_KNOCKS) return 'later';
    try {
      await this.#keep([...others, { account: peer, at: now(), note }]);
    } catch (error) {
      if (error instanceof StoreError) onStoreError(error);
      else onProblem(error);
      return 'later';
    }
    this.#heard.refresh(peer, sealed);
    show('soon');
    return 'heard';
  }

  async #keep(knocks: readonly KeptKnock[]): Promise<void> {
    await writeKnocks(this.#o.context.o.store, knocks);
    this.#knocks = knocks;
  }

  async #wait(): Promise<void> {
    const { context, links } = this.#o;
    const { device, page } = context.o;
    if (!this.#card) return;
    const { secret, servers } = this.#card;
    const card = { name: context.name ?? 'Someone', inboxSecret: secret, servers };
    this.#link = await contactLink(page, device, card);
    const topic = inboxTopicFor(secret);
    const signalKey = inboxSignalKeyFor(secret);
    links({ do: 'join', spec: { topic, signalKey, servers, initiate: 'wait', allowed: [] } });
  }

  #leave(): void {
    if (this.#card) this.#o.links({ do: 'leave', topic: inboxTopicFor(this.#card.secret) });
  }
}
