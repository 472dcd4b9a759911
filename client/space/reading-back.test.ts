import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import { conceive, found } from './founding.ts';
import { Space } from './space.ts';
import { MemoryStore } from './store.ts';
import { person } from './test/written-space.ts';

const NOW = 1_800_000_000_000;
/** More than a screen is made of. */
const MANY = 260;

async function adas() {
  const ada = await person(1);
  const { genesis, record } = await conceive(ada, 'Lyre Street', []);
  const store = new MemoryStore();
  const open = () => new Space({ record, device: ada, store, onChange: () => {} });
  const space = open();
  const names = { space: 'Lyre Street', person: 'Ada' };
  const channel = await found(space, ada, genesis, names, NOW);
  return { space, channel, open };
}

const say = (space: Space, channel: ChannelId, number: number, text: string) =>
  space.exclusively(() =>
    space.writeSealed(
      space.log({ kind: 'segment', space: space.record.id, channel, number }),
      space.channel(channel),
      { kind: 'message', content: { text } },
      NOW,
    ),
  );

const textsOf = (space: Space, channel: ChannelId) =>
  space
    .channel(channel)
    .placed(NOW)
    .map((entry) => entry.body.content.text);

test('the newest of a channel is read back first, and the rest after it to the same in the end', async () => {
  const { space, channel, open } = await adas();
  for (const text of ['1', '2', '3']) await say(space, channel, 0, text);
  const newest = Array.from({ length: MANY }, (_, i) => `of segment 1: ${i}`);
  for (const text of newest) await say(space, channel, 1, text);
  const again = open();
  await again.loadNewest();
  expect(textsOf(again, channel)).toEqual(newest);
  expect(again.membership).toEqual(space.membership);
  expect(again.isWhole).toBe(false);
  await again.loadRest();
  expect(again.isWhole).toBe(true);
  expect(textsOf(again, channel)).toEqual(['1', '2', '3', ...newest]);
  expect(again.channel(channel).gaps()).toEqual(new Map());
});

test('where the newest segment holds little, the ones before it are read back with it', async () => {
  const { space, channel, open } = await adas();
  await say(space, channel, 0, 'before');
  await say(space, channel, 1, 'after');
  const again = open();
  await again.loadNewest();
  expect(textsOf(again, channel)).toEqual(['before', 'after']);
  expect(again.isWhole).toBe(true);
});

test('every segment is found, however many there are', async () => {
  const { space, channel, open } = await adas();
  const said: string[] = [];
  for (let number = 0; number < 20; number++) {
    const again = open();
    await again.load();
    expect(textsOf(again, channel)).toEqual(said);
    said.push(`in segment ${number}`);
    await say(space, channel, number, `in segment ${number}`);
  }
});
