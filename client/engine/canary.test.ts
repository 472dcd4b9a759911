import * as Automerge from '@automerge/automerge/slim';
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Space } from '../space/space.ts';
import { parseSpaceRecord, spaceKey } from '../space/space-record.ts';
import { person } from '../space/test/written-space.ts';
import { loadRepo } from './automerge-node.ts';
import { enter, everybodyLeaves } from './test/hostile-room.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

beforeAll(async () => {
  await loadRepo();
});
afterEach(everybodyLeaves);

const CANARY = 'xylophonecanary';

test('no plaintext crosses a link or is kept in a document: canary words in every name, message and page', async () => {
  const room = new TestRoom();
  const ada = await enter(room, `Ada ${CANARY}`);
  const { space, channel } = must(
    await ada.engine.commands.createSpace({ name: `Space ${CANARY}` }),
  );
  const { link } = must(await ada.engine.commands.invite({ space }));
  const ben = await enter(room, `Ben ${CANARY}`);
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('open', (view) => view.spaces[0]?.channels[0]?.name === 'general');
  const tools = must(await ben.engine.commands.createChannel({ space, name: `tools ${CANARY}` }));
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  for (const who of [ada, ben])
    must(await who.engine.commands.say({ space, channel, text: `hi ${CANARY}` }));
  must(await ben.engine.commands.say({ space, channel: tools.channel, text: CANARY }));
  for (const who of [ada, ben]) await who.until('both', (view) => texts(view).length === 2);
  const page = must(
    await ben.engine.commands.createPage({ space, channel, title: `Page ${CANARY}` }),
  );
  const { version } = must(await ben.engine.commands.readPage({ space, ...page }));
  const splices = [{ at: 0, remove: 0, insert: `written ${CANARY}` }];
  must(await ben.engine.commands.editPage({ space, ...page, version, splices }));
  room.offline(ben);
  for (const who of [ada, ben])
    must(await who.engine.commands.say({ space, channel, text: `apart ${CANARY}` }));
  room.online(ben);
  for (const who of [ada, ben]) await who.until('all', (view) => texts(view).length === 4);

  expect(room.frames.length).toBeGreaterThan(20);
  for (const { frame } of room.frames) expect(Buffer.from(frame).includes(CANARY)).toBe(false);
  let entries = 0;
  for (const who of [ada, ben]) {
    for (const document of await documentsOf(who, space)) {
      const [doc] = Automerge.applyChanges(
        Automerge.init<Record<string, unknown>>(),
        document.changes,
      );
      expect(Buffer.from(Automerge.save(doc)).includes(CANARY)).toBe(false);
      for (const bytes of document.entries) {
        entries++;
        expect(Buffer.from(bytes).includes(CANARY)).toBe(false);
      }
    }
  }
  expect(entries).toBeGreaterThan(20);
});

/** Everything that a resident's store holds of a space. */
async function documentsOf(who: Resident, space: SpaceId) {
  const record = parseSpaceRecord(await who.store.get(spaceKey(space)));
  if (!record) throw new Error('no record');
  const device = await person(99);
  const copy = new Space({ record, device, store: who.store, onChange: () => {} });
  await copy.load();
  return [...copy.logs].map((log) => ({
    changes: [...log.changes()],
    entries: log.entries.map((entry) => entry.bytes),
  }));
}
