import type { Role } from '../../engine/view.ts';
import type { ShownSpace } from '../shown.ts';

/** Each role with what it is called and what it may, in plain words. */
export const ROLES: readonly {
  readonly role: Role;
  readonly name: string;
  readonly may: string;
}[] = [
  {
    role: 'member',
    name: 'Member',
    may: 'Reads and writes, opens channels, and tends what they wrote themselves.',
  },
  {
    role: 'gardener',
    name: 'Gardener',
    may: 'As a member; also moves, tags, pins and deletes what others wrote, and names and archives channels.',
  },
  {
    role: 'admin',
    name: 'Admin',
    may: 'As a gardener; also removes people, gives roles, revokes invites, changes the keys and names the space.',
  },
];

/** So many people, and one admin alone is too few. */
const SECOND_ADMIN_FROM = 3;

/**
 * What has to be said about who is an admin. `second`: one is the only admin among enough people that another is
 * proposed. `none`: nobody is, and nobody becomes one.
 */
export function adminsWanted(
  space: Pick<ShownSpace, 'state' | 'members'>,
): 'second' | 'none' | undefined {
  if (space.state !== 'open' || space.members.length === 0) return undefined;
  const admins = space.members.filter(({ role }) => role === 'admin');
  if (admins.length === 0) return 'none';
  const alone = admins.length === 1 && admins[0]?.you;
  return alone && space.members.length >= SECOND_ADMIN_FROM ? 'second' : undefined;
}
