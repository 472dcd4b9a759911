import { randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { Note } from '@snug/shared/entries/sealed-note.ts';
import { SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { addOwnDevice } from '../own/test/own-device.ts';
import { adasPlace, give, letIn, type Member, NOW } from '../space/test/spaces.ts';
import { person } from '../space/test/written-space.ts';
import { LOOKED_AT, NoteFinder, writeNote } from './sealed-notes.ts';

const note: Note = {
  space: v.parse(SpaceId, toBase64url(randomBytes(32))),
  lobbySecret: randomBytes(32),
  inviteSecret: randomBytes(32),
  servers: ['https://snug.example'],
};
const finds = (who: Member, finder = new NoteFinder(who.device)) =>
  finder.find(who.space, NOW, async () => {});

async function threePeople() {
  const { ada } = await adasPlace();
  const [ben, cleo] = [await letIn(ada, 2), await letIn(ada, 3)];
  for (const one of [ben, cleo]) await give(ada, one);
  return { ada, ben, cleo };
}

function leave(from: Member, to: Member): Promise<void> {
  const theirs = [...from.space.membership.devices.values()].filter(
    ({ account }) => account === to.device.peerId,
  );
  return from.space.exclusively(() => writeNote(from.space, from.device, theirs, note, NOW));
}

test('a note is found by whom it is for, by whoever carries it, and by nobody else', async () => {
  const { ada, ben, cleo } = await threePeople();
  await leave(ada, ben);
  await give(ada, cleo);
  await give(cleo, ben);
  const [found, ...more] = await finds(ben);
  expect(found?.note).toEqual(note);
  expect(found?.author.peer).toBe(ada.device.peerId);
  expect(more).toEqual([]);
  expect(await finds(cleo)).toEqual([]);
});

test('a note is for every device of the person, and is found once', async () => {
  const { ada, ben } = await threePeople();
  const phone = await addOwnDevice(ben, await person(9));
  await give(ben, ada);
  await leave(ada, ben);
  for (const one of [ben, phone]) {
    await give(ada, one);
    const finder = new NoteFinder(one.device);
    expect(await finds(one, finder)).toHaveLength(1);
    expect(await finds(one, finder)).toEqual([]);
  }
});

test('who leaves somebody else’s note again as their own is not believed', async () => {
  const { ada, ben, cleo } = await threePeople();
  await leave(ada, ben);
  await give(ada, cleo);
  const stolen = cleo.space.settings.entries.find(({ body }) => body.kind === 'note');
  if (!stolen) throw new Error('The note is there.');
  const { kind, content } = stolen.body;
  const { space } = cleo;
  await space.exclusively(() =>
    space.writeSealed(space.spaceLog, space.settings, { kind, content }, NOW),
  );
  await give(cleo, ben);
  expect((await finds(ben)).map(({ author }) => author.peer)).toEqual([ada.device.peerId]);
});

test('a flood of notes costs no more than a bounded number of looks, and other people’s still come', async () => {
  const { ada, ben, cleo } = await threePeople();
  const { space } = cleo;
  const content = { to: [{ tag: randomBytes(8), sealed: randomBytes(200) }] };
  for (let i = 0; i < LOOKED_AT.burst + 40; i++)
    await space.exclusively(() =>
      space.writeSealed(space.spaceLog, space.settings, { kind: 'note', content }, NOW),
    );
  await leave(ada, ben);
  await give(cleo, ben);
  await give(ada, ben);
  let looks = 0;
  const found = await new NoteFinder(ben.device).find(ben.space, NOW, async () => {
    looks++;
  });
  expect(looks).toBe(LOOKED_AT.burst + 1);
  expect(found.map(({ author }) => author.peer)).toEqual([ada.device.peerId]);
});
