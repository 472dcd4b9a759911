import { joinRequest } from '@snug/shared/entries/acts.ts';
import { expect, test } from 'vitest';
import { admit, ownInvite } from './founding.ts';
import { type Inspected, type Inspector, inspect } from './inspection.ts';
import { Space } from './space.ts';
import { MemoryStore } from './store.ts';
import { adasPlace, NOW, say } from './test/spaces.ts';
import { person } from './test/written-space.ts';

const SAID = 40;

/** Ada's space with messages in it, and Ben's copy, of which nothing has come yet. */
async function adaAndBen(inspector?: Inspector) {
  const { ada, channel } = await adasPlace();
  const device = await person(2);
  const { secret } = await ownInvite(ada.space, NOW);
  const spaceId = ada.space.record.id;
  await admit(ada.space, await joinRequest({ inviteSecret: secret, spaceId, device }));
  for (let n = 1; n <= SAID; n++) await say(ada, channel, `message ${n}`);
  const record = { ...ada.space.record, epochs: [], unheld: [], read: {} };
  const store = new MemoryStore();
  const ben = new Space({ record, device, store, onChange: () => {}, inspector });
  return { ada, ben, channel };
}

async function comesInBulk({ ada, ben }: Awaited<ReturnType<typeof adaAndBen>>): Promise<void> {
  for (const { address, entries } of ada.space.logs)
    await ben.receiveInFull(ben.log(address), ada.device.peerId, entries);
}

test('what another thread has verified and opened is the same here as what this one opens', async () => {
  const inspected: Inspected[] = [];
  const room = await adaAndBen(async (inspection) => {
    const found = await inspect(inspection);
    inspected.push(...found);
    return found;
  });
  await comesInBulk(room);
  expect(inspected.filter(({ unsealed }) => unsealed instanceof Uint8Array)).toHaveLength(SAID);
  const { ada, ben, channel } = room;
  expect(ben.channel(channel).placed(NOW)).toEqual(ada.space.channel(channel).placed(NOW));
  expect(ben.unreadable).toBe(0);
  // What is known by then is not verified once more.
  const before = inspected.length;
  await comesInBulk(room);
  expect(inspected).toHaveLength(before);
});

test('where there is no other thread everything is done here', async () => {
  const room = await adaAndBen(() => undefined);
  await comesInBulk(room);
  expect(room.ben.channel(room.channel).size).toBe(SAID);
});

test('what another thread finds wrongly signed is refused, and what it cannot open is counted', async () => {
  let room = await adaAndBen(async (inspection) =>
    (await inspect(inspection)).map((one, at) => (at === 20 ? { ...one, isSigned: false } : one)),
  );
  const segment = [...room.ada.space.logs].find(({ count }) => count === SAID);
  await comesInBulk(room);
  expect(segment && room.ben.held(segment.id)?.count).toBe(20);
  room = await adaAndBen(async (inspection) =>
    (await inspect(inspection)).map((one, at) =>
      at === 20 ? { ...one, unsealed: 'damaged' } : one,
    ),
  );
  await comesInBulk(room);
  expect(room.ben.channel(room.channel).size).toBe(SAID - 1);
  expect(room.ben.unreadable).toBe(1);
});
