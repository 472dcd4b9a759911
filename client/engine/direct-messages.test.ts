import { inviteLink } from '@snug/shared/entries/invite.ts';
import { afterEach, expect, test } from 'vitest';
import { parseSpaceRecord, spaceKey } from '../space/space-record.ts';
import { must, type Resident, texts } from './test/room.ts';
import { SharedSpace } from './test/shared-space.ts';
import type { SpaceView } from './view.ts';

let street = new SharedSpace();
afterEach(async () => {
  await street.close();
  street = new SharedSpace();
});

const directs = (who: Resident): readonly SpaceView[] =>
  who.view.spaces.filter(({ direct }) => direct);

async function message(from: Resident, to: Resident) {
  return must(await from.engine.commands.messagePerson({ account: to.peer })).space;
}

/** Has the one conversation with somebody on the screen, once both are in. */
async function open(who: Resident, whom: Resident) {
  const both = (space: SpaceView) =>
    space.direct?.account === whom.peer && space.state === 'open' && space.members.length === 2;
  await who.until('both are in', () => directs(who).some(both) && directs(who).length === 1);
  const [space] = directs(who);
  const [channel] = space?.channels ?? [];
  if (!space || !channel) throw new Error('There is no conversation.');
  const place = { space: space.id, channel: channel.id };
  must(await who.engine.commands.watch({ ...place, newest: 50 }));
  return place;
}

async function says(who: Resident, whom: Resident, text: string) {
  const place = await open(who, whom);
  must(await who.engine.commands.say({ ...place, text }));
}

async function hears(who: Resident, whom: Resident, text: string) {
  await open(who, whom);
  await who.until(`"${text}" has come`, (v) => texts(v).includes(text));
}

test('two members of a space write to each other alone, without a link being passed by hand', async () => {
  const [ada, ben, cleo] = await street.begin('Ada', 'Ben', 'Cleo');
  await message(ada, ben);
  await says(ada, ben, 'Only for you.');
  await hears(ben, ada, 'Only for you.');
  await says(ben, ada, 'Thank you.');
  await hears(ada, ben, 'Thank you.');

  expect(directs(ada)[0]?.direct).toEqual({ account: ben.peer, name: 'Ben' });
  expect(directs(ben)[0]?.name).toBe('Ada');
  expect(directs(cleo)).toEqual([]);
});

test('who is away is told when they come back, by whichever member is there', async () => {
  const [ada, ben, cleo] = await street.begin('Ada', 'Ben', 'Cleo');
  street.room.offline(ben);
  await message(ada, ben);
  await ada.until('it waits for them', () => directs(ada)[0]?.members.length === 1);
  const [space] = directs(ada);
  const channel = space?.channels[0]?.id;
  if (!space || !channel) throw new Error('There is no conversation.');
  must(await ada.engine.commands.say({ space: space.id, channel, text: 'When you are back.' }));
  await street.say(cleo, 'I have heard.');
  await ada.until('Cleo has what Ada has', (v) => texts(v).includes('I have heard.'));

  street.room.offline(ada);
  street.room.online(ben);
  await ben.until('Cleo told them', () => directs(ben)[0]?.state === 'joining');
  street.room.online(ada);
  await hears(ben, ada, 'When you are back.');
});

test('two who begin at once end in one conversation, and nothing that was said is lost', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  street.room.offline(ada);
  street.room.offline(ben);
  for (const [from, to] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    const space = await message(from, to);
    const channel = directs(from)[0]?.channels[0]?.id;
    if (!channel) throw new Error('There is no conversation.');
    must(
      await from.engine.commands.say({ space, channel, text: `${from.view.device?.name} waits.` }),
    );
  }
  street.room.online(ada);
  street.room.online(ben);
  for (const [who, whom] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    await hears(who, whom, 'Ada waits.');
    await hears(who, whom, 'Ben waits.');
  }
  expect(directs(ada)[0]?.id).toBe(directs(ben)[0]?.id);
});

test('asking for the conversation again leads to the one there is', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  const space = await message(ada, ben);
  expect(await message(ada, ben)).toBe(space);
  await open(ben, ada);
  expect(await message(ben, ada)).toBe(space);
  expect(directs(ada)).toHaveLength(1);
});

test('who has left a conversation is not drawn back by the old note, and comes back by a new one', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  await message(ada, ben);
  const { space } = await open(ben, ada);
  await open(ada, ben);
  must(await ben.engine.commands.leaveSpace({ space }));
  await ada.until('Ben is gone', () => directs(ada)[0]?.members.length === 1);
  const { store } = ben;
  street.residents.splice(street.residents.indexOf(ben), 1);
  await ben.leave();
  const again = await street.room.enter('Ben', store);
  street.residents.push(again);
  await again.until(
    'Ada is there',
    (v) => v.spaces[0]?.members.some(({ tie }) => tie === 'direct') === true,
  );
  expect(directs(again)).toEqual([]);

  await message(ada, again);
  await says(ada, again, 'Once more.');
  await hears(again, ada, 'Once more.');
});

test('a blocked person’s direct messages are not shown, and stand there again once they are unblocked', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  await message(ada, ben);
  await open(ben, ada);
  must(await ben.engine.commands.setContact({ account: ada.peer, blocked: true }));
  await ben.until('out of sight', () => directs(ben).length === 0);
  await says(ada, ben, 'Are you there?');
  expect(ben.view.contacts).toEqual([{ account: ada.peer, name: 'Ada', blocked: true }]);

  must(await ben.engine.commands.setContact({ account: ada.peer, blocked: false }));
  await hears(ben, ada, 'Are you there?');
});

test('a note of somebody who is blocked leads nowhere', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  must(await ben.engine.commands.setContact({ account: ada.peer, blocked: true }));
  await message(ada, ben);
  await street.say(ada, 'After the note.');
  await ben.until('the note has come too', (v) => texts(v).includes('After the note.'));
  expect([...ben.view.spaces].filter(({ id }) => id !== street.place.space)).toEqual([]);
});

test('nobody writes directly to themselves, nor to somebody they share no space with', async () => {
  const [ada] = await street.begin('Ada', 'Ben');
  const stranger = await street.enter('Stranger');
  const refused = async (account: string) => {
    const result = await ada.engine.commands.messagePerson({ account });
    return result.ok ? 'done' : result.trouble.code;
  };
  expect(await refused(ada.peer)).toBe('not-allowed');
  expect(await refused(stranger.peer)).toBe('not-found');
});

test('a petname stands in the place of the name that they use', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  await message(ada, ben);
  must(await ada.engine.commands.setContact({ account: ben.peer, petname: 'Benno' }));
  await ada.until('called so', () => directs(ada)[0]?.name === 'Benno');
  expect(directs(ada)[0]?.direct).toMatchObject({ name: 'Ben', petname: 'Benno' });
});

test('direct messages have two people and one channel: nobody is invited, and no channel is opened', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  await message(ada, ben);
  const { space } = await open(ben, ada);
  const { commands } = ben.engine;
  for (const asked of [
    await commands.invite({ space }),
    await commands.createChannel({ space, name: 'more' }),
  ])
    expect(asked.ok ? 'done' : asked.trouble.code).toBe('not-allowed');
  expect(directs(ben)[0]).toMatchObject({
    mayInvite: false,
    mayOpenChannels: false,
    you: 'member',
  });
});

test('whoever was told may not send somebody else in their place', async () => {
  const [ada, ben, cleo] = await street.begin('Ada', 'Ben', 'Cleo');
  street.room.offline(ben);
  const space = await message(ada, ben);
  const kept = parseSpaceRecord(await ada.store.get(spaceKey(space)));
  if (!kept?.direct?.invite) throw new Error('Ada keeps the invite that she made for Ben.');
  const invite = inviteLink('https://snug.test', {
    space,
    name: 'Ada',
    lobbySecret: kept.lobby,
    inviteSecret: kept.direct.invite,
    heads: [],
    servers: [],
    peers: [ada.peer],
  });
  must(await cleo.engine.commands.joinSpace({ invite }));
  await cleo.until('sent away', (v) =>
    v.spaces.some((s) => s.id === space && s.state === 'refused'),
  );
  expect(directs(ada)[0]?.members).toHaveLength(1);
});
