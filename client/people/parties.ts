/** Who writes to whom in a space that is for direct messages. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { HeldConversation } from './conversation-choice.ts';

/** Accounts under which this device is in any of these spaces: they are all one person. */
export function ownAccounts(spaces: Iterable<Space>, me: PeerId): ReadonlySet<string> {
  const accounts = new Set<string>([me]);
  for (const { membership } of spaces) {
    const account = membership.devices.get(me)?.account;
    if (account !== undefined) accounts.add(account);
  }
  return accounts;
}

/** Whether a space is for direct messages: it has one channel, and nobody else comes in. @param now the viewer's clock, ms since 1970 */
export function isDirect(space: Space, now: number): boolean {
  if (space.record.direct) return true;
  return settingsOf(space.settings, space.membership, now).direct !== undefined;
}

/** The account of the other, if the space is for direct messages. What this device was told comes before what the space says. */
export function partnerIn(space: Space, own: ReadonlySet<string>, now: number): string | undefined {
  const { record } = space;
  if (record.direct) return record.direct.with;
  const { direct } = settingsOf(space.settings, space.membership, now);
  return direct?.find((account) => !own.has(account));
}

/**
 * Under which account this person is known to somebody: as the conversation of the two has it, which both see alike, else as in the
 * first space that both are in.
 */
export function ownAccountFor(
  spaces: readonly Space[],
  account: string,
  own: ReadonlySet<string>,
  me: PeerId,
  now: number,
): string | undefined {
  for (const space of spaces) {
    const { direct } = settingsOf(space.settings, space.membership, now);
    if (!direct?.includes(account)) continue;
    const mine = direct.find((one) => own.has(one));
    if (mine !== undefined) return mine;
  }
  const shared = spaces.find(
    ({ record, membership }) => record.state === 'open' && membership.accounts.has(account),
  );
  return shared?.membership.devices.get(me)?.account;
}

/** How far it has come. `undefined`: it is over, or one cannot tell. */
export function standingOf(space: Space, me: PeerId): HeldConversation['is'] | undefined {
  const { record, membership } = space;
  if (record.state === 'joining') return 'asked';
  if (record.state !== 'open' || space.isOut) return undefined;
  const own = membership.devices.get(me)?.account;
  const others = [...membership.accounts.keys()].filter((account) => account !== own);
  return others.length > 0 ? 'shared' : 'waiting';
}
