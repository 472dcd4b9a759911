import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { afterEach, expect, test } from 'vitest';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import { threeInASpace } from './test/three-in-a-space.ts';
import type { MessageView } from './view.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** What of a message is the same for everybody. */
function told({ id, text, thread, tags, deleted, pinned, editedAt }: MessageView): unknown {
  return { id, text, tags, deleted, pinned, editedAt, thread: thread?.newest.map(told) };
}

function seenBy({ view }: Resident): string {
  const { messages, pointers } = view.timeline ?? { messages: [], pointers: [] };
  return JSON.stringify([messages.map(told), pointers]);
}

test('three garden the same thread while one is offline, and all agree afterwards', async () => {
  const room = new TestRoom();
  const { ada, ben, cy, space, channel } = await threeInASpace(room, residents);
  const say = async (who: Resident, text: string, thread?: EntryId) => {
    const input = { space, channel, text, ...(thread === undefined ? {} : { thread }) };
    return must(await who.engine.commands.say(input)).id;
  };
  const root = await say(ada, 'What grows where?');
  for (const who of [ben, cy]) await who.until('the root', (v) => texts(v).length === 1);
  const [beans, peas] = [await say(ben, 'beans'), await say(cy, 'peas', root)];
  const kale = await say(cy, 'kale');
  for (const who of [ada, ben, cy])
    await who.until(
      'all',
      (v) => v.timeline?.messages.length === 3 && seenBy(who).includes('peas'),
    );

  room.offline(cy);
  await ada.until('Cy gone', (v) => v.spaces[0]?.here === 2);
  const moved = must(
    await ada.engine.commands.move({ space, messages: [beans, kale], to: { thread: root } }),
  );
  must(await ada.engine.commands.tag({ space, message: root, on: ['beds'] }));
  must(await ben.engine.commands.edit({ space, message: beans, text: 'runner beans' }));
  // Cy has heard of none of this.
  must(await cy.engine.commands.move({ space, messages: [kale], to: { thread: beans } }));
  must(await cy.engine.commands.edit({ space, message: kale, text: 'curly kale' }));
  must(await cy.engine.commands.move({ space, messages: [peas], to: { channel } }));
  await say(cy, 'leeks', root);

  room.online(cy);
  const stands = (who: Resident, top: readonly string[], below: readonly string[]) => {
    const thread = who.view.timeline?.messages.find(({ id }) => id === root)?.thread?.newest ?? [];
    const said = [texts(who.view), thread.map(({ text }) => text)];
    return JSON.stringify(said) === JSON.stringify([top, below]) && seenBy(who).includes('beds');
  };
  for (const who of [ada, ben, cy])
    await who.until('all of it', () =>
      stands(who, ['What grows where?', 'peas'], ['runner beans', 'curly kale', 'leeks']),
    );
  expect(seenBy(ben)).toBe(seenBy(ada));
  expect(seenBy(cy)).toBe(seenBy(ada));

  must(await ada.engine.commands.undo({ space, entries: moved.entries }));
  // Kale stays where Cy put it: under the beans, which stand by themselves again.
  for (const who of [ada, ben, cy])
    await who.until('undone', () =>
      stands(who, ['What grows where?', 'runner beans', 'peas'], ['leeks']),
    );
  expect(seenBy(ben)).toBe(seenBy(ada));
  expect(seenBy(cy)).toBe(seenBy(ada));
});
