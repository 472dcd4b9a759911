/** Sealed files for tests, at a cost that tests can pay. */
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import { type Purpose, sealFile } from '../sealed-file.ts';

export const CHEAP = { memory: 64, passes: 1, lanes: 1 };

export async function fileOf(
  plain: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  passphrase: string,
  purpose: Purpose = 'space',
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of sealFile({ purpose, passphrase, cost: CHEAP }, plain)) parts.push(part);
  return concatBytes(...parts);
}
