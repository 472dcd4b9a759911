/** What a person sees of a space: plain data from its documents, who is linked and who is here. Pure. */
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import { mayInvite, roleOf } from '../space/membership/membership.ts';
import { nameOf, type Settings, settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import { asDirect, directView, NOBODY, type People } from './contact-view.ts';
import { conversationOf } from './conversation.ts';
import type { Reach } from './reach.ts';
import { inviteViews, provisionalViews, standingTrouble } from './standing-view.ts';
import { isAfter } from './timeline-view.ts';
import type { ChannelView, MemberView, SpaceView, Tie, Trouble } from './view.ts';

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
  provisional:
    'Your invite was taken back while you were let in. A member has to confirm you; leave this page open, or come back later.',
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

export function spaceView(
  space: Space,
  reach: Reach,
  now: number,
  people: People = NOBODY,
): SpaceView {
  const view = plainSpaceView(space, reach, now);
  const direct = directView(space, view.members, people, now);
  return direct ? asDirect(view, direct) : view;
}

function plainSpaceView(space: Space, reach: Reach, now: number): SpaceView {
  const { membership, record } = space;
  const settings = settingsOf(space.settings, membership, now);
  const members = memberViews(space, settings, reach);
  const provisional = provisionalViews(membership, settings);
  const invites = inviteViews(membership, settings, reach.me, now);
  const out = record.state === 'open' ? standingTrouble(membership, settings, reach.me) : undefined;
  const base = {
    id: record.id,
    name: settings.name ?? record.name,
    state: out ? ('removed' as const) : record.state,
    you: roleOf(membership, reach.me) ?? ('member' as const),
    mayInvite: mayInvite(membership, reach.me),
    servers: record.servers,
    mayOpenChannels: membership.devices.has(reach.me),
    members,
    channels: [...membership.channels].map((id) => channelView(space, settings, id, reach.me, now)),
    here: members.filter((member) => member.tie !== 'offline' || member.you).length,
    ...(provisional.length > 0 ? { provisional } : {}),
    ...(invites.length > 0 ? { invites } : {}),
  };
  if (out) return { ...base, trouble: out };
  if (record.refusal !== undefined) return { ...base, trouble: refusalTrouble(record.refusal) };
  if (record.state === 'joining' && space.hint !== undefined)
    return { ...base, trouble: hintTrouble(space.hint) };
  return base;
}

function channelView(
  space: Space,
  settings: Settings,
  id: ChannelId,
  me: PeerId,
  now: number,
): ChannelView {
  const said = settings.channels.get(id);
  const unread = isUnread(space, id, me, now);
  const base = { id, name: said?.name ?? '', topic: said?.topic ?? '', unread };
  return said?.archived ? { ...base, archived: true } : base;
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

/** Whether somebody else has said something here since it was read. */
function isUnread(space: Space, channel: ChannelId, me: PeerId, now: number): boolean {
  const reading = conversationOf(space, now);
  const account = space.membership.devices.get(me)?.account;
  const newest = reading.newest(channel, (item) => reading.rights.accountOf(item) !== account);
  if (!newest) return false;
  const read = space.record.read[channel];
  return !read || isAfter({ id: newest.id, order: newest.standing.order }, read);
}
