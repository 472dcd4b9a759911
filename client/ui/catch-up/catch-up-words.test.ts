import { expect, it } from 'vitest';
import type { WaitingView } from '../../engine/catch-up-view.ts';
import { channelNamed, entryNamed, peerNamed, spaceNamed } from '../test/names.ts';
import { markName, newIn, placeOf } from './catch-up-words.ts';

const waiting: WaitingView = {
  because: 'named',
  space: spaceNamed('Lyre Street'),
  spaceName: 'Lyre Street',
  message: {
    id: entryNamed('one'),
    author: peerNamed('Ines'),
    authorName: 'Ines',
    own: false,
    at: 0,
    text: '@Jo the ladder?',
    channel: channelNamed('tools'),
    channelName: 'tools',
  },
  messages: [entryNamed('one')],
};

it('counts what is new to nine and no further', () => {
  expect([1, 9, 10].map(newIn)).toEqual(['1 new message', '9 new messages', 'more than 9 new']);
});

it('says where something was said, as far as names have come', () => {
  expect(placeOf(waiting)).toBe('Lyre Street · tools');
  expect(placeOf({ ...waiting, message: { ...waiting.message, channelName: '' } })).toBe(
    'Lyre Street',
  );
});

it('calls each button by what it is for', () => {
  expect(markName(waiting)).toBe('Mark as read: Ines, @Jo the ladder?');
  const thread = { text: 'Who brings a ladder?', fresh: 2 };
  expect(markName({ ...waiting, because: 'thread', thread })).toBe(
    'Mark as read: thread Who brings a ladder?',
  );
});
