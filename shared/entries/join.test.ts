import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { randomBytes, toBase64url, toHex } from '../crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '../crypto/device-key.ts';
import { SpaceId } from '../protocol/ids.ts';
import { encodeAct, parseAct } from './acts.ts';
import {
  encodeJoinRequest,
  invitePublicKey,
  joinRequest,
  parseJoinRequest,
  verifyJoinRequest,
} from './join.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey());
const [ada, eve] = [await newDevice(), await newDevice()];
const anySpace = () => v.parse(SpaceId, toBase64url(randomBytes(32)));
const spaceId = anySpace();
const inviteSecret = randomBytes(32);
const request = await joinRequest({ inviteSecret, spaceId, device: ada });

test('a join request shows that the link is held and that the device agrees', async () => {
  expect(request).toMatchObject({ device: ada.publicKey, account: ada.peerId });
  expect(request.invite).toEqual(invitePublicKey(inviteSecret));
  expect(await verifyJoinRequest(spaceId, request)).toBe(true);
});

test('it can vouch for a device of another account', async () => {
  const account = 'did:web:example.org';
  const asked = await joinRequest({ inviteSecret, spaceId, device: ada, account });
  expect(asked.account).toBe(account);
  expect(await verifyJoinRequest(spaceId, asked)).toBe(true);
});

test('it holds for this space only, and with nothing in it changed', async () => {
  expect(await verifyJoinRequest(anySpace(), request)).toBe(false);
  for (const change of [
    { device: eve.publicKey },
    { sealing: eve.sealingPublicKey },
    { account: eve.peerId },
    { invite: invitePublicKey(randomBytes(32)) },
    { proof: request.consent },
    { consent: request.proof },
    { proof: randomBytes(64) },
    { consent: randomBytes(64) },
  ]) {
    expect(await verifyJoinRequest(spaceId, { ...request, ...change })).toBe(false);
  }
});

test('without the link nobody can ask, without the device nobody can ask for it', async () => {
  const guessed = await joinRequest({ inviteSecret: randomBytes(32), spaceId, device: eve });
  const { invite } = request;
  expect(await verifyJoinRequest(spaceId, { ...guessed, invite })).toBe(false);
  const forAda = { ...eve, publicKey: ada.publicKey };
  const forced = await joinRequest({ inviteSecret, spaceId, device: forAda });
  expect(await verifyJoinRequest(spaceId, forced)).toBe(false);
});

test('it travels as bytes, and the admission restates it whole', async () => {
  const read = parseJoinRequest(encodeJoinRequest(request));
  expect(read).toEqual(request);
  const act = parseAct(encodeAct({ act: 'admit', ...request }));
  if (act?.act !== 'admit') throw new Error('expected an admission');
  expect(await verifyJoinRequest(spaceId, act)).toBe(true);
});

test('changed or made-up bytes are a canonical request or refused, and nothing throws', () => {
  const encoded = encodeJoinRequest(request);
  const mutated = fc.tuple(fc.nat(encoded.length - 1), fc.nat(255)).map(([at, byte]) => {
    const bytes = encoded.slice();
    bytes[at] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (bytes) => {
      const read = parseJoinRequest(bytes);
      if (read !== undefined) expect(toHex(encodeJoinRequest(read))).toBe(toHex(bytes));
    }),
    { numRuns: 2000 },
  );
  expect(parseJoinRequest(new Uint8Array(2000))).toBeUndefined();
});
