import { afterEach, expect, test } from 'vitest';
import { must, texts } from './test/room.ts';
import { hears, isRemoved, roleOf, SharedSpace } from './test/shared-space.ts';

let shared = new SharedSpace();
afterEach(async () => {
  await shared.close();
  shared = new SharedSpace();
});

test('a removed member is told by whom, keeps what they held, and writes nothing', async () => {
  const [ada, ben, cleo] = await shared.begin('Ada', 'Ben', 'Cleo');
  await shared.say(ada, 'before');
  await hears(ben, 'before');
  await shared.remove(ada, ben);
  expect(await isRemoved(ben)).toMatch(/^Ada removed you from this space/);
  expect(texts(ben.view)).toEqual(['before']);
  expect(await ben.engine.commands.say({ ...shared.place, text: 'and yet' })).toMatchObject({
    ok: false,
    trouble: { code: 'not-allowed' },
  });
  await shared.say(ada, 'after');
  await hears(cleo, 'after');
  await shared.sees(cleo, 'Ada', 'Cleo');
});

test("a removed member's client gets nothing new from anyone who has heard", async () => {
  const [ada, ben, cleo] = await shared.begin('Ada', 'Ben', 'Cleo');
  await shared.remove(ada, ben);
  await shared.sees(cleo, 'Ada', 'Cleo');
  await isRemoved(ben);
  const segment = { kind: 'segment', ...shared.place, number: 0 } as const;
  const held = ben.engine.log(segment)?.count ?? 0;
  for (let n = 0; n < 5; n++) {
    await shared.say(ada, `ada ${n}`);
    await shared.say(cleo, `cleo ${n}`);
  }
  await hears(cleo, 'ada 4');
  await hears(ada, 'cleo 4');
  for (const one of [ada, cleo])
    await ben.until('no link is left', () => !shared.room.linked(one, ben));
  expect(ben.engine.log(segment)?.count ?? 0).toBe(held);
  expect(texts(ben.view)).toEqual([]);
});

test('what is said while there is no epoch to write under is shown as under way, and written with the next', async () => {
  const [ada, ben, cleo] = await shared.begin('Ada', 'Ben', 'Cleo');
  await shared.part([cleo], [ada, ben]);
  // Whose turn it is to start the next epoch takes seconds: Ben has gone, and tells Ada.
  must(await ben.engine.commands.leaveSpace({ space: shared.place.space }));
  await shared.sees(ada, 'Ada', 'Cleo');
  const said = shared.say(ada, 'patience');
  await ada.until('under way', (v) => v.timeline?.pending[0]?.text === 'patience');
  await said;
  await ada.until('written', (v) => v.timeline?.pending.length === 0);
  expect(texts(ada.view)).toEqual(['patience']);
});

test('roles are given and taken, and shown to everybody', async () => {
  const [ada, ben, cleo] = await shared.begin('Ada', 'Ben', 'Cleo');
  const { space } = shared.place;
  const alone = await ada.engine.commands.setRole({ space, account: ada.peer, role: 'member' });
  expect(alone).toMatchObject({ ok: false, trouble: { code: 'not-allowed' } });
  must(await ada.engine.commands.setRole({ space, account: ben.peer, role: 'gardener' }));
  await cleo.until('Ben tends', () => roleOf(cleo, ben.peer) === 'gardener');
  await shared.makeAdmin(ada, ben);
  must(await ben.engine.commands.setRole({ space, account: ada.peer, role: 'member' }));
  await ada.until('is no admin', () => roleOf(ada, ada.peer) === 'member');
  const refused = await ada.engine.commands.removeMember({ space, account: cleo.peer });
  expect(refused).toMatchObject({ ok: false, trouble: { code: 'not-allowed' } });
});

test('whoever leaves is not listed any more, and the others write under a new epoch', async () => {
  const [ada, ben, cleo] = await shared.begin('Ada', 'Ben', 'Cleo');
  must(await ben.engine.commands.leaveSpace({ space: shared.place.space }));
  expect(ben.view.spaces).toEqual([]);
  for (const one of [ada, cleo]) await shared.sees(one, 'Ada', 'Cleo');
  await shared.say(cleo, 'without Ben');
  await hears(ada, 'without Ben');
});

test('an invite for one lets one in; a revoked one nobody; live ones are shown', async () => {
  const [ada] = await shared.begin('Ada');
  const { space } = shared.place;
  const { link } = must(await ada.engine.commands.invite({ space, uses: 'single' }));
  await ada.until('it is shown', (v) => v.spaces[0]?.invites?.[0]?.uses === 'single');
  await shared.join('Ben', link);
  await ada.until('it is used up', (v) => v.spaces[0]?.invites === undefined);
  const revoked = must(await ada.engine.commands.invite({ space, expiresIn: 3600_000 }));
  const { spaces } = await ada.until('it is shown', (v) => v.spaces[0]?.invites?.length === 1);
  const key = spaces[0]?.invites?.[0]?.key ?? '';
  must(await ada.engine.commands.revokeInvite({ space, invite: key }));
  await ada.until('it is gone', (v) => v.spaces[0]?.invites === undefined);
  const cleo = await shared.enter('Cleo');
  must(await cleo.engine.commands.joinSpace({ invite: revoked.link }));
  await cleo.until('told why', (v) => v.spaces[0]?.trouble !== undefined);
  await shared.sees(ada, 'Ada', 'Ben');
});

test('whoever was removed comes back by a new invite, and reads on', async () => {
  const [ada, ben] = await shared.begin('Ada', 'Ben');
  await shared.say(ada, 'before');
  await hears(ben, 'before');
  await shared.remove(ada, ben);
  await isRemoved(ben);
  await shared.say(ada, 'meanwhile');
  const { space } = shared.place;
  must(await ben.engine.commands.joinSpace({ invite: await shared.link(ada) }));
  await shared.isIn(ben);
  await shared.say(ada, 'again');
  await hears(ben, 'again');
  expect(texts(ben.view)).toContain('before');
  await shared.say(ben, 'thanks');
  await hears(ada, 'thanks');
  expect(ada.view.spaces.map(({ id }) => id)).toEqual([space]);
});
