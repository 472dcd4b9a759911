import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { encodeJoinRequest, joinRequest } from '@snug/shared/entries/acts.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { conceive, found, ownInvite } from '../space/founding.ts';
import { Space } from '../space/space.ts';
import { MemoryStore } from '../space/store.ts';
import { ADMISSIONS, Admissions } from './admissions.ts';
import { answerKnock, Refusals } from './door.ts';

const [inviter, one, two, three] = ['a', 'b', 'c', 'd'] as unknown as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];

async function joining(): Promise<Space> {
  const device = await openDeviceKey(await generateDeviceKey({ extractable: true }));
  return new Space({
    device,
    store: new MemoryStore(),
    onChange: () => {},
    record: {
      id: v.parse(SpaceId, toBase64url(seeded(1, 32))),
      name: 'Lyre Street',
      lobby: seeded(2, 32),
      servers: [],
      state: 'joining',
      invite: { secret: seeded(3, 32), heads: [], peers: [inviter] },
      epochs: [],
      read: {},
      unheld: [],
    },
  });
}

test('whoever the invite names is believed that it has expired', async () => {
  const space = await joining();
  expect(new Refusals().refused(space, inviter, 'expired-invite')).toBe(true);
  expect(space.record).toMatchObject({ state: 'refused', refusal: 'expired-invite' });
});

test('strangers at the door are not, however many keys they bring: what they say is a hint', async () => {
  const space = await joining();
  const refusals = new Refusals();
  for (const reason of ['bad-invite', 'expired-invite', 'unknown-invite'])
    for (const stranger of [one, two, three, one, two, three])
      expect(refusals.refused(space, stranger, reason)).toBe(false);
  expect(space.record.state).toBe('joining');
  expect(space.hint).toBe('unknown-invite');
  expect(refusals.refused(space, inviter, 'expired-invite')).toBe(true);
});

test('that an invite is not known is believed of its inviter the third time: the act may be on its way', async () => {
  const space = await joining();
  const refusals = new Refusals();
  for (const stranger of [one, two, three])
    expect(refusals.refused(space, stranger, 'unknown-invite')).toBe(false);
  expect(refusals.refused(space, inviter, 'unknown-invite')).toBe(false);
  expect(refusals.refused(space, inviter, 'unknown-invite')).toBe(false);
  expect(refusals.refused(space, inviter, 'unknown-invite')).toBe(true);
});

test('that it is not one’s turn yet settles nothing, whoever says it', async () => {
  const space = await joining();
  const refusals = new Refusals();
  for (let i = 0; i < 10; i++) expect(refusals.refused(space, inviter, 'later')).toBe(false);
  expect(space.record.state).toBe('joining');
  expect(space.hint).toBe('later');
});

test('any other reason settles nothing', async () => {
  const space = await joining();
  for (const reason of ['not-here', 'busy', ''])
    expect(new Refusals().refused(space, inviter, reason)).toBe(false);
  expect(space.hint).toBeUndefined();
});

const NOW = 1_800_000_000_000;

/** A space that hands out a link, and newcomers who hold it: each has made a key for the purpose. */
async function withLink() {
  const ada = await openDeviceKey(await generateDeviceKey({ extractable: true }));
  const { genesis, record } = await conceive(ada, 'Lyre Street', []);
  const space = new Space({ record, device: ada, store: new MemoryStore(), onChange: () => {} });
  await found(space, ada, genesis, { space: 'Lyre Street', person: 'Ada' }, NOW);
  const { secret } = await ownInvite(space, NOW);
  const admissions = new Admissions();
  const newcomer = async (inviteSecret = secret) => {
    const device = await openDeviceKey(await generateDeviceKey({ extractable: true }));
    const request = await joinRequest({ inviteSecret, spaceId: record.id, device });
    const knock = (now: number) =>
      answerKnock(space, device.peerId, encodeJoinRequest(request), now, admissions);
    return { device, knock, invite: toBase64url(request.invite) };
  };
  return { space, admissions, newcomer };
}

test('one link lets in a class or a meeting at once, then one in five seconds: the space does not grow with the keys that somebody makes', async () => {
  const { space, admissions, newcomer } = await withLink();
  const first = await newcomer();
  expect(await first.knock(NOW)).toBeUndefined();
  for (let n = 1; n < ADMISSIONS.burst; n++)
    expect(admissions.take(space.record.id, first.invite, NOW)).toBe(true);
  const held = [...space.logs].reduce((sum, log) => sum + log.count, 0);
  const [second, third] = [await newcomer(), await newcomer()];
  for (let n = 0; n < 3; n++)
    for (const { knock } of [second, third]) expect(await knock(NOW + 4_900)).toBe('later');
  expect([...space.logs].reduce((sum, log) => sum + log.count, 0)).toBe(held);
  expect(await second.knock(NOW + 5_000)).toBeUndefined();
  expect(space.serves(second.device.peerId)).toBe(true);
  expect(await third.knock(NOW + 5_000)).toBe('later');
  expect(await third.knock(NOW + 10_000)).toBeUndefined();
  // Whoever is in needs no turn.
  for (const { knock } of [first, second, third]) expect(await knock(NOW + 10_000)).toBeUndefined();
});

test('knocks that show no invite take nobody’s turn', async () => {
  const { space, admissions, newcomer } = await withLink();
  const friend = await newcomer();
  for (let n = 0; n < ADMISSIONS.burst - 1; n++)
    admissions.take(space.record.id, friend.invite, NOW);
  const eve = await newcomer(seeded(9, 32));
  for (let n = 0; n < 5; n++) expect(await eve.knock(NOW)).toBe('unknown-invite');
  expect(await friend.knock(NOW)).toBeUndefined();
});
