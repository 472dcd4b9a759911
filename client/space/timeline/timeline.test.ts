import { expect, test } from 'vitest';
import type { Reading } from './reading.ts';
import {
  GARDEN,
  GENERAL,
  judge,
  NOW,
  NOWHERE,
  never,
  people,
  Talk,
  timelineOf,
} from './test/written-talk.ts';

const { ada, gil, ben, phone, cy, mallory } = people;

/** What a channel or thread shows: texts, and where pointers lead. */
function shownIn(reading: Reading, at: Parameters<Reading['channel']>[0]) {
  return reading
    .channel(at, 100)
    .shown.map((line) => (line.is === 'message' ? line.message.text : line));
}
const textsIn = (reading: Reading, at: Parameters<Reading['channel']>[0]) =>
  reading
    .channel(at, 100)
    .shown.flatMap((line) => (line.is === 'message' ? [line.message.text] : []));
const threadOf = (reading: Reading, root: Parameters<Reading['thread']>[0]) =>
  reading
    .thread(root, 100)
    .shown.flatMap((line) => (line.is === 'message' ? [line.message.text] : []));

test('messages stand in the order of their clocks, whichever came first', () => {
  const talk = new Talk();
  talk.say(ada, 'second', { hlc: 20 });
  talk.say(ben, 'first', { hlc: 10 });
  talk.say(cy, 'elsewhere', { channel: GARDEN });
  expect(textsIn(talk.read(), GENERAL)).toEqual(['first', 'second']);
  expect(textsIn(talk.read(), GARDEN)).toEqual(['elsewhere']);
});

test('whoever is no member says nothing and does nothing', () => {
  const talk = new Talk();
  const message = talk.say(ada, 'mine');
  talk.say(mallory, 'let me in');
  talk.does(mallory, 'delete', [message]);
  talk.does(mallory, 'reaction', [message], { emoji: '👍', on: true });
  const reading = talk.read();
  expect(textsIn(reading, GENERAL)).toEqual(['mine']);
  expect(reading.message(message)?.reactions).toEqual([]);
  expect(reading.keptOut().notAllowed).toBe(2);
});

test('a reply names what it answers, a message of a thread its first message', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const answer = talk.say(ben, 'answer', { reply: root });
  talk.say(cy, 'in the thread', { thread: root, reply: root });
  talk.say(ben, 'too', { thread: root });
  const reading = talk.read();
  expect(textsIn(reading, GENERAL)).toEqual(['root', 'answer']);
  expect(reading.message(answer)?.reply).toBe(root);
  expect(threadOf(reading, root)).toEqual(['root', 'in the thread', 'too']);
  expect(reading.channel(GENERAL, 9).shown[0]).toMatchObject({ thread: { replies: 2 } });
});

test('threads are one level deep: what is said under a message of a thread stands in that thread', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const below = talk.say(ben, 'below', { thread: root });
  talk.say(cy, 'further below', { thread: below });
  expect(threadOf(talk.read(), root)).toEqual(['root', 'below', 'further below']);
  expect(threadOf(talk.read(), below)).toEqual([]);
});

test('a message of a thread whose first has not arrived stands in its channel until it does', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  talk.say(ben, 'early', { thread: root });
  const whole = talk.written.splice(0, 1);
  expect(textsIn(talk.read(), GENERAL)).toEqual(['early']);
  talk.written.push(...whole);
  expect(textsIn(talk.read(), GENERAL)).toEqual(['root']);
});

test('an author edits from any of their devices, the last edit counts, and every wording is kept', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'one');
  talk.does(ben, 'edit', [message], { text: 'three' }, { hlc: 3000 });
  const two = talk.does(phone, 'edit', [message], { text: 'two' }, { hlc: 2000 });
  const reading = talk.read();
  expect(reading.message(message)).toMatchObject({ text: 'three', edited: { account: ben } });
  expect(reading.versions(message).map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  expect(reading.versions(message)[1]?.entry).toBe(two);
});

test("nobody edits another's message, not even an admin", () => {
  const talk = new Talk();
  const message = talk.say(ben, 'mine');
  for (const other of [ada, gil, cy, mallory]) talk.does(other, 'edit', [message], { text: 'no' });
  const reading = talk.read();
  expect(reading.message(message)).toMatchObject({ text: 'mine', edited: undefined });
  expect(reading.keptOut()).toEqual({ invalid: 0, unknown: 0, notAllowed: 4 });
});

test('a deletion by the author hides the text, whatever is edited before or after, and all wordings', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'oops');
  talk.does(phone, 'delete', [message]);
  talk.does(ben, 'edit', [message], { text: 'oops again' });
  const reading = talk.read();
  expect(reading.message(message)).toMatchObject({ text: '', deleted: { account: ben } });
  expect(reading.versions(message)).toEqual([]);
});

test('admins and gardeners take a message away, visibly; a member only their own', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'spam');
  talk.does(cy, 'delete', [message]);
  expect(talk.read().message(message)?.deleted).toBeUndefined();
  talk.does(gil, 'delete', [message]);
  expect(talk.read().message(message)).toMatchObject({ text: '', deleted: { account: gil } });
});

test('a deletion is taken back by whoever deleted, and by nobody else', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'hello');
  const taken = talk.does(gil, 'delete', [message]);
  talk.does(ben, 'undo', [taken]);
  talk.does(ada, 'undo', [taken]);
  expect(talk.read().message(message)?.deleted).toMatchObject({ account: gil });
  talk.does(gil, 'undo', [taken]);
  expect(talk.read().message(message)).toMatchObject({ text: 'hello', deleted: undefined });
});

test('a reaction is given and taken back by each for themselves, once a person', () => {
  const talk = new Talk();
  const message = talk.say(ada, 'cake?');
  const react = (who: typeof ada, emoji: string, on = true) =>
    talk.does(who, 'reaction', [message], { emoji, on });
  react(ben, '🎂');
  react(phone, '🎂');
  react(cy, '🎂');
  react(cy, '👍');
  react(gil, '👍');
  react(gil, '👍', false);
  react(ada, '🎂', false);
  expect(talk.read().message(message)?.reactions).toEqual([
    { emoji: '🎂', accounts: [ben, cy] },
    { emoji: '👍', accounts: [cy] },
  ]);
});

test('👀 says seen, 👀👀 seen and will answer; the last of each person counts', () => {
  const talk = new Talk();
  const message = talk.say(ada, 'who comes?');
  talk.does(ben, 'seen', [message], { level: 1 });
  talk.does(phone, 'seen', [message], { level: 2 });
  talk.does(cy, 'seen', [message], { level: 1 });
  talk.does(cy, 'seen', [message], { level: 0 });
  expect(talk.read().message(message)?.seen).toEqual([{ account: ben, level: 2 }]);
});

test('pins and tags: own ones by any member, those of others by gardeners and admins', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'plan');
  talk.does(cy, 'pin', [message], { on: true });
  talk.does(cy, 'tag', [message], { on: ['no'], off: [] });
  expect(talk.read().message(message)).toMatchObject({ pinned: undefined, tags: [] });
  talk.does(ben, 'tag', [message], { on: ['Plan', 'old'], off: [] });
  talk.does(gil, 'tag', [message], { on: ['garden'], off: ['old'] });
  talk.does(ada, 'pin', [message], { on: true });
  const reading = talk.read();
  expect(reading.message(message)).toMatchObject({
    pinned: { account: ada },
    tags: ['garden', 'plan'],
  });
  expect(reading.tended('pin', GENERAL).map(({ id }) => id)).toEqual([message]);
  expect(reading.tended({ tag: 'plan' }).map(({ id }) => id)).toEqual([message]);
  talk.does(ben, 'pin', [message], { on: false });
  expect(talk.read().tended('pin')).toEqual([]);
});

test('tags that two people put on at the same time both stay', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'plan');
  talk.does(ada, 'tag', [message], { on: ['a'], off: [] }, { hlc: 5000 });
  talk.does(gil, 'tag', [message], { on: ['b'], off: [] }, { hlc: 5000 });
  expect(talk.read().message(message)?.tags).toEqual(['a', 'b']);
});

test('messages are moved into a thread; where they stood a quiet pointer says so', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const [one, two] = [talk.say(ben, 'one'), talk.say(cy, 'two')];
  talk.say(ada, 'after');
  talk.moves(gil, root, [one, two]);
  const reading = talk.read();
  expect(shownIn(reading, GENERAL)).toEqual([
    'root',
    expect.objectContaining({
      is: 'pointer',
      messages: [one, two],
      to: { channel: GENERAL, thread: root },
      by: gil,
    }),
    'after',
  ]);
  expect(threadOf(reading, root)).toEqual(['root', 'one', 'two']);
});

test('a member moves what they wrote and leaves the rest where it is', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const [one, two] = [talk.say(ben, 'one'), talk.say(cy, 'two')];
  talk.moves(ben, root, [one, two]);
  const reading = talk.read();
  expect(threadOf(reading, root)).toEqual(['root', 'one']);
  expect(textsIn(reading, GENERAL)).toEqual(['root', 'two']);
});

test('a message moved to another channel stands there by its time, and its thread goes with it', () => {
  const talk = new Talk();
  const root = talk.say(ben, 'root');
  talk.say(cy, 'below', { thread: root });
  talk.say(ada, 'early', { channel: GARDEN, hlc: 10 });
  talk.say(ada, 'late', { channel: GARDEN, hlc: 9000 });
  talk.moves(ben, GARDEN, [root]);
  const reading = talk.read();
  expect(textsIn(reading, GARDEN)).toEqual(['early', 'root', 'late']);
  expect(textsIn(reading, GENERAL)).toEqual([]);
  expect(threadOf(reading, root)).toEqual(['root', 'below']);
  expect(reading.threads()).toMatchObject([{ channel: GARDEN, replies: 1 }]);
});

test('of several moves the last counts, and every place that a message came through points on', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const message = talk.say(ben, 'wanderer');
  talk.moves(ben, root, [message]);
  talk.moves(ben, GARDEN, [message]);
  const reading = talk.read();
  expect(textsIn(reading, GARDEN)).toEqual(['wanderer']);
  const pointer = expect.objectContaining({ messages: [message], to: { channel: GARDEN } });
  expect(shownIn(reading, GENERAL)).toEqual(['root', pointer]);
  expect(reading.thread(root, 9).shown).toContainEqual(pointer);
});

test('a move to a channel that nobody opened, or under a message that has not arrived, waits for it', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const message = talk.say(ben, 'here');
  talk.moves(ben, NOWHERE, [message]);
  talk.moves(ben, never('root'), [message]);
  expect(textsIn(talk.read(), GENERAL)).toEqual(['root', 'here']);
  talk.moves(ben, root, [message]);
  talk.written.shift();
  expect(textsIn(talk.read(), GENERAL)).toEqual(['here']);
});

test('a message stays in the thread of one that is deleted', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  talk.say(ben, 'below', { thread: root });
  talk.does(ada, 'delete', [root]);
  expect(threadOf(talk.read(), root)).toEqual(['', 'below']);
});

test('moves in a circle lose nothing: the earliest stays, the others stand in its thread', () => {
  const talk = new Talk();
  const ids = ['a', 'b', 'c'].map((text) => talk.say(ben, text));
  const [a, b, c] = ids;
  if (!a || !b || !c) throw new Error('three');
  talk.moves(ben, b, [a]);
  talk.moves(ben, c, [b]);
  talk.moves(ben, a, [c]);
  const reading = talk.read();
  expect(textsIn(reading, GENERAL)).toEqual(['a']);
  expect(threadOf(reading, a)).toEqual(['a', 'b', 'c']);
});

test('nothing is moved under itself', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'a');
  talk.moves(ben, message, [message]);
  expect(textsIn(talk.read(), GENERAL)).toEqual(['a']);
  expect(talk.read().keptOut().invalid).toBe(1);
});

test('a thread becomes a channel: all of it stands at the top level there, what is said in it later too', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  talk.say(ben, 'below', { thread: root });
  const bytes = new Uint8Array(16);
  bytes[15] = 1;
  talk.does(cy, 'promote', [root], { channel: bytes });
  expect(textsIn(talk.read(), GARDEN)).toEqual([]);
  const promotion = talk.does(ada, 'promote', [root], { channel: bytes });
  talk.say(cy, 'later', { thread: root });
  expect(textsIn(talk.read(), GARDEN)).toEqual(['root', 'below', 'later']);
  expect(shownIn(talk.read(), GENERAL)).toEqual([
    expect.objectContaining({ is: 'pointer', to: { channel: GARDEN } }),
  ]);
  expect(talk.read().threads()).toEqual([]);
  talk.does(gil, 'undo', [promotion]);
  expect(textsIn(talk.read(), GARDEN)).toEqual([]);
  expect(threadOf(talk.read(), root)).toEqual(['root', 'below', 'later']);
});

test('what one tended is undone by oneself, an admin or a gardener; then the move before it counts again', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const message = talk.say(ben, 'moved');
  talk.moves(ben, root, [message]);
  const second = talk.moves(ben, GARDEN, [message]);
  talk.does(cy, 'undo', [second]);
  expect(textsIn(talk.read(), GARDEN)).toEqual(['moved']);
  talk.does(gil, 'undo', [second]);
  expect(textsIn(talk.read(), GARDEN)).toEqual([]);
  expect(threadOf(talk.read(), root)).toEqual(['root', 'moved']);
});

test('undoing is not undone: one does it again', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'one');
  const pin = talk.does(ben, 'pin', [message], { on: true });
  const undo = talk.does(ben, 'undo', [pin]);
  talk.does(ben, 'undo', [undo]);
  expect(talk.read().message(message)?.pinned).toBeUndefined();
  talk.does(ben, 'pin', [message], { on: true });
  expect(talk.read().message(message)?.pinned).toBeDefined();
});

test('kinds of a later version are kept and carried, not shown; what does not fit its kind is counted', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'one');
  talk.does(ben, 'poll', [message], { question: 'tea?' });
  talk.does(ben, 'reaction', [message], { emoji: 'not an emoji', on: true });
  talk.does(ben, 'edit', [], { text: 'of nothing' });
  talk.does(ben, 'message', [], { text: 'dangling', thread: 0 });
  const reading = talk.read();
  expect(textsIn(reading, GENERAL)).toEqual(['one']);
  expect(reading.keptOut()).toEqual({ invalid: 3, unknown: 1, notAllowed: 0 });
});

test('a clock that is far ahead neither drags its channel along nor lasts for ever as the last word', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'one');
  talk.does(ben, 'edit', [message], { text: 'from the future' }, { hlc: 2 ** 47 });
  talk.does(ben, 'edit', [message], { text: 'two' });
  expect(talk.read().message(message)?.text).toBe('two');
});

test('the newest come first: so many of them, and whether there are older ones', () => {
  const talk = new Talk();
  for (let i = 0; i < 10; i++) talk.say(ada, `${i}`);
  const { shown, more } = talk.read().channel(GENERAL, 3);
  expect(shown.map((line) => line.is === 'message' && line.message.text)).toEqual(['7', '8', '9']);
  expect(more).toBe(true);
  expect(talk.read().channel(GENERAL, 10).more).toBe(false);
});

test('threads of a space, newest activity first', () => {
  const talk = new Talk();
  const [one, two] = [talk.say(ada, 'one'), talk.say(ada, 'two', { channel: GARDEN })];
  talk.say(ben, 'x', { thread: two });
  talk.say(ben, 'y', { thread: one });
  const threads = talk.read().threads();
  expect(threads.map(({ root }) => root.text)).toEqual(['one', 'two']);
  expect(threads.map(({ latest }) => latest.text)).toEqual(['y', 'x']);
});

test('what comes between two looks is seen: a thread that grows, a message that something waited for', () => {
  const talk = new Talk();
  const late = talk.say(ada, 'late');
  const [root, message, strange] = [
    talk.say(ada, 'root'),
    talk.say(ben, 'to be moved'),
    talk.say(mallory, 'not heard'),
  ];
  talk.say(ben, 'one', { thread: root });
  talk.moves(ben, late, [message]);
  const timeline = timelineOf(talk.written.slice(1));
  const look = () => timeline.read(judge, NOW);
  expect(threadOf(look(), root)).toEqual(['root', 'one']);
  talk.say(ben, 'two', { thread: root });
  talk.say(ben, 'under what nobody hears', { thread: strange });
  for (const { channel, entry } of talk.written.slice(-2)) timeline.add(channel, [entry]);
  expect(threadOf(look(), root)).toEqual(['root', 'one', 'two']);
  expect(textsIn(look(), GENERAL)).toEqual(['root', 'to be moved', 'under what nobody hears']);
  for (const { channel, entry } of talk.written.slice(0, 1)) timeline.add(channel, [entry]);
  expect(textsIn(look(), GENERAL)).toEqual(['late', 'root', 'under what nobody hears']);
  expect(threadOf(look(), late)).toEqual(['late', 'to be moved']);
});
