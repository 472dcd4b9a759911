import { expect, test } from 'vitest';
import { historyOf, historyOfSpace, historyOfThread } from './history.ts';
import { GARDEN, people, Talk } from './test/written-talk.ts';

const { ada, gil, ben, cy } = people;

test('says who did what to a message and when, what was undone too, and nothing that had no right', () => {
  const talk = new Talk();
  const message = talk.say(ben, 'one');
  talk.does(ben, 'edit', [message], { text: 'two' });
  talk.does(cy, 'delete', [message]);
  const deletion = talk.does(gil, 'delete', [message]);
  const undo = talk.does(gil, 'undo', [deletion]);
  const history = historyOf(talk.read(), message);
  expect(history.map(({ operation, account, at }) => [operation.is, account, at])).toEqual([
    ['edit', ben, 1020],
    ['delete', gil, 1040],
  ]);
  expect(history.map(({ undone }) => undone?.entry)).toEqual([undefined, undo]);
});

test('the moving of many messages is one act, though it took several entries', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const ids = Array.from({ length: 20 }, (_, i) => talk.say(ben, `${i}`));
  const entries = [
    talk.moves(gil, root, ids.slice(0, 15), 1),
    talk.moves(gil, root, ids.slice(15), 1),
  ];
  talk.moves(gil, GARDEN, [root], 2);
  const history = historyOfSpace(talk.read(), 10);
  expect(history).toHaveLength(2);
  expect(history[1]).toMatchObject({ account: gil, messages: ids, entries });
  talk.does(gil, 'undo', entries);
  expect(historyOfSpace(talk.read(), 10)[1]?.undone).toMatchObject({ account: gil });
});

test("nobody's act is joined to another's by taking its id", () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  talk.moves(ben, root, [talk.say(ben, 'b')], 1);
  talk.moves(cy, root, [talk.say(cy, 'c')], 1);
  expect(historyOfSpace(talk.read(), 10)).toHaveLength(2);
});

test('of a thread it tells what was done to any of its messages; reactions are no deeds of a space', () => {
  const talk = new Talk();
  const root = talk.say(ada, 'root');
  const below = talk.say(ben, 'below', { thread: root });
  talk.does(ben, 'tag', [below], { on: ['x'], off: [] });
  talk.does(ada, 'pin', [root], { on: true });
  talk.does(cy, 'reaction', [root], { emoji: '👍', on: true });
  expect(historyOfThread(talk.read(), root).map(({ operation }) => operation.is)).toEqual([
    'tag',
    'pin',
    'reaction',
  ]);
  expect(historyOfSpace(talk.read(), 10).map(({ operation }) => operation.is)).toEqual([
    'pin',
    'tag',
  ]);
});
