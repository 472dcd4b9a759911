import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeviceKey, generateDeviceKey, openDeviceKey } from './device-key.ts';
import { isReceiptMac, receiptKey, receiptMac } from './receipt-mac.ts';

const device = async () => openDeviceKey(await generateDeviceKey());
const party = (key: DeviceKey) => ({ device: key.publicKey, sealing: key.sealingPublicKey });
const [ada, bo, cy] = await Promise.all([device(), device(), device()]);
const claim = {
  space: new Uint8Array(32).fill(1),
  channel: new Uint8Array(16).fill(2),
  tip: new Uint8Array(16).fill(3),
};
const key = (own: DeviceKey, other: DeviceKey, self: 'holder' | 'author') => {
  const made = receiptKey(own, party(other), self);
  if (!made) throw new Error('expected a key');
  return made;
};

test('what a holder vouches for, the author finds true', () => {
  const mac = receiptMac(key(bo, ada, 'holder'), claim);
  expect(mac).toHaveLength(8);
  expect(isReceiptMac(key(ada, bo, 'author'), claim, mac)).toBe(true);
});

test('a third member cannot vouch for the holder, whichever keys they put together', () => {
  const forAda = key(ada, bo, 'author');
  for (const forged of [
    receiptMac(key(cy, ada, 'holder'), claim),
    receiptMac(key(cy, bo, 'holder'), claim),
    receiptMac(key(cy, bo, 'author'), claim),
    new Uint8Array(8),
    new Uint8Array(0),
  ])
    expect(isReceiptMac(forAda, claim, forged)).toBe(false);
});

test('it stands for one space, channel and tip', () => {
  const mac = receiptMac(key(bo, ada, 'holder'), claim);
  const forAda = key(ada, bo, 'author');
  for (const part of ['space', 'channel', 'tip'] as const) {
    const other = new Uint8Array(claim[part].length).fill(9);
    expect(isReceiptMac(forAda, { ...claim, [part]: other }, mac)).toBe(false);
  }
});

test("an author's own receipt to the holder does not come back as the holder's", () => {
  const given = receiptMac(key(ada, bo, 'holder'), claim);
  expect(isReceiptMac(key(ada, bo, 'author'), claim, given)).toBe(false);
});

test('a member whose sealing key is a point of low order, or no key, has no receipts', () => {
  for (const sealing of [new Uint8Array(32), new Uint8Array(31), new Uint8Array(0)])
    expect(receiptKey(ada, { device: bo.publicKey, sealing }, 'author')).toBeUndefined();
});

test('no eight bytes but the right ones are taken', () => {
  const mac = receiptMac(key(bo, ada, 'holder'), claim);
  const forAda = key(ada, bo, 'author');
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (guess) => {
      expect(isReceiptMac(forAda, claim, guess)).toBe(String(guess) === String(mac));
    }),
  );
});
