import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Address, encodeAddress } from '../space/address.ts';
import { loadRepo } from './automerge-node.ts';
import { everybodyLeaves, goesOn, withStranger } from './test/hostile-room.ts';
import { must, texts } from './test/room.ts';

beforeAll(async () => {
  await loadRepo();
});
afterEach(everybodyLeaves);

test('a peer who is no member, linked through the lobby, gets nothing, whatever they ask', async () => {
  const world = await withStranger();
  const { eve, ada, ben, space, channel } = world;
  eve.link();
  const places: Address[] = [
    { kind: 'space', space },
    { kind: 'segment', space, channel, number: 0 },
  ];
  for (const place of places) {
    const address = encodeAddress(place);
    eve.send({ type: 'want', address, taken: 0 });
    eve.send({ type: 'deps', address, id: seeded(1, 8) });
    eve.send({
      type: 'session',
      session: seeded(1, 8),
      address,
      step: 'open',
      bytes: seeded(1, 32),
    });
    eve.send({
      type: 'digest',
      space: fromBase64url(space),
      level: 'space',
      hash: seeded(1, 8),
    });
    eve.send({ type: 'bulk', address, entries: [], upTo: 1, last: true });
  }
  // Her frames and Ben's message are handled in turn; both ends of the conversation go on.
  await goesOn(world);
  must(await ada.engine.commands.say({ space, channel, text: 'not for her' }));
  await ben.until('not for her', (view) => texts(view).includes('not for her'));
  expect(eve.frames).toEqual([]);
});
