/** What a person sees of one channel: plain data from the fold of its entries, and who is here to hold them. Pure. */
import type { ChannelId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { nameOf, settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { Shown } from '../space/timeline/reading.ts';
import { conversationOf } from './conversation.ts';
import { type Onlooker, shownMessage } from './message-view.ts';
import type { Reach } from './reach.ts';
import type {
  Delivery,
  GapView,
  MessageView,
  PendingView,
  PointerView,
  TimelineView,
} from './view.ts';

/** Among more others than these nobody can be expected to wait for all: how many is told instead. */
const COUNTED_BEYOND = 50;

/** Most messages of threads that a timeline tells of. */
const MOST_REPLIES = { ofOne: 100, inAll: 1000 };

/** How far a channel has been read. */
export interface ReadUpTo {
  readonly order: number;
  readonly id: string;
}

export function isAfter(one: ReadUpTo, read: ReadUpTo): boolean {
  return one.order > read.order || (one.order === read.order && one.id > read.id);
}

/** Others who are here, linked or not. */
function presentIn(space: Space, reach: Reach): readonly PeerId[] {
  return [...space.membership.devices.keys()].filter(
    (peer) => peer !== reach.me && (reach.pathTo(peer) !== undefined || reach.isHere(peer)),
  );
}

/** Never more than is known: a neighbour acknowledged it or showed the same heads, or a holder's receipt came. */
function delivery(
  space: Space,
  present: readonly PeerId[],
  id: EntryId,
  holders: ReadonlySet<PeerId>,
): Delivery {
  if (holders.size === 0) return space.record.unheld.includes(id) ? 'device' : 'stored';
  // Whoever is here: that somebody who holds it leaves takes nothing back.
  const held = present.filter((peer) => holders.has(peer)).length;
  if (present.length > COUNTED_BEYOND) return { held, of: present.length };
  return held === present.length ? 'everyone' : 'stored';
}

/** Whose device each typing one is, told once; one's own other devices are not told of. */
function typingNames(
  space: Space,
  reach: Reach,
  channel: ChannelId,
  name: (peer: PeerId) => string,
): readonly string[] {
  const { devices } = space.membership;
  const own = devices.get(reach.me)?.account;
  const byAccount = new Map(
    reach.typingIn(channel).map((peer) => [devices.get(peer)?.account, peer] as const),
  );
  byAccount.delete(own);
  byAccount.delete(undefined);
  return [...byAccount.values()].map(name).sort();
}

export function timelineView(options: {
  readonly space: Space;
  readonly channel: ChannelId;
  /** How many of the newest messages. */
  readonly newest: number;
  readonly readAtOpening: ReadUpTo | undefined;
  /** ms since 1970. */
  readonly openedAt: number;
  readonly pending: readonly PendingView[];
  readonly reach: Reach;
  /** Peers known to hold an entry. */
  readonly holders: (id: EntryId) => ReadonlySet<PeerId>;
  readonly now: number;
}): TimelineView {
  const { space, channel, newest, readAtOpening, openedAt, pending, reach, now } = options;
  const { me } = reach;
  const present = presentIn(space, reach);
  const settings = settingsOf(space.settings, space.membership, now);
  const reading = conversationOf(space, now);
  const by: Onlooker = {
    space,
    settings,
    reading,
    me,
    deliveryOf: (id) => delivery(space, present, id, options.holders(id)),
  };
  const name = (peer: PeerId) => nameOf(settings, space.membership, peer);
  const { shown, more } = reading.channel(channel, newest);
  const messages = shown.flatMap((line) => (line.is === 'message' ? [line] : []));
  // What has not been read back yet is no gap.
  const missing = space.isWhole ? [...space.channel(channel).gaps()] : [];
  const gaps = missing.map(
    ([author, missing]): GapView => ({ author, authorName: name(author), missing }),
  );
  const mine = space.membership.devices.get(me)?.account;
  const firstUnread =
    readAtOpening &&
    messages.find(
      ({ message }) =>
        message.account !== mine && message.at < openedAt && isAfter(message, readAtOpening),
    )?.message.id;
  return {
    space: space.record.id,
    channel,
    messages: withReplies(messages, by),
    pointers: pointersIn(shown, by),
    pending,
    gaps,
    typing: typingNames(space, reach, channel, name),
    more: more || !space.isWhole,
    ...(firstUnread === undefined ? {} : { firstUnread }),
  };
}

/** The newest messages come with more of what stands under them. */
function withReplies(
  lines: readonly Extract<Shown, { is: 'message' }>[],
  by: Onlooker,
): readonly MessageView[] {
  const views: MessageView[] = [];
  let left = MOST_REPLIES.inAll;
  for (const line of lines.toReversed()) {
    const view = shownMessage(by, line, Math.min(left, MOST_REPLIES.ofOne));
    left -= view.thread?.newest.length ?? 0;
    views.push(view);
  }
  return views.reverse();
}

/** Each says before which message it stands. */
function pointersIn(shown: readonly Shown[], { settings }: Onlooker): PointerView[] {
  const pointers: PointerView[] = [];
  let before: EntryId | undefined;
  for (const line of shown.toReversed()) {
    if (line.is === 'message') {
      before = line.message.id;
      continue;
    }
    const { messages, to, by, at } = line;
    pointers.push({
      messages,
      at,
      byName: settings.names.get(by) ?? '',
      channel: to.channel,
      channelName: settings.channels.get(to.channel)?.name ?? '',
      ...(to.thread === undefined ? {} : { thread: to.thread }),
      ...(before === undefined ? {} : { before }),
    });
  }
  return pointers.reverse();
}
