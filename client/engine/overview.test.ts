import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, expect, test } from 'vitest';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** Ada has a space, of which she is admin, and Ben is a member of it; both watch its first channel. */
async function twoInASpace() {
  const room = new TestRoom();
  const [ada, ben] = [await room.enter('Ada'), await room.enter('Ben')];
  residents.push(ada, ben);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('the channel', (v) => v.spaces[0]?.channels[0]?.name === 'general');
  await ada.until('Ben', (v) => v.spaces[0]?.members.some(({ name }) => name === 'Ben') === true);
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  return { ada, ben, space, channel };
}

async function says(who: Resident, space: SpaceId, channel: ChannelId, text: string) {
  return must(await who.engine.commands.say({ space, channel, text })).id;
}

test('a space’s history tells who did what, newest first, and what of it one may undo', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const [root, beans] = [
    await says(ada, space, channel, 'What grows?'),
    await says(ben, space, channel, 'beans'),
  ];
  await ada.until('both', (v) => texts(v).length === 2);
  must(await ada.engine.commands.pin({ space, message: root, on: true }));
  must(await ada.engine.commands.move({ space, messages: [beans], to: { thread: root } }));
  const account = ada.view.spaces[0]?.members.find(({ you }) => !you)?.account ?? '';
  must(await ada.engine.commands.setRole({ space, account, role: 'gardener' }));
  await ben.until('the role', (v) => v.spaces[0]?.you === 'gardener');
  await ben.until('the thread', (v) => v.timeline?.messages[0]?.thread?.replies === 1);

  const { deeds, acts } = must(await ben.engine.commands.spaceHistory({ space, newest: 100 }));
  expect(deeds.map(({ byName, excerpt, what }) => [byName, what.is, excerpt])).toEqual([
    ['Ada', 'move', 'beans'],
    ['Ada', 'pin', 'What grows?'],
  ]);
  expect(deeds.every(({ mayUndo, you }) => mayUndo && !you)).toBe(true);
  expect(acts[0]).toMatchObject({
    byName: 'Ada',
    what: { is: 'role', name: 'Ben', role: 'gardener' },
    about: [account],
  });
  expect(acts.map(({ what }) => what.is)).toEqual(
    expect.arrayContaining(['founded', 'channel', 'invite', 'admitted']),
  );

  must(await ben.engine.commands.undo({ space, entries: deeds[0]?.entries ?? [] }));
  const after = must(await ben.engine.commands.spaceHistory({ space, newest: 1 }));
  expect(after.deeds[0]).toMatchObject({ mayUndo: false, undone: { byName: 'Ben' } });
});

test('a message’s history holds every wording until the message is deleted', async () => {
  const { ada, space, channel } = await twoInASpace();
  const message = await says(ada, space, channel, 'cake at five');
  must(await ada.engine.commands.edit({ space, message, text: 'cake at six' }));
  const before = must(await ada.engine.commands.messageHistory({ space, message }));
  expect(before.versions.map(({ text }) => text)).toEqual(['cake at five', 'cake at six']);
  expect(before.deeds.map(({ what }) => what.is)).toEqual(['edit']);
  must(await ada.engine.commands.delete({ space, message }));
  const after = must(await ada.engine.commands.messageHistory({ space, message }));
  expect(after.versions).toEqual([]);
  expect(after.deeds.map(({ what }) => what.is)).toEqual(['edit', 'delete']);
});

test('threads come with the newest activity first; pins and tags are found with their channel', async () => {
  const { ada, space, channel } = await twoInASpace();
  const first = await says(ada, space, channel, 'ladders');
  const second = await says(ada, space, channel, 'cakes');
  const reply = (thread: typeof first, text: string) =>
    ada.engine.commands.say({ space, channel, text, thread });
  must(await reply(second, 'plum'));
  const long = must(await reply(first, 'the long one')).id;
  must(await ada.engine.commands.tag({ space, message: long, on: ['tools'] }));
  must(await ada.engine.commands.pin({ space, message: second, on: true }));

  const threads = must(await ada.engine.commands.threads({ space }));
  expect(threads.map(({ root, latest }) => [root.text, latest.text])).toEqual([
    ['ladders', 'the long one'],
    ['cakes', 'plum'],
  ]);
  const { pinned, tags } = must(await ada.engine.commands.tended({ space, channel }));
  expect(pinned.map(({ text }) => text)).toEqual(['cakes']);
  expect(tags.map(({ tag, messages }) => [tag, messages.map((m) => m.thread)])).toEqual([
    ['tools', [first]],
  ]);
});

test('a message is located by itself, by its thread, and by the time it was said', async () => {
  const { ada, space, channel } = await twoInASpace();
  const first = await says(ada, space, channel, 'the first');
  for (let n = 1; n <= 40; n++) await says(ada, space, channel, `message ${n}`);
  const below = must(
    await ada.engine.commands.say({ space, channel, text: 'below', thread: first }),
  ).id;
  const { commands } = ada.engine;
  expect(must(await commands.locate({ space, message: first })).newest).toBeGreaterThan(40);
  expect(must(await commands.locate({ space, message: below }))).toMatchObject({
    channel,
    thread: first,
  });
  expect(must(await commands.locate({ space, channel, at: 0 })).message).toBe(first);
  const late = must(await commands.locate({ space, channel, at: Date.now() + 1e9 }));
  expect(late.newest).toBeLessThan(40);
});

test('only an admin names the space, and everybody is told', async () => {
  const { ada, ben, space } = await twoInASpace();
  expect(await ben.engine.commands.renameSpace({ space, name: 'Bens' })).toMatchObject({
    ok: false,
    trouble: { code: 'not-allowed' },
  });
  must(await ada.engine.commands.renameSpace({ space, name: 'Lyre Lane' }));
  await ben.until('the name', (v) => v.spaces[0]?.name === 'Lyre Lane');
});
