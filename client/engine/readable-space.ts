/** A space as its members read it, to be written down as text: every message that counts and is not deleted, where it stands now. */
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import type { ReadableMessage, ReadableSpace } from '../space/archive/readable-text.ts';
import { nameOf, type Settings, settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import { compareItems, type MessageItem } from '../space/timeline/entry-index.ts';
import { type MessageState, stateOf } from '../space/timeline/message-state.ts';
import type { Reading } from '../space/timeline/reading.ts';
import { conversationOf } from './conversation.ts';

/**
 * Made as it is read, oldest first; what is said meanwhile is not in it.
 *
 * @param now the viewer's clock, ms since 1970
 * @param tell how much of it has been read, from 0 to 1
 */
export function readableSpace(
  space: Space,
  now: number,
  tell: (share: number) => void,
): ReadableSpace {
  const settings = settingsOf(space.settings, space.membership, now);
  const reading = conversationOf(space, now);
  const standing = standingIn(space, reading);
  const count = [...standing.values()].reduce((sum, items) => sum + items.length, 0);
  let read = 0;
  function* messagesOf(items: readonly MessageItem[]): Generator<ReadableMessage> {
    for (const item of items) {
      tell(++read / count);
      const message = stateOf(item, reading.index, reading.rights);
      if (!message.deleted) yield readable(message, item, space, settings, reading);
    }
  }
  return {
    name: settings.name ?? space.record.name,
    madeAt: now,
    channels: [...space.membership.channels].map((channel) => ({
      name: settings.channels.get(channel)?.name ?? '',
      topic: settings.channels.get(channel)?.topic ?? '',
      messages: messagesOf(standing.get(channel) ?? []),
    })),
  };
}

/** By the channels where they stand now, threads among the rest. */
function standingIn(space: Space, reading: Reading): ReadonlyMap<ChannelId, MessageItem[]> {
  const standing = new Map<ChannelId, MessageItem[]>();
  for (const written of space.membership.channels)
    for (const { id } of space.channel(written).entries) {
      const item = reading.item(id);
      if (!item) continue;
      const { channel } = reading.placement.placeOf(item);
      const items = standing.get(channel);
      if (items) items.push(item);
      else standing.set(channel, [item]);
    }
  for (const items of standing.values()) items.sort(compareItems);
  return standing;
}

function readable(
  { author, text, at, edited, reply, reactions }: MessageState,
  item: MessageItem,
  space: Space,
  settings: Settings,
  reading: Reading,
): ReadableMessage {
  const nameOfAuthor = (peer: MessageState['author']) => nameOf(settings, space.membership, peer);
  const under = reply ?? reading.placement.placeOf(item).thread;
  const above = under === undefined ? undefined : reading.message(under);
  return {
    authorName: nameOfAuthor(author),
    text,
    at,
    ...(edited ? { edited: true } : {}),
    ...(above ? { replyTo: { authorName: nameOfAuthor(above.author), text: above.text } } : {}),
    ...(reactions.length > 0
      ? { reactions: reactions.map(({ emoji, accounts }) => ({ emoji, count: accounts.length })) }
      : {}),
  };
}
