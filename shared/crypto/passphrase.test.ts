import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import { isPayable, PASSPHRASE_COST, passphraseKey } from './passphrase.ts';

const CHEAP = { memory: 64, passes: 2, lanes: 1 };
const salt = new Uint8Array(16).fill(7);
const key = async (passphrase: string, more: object = {}) =>
  toHex(await passphraseKey({ passphrase, salt, cost: CHEAP, ...more }));

test('a passphrase gives the same key however it is typed, and another gives another', async () => {
  const same = await key('caf\u00e9 au lait');
  expect(same).toHaveLength(64);
  expect(await key('cafe\u0301\u00a0au\u3000lait')).toBe(same);
  for (const other of ['cafe au lait', 'caf\u00e9 au lait ', 'Caf\u00e9 au lait', ''])
    expect(await key(other)).not.toBe(same);
});

test('salt and every part of the cost make another key', async () => {
  const keys = await Promise.all([
    key('beans'),
    key('beans', { salt: new Uint8Array(16) }),
    key('beans', { cost: { ...CHEAP, memory: 128 } }),
    key('beans', { cost: { ...CHEAP, passes: 3 } }),
    key('beans', { cost: { ...CHEAP, lanes: 2 } }),
  ]);
  expect(new Set(keys).size).toBe(5);
});

test('it is Argon2id as OpenSSL makes it', async () => {
  const theirs = argon2Sync('argon2id', {
    message: 'the beans',
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: CHEAP.memory,
    passes: CHEAP.passes,
  });
  expect(await key('the beans')).toBe(theirs.toString('hex'));
});

test('our own cost is payable; gigabytes, hours and what Argon2 does not know are not', () => {
  expect(isPayable(PASSPHRASE_COST)).toBe(true);
  const { memory, passes, lanes } = PASSPHRASE_COST;
  expect(isPayable({ memory: 2 ** 32 - 1, passes, lanes })).toBe(false);
  expect(isPayable({ memory, passes: 255, lanes })).toBe(false);
  expect(isPayable({ memory, passes, lanes: 255 })).toBe(false);
  expect(isPayable({ memory: 256 * 1024, passes: 16, lanes })).toBe(false);
  expect(isPayable({ memory: 7, passes, lanes })).toBe(false);
  expect(isPayable({ memory, passes: 0, lanes })).toBe(false);
});

test('what is not payable is not paid, and how far it is can be told', async () => {
  const dear = { memory: 2 ** 30, passes: 1, lanes: 1 };
  await expect(key('beans', { cost: dear })).rejects.toThrow(RangeError);
  await expect(key('beans', { salt: new Uint8Array(8) })).rejects.toThrow(RangeError);
  const shares: number[] = [];
  await key('beans', { onProgress: (share: number) => shares.push(share) });
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});
