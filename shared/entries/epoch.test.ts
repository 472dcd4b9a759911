import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromBase64url, randomBytes, toBase64url } from '../crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '../crypto/device-key.ts';
import { sealTo } from '../crypto/hpke.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { SpaceId } from '../protocol/ids.ts';
import {
  encodeEpochSecrets,
  encodeSeal,
  epochId,
  newEpochSecrets,
  openEpochSeal,
  parseEpochSecrets,
  parseSeal,
  sealEpochTo,
  sealsHash,
} from './epoch.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey());
const [ada, eve] = [await newDevice(), await newDevice()];
const anySpace = () => v.parse(SpaceId, toBase64url(randomBytes(32)));
const spaceId = anySpace();
const secrets = newEpochSecrets(3);
const id = epochId(spaceId, 3, secrets.rendezvous, secrets.content);
const forAda = { spaceId, device: ada.publicKey, sealing: ada.sealingPublicKey, secrets };

test('an epoch’s id commits to space, number and both secrets', () => {
  const { rendezvous, content } = secrets;
  expect(epochId(spaceId, 3, rendezvous.slice(), content.slice())).toBe(id);
  const others = [
    epochId(anySpace(), 3, rendezvous, content),
    epochId(spaceId, 4, rendezvous, content),
    epochId(spaceId, 3, randomBytes(32), content),
    epochId(spaceId, 3, rendezvous, randomBytes(32)),
    epochId(spaceId, 3, content, rendezvous),
  ];
  expect(others).not.toContain(id);
});

describe('an epoch’s secrets', () => {
  test('sealed to a device are opened by it, also after a trip through an entry', async () => {
    const seal = await sealEpochTo(forAda);
    expect(seal.to).toEqual(ada.publicKey);
    const read = parseSeal(encodeSeal(seal));
    expect(read).toEqual(seal);
    const { sealed } = seal;
    expect(await openEpochSeal({ spaceId, epochId: id, device: ada, sealed })).toEqual(secrets);
  });

  test('are opened by nobody else, in no other space, as no other epoch', async () => {
    const { sealed } = await sealEpochTo(forAda);
    const forHer = { spaceId, epochId: id, device: ada, sealed };
    expect(await openEpochSeal({ ...forHer, device: eve })).toBeUndefined();
    expect(await openEpochSeal({ ...forHer, spaceId: anySpace() })).toBeUndefined();
    const other = epochId(spaceId, 4, secrets.rendezvous, secrets.content);
    expect(await openEpochSeal({ ...forHer, epochId: other })).toBeUndefined();
    const passedOn = { ...ada, publicKey: eve.publicKey };
    expect(await openEpochSeal({ ...forHer, device: passedOn })).toBeUndefined();
  });

  test('that are not those of the id are refused, though sealed to the right device', async () => {
    const info = concatBytes(
      domainBytes(DOMAINS.epochSeal),
      fromBase64url(spaceId),
      fromBase64url(id),
    );
    const wrong = encodeEpochSecrets(newEpochSecrets(3));
    const sealed = await sealTo(ada.sealingPublicKey, wrong, info, ada.publicKey);
    expect(await openEpochSeal({ spaceId, epochId: id, device: ada, sealed })).toBeUndefined();
  });

  test('are encoded in one way', () => {
    expect(parseEpochSecrets(encodeEpochSecrets(secrets))).toEqual(secrets);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(parseEpochSecrets(bytes)).toBeUndefined();
        expect(parseSeal(bytes)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});

test('the hash of the seals does not depend on their order, but on each of them', async () => {
  const seals = [
    await sealEpochTo(forAda),
    await sealEpochTo({ ...forAda, device: eve.publicKey, sealing: eve.sealingPublicKey }),
  ];
  expect(sealsHash([...seals].reverse())).toEqual(sealsHash(seals));
  expect(sealsHash(seals.slice(1))).not.toEqual(sealsHash(seals));
  expect(sealsHash([await sealEpochTo(forAda), ...seals.slice(1)])).not.toEqual(sealsHash(seals));
});
