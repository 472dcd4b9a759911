/** What a person sees of how they and others stand in a space: whether they still belong to it, who waits, which invites hold. Pure. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Membership, Standing } from '../space/membership/membership.ts';
import type { Settings } from '../space/settings.ts';
import type { InviteView, ProvisionalView, Trouble } from './view.ts';

const READABLE =
  'What you hold of it stays readable; nothing new comes, and nothing can be written.';

/** Why this device does not belong to the space any more, in a sentence; `undefined` while it does. */
export function standingTrouble(
  { everListed }: Membership,
  { names }: Settings,
  me: PeerId,
): Trouble | undefined {
  const standing = everListed.get(me);
  if (!standing || standing.role !== undefined) return undefined;
  return { code: 'removed', message: sentence(standing, names) };
}

function sentence(
  { why, account, removedBy }: Standing,
  names: ReadonlyMap<string, string>,
): string {
  switch (why) {
    case 'left':
      return `You left this space, or took this device out of it, on another device. ${READABLE}`;
    case 'provisional':
      return 'Your invite was taken back while you were let in. A member has to confirm you; until then nothing new comes.';
    case 'annulled':
      return `Whoever let you in had been removed from this space. Ask a member for a new invite. ${READABLE}`;
    default: {
      const by = removedBy.flatMap((one) => (one === account ? [] : (names.get(one) ?? [])));
      return `${by.length > 0 ? by.join(' and ') : 'An admin'} removed you from this space. ${READABLE}`;
    }
  }
}

/** Who was let in while their invite was taken away. */
export function provisionalViews(
  { provisional }: Membership,
  { names }: Settings,
): ProvisionalView[] {
  return [...provisional.values()].map(({ account, peer }) => ({
    account,
    device: peer,
    name: names.get(account) ?? '',
  }));
}

/** The invites by which somebody may come in now. */
export function inviteViews(
  membership: Membership,
  { names }: Settings,
  me: PeerId,
  now: number,
): InviteView[] {
  const account = membership.devices.get(me)?.account;
  return [...membership.invites].flatMap(([key, { by, expires, uses, openDoor }]) => {
    if (expires !== undefined && expires < now) return [];
    const theirs = membership.everListed.get(by)?.account;
    const own = theirs !== undefined && theirs === account;
    return {
      key,
      byName: (theirs !== undefined && names.get(theirs)) || '',
      you: own,
      uses,
      openDoor,
      ...(expires === undefined ? {} : { expires }),
    };
  });
}
