import { expect, test } from 'vitest';
import { mentionsOf, repliesTo, threadsOf } from './catch-up.ts';
import { people, Talk } from './test/written-talk.ts';

const { ada, ben, phone, cy } = people;

test('a mention waits for whom it names, and says whether attention is asked for now', () => {
  const talk = new Talk();
  talk.say(ada, '@Ben', { mentions: [{ account: ben }] });
  talk.say(cy, '@@Ben', { mentions: [{ account: ben, urgent: true }] });
  talk.say(phone, 'note to self @Ben', { mentions: [{ account: ben }] });
  const mentions = mentionsOf(talk.read(), ben, 10);
  expect(mentions.map(({ message, urgent }) => [message.text, urgent])).toEqual([
    ['@@Ben', true],
    ['@Ben', false],
  ]);
  expect(mentionsOf(talk.read(), ben, 1)).toHaveLength(1);
  expect(mentionsOf(talk.read(), ada, 10)).toEqual([]);
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
  expect(mentionsOf(talk.read(), ben, 10).map(({ message }) => message.id)).toEqual([two]);
  expect(mentionsOf(talk.read(), cy, 10)).toEqual([]);
});

test('replies to what one wrote on any device, but one does not wait for oneself', () => {
  const talk = new Talk();
  const mine = talk.say(phone, 'mine');
  talk.say(ada, 'answer', { reply: mine });
  talk.say(ben, 'to myself', { reply: mine });
  talk.say(cy, 'to Ada', { reply: talk.say(ada, 'x') });
  expect(repliesTo(talk.read(), ben, 10).map(({ text }) => text)).toEqual(['answer']);
});

test('threads that one began or spoke in, newest activity first', () => {
  const talk = new Talk();
  const [begun, spoken, other] = [
    talk.say(ben, 'begun'),
    talk.say(ada, 'spoken in'),
    talk.say(ada, 'other'),
  ];
  if (!begun || !spoken || !other) throw new Error('three');
  talk.say(cy, 'x', { thread: begun });
  talk.say(phone, 'y', { thread: spoken });
  talk.say(cy, 'z', { thread: other });
  expect(threadsOf(talk.read(), ben).map(({ root }) => root.text)).toEqual(['spoken in', 'begun']);
});
