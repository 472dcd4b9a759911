import { expect, test } from 'vitest';
import { CatchUp } from './catch-up.ts';
import { judge, NOW, people, Talk, timelineOf } from './test/written-talk.ts';

const { ada, ben, phone, cy } = people;
const all = () => true;

test('a mention waits for whom it names, and says whether attention is asked for now', () => {
  const talk = new Talk();
  const first = talk.say(ada, '@Ben', { mentions: [{ account: ben }] });
  talk.say(cy, '@@Ben', { mentions: [{ account: ben, urgent: true }] });
  talk.say(phone, 'note to self @Ben', { mentions: [{ account: ben }] });
  const mentions = new CatchUp(ben).mentions(talk.read(), all);
  expect(mentions.map(({ message, urgent }) => [message.text, urgent])).toEqual([
    ['@@Ben', true],
    ['@Ben', false],
  ]);
  const left = new CatchUp(ben).mentions(talk.read(), ({ id }) => id !== first);
  expect(left.map(({ message }) => message.text)).toEqual(['@@Ben']);
  expect(new CatchUp(ada).mentions(talk.read(), all)).toEqual([]);
});

test('who is named is what the message says now: an edit names and unnames, a deletion names nobody', () => {
  const talk = new Talk();
  const [one, two, three] = [
    talk.say(ada, '@Ben', { mentions: [{ account: ben }] }),
    talk.say(ada, 'nobody'),
    talk.say(ada, '@Ben!', { mentions: [{ account: ben }] }),
  ];
  if (!one || !two || !three) throw new Error('three');
  talk.does(ada, 'edit', [one], { text: 'nobody' });
  talk.does(ada, 'edit', [two], { text: '@Ben', mentions: [{ account: ben }] });
  talk.does(cy, 'edit', [two], { text: '@Cy', mentions: [{ account: cy }] });
  talk.does(ada, 'delete', [three]);
  const mentions = new CatchUp(ben).mentions(talk.read(), all);
  expect(mentions.map(({ message }) => message.id)).toEqual([two]);
  expect(new CatchUp(cy).mentions(talk.read(), all)).toEqual([]);
});

test('replies to what one wrote on any device wait, but one does not wait for oneself', () => {
  const talk = new Talk();
  const mine = talk.say(phone, 'mine');
  talk.say(ada, 'answer', { reply: mine });
  talk.say(ben, 'to myself', { reply: mine });
  talk.say(cy, 'to Ada', { reply: talk.say(ada, 'x') });
  expect(new CatchUp(ben).replies(talk.read(), all).map(({ text }) => text)).toEqual(['answer']);
});

test('a reply that comes before what it answers waits as soon as that has come', () => {
  const talk = new Talk();
  talk.say(ada, 'answer', { reply: talk.say(ben, 'mine') });
  const [mine, answer] = talk.written;
  if (!mine || !answer) throw new Error('two');
  const catchUp = new CatchUp(ben);
  const timeline = timelineOf([answer]);
  expect(catchUp.replies(timeline.read(judge, NOW), all)).toEqual([]);
  timeline.add(mine.channel, [mine.entry]);
  const replies = catchUp.replies(timeline.read(judge, NOW), all);
  expect(replies.map(({ text }) => text)).toEqual(['answer']);
});

test('of threads that one began or spoke in waits what others said since, newest activity first', () => {
  const talk = new Talk();
  const [begun, spoken, other, answered] = [
    talk.say(ben, 'begun'),
    talk.say(ada, 'spoken in'),
    talk.say(ada, 'other'),
    talk.say(ada, 'answered'),
  ];
  if (!begun || !spoken || !other || !answered) throw new Error('four');
  talk.say(cy, 'x', { thread: begun });
  talk.say(phone, 'y', { thread: spoken });
  const newest = [talk.say(cy, 'y1', { thread: spoken }), talk.say(ada, 'y2', { thread: spoken })];
  talk.say(cy, 'z', { thread: other });
  talk.say(cy, 'w', { thread: answered });
  talk.say(ben, 'mine is the last word', { thread: answered });
  const catchUp = new CatchUp(ben);
  const told = (
    waits = all as Parameters<CatchUp['threads']>[1],
    most = { fresh: 9, threads: 9 },
  ) =>
    catchUp
      .threads(talk.read(), waits, most)
      .map(({ root, fresh }) => [root.text, fresh.map(({ text }) => text)]);
  expect(told()).toEqual([
    ['spoken in', ['y1', 'y2']],
    ['begun', ['x']],
  ]);
  expect(told(all, { fresh: 1, threads: 9 })).toEqual([
    ['spoken in', ['y2']],
    ['begun', ['x']],
  ]);
  expect(told(({ id }) => id !== newest[0])).toEqual([
    ['spoken in', ['y2']],
    ['begun', ['x']],
  ]);
  expect(told(({ id }) => id !== newest[1])).toEqual([['begun', ['x']]]);
  expect(told(all, { fresh: 9, threads: 1 })).toEqual([['spoken in', ['y1', 'y2']]]);
});
