import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { loadRepo } from './automerge-node.ts';
import { everybodyLeaves, withEve } from './test/hostile-room.ts';
import { must, texts } from './test/room.ts';
import { Stranger } from './test/stranger.ts';

beforeAll(async () => {
  await loadRepo();
});
afterEach(everybodyLeaves);

test('false acknowledgements tick for nobody but her, and of what she does not know for nothing', async () => {
  const world = await withEve();
  const { ada, ben, eve, space, channel, room } = world;
  room.offline(ben);
  await ada.until('Ben is gone', () => !room.linked(ada, ben));
  const { id } = must(await ada.engine.commands.say({ space, channel, text: 'tick' }));
  const deliveryOf = () => ada.view.timeline?.messages.find((m) => m.id === id)?.delivery;
  eve.send({ type: 'acknowledge', ids: [seeded(1, 8), seeded(2, 8)] });
  await eve.handled();
  await ada.until('shown', () => deliveryOf() !== undefined);
  expect(deliveryOf()).toBe('device');
  // She says so although she threw it away: that is "stored on one other device" on her word, not Ben's.
  eve.send({ type: 'acknowledge', ids: [fromBase64url(id).slice(0, 8)] });
  await ada.until('ticked', () => deliveryOf() !== 'device');
  room.online(ben);
  await ben.until('it came to Ben all the same', (view) => texts(view).includes('tick'));
  await ada.until('everyone', () => deliveryOf() === 'everyone');
});

test('acknowledgements never tick for somebody else who is present', async () => {
  const world = await withEve();
  const { ada, ben, eve, space, channel, room } = world;
  must(await ada.engine.commands.say({ space, channel, text: 'x' }));
  await ben.until('x', (view) => texts(view).includes('x'));
  room.offline(ben);
  await ada.until('gone', () => !room.linked(ada, ben));
  const silent = await Stranger.with(
    must(await ada.engine.commands.invite({ space })).link,
    room,
    ada,
  );
  await silent.join();
  silent.link();
  const { id } = must(await ada.engine.commands.say({ space, channel, text: 'y' }));
  for (let i = 0; i < 3; i++)
    eve.send({ type: 'acknowledge', ids: [fromBase64url(id).slice(0, 8)] });
  await ada.until(
    'stored',
    (view) => view.timeline?.messages.some((m) => m.id === id && m.delivery === 'stored') ?? false,
  );
  await eve.handled();
  expect(ada.view.timeline?.messages.find((m) => m.id === id)?.delivery).toBe('stored');
  silent.send({ type: 'acknowledge', ids: [fromBase64url(id).slice(0, 8)] });
  await ada.until(
    'everyone',
    (view) =>
      view.timeline?.messages.some((m) => m.id === id && m.delivery === 'everyone') ?? false,
  );
});
