import type { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { expect, test, vi } from 'vitest';
import { MemoryStore } from '../space/store.ts';
import type { SearchView } from './search-view.ts';
import { enterAndLeave } from './test/entering.ts';
import { must, type Resident, TestRoom } from './test/room.ts';

const enter = enterAndLeave();

async function adasSpace(room = new TestRoom(), store = new MemoryStore()) {
  const ada = await enter(room, 'Ada', store);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  return { ada, space, channel, store };
}

async function benJoins(room: TestRoom, ada: Resident, space: SpaceId, channel: ChannelId) {
  const { link } = must(await ada.engine.commands.invite({ space }));
  const ben = await enter(room, 'Ben');
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('the channel', (v) => v.spaces[0]?.channels[0]?.name === 'general');
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  return ben;
}

const says = async (who: Resident, space: SpaceId, channel: ChannelId, text: string) =>
  must(await who.engine.commands.say({ space, channel, text })).id;

/** Once all of it has been looked at: on a busy machine that takes more than one turn. */
const search = (who: Resident, query: string, more = {}): Promise<SearchView> =>
  vi.waitFor(
    async () => {
      const view = must(await who.engine.commands.search({ query, limit: 20, ...more }));
      expect(view.complete).toBe(true);
      return view;
    },
    { timeout: 20_000 },
  );

const found = async (who: Resident, query: string) =>
  (await search(who, query)).messages.map(({ text }) => text);

/** What is found in the end, once all of it has been looked at. */
const finds = (who: Resident, query: string, texts: readonly string[]) =>
  vi.waitFor(async () => expect(await found(who, query)).toEqual(texts), { timeout: 20_000 });

test('what has just been said is found, with its author, place, highlights and permalink', async () => {
  const { ada, space, channel } = await adasSpace();
  const id = await says(ada, space, channel, 'The café opens at nine');
  await says(ada, space, channel, 'and closes at five');
  const { messages, total, complete, hints } = await search(ada, 'CAFE op');
  expect({ total, complete, hints }).toEqual({ total: 1, complete: true, hints: [] });
  expect(messages).toEqual([
    {
      id,
      space,
      spaceName: 'Lyre Street',
      channel,
      channelName: 'general',
      author: ada.peer,
      authorName: 'Ada',
      own: true,
      at: expect.any(Number),
      text: 'The café opens at nine',
      highlights: [
        { start: 4, end: 8 },
        { start: 9, end: 14 },
      ],
      permalink: `https://snug.test/#/space/${space}/${channel}/${id}`,
    },
  ]);
});

test('what another says is found once it has come, by their name and by mine', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await adasSpace(room);
  const ben = await benJoins(room, ada, space, channel);
  await says(ben, space, channel, 'soup by Ben');
  await says(ada, space, channel, 'soup by Ada');
  await finds(ada, 'soup', ['soup by Ada', 'soup by Ben']);
  expect(await found(ada, 'soup from:ben')).toEqual(['soup by Ben']);
  expect(await found(ada, 'soup from:me')).toEqual(['soup by Ada']);
  expect(await found(ada, 'soup -from:me')).toEqual(['soup by Ben']);
});

test('an edited message is found by what it says now, a deleted one no more, and an undone deletion again', async () => {
  const { ada, space, channel } = await adasSpace();
  const { edit, delete: remove, undo } = ada.engine.commands;
  const message = await says(ada, space, channel, 'apples');
  must(await edit.call(ada.engine.commands, { space, message, text: 'pears' }));
  expect(await found(ada, 'apples')).toEqual([]);
  expect(await found(ada, 'pears has:edit')).toEqual(['pears']);
  const { entries } = must(await remove.call(ada.engine.commands, { space, message }));
  expect(await found(ada, 'pears')).toEqual([]);
  must(await undo.call(ada.engine.commands, { space, entries }));
  expect(await found(ada, 'pears')).toEqual(['pears']);
});

test('what is said of a message can be asked for: pins, reactions, tags, replies', async () => {
  const { ada, space, channel } = await adasSpace();
  const { commands } = ada.engine;
  const message = await says(ada, space, channel, 'the plan');
  await says(ada, space, channel, 'no plan');
  must(await commands.pin({ space, message, on: true }));
  must(await commands.react({ space, message, emoji: '🎂', on: true }));
  must(await commands.tag({ space, message, on: ['Garden'] }));
  must(await commands.say({ space, channel, text: 'a better plan', reply: message }));
  for (const query of ['has:pin', 'has:reaction', 'tag:garden'])
    expect(await found(ada, query)).toEqual(['the plan']);
  expect(await found(ada, 'has:reply')).toEqual(['a better plan']);
  must(await commands.pin({ space, message, on: false }));
  expect(await found(ada, 'has:pin')).toEqual([]);
});

test('a moved thread is found where it stands now, with everything that was said under it', async () => {
  const { ada, space, channel } = await adasSpace();
  const { commands } = ada.engine;
  const garden = must(await commands.createChannel({ space, name: 'garden' })).channel;
  const root = await says(ada, space, channel, 'roses');
  must(await commands.say({ space, channel, text: 'roses, red ones', thread: root }));
  expect(await found(ada, 'roses has:thread')).toEqual(['roses']);
  expect(await found(ada, 'roses in:garden')).toEqual([]);
  const { entries } = must(
    await commands.move({ space, messages: [root], to: { channel: garden } }),
  );
  expect(await found(ada, 'roses in:garden')).toEqual(['roses, red ones', 'roses']);
  const [reply] = (await search(ada, 'red')).messages;
  expect(reply).toMatchObject({ channel: garden, channelName: 'garden', thread: root });
  must(await commands.undo({ space, entries }));
  expect(await found(ada, 'roses in:general')).toEqual(['roses, red ones', 'roses']);
});

test('pages follow each other over all spaces, the newest first, each message once', async () => {
  const { ada, space, channel } = await adasSpace();
  const other = must(await ada.engine.commands.createSpace({ name: 'Harbour' }));
  const said: EntryId[] = [];
  for (let n = 0; n < 7; n++) {
    said.unshift(await says(ada, space, channel, `bread ${n}`));
    said.unshift(await says(ada, other.space, other.channel, `bread too ${n}`));
  }
  const seen: EntryId[] = [];
  for (let page = await search(ada, 'bread', { limit: 4 }); ; ) {
    seen.push(...page.messages.map(({ id }) => id));
    expect(page.total).toBe(14);
    if (!page.next) break;
    page = await search(ada, 'bread', { limit: 4, before: page.next });
  }
  expect(seen).toEqual(said);
  expect((await search(ada, 'bread', { space })).total).toBe(7);
  expect(await found(ada, 'bread in:harbour 3')).toEqual(['bread too 3']);
});

test('after a restart everything is found again, and what is not looked at yet is owned to', async () => {
  const room = new TestRoom();
  const { ada, space, channel, store } = await adasSpace(room);
  for (let n = 0; n < 30; n++) await says(ada, space, channel, `stone ${n}`);
  await ada.leave();
  const again = await enter(room, 'Ada', store);
  // At once there is an answer, which may not be the whole.
  const { total, complete } = must(
    await again.engine.commands.search({ query: 'stone', limit: 20 }),
  );
  expect(total === 30 || !complete).toBe(true);
  expect((await search(again, 'stone')).total).toBe(30);
});

test('what a removed member wrote beyond the cut is found no more, and what others kept of theirs is', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await adasSpace(room);
  const ben = await benJoins(room, ada, space, channel);
  await says(ben, space, channel, 'a kept tale');
  await finds(ada, 'tale', ['a kept tale']);
  room.offline(ben);
  must(await ada.engine.commands.removeMember({ space, account: ben.peer }));
  await says(ben, space, channel, 'a lost tale');
  expect(await found(ben, 'tale')).toEqual(['a lost tale', 'a kept tale']);
  room.online(ben);
  await ben.until('removed', (v) => v.spaces[0]?.state === 'removed');
  await finds(ben, 'tale', ['a kept tale']);
  expect(await found(ada, 'tale')).toEqual(['a kept tale']);
});

test('a space that one leaves is searched no more', async () => {
  const { ada, space, channel } = await adasSpace();
  await says(ada, space, channel, 'a secret');
  expect(await found(ada, 'secret')).toEqual(['a secret']);
  must(await ada.engine.commands.leaveSpace({ space }));
  expect(await found(ada, 'secret')).toEqual([]);
});

test('of a long message what stands around the words is told', async () => {
  const { ada, space, channel } = await adasSpace();
  await says(ada, space, channel, `${'before '.repeat(60)}needle ${'after '.repeat(60)}`);
  const [message] = (await search(ada, 'needle')).messages;
  expect(message?.text).toMatch(/^…before .*needle after .*…$/);
  expect(message?.text.length).toBeLessThanOrEqual(282);
  const [at] = message?.highlights ?? [];
  expect(message?.text.slice(at?.start, at?.end)).toBe('needle');
});

test('what asks for nothing, or for what is not there, says so and finds nothing', async () => {
  const { ada, space, channel } = await adasSpace();
  await says(ada, space, channel, 'hello');
  expect(await search(ada, '')).toMatchObject({ messages: [], total: 0, hints: [] });
  const { messages, hints } = await search(ada, 'hello from:nobody');
  expect(messages).toEqual([]);
  expect(hints).toMatchObject([{ about: 'person', part: 'nobody' }]);
});
