/** A membership in which these devices, each an account of its own, have these roles. */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { tipOf } from '../chain.ts';
import type { Cut, Membership, Role, Standing } from '../membership/membership.ts';

/** @param removed devices that were removed, what they were, and the tips up to which what they wrote counts */
export function membershipOfRoles(
  roles: readonly (readonly [PeerId, Role])[],
  removed: readonly (readonly [PeerId, Role, readonly EntryId[]])[] = [],
): Membership {
  const listed = roles.map(
    ([peer, role]) =>
      [peer, { account: peer, role, cuts: [], why: undefined, removedBy: [] }] as const,
  );
  const cut = removed.map(([peer, role, tips]): readonly [PeerId, Standing] => {
    const kept: Cut = { role, tips: new Set(tips.map((id) => toHex(tipOf(id)))), of: 'removal' };
    return [peer, { account: peer, role: undefined, cuts: [kept], why: 'removed', removedBy: [] }];
  });
  return {
    accounts: new Map(roles),
    devices: new Map(
      roles.map(([peer]) => [peer, { peer, account: peer, sealing: new Uint8Array(32) }]),
    ),
    keepers: new Map(),
    everListed: new Map<PeerId, Standing>([...listed, ...cut]),
    provisional: new Map(),
    invites: new Map(),
    epochs: [],
    currentEpoch: undefined,
    channels: new Set(),
    closedHistory: false,
    annulled: new Set(),
  };
}
