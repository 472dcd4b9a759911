/** Being let into a space over a link that there is already for another one's sake, and what hostile peers make of that. */
import { equalBytes, fromBase64url } from '@snug/shared/crypto/bytes.ts';

import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { lobbyTopicFor } from '@snug/shared/crypto/topic.ts';
import { encodeJoinRequest, joinRequest as requestToJoin } from '@snug/shared/entries/acts.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, expect, test } from 'vitest';
import { KNOCK_RATE, TOO_MANY_A_MINUTE } from './knocks.ts';
import { must, type Resident, TestRoom } from './test/room.ts';
import { Stranger } from './test/stranger.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

async function enter(room: TestRoom, name: string): Promise<Resident> {
  const resident = await room.enter(name);
  residents.push(resident);
  return resident;
}

async function founded(by: Resident, name: string) {
  const { space } = must(await by.engine.commands.createSpace({ name }));
  return { space, link: await invited(by, space) };
}

const invited = async (by: Resident, space: SpaceId) =>
  must(await by.engine.commands.invite({ space })).link;

const stateOf = (who: Resident, space: SpaceId) =>
  who.view.spaces.find(({ id }) => id === space)?.state;
const membersOf = (who: Resident, space: SpaceId) =>
  who.view.spaces.find(({ id }) => id === space)?.members.length;

async function joins(who: Resident, link: string): Promise<SpaceId> {
  const { space } = must(await who.engine.commands.joinSpace({ invite: link }));
  await who.until('the space to open', () => stateOf(who, space) === 'open');
  return space;
}

/** Ada and Ben share a space, so they are linked; Ada has a second one. */
async function linked() {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const ben = await enter(room, 'Ben');
  await joins(ben, (await founded(ada, 'First')).link);
  const second = await founded(ada, 'Second');
  room.frames.length = 0;
  return { room, ada, ben, ...second };
}

/** Types of the frames of a knock and its answer. */
const [KNOCK, ANSWER] = [14, 15];
const count = (room: TestRoom, type: number) =>
  room.frames.filter(({ frame }) => frame[0] === type).length;

test('a newcomer is let into a second space by the one member there, to whom they are linked', async () => {
  const { room, ada, ben, space, link } = await linked();
  await joins(ben, link);
  await ada.until('both', () => membersOf(ada, space) === 2);
  expect([count(room, KNOCK), count(room, ANSWER)]).toEqual([1, 1]);
  // Both speak there at once.
  for (const [from, to] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    const channel = from.view.spaces.find(({ id }) => id === space)?.channels[0]?.id;
    if (channel === undefined) throw new Error('no channel');
    await to.engine.commands.watch({ space, channel, newest: 10 });
    must(await from.engine.commands.say({ space, channel, text: `to ${to.peer}` }));
    await to.until('the message', (v) =>
      Boolean(v.timeline?.messages.some(({ text }) => text === `to ${to.peer}`)),
    );
  }
});

test('into several, asked for at once', async () => {
  const { ada, ben, link } = await linked();
  const links = [link, (await founded(ada, 'Third')).link, (await founded(ada, 'Fourth')).link];
  await Promise.all(links.map((each) => joins(ben, each)));
});

test('a refusal shows as after any other knock, and a new invite lets in', async () => {
  const { room, ada, ben, space, link } = await linked();
  const later = Date.now() + 40 * 24 * 3600_000;
  room.now = () => later;
  must(await ben.engine.commands.joinSpace({ invite: link }));
  const view = await ben.until('refused', () => stateOf(ben, space) === 'refused');
  expect(view.spaces.find(({ id }) => id === space)?.trouble?.code).toBe('expired-invite');
  expect(membersOf(ada, space)).toBe(1);
  await joins(ben, await invited(ada, space));
});

test('a refusal of the invite before does not count against the next', async () => {
  const { room, ada, ben, space, link } = await linked();
  const later = Date.now() + 40 * 24 * 3600_000;
  room.now = () => later;
  const held: Uint8Array[] = [];
  const heldUp = new Promise<void>((resolve) => {
    room.lose = (frame) => {
      if (frame[0] !== ANSWER) return false;
      held.push(frame);
      resolve();
      return true;
    };
  });
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await heldUp;
  room.lose = () => false;
  // The knock with the new invite comes a moment after it is used, and the late refusal before.
  must(await ben.engine.commands.joinSpace({ invite: await invited(ada, space) }));
  for (const frame of held) room.inject(ada, ben, frame);
  await ben.until('the space to open', () => stateOf(ben, space) === 'open');
});

test('when the link goes down before the answer, the knock is made again over the next', async () => {
  const { room, ada, ben, space, link } = await linked();
  const lost = new Promise<void>((resolve) => {
    room.lose = (frame) => {
      if (frame[0] === ANSWER) resolve();
      return frame[0] === ANSWER;
    };
  });
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await lost;
  room.offline(ben);
  room.lose = () => false;
  room.online(ben);
  await ben.until('the space to open', () => stateOf(ben, space) === 'open');
  expect(membersOf(ada, space)).toBe(2);
});

// Hostile peers

async function knockOf(link: string, device: DeviceKey, number = 1) {
  const parsed = parseInviteLink(link);
  if (!parsed.ok) throw new Error(parsed.message);
  const { invite } = parsed;
  const request = await requestToJoin({
    inviteSecret: invite.inviteSecret,
    spaceId: invite.space,
    device,
  });
  const note = encodeJoinRequest(request);
  return { type: 'knock' as const, number, topic: lobbyTopicFor(invite.lobbySecret), note };
}

/** Eve is of Ada's first space and linked to her; Ada alone is in the second. */
async function withEve() {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const eve = await Stranger.with((await founded(ada, 'First')).link, room, ada);
  await eve.join();
  eve.link();
  await eve.takeAll();
  eve.frames.length = 0;
  return { room, ada, eve, ...(await founded(ada, 'Second')) };
}

const answersTo = (eve: Stranger) =>
  eve.frames.flatMap((frame) => (frame.type === 'knockAnswer' ? [frame] : []));

test('nobody is let in whose note is not their own, or none, or for another lobby; one of no space here is not spoken of', async () => {
  const { ada, eve, space, link } = await withEve();
  const other = await enter(new TestRoom(), 'Other');
  const elsewhere = await founded(other, 'Elsewhere');
  const knock = await knockOf(link, eve.device);
  const theirs = await Stranger.with(link, new TestRoom(), ada);
  const [first, ...rest] = knock.note;
  eve.send({ ...(await knockOf(link, theirs.device)), number: 1 });
  eve.send({ ...knock, number: 2, note: Uint8Array.of((first ?? 0) ^ 1, ...rest) });
  eve.send({ ...(await knockOf(elsewhere.link, eve.device)), number: 3 });
  eve.send({ ...(await knockOf(elsewhere.link, eve.device)), number: 4, topic: knock.topic });
  await eve.handled();
  expect(answersTo(eve).map(({ number, reason }) => [number, reason])).toEqual([
    [1, 'not-a-member'],
    [2, 'not-a-member'],
    [4, 'bad-invite'],
  ]);
  expect(membersOf(ada, space)).toBe(1);
  expect(eve.closed).toBeUndefined();
});

test('whoever knocks without end is answered a few times, admitted once, and then loses the link', async () => {
  const { ada, eve, space, link } = await withEve();
  const knock = await knockOf(link, eve.device);
  for (let i = 0; i < TOO_MANY_A_MINUTE; i++) eve.send({ ...knock, number: i });
  await eve.handled();
  expect(eve.closed).toBeUndefined();
  const answers = answersTo(eve);
  expect(answers.length).toBeGreaterThanOrEqual(KNOCK_RATE.burst);
  expect(answers.length).toBeLessThan(2 * KNOCK_RATE.burst);
  await ada.until('both', () => membersOf(ada, space) === 2);
  for (let i = 0; i < 2 * KNOCK_RATE.burst + 60; i++) eve.send(knock);
  expect(await eve.untilClosed()).toBe('knocks without end');
});

test('answers to what was never asked let nobody in and refuse nobody', async () => {
  const { ada, eve } = await withEve();
  const other = await enter(new TestRoom(), 'Other');
  const { link } = await founded(other, 'Elsewhere');
  const { space } = must(await ada.engine.commands.joinSpace({ invite: link }));
  for (let number = 0; number < 20; number++) {
    eve.send({ type: 'knockAnswer', number });
    eve.send({ type: 'knockAnswer', number, reason: 'expired-invite' });
  }
  await eve.handled();
  expect(stateOf(ada, space)).toBe('joining');
  expect(eve.closed).toBeUndefined();
  // Nor is she told what is held of it.
  const id = fromBase64url(space);
  eve.send({ type: 'digest', space: id, level: 'space', hash: new Uint8Array(8) });
  await eve.handled();
  const told = eve.frames.filter((frame) => frame.type === 'digest' && equalBytes(frame.space, id));
  expect(told).toEqual([]);
});

test('an answer counts once: a refusal that is repeated is still of one peer', async () => {
  const { ada, eve } = await withEve();
  const other = await enter(new TestRoom(), 'Other');
  const { link } = await founded(other, 'Elsewhere');
  const { space } = must(await ada.engine.commands.joinSpace({ invite: link }));
  const { topic, note } = await knockOf(link, eve.device);
  ada.engine.linksEvent({ is: 'knock', topic, peer: eve.peer, note });
  const asked = await eve.until('the knock', (frame) => frame.type === 'knock');
  if (asked.type !== 'knock') throw new Error('no knock');
  for (let i = 0; i < 5; i++)
    eve.send({ type: 'knockAnswer', number: asked.number, reason: 'unknown-invite' });
  await eve.handled();
  expect(stateOf(ada, space)).toBe('joining');
});
