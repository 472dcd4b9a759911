/**
 * A key out of a passphrase: Argon2id (RFC 9106), which costs whoever guesses as much memory as it costs us. What it costs
 * stands in the file, so it is bounded when it is read: a stranger's file must not make a device spend gigabytes.
 */
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { type Bytes, utf8 } from './bytes.ts';

export interface PassphraseCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/**
 * What new files cost: of RFC 9106 §4 the second recommendation's 64 MiB and 3 passes, in one lane, as we have one thread:
 * some seconds in a browser, once.
 */
export const PASSPHRASE_COST: PassphraseCost = { memory: 64 * 1024, passes: 3, lanes: 1 };

/** Most that is paid for a file of others: four times the memory, and as much work in all. */
const MOST: PassphraseCost = { memory: 256 * 1024, passes: 16, lanes: 4 };
const MOST_WORK = 1024 * 1024;

export const SALT_BYTES = 16;

/** Whether a cost is one that Argon2 knows, and one that we are willing to pay. */
export function isPayable({ memory, passes, lanes }: PassphraseCost): boolean {
  return (
    lanes >= 1 &&
    lanes <= MOST.lanes &&
    passes >= 1 &&
    passes <= MOST.passes &&
    memory >= 8 * lanes &&
    memory <= MOST.memory &&
    memory * passes <= MOST_WORK
  );
}

/**
 * 32 bytes out of a passphrase. However it is typed it is the same: any kind of space is a space, and letters are composed
 * (NFC), as RFC 8265 §4.2 has it. Yields to other work between its rounds.
 *
 * @param onProgress called now and then with a share from 0 to 1
 * @throws RangeError for a salt that is not 16 bytes, or a cost that is not payable
 */
export async function passphraseKey(parts: {
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly cost: PassphraseCost;
  readonly onProgress?: (share: number) => void;
}): Promise<Bytes> {
  const { passphrase, salt, cost, onProgress } = parts;
  if (salt.length !== SALT_BYTES || !isPayable(cost))
    throw new RangeError(`Expected 16 bytes of salt and a payable cost, got ${salt.length}.`);
  const typed = utf8(passphrase.replace(/\p{Zs}/gu, ' ').normalize('NFC'));
  const key = await argon2idAsync(typed, salt, {
    m: cost.memory,
    t: cost.passes,
    p: cost.lanes,
    dkLen: 32,
    ...(onProgress ? { onProgress } : {}),
  });
  return new Uint8Array(key);
}
