/** How a space for direct messages begins. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { conceive, found } from '../space/founding.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { SpaceRecord } from '../space/space-record.ts';
import type { CommandContext } from './command-context.ts';

/** What such a space is called where its own members' names are not at hand: in a file, say. */
const NAME = 'Direct messages';

export interface Beginning {
  /** Under which account this person is known to the other, and what is kept of the other beside the space. */
  readonly own: string;
  readonly direct: NonNullable<SpaceRecord['direct']>;
  /** What the other is called. */
  readonly name: string;
  /** Where it meets. */
  readonly servers: readonly string[];
}

/** Nobody is told yet. Rejects with `StoreError`; then there is none. */
export async function foundDirect(
  { o, name: person = '' }: CommandContext,
  { own, direct, name, servers }: Beginning,
): Promise<Space> {
  const { device, shelf, now } = o;
  const { genesis, record } = await conceive(device, NAME, servers);
  return shelf.add({ ...record, name, direct }, async (space) => {
    const names = { space: NAME, person, direct: [own, direct.with].toSorted() };
    await found(space, device, genesis, names, now());
    return space;
  });
}

/** With somebody who is met in a space. */
export function beginningWith(
  account: string,
  { membership, record, settings }: Space,
  me: PeerId,
  now: number,
): Beginning {
  return {
    own: membership.devices.get(me)?.account ?? me,
    direct: { with: account },
    name: settingsOf(settings, membership, now).names.get(account) ?? '',
    servers: record.servers,
  };
}
