/** What waits for one person in a space, kept up with its conversation, and what of it they have dealt with. */
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import { CatchUp } from '../space/timeline/catch-up.ts';
import type { MessageItem } from '../space/timeline/entry-index.ts';
import type { Reading } from '../space/timeline/reading.ts';
import type { WaitingView } from './catch-up-view.ts';
import { conversationOf } from './conversation.ts';
import { type Looking, listedMessage } from './overview.ts';
import { isAfter } from './timeline-view.ts';

/** How much that is new is told of one thread. */
const MOST_FRESH = 10;
/** So many single messages are remembered as dealt with; then the older half becomes a place in the order. */
const MOST_REMEMBERED = 2000;

const held = new WeakMap<Space, { membership: Space['membership']; catchUp: CatchUp }>();

function catchUpOf(space: Space, account: string): CatchUp {
  const known = held.get(space);
  if (known?.membership === space.membership) return known.catchUp;
  const catchUp = new CatchUp(account);
  held.set(space, { membership: space.membership, catchUp });
  return catchUp;
}

/**
 * What waits in a space: who asks for attention, who names or answers this person, then threads; each newest first.
 * @param threads most that is told of these
 */
export function waitingIn(
  space: Space,
  me: Looking['me'],
  now: number,
  threads: number,
): readonly WaitingView[] {
  const account = space.membership.everListed.get(me)?.account;
  if (account === undefined) return [];
  const reading = conversationOf(space, now);
  const settings = settingsOf(space.settings, space.membership, now);
  const by: Looking = { space, settings, reading, me };
  const catchUp = catchUpOf(space, account);
  const waits = stillWaits(space, reading);
  const told = new Set<EntryId>();
  const waiting: WaitingView[] = [];
  const tell = (
    because: WaitingView['because'],
    message: Parameters<typeof listedMessage>[1] | undefined,
    of: Pick<WaitingView, 'thread'> & { readonly messages?: readonly EntryId[] } = {},
  ) => {
    const listed = message && !told.has(message.id) ? listedMessage(by, message) : undefined;
    if (!listed) return;
    told.add(listed.id);
    const { id, name } = space.record;
    const spaceName = settings.name ?? name;
    waiting.push({ because, space: id, spaceName, message: listed, messages: [listed.id], ...of });
  };
  const mentions = catchUp.mentions(reading, waits);
  for (const { message, urgent } of mentions) if (urgent) tell('asked', message);
  for (const { message } of mentions) tell('named', message);
  for (const message of catchUp.replies(reading, waits)) tell('answered', message);
  for (const { root, fresh } of catchUp.threads(reading, waits, { fresh: MOST_FRESH, threads })) {
    const rest = fresh.filter(({ id }) => !told.has(id));
    const latest = fresh.at(-1);
    const text = listedMessage(by, root)?.text ?? '';
    if (latest)
      tell('thread', rest[0], { thread: { text, fresh: rest.length }, messages: [latest.id] });
  }
  return waiting;
}

/** Not what was dealt with, nor what stands in a channel as far as that has been read. */
function stillWaits({ record }: Space, reading: Reading): (item: MessageItem) => boolean {
  const { upTo, messages = [] } = record.caughtUp ?? {};
  const dealtWith = new Set<EntryId>(messages);
  return (item) => {
    const at = { order: item.standing.order, id: item.id };
    if (dealtWith.has(item.id) || (upTo && !isAfter(at, upTo))) return false;
    const { channel, thread } = reading.placement.placeOf(item);
    const read = record.read[channel];
    return thread !== undefined || !read || isAfter(at, read);
  };
}

/** Remembers that these were dealt with. Only those that are held count. */
export function dealWith(space: Space, ids: readonly EntryId[], now: number): void {
  const { record } = space;
  const { index } = conversationOf(space, now);
  const before = record.caughtUp ?? { messages: [] };
  const held = [...new Set([...before.messages, ...ids])].flatMap((id) => {
    const item = index.message(id);
    return item ? [{ id, order: item.standing.order }] : [];
  });
  record.caughtUp = remembered(before.upTo, held, MOST_REMEMBERED);
}

type CaughtUp = NonNullable<Space['record']['caughtUp']>;

/** Each by itself, so that what arrives late between them still waits; of more than `most` the older half is told by a place. */
export function remembered(
  upTo: CaughtUp['upTo'],
  dealtWith: readonly { readonly id: EntryId; readonly order: number }[],
  most: number,
): CaughtUp {
  const items = [...dealtWith].sort((a, b) => (isAfter(a, b) ? 1 : -1));
  const dropped = items.length > most ? items.splice(0, items.length - Math.floor(most / 2)) : [];
  const last = dropped.at(-1);
  const far = last && (!upTo || isAfter(last, upTo)) ? last : upTo;
  return { messages: items.map(({ id }) => id), ...(far ? { upTo: far } : {}) };
}
