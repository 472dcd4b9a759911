/** Finds members' devices by the first bytes of their keys, by which links name them. */
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { DEVICE_PREFIX } from '../mesh/frames/frame-layout.ts';
import type { ResolveDevice } from '../mesh/frames/frames.ts';
import { parseAddress } from '../space/address.ts';
import type { Membership } from '../space/membership/membership.ts';

/** As far as names go, a space is the devices that were ever listed: what the removed wrote is still passed on. */
interface Listing {
  readonly membership: Pick<Membership, 'everListed'>;
}

interface Listings {
  get(id: SpaceId): Listing | undefined;
}

interface Listed {
  /** That of the membership, when it was last looked at. */
  devices: Membership['everListed'] | undefined;
  readonly seen: Set<PeerId>;
  readonly byPrefix: Map<string, Uint8Array | 'several'>;
}

/** Who was ever listed stays so, and so does their name. */
export class DeviceNames {
  readonly #spaces: Listings;
  readonly #listed = new WeakMap<Listing, Listed>();

  constructor(spaces: Listings) {
    this.#spaces = spaces;
  }

  readonly resolve: ResolveDevice = (address, prefix) => {
    const place = parseAddress(address);
    const space = place && this.#spaces.get(place.space);
    if (!space) return undefined;
    const found = this.#of(space).byPrefix.get(String.fromCharCode(...prefix));
    return found === 'several' ? undefined : found;
  };

  #of(space: Listing): Listed {
    let listed = this.#listed.get(space);
    if (!listed) {
      listed = { devices: undefined, seen: new Set(), byPrefix: new Map() };
      this.#listed.set(space, listed);
    }
    const { everListed: devices } = space.membership;
    const { seen, byPrefix } = listed;
    if (listed.devices === devices && seen.size === devices.size) return listed;
    listed.devices = devices;
    for (const peer of devices.keys()) {
      if (seen.has(peer)) continue;
      seen.add(peer);
      const key = publicKeyFromPeerId(peer);
      const prefix = String.fromCharCode(...key.subarray(0, DEVICE_PREFIX));
      byPrefix.set(prefix, byPrefix.has(prefix) ? 'several' : key);
    }
    return listed;
  }
}
