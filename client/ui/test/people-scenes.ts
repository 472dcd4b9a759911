import type {
  ContactView,
  KnockView,
  MemberView,
  MessageView,
  SpaceView,
  View,
} from '../../engine/view.ts';
import * as street from './lyre-street.ts';
import { channelNamed, peerNamed, spaceNamed } from './names.ts';

/** A conversation of two, as one's own device sees it. */
export function conversationWith(
  other: MemberView,
  more: Partial<SpaceView> = {},
  unread = false,
): SpaceView {
  const you = street.member(street.YOU, 'direct');
  return {
    ...street.space,
    id: spaceNamed(`with ${other.name}`),
    name: other.name,
    mayInvite: false,
    mayOpenChannels: false,
    members: [you, { ...other, role: 'member' }],
    channels: [{ id: channelNamed(`with ${other.name}`), name: other.name, topic: '', unread }],
    here: other.tie === 'offline' ? 1 : 2,
    direct: { account: other.account, name: other.name },
    ...more,
  };
}

const ines = street.member('Ines Park', 'direct');
const lotte = street.member('Lotte Brandt', 'offline');
const ravi = street.member('Ravi Anand', 'direct');

export const conversations: readonly SpaceView[] = [
  conversationWith(ines, {
    name: 'Inesita',
    direct: { account: ines.account, name: ines.name, petname: 'Inesita' },
  }),
  conversationWith(ravi, {}, true),
  conversationWith(lotte, { members: [street.member(street.YOU, 'direct')], here: 1 }),
];

/** Where one is written to, and not in yet. */
export const asked: SpaceView = conversationWith(street.member('Tomas Lind', 'offline'), {
  members: [],
});

/** What two people say to each other. */
export const alone: readonly MessageView[] = [
  street.message(ines.name, 'Did you get the keys of the shed?', Date.now() - 40 * 60_000),
  street.message(street.YOU, 'Yes, they hang by the door.', Date.now() - 38 * 60_000, {
    delivery: 'everyone',
  }),
];

export const contacts: readonly ContactView[] = [
  { account: ines.account, name: ines.name, petname: 'Inesita', verified: 'yes' },
  { account: ravi.account, name: ravi.name, muted: true, verified: 'changed' },
  { account: peerNamed('Gus Ek'), name: 'Gus Ek', blocked: true },
];

export const knocks: readonly KnockView[] = [
  {
    account: peerNamed('Noor Haddad'),
    name: 'Noor Haddad',
    text: 'We met at the repair café; you mended my kettle.',
    at: Date.now() - 3_600_000,
  },
];

/** What the book says after this has been said of somebody. */
export function contactsAfter(
  { contacts: before = [], spaces }: View,
  account: string,
  kept: boolean | undefined,
  said: { readonly petname?: string; readonly blocked?: boolean; readonly muted?: boolean },
): readonly ContactView[] {
  const others = before.filter((contact) => contact.account !== account);
  if (kept === false) return others;
  const known = spaces.flatMap(({ members }) => members).find((m) => m.account === account);
  const { petname, blocked, muted, ...held } = before.find((c) => c.account === account) ?? {
    account,
    name: known?.name ?? '',
  };
  const called = said.petname ?? petname;
  return [
    ...others,
    {
      ...held,
      ...(called ? { petname: called } : {}),
      ...((said.blocked ?? blocked) ? { blocked: true } : {}),
      ...((said.muted ?? muted) ? { muted: true } : {}),
    },
  ];
}
