import { expect, test } from 'vitest';
import { SPACES_KEY } from '../space/space-record.ts';
import { type KeptValue, MemoryStore, type StoredEntry, StoreError } from '../space/store.ts';
import { must, TestRoom } from './test/room.ts';

/** Has no room for a further space. */
class FullStore extends MemoryStore {
  full = true;

  override async append(
    document: Parameters<MemoryStore['append']>[0],
    entries: readonly StoredEntry[],
    beside: readonly KeptValue[] = [],
  ): Promise<void> {
    if (this.full && beside.some(({ key }) => key === SPACES_KEY))
      throw new StoreError('full', 'no room');
    return super.append(document, entries, beside);
  }
}

async function invited() {
  const room = new TestRoom();
  const ada = await room.enter('Ada');
  const { space } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  return { room, link, space };
}

test('an invite that cannot be kept is not taken: nobody is asked any more, and it may be tried again', async () => {
  const { room, link, space } = await invited();
  const store = new FullStore();
  const ben = await room.enter('Ben', store);
  const told = room.delay(ben);
  const answer = await ben.engine.commands.joinSpace({ invite: link });
  expect(answer).toMatchObject({ ok: false, trouble: { code: 'storage-full' } });
  expect(told.late.map((command) => command.do)).toEqual(['join', 'leave']);
  expect(ben.engine.view().spaces).toEqual([]);
  told.letGo();
  store.full = false;
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('let in', ({ spaces }) =>
    spaces.some((s) => s.id === space && s.state === 'open'),
  );
});

test('the record of a space and its place in the list are kept together', async () => {
  const { room, link, space } = await invited();
  const kept: (readonly string[])[] = [];
  class Watched extends MemoryStore {
    override append(...call: Parameters<MemoryStore['append']>): Promise<void> {
      kept.push((call[2] ?? []).map(({ key }) => key));
      return super.append(...call);
    }
  }
  const ben = await room.enter('Ben', new Watched());
  must(await ben.engine.commands.joinSpace({ invite: link }));
  expect(kept[0]).toEqual([expect.stringContaining(space), SPACES_KEY]);
});
