/**
 * What waits for one person: mentions, replies, threads they take part in. Newest first. Looks at everything once, and then
 * only at what has come since and at what names the person: a long history is not gone through again at each change.
 */
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { compareItems, type MessageItem } from './entry-index.ts';
import type { MessageState } from './message-state.ts';
import type { Reading } from './reading.ts';

export interface MentionOf {
  readonly message: MessageState;
  /** `@@`: attention is asked for now. */
  readonly urgent: boolean;
}

/** A thread in which others have said something that waits. */
export interface WaitingThread {
  readonly root: MessageState;
  /** The newest of what waits, oldest first. */
  readonly fresh: readonly MessageState[];
}

/** Whether a message still waits, as far as that does not depend on what it says. */
export type Waits = (item: MessageItem) => boolean;

/** To be made anew when it may have changed which devices are whose. */
export class CatchUp {
  readonly #account: string;
  /** How many of the index's replies have been looked at. */
  #looked = 0;
  /** To what the account wrote, and to what has not arrived yet. */
  readonly #replies: MessageItem[] = [];
  #astray: MessageItem[] = [];
  /** By the messages of a thread, a list that is another one when more has been said there. */
  #takesPart = new WeakMap<readonly MessageItem[], boolean>();

  /** @param account for whom it waits */
  constructor(account: string) {
    this.#account = account;
  }

  /** Messages of others that name the account as they read now. */
  mentions(reading: Reading, waits: Waits): readonly MentionOf[] {
    const ids = reading.index.mentioning(this.#account);
    return this.#waiting(reading, ids, waits).flatMap((message) => {
      const naming = message.mentions.filter(({ account }) => account === this.#account);
      if (naming.length === 0) return [];
      return [{ message, urgent: naming.some(({ urgent }) => urgent === true) }];
    });
  }

  /** Messages of others that answer the account's. */
  replies(reading: Reading, waits: Waits): readonly MessageState[] {
    const { index, rights } = reading;
    const fresh = index.replies.slice(this.#looked);
    this.#looked += fresh.length;
    const astray: MessageItem[] = [];
    for (const item of [...this.#astray, ...fresh]) {
      const { reply } = item.operation;
      const answered = reply && index.message(reply);
      if (!answered) astray.push(item);
      else if (rights.accountOf(answered) === this.#account) this.#replies.push(item);
    }
    this.#astray = astray;
    const ids = this.#replies.map(({ id }) => id);
    return this.#waiting(reading, ids, waits);
  }

  /**
   * Threads that the account began, or said something in, where others have said something since that waits.
   * @param most how much of each is told, and how many of them
   */
  threads(
    reading: Reading,
    waits: Waits,
    most: { readonly fresh: number; readonly threads: number },
  ): readonly WaitingThread[] {
    const { placement } = reading;
    const threads: { readonly root: MessageItem; readonly latest: MessageItem }[] = [];
    for (const id of placement.roots) {
      const messages = placement.thread(id);
      const latest = messages.at(-1);
      const root = latest && waits(latest) ? reading.item(id) : undefined;
      if (latest && root && this.#takesPartIn(reading, root, messages))
        threads.push({ root, latest });
    }
    const waiting: WaitingThread[] = [];
    for (const { root } of threads.sort((a, b) => compareItems(b.latest, a.latest))) {
      if (waiting.length === most.threads) break;
      const fresh = this.#freshIn(reading, placement.thread(root.id), waits, most.fresh);
      if (fresh.length > 0) waiting.push({ root: reading.state(root), fresh });
    }
    return waiting;
  }

  /** What others have said at the end of a thread, oldest first. */
  #freshIn(
    reading: Reading,
    messages: readonly MessageItem[],
    waits: Waits,
    most: number,
  ): readonly MessageState[] {
    const fresh: MessageState[] = [];
    for (let at = messages.length - 1; at >= 0 && fresh.length < most; at--) {
      const item = messages[at];
      if (!item || !waits(item) || reading.rights.accountOf(item) === this.#account) break;
      const message = reading.state(item);
      if (!message.deleted) fresh.push(message);
    }
    return fresh.reverse();
  }

  #takesPartIn({ rights }: Reading, root: MessageItem, messages: readonly MessageItem[]): boolean {
    const known = this.#takesPart.get(messages);
    if (known !== undefined) return known;
    const own = (item: MessageItem) => rights.accountOf(item) === this.#account;
    const takesPart = own(root) || messages.some(own);
    this.#takesPart.set(messages, takesPart);
    return takesPart;
  }

  #waiting(reading: Reading, ids: Iterable<EntryId>, waits: Waits): readonly MessageState[] {
    return [...ids]
      .flatMap((id) => {
        const item = reading.item(id);
        return item && waits(item) && reading.rights.accountOf(item) !== this.#account ? item : [];
      })
      .sort((a, b) => compareItems(b, a))
      .map((item) => reading.state(item))
      .filter(({ deleted }) => !deleted);
  }
}
