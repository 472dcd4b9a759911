/** One message as a person sees it: what the fold says of it, with names in place of keys. Pure. */
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { nameOf, type Settings } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { MessageState } from '../space/timeline/message-state.ts';
import type { Reading, Shown } from '../space/timeline/reading.ts';
import type { Delivery, MessageView, QuoteView } from './view.ts';

/** How much of a message that another answers is told, UTF-16 code units. */
const QUOTED = 200;

/** What names are made from, and who looks. */
export interface Onlooker {
  readonly space: Space;
  readonly settings: Settings;
  readonly reading: Reading;
  readonly me: PeerId;
  readonly deliveryOf: (id: EntryId) => Delivery;
}

/** @param most how many of the newest that stand under it are told */
export function shownMessage(
  by: Onlooker,
  { message, thread }: Extract<Shown, { is: 'message' }>,
  most: number,
): MessageView {
  const view = messageView(by, message);
  if (!thread) return view;
  // The first message of the thread comes first, as it would on a page of its own.
  const { shown } = by.reading.thread(message.id, most);
  const newest = shown
    .slice(1)
    .flatMap((line) => (line.is === 'message' ? [messageView(by, line.message)] : []));
  return { ...view, thread: { replies: thread.replies, newest } };
}

export function messageView(by: Onlooker, message: MessageState): MessageView {
  const { settings, space, me } = by;
  const mine = accountOf(by);
  const nameOfAccount = (account: string) => settings.names.get(account) ?? '';
  const { deleted, edited, reactions, seen, pinned, tags } = message;
  const naming = message.mentions.filter(({ account }) => account === mine);
  const quote = quoteOf(by, message);
  return {
    id: message.id,
    author: message.author,
    authorName: nameOf(settings, space.membership, message.author),
    own: message.author === me || message.account === mine,
    text: message.text,
    at: message.at,
    farOff: message.farOff,
    ...(message.author === me ? { delivery: by.deliveryOf(message.id) } : {}),
    ...(quote ? { reply: quote } : {}),
    ...(edited ? { editedAt: edited.at } : {}),
    ...(deleted
      ? {
          deleted: {
            byName: nameOfAccount(deleted.account),
            byAuthor: deleted.account === message.account,
          },
        }
      : {}),
    ...(reactions.length > 0
      ? {
          reactions: reactions.map(({ emoji, accounts }) => ({
            emoji,
            names: accounts.map(nameOfAccount),
            you: mine !== undefined && accounts.includes(mine),
          })),
        }
      : {}),
    ...(seen.length > 0
      ? {
          seen: seen.map(({ account, level }) => ({
            name: nameOfAccount(account),
            answers: level === 2,
            you: account === mine,
          })),
        }
      : {}),
    ...(pinned ? { pinned: { byName: nameOfAccount(pinned.account) } } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(naming.length > 0
      ? { namesYou: naming.some(({ urgent }) => urgent) ? 'urgently' : 'quietly' }
      : {}),
  };
}

/** The account of whoever looks. */
function accountOf({ space, me }: Onlooker): string | undefined {
  return space.membership.devices.get(me)?.account;
}

/** Absent while the message that it answers has not arrived. */
function quoteOf(
  { reading, settings, space }: Onlooker,
  { reply }: MessageState,
): QuoteView | undefined {
  const answered = reply === undefined ? undefined : reading.message(reply);
  return (
    answered && {
      id: answered.id,
      authorName: nameOf(settings, space.membership, answered.author),
      text: answered.text.slice(0, QUOTED).toWellFormed(),
    }
  );
}
