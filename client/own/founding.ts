/** How a person's own-devices space begins. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { conceive, found } from '../space/founding.ts';
import type { Space } from '../space/space.ts';
import type { SpaceRecord } from '../space/space-record.ts';

/** Never seen: the space stands on no list. */
const NAME = 'Own devices';

export interface Founder {
  readonly device: DeviceKey;
  readonly servers: readonly string[];
  /** The person's display name, if there is one yet. */
  readonly name: string | undefined;
  /** ms since 1970. */
  readonly now: number;
}

/** Where spaces are kept. */
export interface Keeping {
  add<T>(record: SpaceRecord, fill: (space: Space) => Promise<T>): Promise<T>;
}

/** Makes the space, of this device alone. Rejects with `StoreError`; then there is none. */
export async function foundOwnSpace(founder: Founder, keeping: Keeping): Promise<Space> {
  const { device, servers, name = NAME, now } = founder;
  const { genesis, record } = await conceive(device, NAME, servers);
  return keeping.add({ ...record, own: true }, async (space) => {
    await found(space, device, genesis, { space: NAME, person: name }, now);
    return space;
  });
}
