import { afterEach, beforeAll, expect, test } from 'vitest';
import { loadRepo } from './automerge-node.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

// Else the first session waits for it, on a busy machine for seconds.
beforeAll(async () => {
  await loadRepo();
}, 60_000);

const DAY = 24 * 3600_000;
/** First byte of a frame with an entry. */
const ENTRY = 1;

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

test('devices whose clock was days ahead and is put right go on comparing what they hold', async () => {
  const room = new TestRoom();
  let ahead = 3 * DAY;
  room.now = () => Date.now() + ahead;
  const ada = await room.enter('Ada');
  const ben = await room.enter('Ben');
  residents.push(ada, ben);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('open', (v) => v.spaces[0]?.channels[0]?.name === 'general');
  must(await ben.engine.commands.watch({ space, channel, newest: 50 }));
  const say = async (text: string) => must(await ada.engine.commands.say({ space, channel, text }));
  await say('before');
  await ben.until('the first message', (v) => texts(v).length === 1);
  ahead = 0;
  room.lose = (frame, _from, to) => frame[0] === ENTRY && to === ben.peer;
  await say('lost');
  // To the next comparison, by the clock that is right now.
  ahead = 100_000;
  await ben.until('what was lost', (v) => texts(v).length === 2);
  expect(new Set(texts(ben.view))).toEqual(new Set(['before', 'lost']));
});
