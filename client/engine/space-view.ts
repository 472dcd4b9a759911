/** What a person sees of a space: plain data from its documents, who is linked and who is here. Pure. */

import { parseContent } from '@snug/shared/entries/kinds.ts';
import type { ChannelId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Path } from '../mesh/links-port.ts';
import type { Placed } from '../space/chain.ts';
import { mayInvite, roleOf } from '../space/membership.ts';
import { nameOf, type Settings, settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type {
  Delivery,
  GapView,
  MemberView,
  MessageView,
  PendingView,
  SpaceView,
  Tie,
  TimelineView,
  Trouble,
} from './view.ts';

/** Who can be reached, as links tell it and they themselves. */
export interface Reach {
  readonly me: PeerId;
  pathTo(peer: PeerId): Path | undefined;
  /** The neighbour through whom something of a peer's came last. */
  through(peer: PeerId): PeerId | undefined;
  /** Says so along the broadcast tree, whether linked or not. */
  isHere(peer: PeerId): boolean;
  /** Devices whose owners are typing in a channel. */
  typingIn(channel: ChannelId): readonly PeerId[];
}

/** Among more others than these nobody can be expected to wait for all: how many is told instead. */
const COUNTED_BEYOND = 50;

const REFUSALS: Readonly<Record<string, { code: Trouble['code']; message: string }>> = {
  'expired-invite': {
    code: 'expired-invite',
    message: 'This invite has expired. Ask whoever sent it for a new one.',
  },
  'unknown-invite': {
    code: 'refused-invite',
    message: 'Nobody there knows this invite. Ask whoever sent it for a new one.',
  },
  'bad-invite': {
    code: 'bad-invite',
    message: 'This invite is not for this space. Ask whoever sent it for a new one.',
  },
};

export function refusalTrouble(reason: string): Trouble {
  return (
    REFUSALS[reason] ?? {
      code: 'refused-invite',
      message: 'You were not let in. Ask whoever sent the invite.',
    }
  );
}

const HINTS: Readonly<Record<string, string>> = {
  later:
    'This invite is letting in many people just now. You are let in when it is your turn: leave this page open, or come back later.',
  'expired-invite':
    'Somebody who is here says that this invite has expired. The others are still asked; if none of them lets you in, ask whoever sent it for a new one.',
};

/** Why nobody has let this device in yet, as far as anybody has said: it goes on asking. */
function hintTrouble(reason: string): Trouble {
  const message =
    HINTS[reason] ??
    'Somebody who is here does not know this invite. The others are still asked; if none of them lets you in, ask whoever sent it for a new one.';
  return { code: 'not-yet', message };
}

export function spaceView(space: Space, reach: Reach, now: number): SpaceView {
  const { membership, record } = space;
  const settings = settingsOf(space.settings, membership, now);
  const members = memberViews(space, settings, reach);
  const base = {
    id: record.id,
    name: settings.name ?? record.name,
    state: record.state,
    you: roleOf(membership, reach.me) ?? ('member' as const),
    mayInvite: mayInvite(membership, reach.me),
    servers: record.servers,
    mayOpenChannels: membership.devices.has(reach.me),
    members,
    channels: [...membership.channels].map((id) => ({
      id,
      name: settings.channels.get(id)?.name ?? '',
      topic: settings.channels.get(id)?.topic ?? '',
      unread: isUnread(space, id, reach.me, now),
    })),
    here: members.filter((member) => member.tie !== 'offline' || member.you).length,
  };
  if (record.refusal !== undefined) return { ...base, trouble: refusalTrouble(record.refusal) };
  if (record.state === 'joining' && space.hint !== undefined)
    return { ...base, trouble: hintTrouble(space.hint) };
  return base;
}

function memberViews(space: Space, settings: Settings, reach: Reach): MemberView[] {
  const { membership } = space;
  const linkedAtAll = [...membership.devices.keys()].some((p) => reach.pathTo(p) !== undefined);
  return [...membership.accounts].map(([account, role]) => {
    const devices = [...membership.devices.values()]
      .filter((device) => device.account === account)
      .map((device) => device.peer);
    const you = devices.includes(reach.me);
    const paths = devices.map((peer) => reach.pathTo(peer));
    let tie: Tie = 'offline';
    if (you || paths.includes('direct')) tie = 'direct';
    else if (paths.includes('relayed')) tie = 'relayed';
    else if (linkedAtAll && devices.some((peer) => reach.isHere(peer))) tie = 'through others';
    const name = settings.names.get(account) ?? '';
    const member = { account, devices, name, you, role, tie };
    const via =
      tie === 'through others'
        ? devices.map((peer) => reach.through(peer)).find(Boolean)
        : undefined;
    const viaName = via && nameOf(settings, membership, via);
    return viaName ? { ...member, via: viaName } : member;
  });
}

/** One message as it is shown; `undefined` for entries that are no messages, or damaged ones. */
export function messageView(
  entry: Placed,
  nameOfPeer: (peer: PeerId) => string,
  me: PeerId,
  deliveryOf: (id: EntryId) => Delivery,
): MessageView | undefined {
  const content = parseContent(entry.body.kind, entry.body.content);
  if (content.kind !== 'message') return undefined;
  const own = entry.author === me;
  const base = {
    id: entry.id,
    author: entry.author,
    authorName: nameOfPeer(entry.author),
    own,
    text: content.text,
    at: entry.body.hlc,
    farOff: entry.farOff,
  };
  return own ? { ...base, delivery: deliveryOf(entry.id) } : base;
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

function isUnread(space: Space, channel: ChannelId, me: PeerId, now: number): boolean {
  const newest = space
    .channel(channel)
    .placed(now)
    .findLast((entry) => entry.author !== me);
  if (!newest) return false;
  const read = space.record.read[channel];
  return !read || isAfter(newest, read);
}

function isAfter(entry: Placed, read: { readonly order: number; readonly id: string }): boolean {
  return entry.order > read.order || (entry.order === read.order && entry.id > read.id);
}

export function timelineView(options: {
  readonly space: Space;
  readonly channel: ChannelId;
  /** How many of the newest messages. */
  readonly newest: number;
  readonly readAtOpening: { readonly order: number; readonly id: string } | undefined;
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
  const deliveryOf = (id: EntryId) => delivery(space, present, id, options.holders(id));
  const chain = space.channel(channel);
  const settings = settingsOf(space.settings, space.membership, now);
  const name = (peer: PeerId) => nameOf(settings, space.membership, peer);
  const all = chain.placed(now);
  const messages: MessageView[] = [];
  let from = all.length;
  while (from > 0 && messages.length < newest) {
    const entry = all[--from];
    const message = entry && messageView(entry, name, me, deliveryOf);
    if (message) messages.push(message);
  }
  messages.reverse();
  const gaps = [...chain.gaps()].map(
    ([author, missing]): GapView => ({ author, authorName: name(author), missing }),
  );
  const firstUnread =
    readAtOpening &&
    all
      .slice(from)
      .find(
        (entry) =>
          entry.author !== me && entry.body.hlc < openedAt && isAfter(entry, readAtOpening),
      )?.id;
  return {
    space: space.record.id,
    channel,
    messages,
    pending,
    gaps,
    typing: typingNames(space, reach, channel, name),
    more: from > 0,
    ...(firstUnread === undefined ? {} : { firstUnread }),
  };
}
