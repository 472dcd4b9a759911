/**
 * What two people compare to know that nobody stands between them: six words from the device lists of both. They are the same on
 * both screens if each holds the other's real keys, and others as soon as either has one device more or less.
 */
import { compareBytes, concatBytes, sha256, toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { sixWords } from '@snug/shared/crypto/device-link.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { DOMAINS, domainBytes } from '@snug/shared/crypto/labels.ts';
import { type PassphraseCost, passphraseKey, SALT_BYTES } from '@snug/shared/crypto/passphrase.ts';
import type { Device, Membership } from '../space/membership/membership.ts';
import type { Space } from '../space/space.ts';

/** One person's devices, as the other sees them. */
export interface DeviceList {
  readonly account: string;
  readonly devices: readonly Pick<Device, 'peer' | 'sealing'>[];
}

/** 32 bytes of both lists, whoever is named first. Pure. */
export function listsHash(one: DeviceList, other: DeviceList): Uint8Array {
  const ends = [one, other].toSorted((a, b) => (a.account < b.account ? -1 : 1));
  const parts = ends.flatMap(({ account, devices }) => {
    const keys = devices.map(({ peer, sealing }) =>
      concatBytes(publicKeyFromPeerId(peer), sealing),
    );
    const count = Uint8Array.of(keys.length >> 8, keys.length & 255);
    return [sha256(utf8(account)), count, ...keys.toSorted(compareBytes)];
  });
  return sha256(concatBytes(domainBytes(DOMAINS.deviceLists), ...parts));
}

/**
 * Six numbers below 2,048: which words of BIP 39's list both screens show. Whoever stands between two people chooses what each of
 * them sees of the other, so two lists with the same 66 bits would be found in some 2^33 tries; hence each try costs what guessing a
 * passphrase does (Argon2id), some seconds.
 */
export async function phraseOf(
  lists: Uint8Array,
  cost: PassphraseCost,
): Promise<readonly number[]> {
  const salt = sha256(domainBytes(DOMAINS.verificationPhrase)).slice(0, SALT_BYTES);
  return sixWords(await passphraseKey({ passphrase: toBase64url(lists), salt, cost }));
}

/**
 * The hash of one's own and somebody's device lists, as the spaces that both are in have them; both come to the same once both hold
 * the same acts. `undefined`: they share no space.
 */
export function sharedLists(
  spaces: Iterable<Space>,
  own: string,
  other: string,
): Uint8Array | undefined {
  const mine = new Map<string, Device>();
  const theirs = new Map<string, Device>();
  for (const { record, membership } of spaces) {
    if (record.state !== 'open') continue;
    const here = [devicesOf(membership, own), devicesOf(membership, other)] as const;
    if (here.some((devices) => devices.length === 0)) continue;
    for (const device of here[0]) mine.set(device.peer, device);
    for (const device of here[1]) theirs.set(device.peer, device);
  }
  if (theirs.size === 0) return undefined;
  return listsHash(
    { account: own, devices: [...mine.values()] },
    { account: other, devices: [...theirs.values()] },
  );
}

const listed = new WeakMap<Membership, Map<string, Device[]>>();

function devicesOf(membership: Membership, account: string): readonly Device[] {
  let known = listed.get(membership);
  if (!known) {
    known = Map.groupBy(membership.devices.values(), (device) => device.account);
    listed.set(membership, known);
  }
  return known.get(account) ?? [];
}
