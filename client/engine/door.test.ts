import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Space } from '../space/space.ts';
import { MemoryStore } from '../space/store.ts';
import { Refusals } from './door.ts';

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

test('a stranger at the door is not, however often they say it; three are', async () => {
  const space = await joining();
  const refusals = new Refusals();
  for (let i = 0; i < 5; i++) expect(refusals.refused(space, one, 'expired-invite')).toBe(false);
  expect(refusals.refused(space, two, 'expired-invite')).toBe(false);
  expect(space.record.state).toBe('joining');
  expect(refusals.refused(space, three, 'expired-invite')).toBe(true);
});

test('that an invite is not known is believed of its inviter the third time: the act may be on its way', async () => {
  const space = await joining();
  const refusals = new Refusals();
  expect(refusals.refused(space, inviter, 'unknown-invite')).toBe(false);
  expect(refusals.refused(space, inviter, 'unknown-invite')).toBe(false);
  expect(refusals.refused(space, inviter, 'unknown-invite')).toBe(true);
});

test('any other reason settles nothing', async () => {
  const space = await joining();
  for (const reason of ['not-here', 'busy', ''])
    expect(new Refusals().refused(space, inviter, reason)).toBe(false);
});
