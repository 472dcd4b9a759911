import { afterEach, expect, test } from 'vitest';
import { must, type Resident, TestRoom } from './test/room.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** Ada and Ben are in a space; only Ada reads its first channel. */
async function twoInASpace() {
  const room = new TestRoom();
  const [ada, ben] = [await room.enter('Ada'), await room.enter('Ben')];
  residents.push(ada, ben);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('the channel', (v) => v.spaces[0]?.channels[0]?.name === 'general');
  await ada.until('Ben', (v) => v.spaces[0]?.members.some(({ name }) => name === 'Ben') === true);
  const account = ben.view.spaces[0]?.members.find(({ you }) => you)?.account ?? '';
  return { ada, ben, space, channel, account };
}

const waiting = async (who: Resident) =>
  must(await who.engine.commands.catchUp()).waiting.map(({ because, message, thread }) => [
    because,
    message.text,
    ...(thread ? [thread.fresh] : []),
  ]);

test('what names or answers somebody waits until it is dealt with, what asks for them first', async () => {
  const { ada, ben, space, channel, account } = await twoInASpace();
  const mine = must(await ben.engine.commands.say({ space, channel, text: 'Who has a saw?' })).id;
  const say = async (text: string, more: object = {}) =>
    must(await ada.engine.commands.say({ space, channel, text, ...more })).id;
  await ada.until('it', (v) => v.spaces[0]?.channels[0]?.unread === true);
  await say('nobody');
  const named = await say('@Ben?', { mentions: [{ account }] });
  await say('I do.', { reply: mine });
  await say('@@Ben now', { mentions: [{ account, urgent: true }] });
  await say('Mine is long.', { thread: mine });
  await say('And sharp.', { thread: mine });
  const all = [
    ['asked', '@@Ben now'],
    ['named', '@Ben?'],
    ['answered', 'I do.'],
    ['thread', 'Mine is long.', 2],
  ];
  await expect.poll(() => waiting(ben), { timeout: 20_000 }).toEqual(all);
  expect(await waiting(ada)).toEqual([]);

  must(await ben.engine.commands.caughtUp({ space, messages: [named] }));
  expect(await waiting(ben)).toEqual(all.filter(([because]) => because !== 'named'));
  const thread = must(await ben.engine.commands.catchUp()).waiting.at(-1);
  must(await ben.engine.commands.caughtUp({ space, messages: thread?.messages ?? [] }));
  expect(await waiting(ben)).toEqual([all[0], all[2]]);
  must(await ben.engine.commands.markRead({ space, channel }));
  expect(await waiting(ben)).toEqual([]);

  await say('Still sharp.', { thread: mine });
  await expect
    .poll(() => waiting(ben), { timeout: 20_000 })
    .toEqual([['thread', 'Still sharp.', 1]]);
});

test('all that waits is dealt with at once, with all that is unread', async () => {
  const { ada, ben, space, channel, account } = await twoInASpace();
  const text = '@Ben';
  const root = must(await ada.engine.commands.say({ space, channel, text: 'x' })).id;
  for (const thread of [root, undefined])
    must(
      await ada.engine.commands.say({
        space,
        channel,
        text,
        mentions: [{ account }],
        ...(thread ? { thread } : {}),
      }),
    );
  await expect.poll(() => waiting(ben), { timeout: 20_000 }).toHaveLength(2);
  must(await ben.engine.commands.caughtUp({ everything: true }));
  expect(await waiting(ben)).toEqual([]);
  await ben.until('read', (v) => v.spaces[0]?.channels.every(({ unread }) => !unread) === true);
});
