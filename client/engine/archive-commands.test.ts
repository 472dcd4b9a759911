import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { expect, test, vi } from 'vitest';
import { MemoryStore } from '../space/store.ts';
import { enterAndLeave } from './test/entering.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

const enter = enterAndLeave();
const passphrase = 'seven slow swans';

async function adasSpace(room = new TestRoom(), store = new MemoryStore()) {
  const ada = await enter(room, 'Ada', store);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  for (const text of ['one', 'two', 'three'])
    must(await ada.engine.commands.say({ space, channel, text }));
  return { ada, space, channel, store };
}

const exported = async (who: Resident, space: SpaceId) =>
  must(await who.engine.commands.exportSpace({ space, passphrase }));

async function joins(who: Resident, by: Resident, space: SpaceId, channel: ChannelId) {
  const { link } = must(await by.engine.commands.invite({ space }));
  must(await who.engine.commands.joinSpace({ invite: link }));
  await who.until('the channel', (v) => v.spaces[0]?.channels[0]?.name === 'general');
  await who.engine.commands.watch({ space, channel, newest: 100 });
}

test('a device that is no member reads an exported space, searches it, and can write nothing there', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await adasSpace(room);
  const { name, file } = await exported(ada, space);
  expect(name).toMatch(/^lyre-street-\d{4}-\d\d-\d\d\.snug$/);
  const store = new MemoryStore();
  const eve = await enter(room, 'Eve', store);
  const imported = must(await eve.engine.commands.importSpace({ file, passphrase }));
  expect(imported).toMatchObject({ space, name: 'Lyre Street', whole: true, listed: false });
  expect(imported).toMatchObject({ known: 0, refused: 0, unplaced: 0, passedOver: 0 });
  expect(imported.fresh).toBeGreaterThan(5);
  await eve.engine.commands.watch({ space, channel, newest: 100 });
  const view = await eve.until('the messages', (v) => texts(v).length === 3);
  expect(texts(view)).toEqual(['one', 'two', 'three']);
  expect(view.spaces).toMatchObject([{ state: 'archive', name: 'Lyre Street' }]);
  await vi.waitFor(
    async () => {
      const { total } = must(await eve.engine.commands.search({ query: 'two', limit: 10 }));
      expect(total).toBe(1);
    },
    { timeout: 20_000 },
  );
  for (const refused of [
    await eve.engine.commands.say({ space, channel, text: 'and I?' }),
    await eve.engine.commands.createChannel({ space, name: 'mine' }),
  ])
    expect(refused).toMatchObject({ ok: false, trouble: { code: 'not-allowed' } });
  // Nobody is met there: neither the others of the space, nor the server hear of it.
  expect(room.specsOf(eve)).toEqual([]);
  await eve.leave();
  const back = await enter(room, 'Eve', store);
  await back.engine.commands.watch({ space, channel, newest: 100 });
  await back.until(
    'an archive still',
    (v) => v.spaces[0]?.state === 'archive' && texts(v).length === 3,
  );
});

test('whoever reads an archive and is invited becomes a member of it, and keeps what they had', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await adasSpace(room);
  const { file } = await exported(ada, space);
  const ben = await enter(room, 'Ben');
  must(await ben.engine.commands.importSpace({ file, passphrase }));
  await joins(ben, ada, space, channel);
  await ben.until('a member', (v) => v.spaces[0]?.state === 'open' && texts(v).length === 3);
  must(await ben.engine.commands.say({ space, channel, text: 'here now' }));
  await ada.until('his message', (v) => texts(v).includes('here now'));
});

test('a member who left and takes the file up again is in, and goes on in their own chain', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await adasSpace(room);
  const { file } = await exported(ada, space);
  const store = new MemoryStore();
  // As a device would whose list of spaces was lost and whose key was not.
  await store.put('test-device', await ada.store.get('test-device'));
  await ada.leave();
  const again = await enter(room, 'Ada', store);
  const imported = must(await again.engine.commands.importSpace({ file, passphrase }));
  expect(imported).toMatchObject({ listed: true, whole: true });
  await again.engine.commands.watch({ space, channel, newest: 100 });
  await again.until('open', (v) => v.spaces[0]?.state === 'open' && v.spaces[0]?.you === 'admin');
  must(await again.engine.commands.say({ space, channel, text: 'four' }));
  const view = await again.until('all', (v) => texts(v).length === 4);
  expect(texts(view)).toEqual(['one', 'two', 'three', 'four']);
  expect(view.timeline?.gaps).toEqual([]);
});

test('what a file adds to a space reaches the neighbours by comparing, not by a push of each entry', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await adasSpace(room);
  const ben = await enter(room, 'Ben');
  const cleo = await enter(room, 'Cleo');
  for (const who of [ben, cleo]) {
    await joins(who, ada, space, channel);
    await who.until('all', (v) => texts(v).length === 3);
  }
  await vi.waitFor(() => expect(room.linked(ben, cleo)).toBe(true), { timeout: 20_000 });
  // What Ada says then is lost but for the file.
  room.offline(ada);
  for (let n = 0; n < 60; n++)
    must(await ada.engine.commands.say({ space, channel, text: `unheard ${n}` }));
  const { file } = await exported(ada, space);
  await ada.leave();
  const before = room.frames.length;
  const { fresh } = must(await ben.engine.commands.importSpace({ file, passphrase }));
  expect(fresh).toBe(60);
  await cleo.until('the rest', (v) => texts(v).length === 63);
  const sent = room.frames.slice(before).filter(({ from }) => from === ben.peer);
  expect(sent.length).toBeLessThan(60);
});

test('a second import of the same file finds everything known', async () => {
  const { ada, space } = await adasSpace();
  const { file } = await exported(ada, space);
  const imported = must(await ada.engine.commands.importSpace({ file, passphrase }));
  expect(imported).toMatchObject({ fresh: 0, refused: 0, listed: true, whole: true });
});

test('a wrong passphrase, another file and a damaged one are told apart, and nothing is kept of them', async () => {
  const { ada, space } = await adasSpace();
  const { file } = await exported(ada, space);
  const eve = await enter(new TestRoom(), 'Eve');
  const trouble = async (blob: Blob, typed = passphrase) => {
    const result = await eve.engine.commands.importSpace({ file: blob, passphrase: typed });
    return result.ok ? undefined : result.trouble.code;
  };
  expect(await trouble(file, 'seven slow ducks')).toBe('wrong-passphrase');
  expect(await trouble(new Blob(['# Lyre Street']))).toBe('bad-file');
  expect(await trouble(file.slice(0, file.size - 5))).toBe('bad-file');
  expect(eve.view.spaces).toEqual([]);
  expect(eve.engine.view().fileWork).toBeUndefined();
});

test('that an export is under way, and of which space, can be seen until it is done', async () => {
  const { ada, space } = await adasSpace();
  const file = exported(ada, space);
  await ada.until('under way', (v) => v.fileWork !== undefined);
  expect(ada.view.fileWork).toEqual([{ does: 'export', space, share: expect.any(Number) }]);
  await file;
  await ada.until('no more', (v) => v.fileWork === undefined);
});

test('a passphrase that is too short is not taken, and no space that is not here', async () => {
  const { ada, space } = await adasSpace();
  const { commands } = ada.engine;
  expect(await commands.exportSpace({ space, passphrase: 'short' })).toMatchObject({
    trouble: { code: 'not-allowed' },
  });
  must(await commands.leaveSpace({ space }));
  for (const result of [
    await commands.exportSpace({ space, passphrase }),
    await commands.exportText({ space }),
  ])
    expect(result).toMatchObject({ trouble: { code: 'not-found' } });
});

test('as text a space holds what its members read: edits, threads, reactions, and nothing that was deleted', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 1, 12), toFake: ['Date'] });
  try {
    const { ada, space, channel } = await adasSpace();
    const { commands } = ada.engine;
    const root = must(await commands.say({ space, channel, text: 'rosse' })).id;
    must(await commands.edit({ space, message: root, text: 'roses' }));
    must(await commands.react({ space, message: root, emoji: '🌹', on: true }));
    must(await commands.say({ space, channel, text: 'red ones', thread: root }));
    const gone = must(await commands.say({ space, channel, text: 'canary' })).id;
    must(await commands.delete({ space, message: gone }));
    const { name, file } = must(await commands.exportText({ space }));
    expect(name).toBe('lyre-street-2026-03-01.md');
    const text = await file.text();
    expect(text).toContain('# Lyre Street');
    expect(text).toContain('**Ada**, 12:00 (edited; 🌹 1)\n\n    roses');
    expect(text).toContain('(answers Ada: roses)\n\n    red ones');
    expect(text).not.toMatch(/canary|rosse/);
  } finally {
    vi.useRealTimers();
  }
});
