import type { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, expect, test } from 'vitest';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import type { MessageView } from './view.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** Ada has a space, of which she is admin, and Ben is a member of it; both watch its first channel. */
async function twoInASpace(room = new TestRoom()) {
  const ada = await room.enter('Ada');
  const ben = await room.enter('Ben');
  residents.push(ada, ben);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('the channel', (v) => v.spaces[0]?.channels[0]?.name === 'general');
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  return { ada, ben, space, channel };
}

const find = (who: Resident, id: EntryId): MessageView | undefined =>
  who.view.timeline?.messages.find((message) => message.id === id);

async function says(who: Resident, space: SpaceId, channel: ChannelId, text: string) {
  return must(await who.engine.commands.say({ space, channel, text })).id;
}

/** Both see a message in the same way, but for what is theirs. */
async function both(
  whos: readonly Resident[],
  what: string,
  id: EntryId,
  fits: (message: MessageView) => boolean,
) {
  for (const who of whos)
    await who.until(what, () => {
      const message = find(who, id);
      return message !== undefined && fits(message);
    });
}

test('an edit, a reaction, 👀 and a pin are seen by the others, and say by whom', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const message = await says(ben, space, channel, 'cake at five?');
  await both([ada, ben], 'the message', message, ({ text }) => text === 'cake at five?');
  must(await ben.engine.commands.edit({ space, message, text: 'cake at six?' }));
  must(await ada.engine.commands.react({ space, message, emoji: '🎂', on: true }));
  must(await ada.engine.commands.markSeen({ space, message, level: 2 }));
  must(await ada.engine.commands.pin({ space, message, on: true }));
  must(await ben.engine.commands.tag({ space, message, on: ['Cake'] }));
  await both(
    [ada, ben],
    'all of it',
    message,
    (m) => m.text === 'cake at six?' && Boolean(m.reactions && m.seen && m.pinned && m.tags),
  );
  expect(find(ben, message)).toMatchObject({
    reactions: [{ emoji: '🎂', names: ['Ada'], you: false }],
    seen: [{ name: 'Ada', answers: true }],
    pinned: { byName: 'Ada' },
    tags: ['cake'],
  });
  expect(find(ada, message)?.reactions?.[0]?.you).toBe(true);
  expect(find(ada, message)?.editedAt).toBeGreaterThan(0);
});

test('a reaction or an edit makes nothing unread; a message does', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const message = await says(ben, space, channel, 'one');
  await both([ada], 'the message', message, () => true);
  must(await ada.engine.commands.markRead({ space, channel }));
  const unread = () => ada.view.spaces[0]?.channels[0]?.unread;
  await ada.until('read', () => unread() === false);
  must(await ben.engine.commands.edit({ space, message, text: 'two' }));
  await both([ada], 'the edit', message, ({ text }) => text === 'two');
  expect(unread()).toBe(false);
  await says(ben, space, channel, 'three');
  await ada.until('unread', () => unread() === true);
});

test('a deletion says by whom; a member deletes and edits only their own', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const [adas, bens] = [
    await says(ada, space, channel, 'of Ada'),
    await says(ben, space, channel, 'of Ben'),
  ];
  for (const who of [ada, ben]) await who.until('both', (v) => texts(v).length === 2);
  for (const answer of [
    await ben.engine.commands.delete({ space, message: adas }),
    await ben.engine.commands.edit({ space, message: adas, text: 'no' }),
    await ben.engine.commands.pin({ space, message: adas, on: true }),
    await ada.engine.commands.edit({ space, message: bens, text: 'no' }),
  ])
    expect(answer).toMatchObject({ ok: false, trouble: { code: 'not-allowed' } });
  const { entries } = must(await ada.engine.commands.delete({ space, message: bens }));
  await both([ada, ben], 'gone', bens, ({ deleted }) => deleted?.byName === 'Ada');
  expect(find(ben, bens)).toMatchObject({ text: '', deleted: { byAuthor: false } });
  expect(await ben.engine.commands.undo({ space, entries })).toMatchObject({ ok: false });
  must(await ada.engine.commands.undo({ space, entries }));
  await both([ada, ben], 'back', bens, ({ text }) => text === 'of Ben');
});

test('replies quote what they answer, a thread is told with its first message, a mention with whom it names', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const root = await says(ada, space, channel, 'root');
  await both([ben], 'the root', root, () => true);
  const { commands } = ben.engine;
  const account = ada.view.spaces[0]?.members.find(({ you }) => you)?.account ?? '';
  const mentions = [{ account, urgent: true }];
  const answer = must(
    await commands.say({ space, channel, text: 'yes', reply: root, mentions }),
  ).id;
  must(await commands.say({ space, channel, text: 'below', thread: root }));
  await both([ada], 'the answer', answer, ({ reply }) => reply?.text === 'root');
  expect(find(ada, answer)).toMatchObject({ reply: { authorName: 'Ada' }, namesYou: 'urgently' });
  await both([ada, ben], 'the thread', root, ({ thread }) => thread?.replies === 1);
  expect(find(ada, root)?.thread?.newest[0]?.text).toBe('below');
  expect(texts(ada.view)).toEqual(['root', 'yes']);
});

test('many messages are moved into a thread by one act, leave a pointer, and come back when it is undone', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const root = await says(ada, space, channel, 'root');
  const messages: EntryId[] = [];
  for (let i = 0; i < 20; i++) messages.push(await says(ben, space, channel, `${i}`));
  await ada.until('all', (v) => texts(v).length === 21);
  const { entries } = must(
    await ada.engine.commands.move({ space, messages, to: { thread: root } }),
  );
  expect(entries).toHaveLength(2);
  for (const who of [ada, ben]) await who.until('moved', (v) => texts(v).length === 1);
  expect(ben.view.timeline?.pointers).toMatchObject([{ messages, byName: 'Ada', thread: root }]);
  expect(find(ben, root)?.thread?.replies).toBe(20);
  must(await ada.engine.commands.undo({ space, entries }));
  for (const who of [ada, ben]) await who.until('back', (v) => texts(v).length === 21);
  expect(ben.view.timeline?.pointers).toEqual([]);
});

test('a thread becomes a channel, which can be renamed, given a topic and put away', async () => {
  const { ada, ben, space, channel } = await twoInASpace();
  const root = await says(ada, space, channel, 'root');
  await both([ben], 'the root', root, () => true);
  must(await ben.engine.commands.say({ space, channel, text: 'below', thread: root }));
  await both([ada], 'the thread', root, ({ thread }) => thread?.replies === 1);
  const grown = must(await ada.engine.commands.promote({ space, message: root, name: 'roots' }));
  await ben.engine.commands.watch({ space, channel: grown.channel, newest: 100 });
  await ben.until('it stands there', (v) => texts(v).join() === 'root,below');
  const { commands } = ada.engine;
  must(await commands.setChannel({ space, channel: grown.channel, name: 'trees', topic: 'tall' }));
  must(await commands.setChannel({ space, channel: grown.channel, archived: true }));
  await ben.until('all that', (v) =>
    Boolean(
      v.spaces[0]?.channels.some((c) => c.name === 'trees' && c.topic === 'tall' && c.archived),
    ),
  );
  const refused = await ben.engine.commands.setChannel({ space, channel, name: 'mine' });
  expect(refused).toMatchObject({ ok: false, trouble: { code: 'not-allowed' } });
});

test('a message that names nobody is as long as it was before there were threads, replies and mentions', async () => {
  const { ada, space, channel } = await twoInASpace();
  for (const text of ['first', 'x'.repeat(60)]) await says(ada, space, channel, text);
  const log = ada.engine.log({ kind: 'segment', space, channel, number: 0 });
  // Kind 8, clock 9, n 1, one tip 18, no refs 1, text 1 + 5 + 62, the array 1, the seal 16.
  expect(log?.entries.map(({ entry }) => entry.body.length).at(-1)).toBe(122);
});
