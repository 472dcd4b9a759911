/** What a person sees of other people, as far as it is about one of them rather than a space: plain data, and pure. */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { type Contact, type ContactBook, contactsOf } from '../people/contacts.ts';
import { ownAccountFor, ownAccounts, partnerIn } from '../people/parties.ts';
import { sharedLists } from '../people/verification-phrase.ts';
import type { Space } from '../space/space.ts';
import type {
  CardView,
  ContactView,
  DirectView,
  EngineView,
  KnockView,
  MemberView,
  SpaceView,
} from './view.ts';

/** Who one is oneself, and what one has said of others. */
export interface People {
  readonly own: ReadonlySet<string>;
  readonly book: ContactBook;
  /** The hash of one's own and somebody's device lists as they are now. */
  readonly listsWith: (account: string) => Uint8Array | undefined;
}

export const NOBODY: People = { own: new Set(), book: new Map(), listsWith: () => undefined };

/** @param spaces all that this device holds, the own-devices space too; @param now the viewer's clock, ms since 1970 */
export function peopleOf(spaces: Iterable<Space>, me: PeerId, now: number): People {
  const all = [...spaces];
  const devices = all.find(({ record }) => record.own === true && record.state === 'open');
  const own = ownAccounts(all, me);
  const listsWith = (account: string) => {
    const mine = ownAccountFor(all, account, own, me, now);
    return mine === undefined ? undefined : sharedLists(all, mine, account);
  };
  return { own, book: contactsOf(devices, now), listsWith };
}

export function contactsPart(people: People): Pick<EngineView, 'contacts'> {
  const contacts = [...people.book.values()];
  return contacts.length > 0 ? { contacts: contacts.map((one) => contactView(one, people)) } : {};
}

/** The card and the knocks, which only the leading tab's engine knows. */
export function inboxPart({
  card,
  knocks,
}: {
  readonly card: CardView | undefined;
  readonly knocks: readonly KnockView[];
}): Pick<EngineView, 'card' | 'knocks'> {
  return { ...(card ? { card } : {}), ...(knocks.length > 0 ? { knocks } : {}) };
}

function contactView(contact: Contact, { listsWith }: People): ContactView {
  const { account, name, petname, isBlocked, isMuted, verified } = contact;
  const lists = verified && listsWith(account);
  const changed = verified && lists && !equalBytes(verified, lists);
  return {
    account,
    name,
    ...(petname === undefined ? {} : { petname }),
    ...(isBlocked ? { blocked: true } : {}),
    ...(isMuted ? { muted: true } : {}),
    ...(verified ? { verified: changed ? 'changed' : 'yes' } : {}),
  };
}

/** `undefined` for a space that is not for direct messages. */
export function directView(
  space: Space,
  members: readonly MemberView[],
  { own, book }: People,
  now: number,
): DirectView | undefined {
  const account = partnerIn(space, own, now);
  if (account === undefined) return undefined;
  const contact = book.get(account);
  const theirs = members.find(({ you, name }) => !you && name !== '');
  const told = space.record.direct ? space.record.name : '';
  const known = contact?.name || told;
  return {
    account,
    name: theirs?.name ?? known,
    ...(contact?.petname === undefined ? {} : { petname: contact.petname }),
    ...(contact?.isMuted ? { muted: true } : {}),
    ...(space.record.direct?.knock ? { knocking: true } : {}),
  };
}

/** As of a conversation between two: nobody has more to say than the other, nobody else comes in, and it has one channel. */
export function asDirect({ invites: _, ...view }: SpaceView, direct: DirectView): SpaceView {
  const name = direct.petname ?? direct.name;
  const channels = view.channels.slice(0, 1).map((channel) => ({
    ...channel,
    name,
    unread: channel.unread && !direct.muted,
  }));
  return {
    ...view,
    name,
    channels,
    members: view.members.map((member) => ({ ...member, role: 'member' })),
    you: 'member',
    mayInvite: false,
    mayOpenChannels: false,
    direct,
  };
}
