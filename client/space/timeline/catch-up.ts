/** What waits for one person: mentions, replies, threads they take part in. Newest first, each with an end. */
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { compareItems, type MessageItem } from './entry-index.ts';
import type { MessageState } from './message-state.ts';
import type { Reading, ThreadEntry } from './reading.ts';

export interface MentionOf {
  readonly message: MessageState;
  /** `@@`: attention is asked for now. */
  readonly urgent: boolean;
}

/** Messages of others that name an account as they read now. */
export function mentionsOf(
  reading: Reading,
  account: string,
  newest: number,
): readonly MentionOf[] {
  return newestFirst(reading, reading.index.mentioning(account))
    .flatMap((item) => {
      const message = reading.state(item);
      const naming = message.mentions.filter((mention) => mention.account === account);
      if (naming.length === 0 || message.account === account) return [];
      return [{ message, urgent: naming.some((mention) => mention.urgent === true) }];
    })
    .slice(0, newest);
}

/** Messages of others that answer an account's. */
export function repliesTo(
  reading: Reading,
  account: string,
  newest: number,
): readonly MessageState[] {
  const { index, rights } = reading;
  const ids = index.replies.flatMap(({ id, operation: { reply } }): EntryId[] => {
    const answered = reply && index.message(reply);
    return answered && rights.accountOf(answered) === account ? [id] : [];
  });
  return newestFirst(reading, ids)
    .map((item) => reading.state(item))
    .filter((message) => !message.deleted && message.account !== account)
    .slice(0, newest);
}

/** Threads that an account began, or said something in. */
export function threadsOf(reading: Reading, account: string): readonly ThreadEntry[] {
  const { placement, rights } = reading;
  return reading
    .threads()
    .filter(
      ({ root }) =>
        root.account === account ||
        placement.thread(root.id).some((item) => rights.accountOf(item) === account),
    );
}

function newestFirst(reading: Reading, ids: Iterable<EntryId>): MessageItem[] {
  return [...ids].flatMap((id) => reading.item(id) ?? []).sort((a, b) => compareItems(b, a));
}
