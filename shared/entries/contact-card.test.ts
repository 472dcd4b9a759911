import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomBytes } from '../crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '../crypto/device-key.ts';
import { accountOfCard, contactLink, MAX_CARD_LENGTH, parseContactLink } from './contact-card.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey({ extractable: true }));
const [ben, thief] = await Promise.all([newDevice(), newDevice()]);
const page = 'https://snug.example/';
const said = { name: 'Ben Okri', inboxSecret: randomBytes(32), servers: ['https://snug.example'] };
const link = await contactLink(page, ben, said);
const token = link.slice(link.lastIndexOf('/') + 1);

test('a card says who waits where, and with which keys', async () => {
  expect(link.startsWith('https://snug.example/#/contact/')).toBe(true);
  const card = await parseContactLink(link);
  expect(card).toEqual({
    ...said,
    devices: [{ device: ben.publicKey, sealing: ben.sealingPublicKey }],
  });
  expect(card && accountOfCard(card)).toBe(ben.peerId);
  expect(await parseContactLink(`  ${token}\n`)).toEqual(card);
});

test('the longest card is no longer than a card may be', async () => {
  const servers = Array.from(
    { length: 3 },
    (_, i) => `https://${'s'.repeat(60)}.example/${'p'.repeat(40)}${i}`,
  );
  const long = await contactLink(page, ben, { ...said, name: 'N'.repeat(40), servers });
  expect(long.length - page.length).toBeLessThanOrEqual(MAX_CARD_LENGTH);
  expect((await parseContactLink(long))?.servers).toEqual(servers);
});

test('a card that another device has signed is none', async () => {
  const forged = await contactLink(page, { ...ben, sign: thief.sign }, said);
  expect(await parseContactLink(forged)).toBeUndefined();
});

test('whatever is changed, cut off or made up is no card, and nothing throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom('A', 'b', '_', ''),
      async (at, other) => {
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        fc.pre(changed !== token);
        expect(await parseContactLink(changed)).toBeUndefined();
      },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 400 }), async (text) => {
      expect(await parseContactLink(text)).toBeUndefined();
    }),
  );
});
