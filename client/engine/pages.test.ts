import { afterEach, expect, test, vi } from 'vitest';
import type { PageSummary, PageView, Splice } from './page-view.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import { threeInASpace } from './test/three-in-a-space.ts';

/** ms; the machine may be busy. */
const PATIENCE = { timeout: 20_000, interval: 20 };

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** The three, and how they read and write a page. */
async function threeAtAPage(room: TestRoom) {
  const three = await threeInASpace(room, residents);
  const { space } = three;
  /** The page once it fits. */
  const read = async (who: Resident, fits: (page: PageView) => boolean): Promise<PageView> => {
    return vi.waitFor(async () => {
      const [first] = must(await who.engine.commands.pages({ space }));
      const page = first && must(await who.engine.commands.readPage({ space, page: first.id }));
      if (!page || !fits(page)) throw new Error(`The page is not so: ${JSON.stringify(page)}`);
      return page;
    }, PATIENCE);
  };
  const edit = async (who: Resident, page: PageView, ...splices: Splice[]) =>
    must(
      await who.engine.commands.editPage({ space, page: page.id, version: page.version, splices }),
    );
  return { ...three, read, edit };
}

test('a thread grows into a page that starts from its messages and names each as its source', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel, read } = await threeAtAPage(room);
  const say = async (text: string, thread?: PageSummary['id']) =>
    must(await ada.engine.commands.say({ space, channel, text, ...(thread ? { thread } : {}) })).id;
  const root = await say('What do we plant?');
  const beans = await say('Beans', root);
  await ben.until('the thread', (v) => v.timeline?.messages[0]?.thread?.replies === 1);
  must(
    await ben.engine.commands.createPage({
      space,
      channel,
      title: 'Planting',
      thread: root,
      sources: [root, beans],
    }),
  );
  const page = await read(ada, ({ text }) => text !== '');
  expect(page).toMatchObject({ title: 'Planting', thread: root, byName: 'Ben', away: false });
  expect(page.text).toBe('What do we plant?\n\nBeans');
  expect(page.from.map(({ id, authorName, text }) => [id, authorName, text])).toEqual([
    [root, 'Ada', 'What do we plant?'],
    [beans, 'Ada', 'Beans'],
  ]);
  // The messages stay where they are, and a page is no message.
  expect(texts(ada.view)).toEqual(['What do we plant?']);
});

test('three write in one page while one of them is offline, and all agree afterwards', async () => {
  const room = new TestRoom();
  const { ada, ben, cy, space, channel, read, edit } = await threeAtAPage(room);
  must(await ada.engine.commands.createPage({ space, channel, title: 'Plan' }));
  const empty = await read(ada, () => true);
  await edit(ada, empty, { at: 0, remove: 0, insert: 'Bread. Salt.' });
  const [bens, cys] = [
    await read(ben, ({ text }) => text === 'Bread. Salt.'),
    await read(cy, ({ text }) => text === 'Bread. Salt.'),
  ];
  room.offline(cy);
  await ada.until('Cy gone', (v) => v.spaces[0]?.here === 2);
  await edit(ben, bens, { at: 0, remove: 5, insert: 'Rye' });
  await edit(cy, cys, { at: 12, remove: 0, insert: ' Butter.' });
  room.online(cy);
  const all = 'Rye. Salt. Butter.';
  for (const who of [ada, ben, cy]) await read(who, ({ text }) => text === all);
});

test('an edit is of the text that was seen, whatever others wrote since', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel, read, edit } = await threeAtAPage(room);
  must(await ada.engine.commands.createPage({ space, channel, title: 'Plan' }));
  const seen = await edit(ada, await read(ada, () => true), { at: 0, remove: 0, insert: 'b' });
  const bens = await read(ben, ({ text }) => text === 'b');
  await edit(ben, bens, { at: 0, remove: 0, insert: 'aaa ' });
  await read(ada, ({ text }) => text === 'aaa b');
  expect((await edit(ada, seen, { at: 1, remove: 0, insert: 'c' })).text).toBe('aaa bc');
});

test('who did what in a page is told, and each text of it can be read again', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel, read, edit } = await threeAtAPage(room);
  const { page: id } = must(
    await ada.engine.commands.createPage({ space, channel, title: 'Plan' }),
  );
  await edit(ada, await read(ada, () => true), { at: 0, remove: 0, insert: 'one' });
  const bens = await read(ben, ({ text }) => text === 'one');
  must(
    await ben.engine.commands.editPage({
      space,
      page: id,
      version: bens.version,
      splices: [{ at: 0, remove: 3, insert: 'ONE' }],
      title: 'The plan',
    }),
  );
  await read(ada, ({ text, title }) => text === 'ONE' && title === 'The plan');
  const history = must(await ada.engine.commands.pageHistory({ space, page: id }));
  expect(
    history.map(({ byName, added, removed, title }) => [byName, added, removed, title]),
  ).toEqual([
    ['Ben', 3, 3, undefined],
    ['Ben', 0, 0, 'The plan'],
    ['Ada', 3, 0, undefined],
  ]);
  const first = history[2];
  if (!first) throw new Error('three');
  const then = must(await ada.engine.commands.pageAt({ space, page: id, change: first.id }));
  expect(then.text).toBe('one');
});

test('a member puts no page of another’s away; an admin does, and brings it back', async () => {
  const room = new TestRoom();
  const { ada, ben, cy, space, channel, read } = await threeAtAPage(room);
  const { page } = must(await ben.engine.commands.createPage({ space, channel, title: 'Plan' }));
  expect((await read(cy, () => true)).mayPutAway).toBe(false);
  const refused = await cy.engine.commands.putAwayPage({ space, page, away: true });
  expect(refused).toMatchObject({ ok: false, trouble: { code: 'not-allowed' } });
  await read(ada, ({ mayPutAway }) => mayPutAway);
  must(await ada.engine.commands.putAwayPage({ space, page, away: true }));
  await read(cy, ({ away }) => away);
  must(await ada.engine.commands.putAwayPage({ space, page, away: false }));
  await read(cy, ({ away }) => !away);
});

test('no page without a title, of a message that is not here, or changed where it has no text', async () => {
  const room = new TestRoom();
  const { ada, space, channel, read } = await threeAtAPage(room);
  const { commands } = ada.engine;
  expect(await commands.createPage({ space, channel, title: '  ' })).toMatchObject({ ok: false });
  must(await commands.createPage({ space, channel, title: 'Plan' }));
  const { id: page, version } = await read(ada, () => true);
  expect(await commands.createPage({ space, channel, title: 'x', sources: [page] })).toMatchObject({
    ok: false,
    trouble: { code: 'not-found' },
  });
  const beyond = { at: 0, remove: 1, insert: '' };
  const crossed = [
    { at: 0, remove: 0, insert: 'b' },
    { at: -1, remove: 0, insert: 'a' },
  ];
  for (const splices of [[beyond], crossed])
    expect(await commands.editPage({ space, page, version, splices })).toMatchObject({
      ok: false,
      trouble: { code: 'not-allowed' },
    });
  const old = await commands.editPage({ space, page, version: version + 9, splices: [] });
  expect(old).toMatchObject({ ok: false, trouble: { code: 'not-yet' } });
  const splices = [{ at: 0, remove: 0, insert: '\uFEFFa\u0007\r\nb' }];
  const made = must(await commands.editPage({ space, page, version, splices }));
  expect(made.text).toBe('a\nb');
});
