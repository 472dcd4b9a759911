import { randomBytes, toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { expect, test } from 'vitest';
import { type DeviceList, listsHash, phraseOf } from './verification-phrase.ts';

const cost = { memory: 64, passes: 1, lanes: 1 };
const device = () => ({ peer: peerIdFromPublicKey(randomBytes(32)), sealing: randomBytes(32) });
const person = (devices: number): DeviceList => {
  const first = device();
  return {
    account: first.peer,
    devices: [first, ...Array.from({ length: devices - 1 }, device)],
  };
};
const [ada, ben] = [person(2), person(1)];

test('both see the same six words, whoever looks and in whatever order devices came', async () => {
  const turned = { ...ada, devices: ada.devices.toReversed() };
  const [hers, his] = [listsHash(ada, ben), listsHash(ben, turned)];
  expect(toHex(hers)).toBe(toHex(his));
  const words = await phraseOf(hers, cost);
  expect(words).toEqual(await phraseOf(his, cost));
  expect(words).toHaveLength(6);
  for (const word of words) expect(word).toBeLessThan(2_048);
});

test('one device more, one less, another sealing key or another account: other words', async () => {
  const [first] = ben.devices;
  if (!first) throw new Error('Ben has a device.');
  const others: DeviceList[] = [
    { ...ben, devices: [first, device()] },
    { ...ben, devices: [] },
    { ...ben, devices: [{ ...first, sealing: randomBytes(32) }] },
    { ...ben, account: person(1).account },
  ];
  const hashes = [ben, ...others].map((list) => toHex(listsHash(ada, list)));
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('a device of the one is not taken for a device of the other', () => {
  const [one, two] = ada.devices;
  if (!one || !two) throw new Error('Ada has two devices.');
  const split = listsHash({ ...ada, devices: [one] }, { ...ben, devices: [two, ...ben.devices] });
  expect(toHex(split)).not.toBe(toHex(listsHash(ada, ben)));
});
