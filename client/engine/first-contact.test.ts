import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { inboxTopicFor } from '@snug/shared/crypto/topic.ts';
import { contactLink, parseContactLink } from '@snug/shared/entries/contact-card.ts';
import { afterEach, expect, test } from 'vitest';
import { MOST_KNOCKS } from './contact-inbox.ts';
import { sealedKnock } from './test/knocker.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

let room = new TestRoom();
let residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
  residents = [];
  room = new TestRoom();
});

async function enter(name: string): Promise<Resident> {
  const resident = await room.enter(name);
  residents.push(resident);
  return resident;
}

const card = async (who: Resident) => must(await who.engine.commands.makeCard()).link;

async function knock(who: Resident, at: string, text = 'We met at the fair.') {
  return must(await who.engine.commands.knock({ card: at, text })).space;
}

const knocks = (who: Resident) =>
  (who.view.knocks ?? []).map(({ name, text }) => `${name}: ${text}`);

async function isHeard(who: Resident, by: Resident) {
  await who.until('heard', () =>
    who.view.spaces.some(({ direct }) => direct?.account === by.peer && !direct.knocking),
  );
}

async function open(who: Resident, whom: Resident) {
  const { spaces } = await who.until('both are in', (v) =>
    v.spaces.some(
      ({ direct, state, members, channels }) =>
        direct?.account === whom.peer &&
        state === 'open' &&
        members.length === 2 &&
        channels.length > 0,
    ),
  );
  const space = spaces.find(({ direct }) => direct?.account === whom.peer);
  const [channel] = space?.channels ?? [];
  if (!space || !channel) throw new Error('There is no conversation.');
  const place = { space: space.id, channel: channel.id };
  must(await who.engine.commands.watch({ ...place, newest: 50 }));
  return place;
}

test('two people with no space in common write to each other once the one has knocked and the other agreed', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  await knock(ada, await card(ben));
  await ben.until('a knock', () => knocks(ben).length === 1);
  expect(knocks(ben)).toEqual(['Ada: We met at the fair.']);
  expect(ben.view.spaces).toEqual([]);
  await isHeard(ada, ben);

  must(await ben.engine.commands.answerKnock({ account: ada.peer, accept: true }));
  const place = await open(ben, ada);
  must(await ben.engine.commands.say({ ...place, text: 'I remember you.' }));
  await open(ada, ben);
  await ada.until('the answer', (v) => texts(v).includes('I remember you.'));
  expect(knocks(ben)).toEqual([]);
});

test('who is away is knocked at when they come back', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  const link = await card(ben);
  room.offline(ben);
  await knock(ada, link);
  expect(ada.view.spaces[0]?.direct?.knocking).toBe(true);
  room.online(ben);
  await ben.until('a knock', () => knocks(ben).length === 1);
});

test('who is refused is told nothing, and the same knock does not come again', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  const link = await card(ben);
  await knock(ada, link);
  await ben.until('a knock', () => knocks(ben).length === 1);
  must(await ben.engine.commands.answerKnock({ account: ada.peer, accept: false }));
  await isHeard(ada, ben);
  await knock(ada, link, 'Please?');
  await isHeard(ada, ben);
  expect(knocks(ben)).toEqual([]);
  expect(ben.view.spaces).toEqual([]);
});

test('a new card leaves the old inbox, and without a card nobody waits anywhere', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  expect(room.specsOf(ben)).toEqual([]);
  const old = await card(ben);
  const fresh = await card(ben);
  const secret = async (link: string) => (await parseContactLink(link))?.inboxSecret;
  const [was, is] = [await secret(old), await secret(fresh)];
  if (!was || !is) throw new Error('These are cards.');
  expect(room.specsOf(ben).map(({ topic }) => topic)).toEqual([inboxTopicFor(is)]);
  await knock(ada, old);
  expect(ada.view.spaces[0]?.direct?.knocking).toBe(true);

  must(await ben.engine.commands.withdrawCard());
  expect(room.specsOf(ben)).toEqual([]);
  expect(ben.view.card).toBeUndefined();
});

test('a card that somebody made up is refused', async () => {
  const ada = await enter('Ada');
  const ben = await openDeviceKey(await generateDeviceKey({ extractable: true }));
  const thief = await openDeviceKey(await generateDeviceKey({ extractable: true }));
  const page = 'https://snug.test/';
  const said = { name: 'Ben', inboxSecret: randomBytes(32), servers: ['https://snug.test'] };
  const forged = await contactLink(page, { ...ben, sign: thief.sign }, said);
  const result = await ada.engine.commands.knock({ card: forged, text: '' });
  expect(result.ok ? 'knocked' : result.trouble.code).toBe('bad-invite');
  expect(ada.view.spaces).toEqual([]);
});

test('a knock that was overheard is worth nothing to anybody else, and somebody else’s introduction introduces nobody', async () => {
  const [ada, ben, mal] = [await enter('Ada'), await enter('Ben'), await enter('Mal')];
  room.offline(ben);
  await knock(ada, await card(ben));
  const [spec] = room.specsOf(ada).filter(({ initiate }) => initiate === 'knock');
  if (!spec?.note) throw new Error('Ada knocks.');
  const judged = await ben.engine.commands.inbox.judge(spec.topic, mal.peer, spec.note);
  expect(judged).toBe('bad-invite');
  expect(knocks(ben)).toEqual([]);
});

test('a knock that comes twice waits once', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  room.offline(ben);
  await knock(ada, await card(ben));
  const [spec] = room.specsOf(ada).filter(({ initiate }) => initiate === 'knock');
  if (!spec?.note) throw new Error('Ada knocks.');
  const judge = () => ben.engine.commands.inbox.judge(spec.topic, ada.peer, spec.note);
  expect([await judge(), await judge()]).toEqual(['heard', 'heard']);
  expect(ben.engine.view().knocks).toHaveLength(1);
});

test('a flood of knocks fills the inbox and nothing else, and a knock says no more than a few words', async () => {
  const ben = await enter('Ben');
  const link = await card(ben);
  const read = await parseContactLink(link);
  const [to] = read?.devices ?? [];
  if (!read || !to) throw new Error('That is a card.');
  const topic = inboxTopicFor(read.inboxSecret);
  const answers: string[] = [];
  for (let i = 0; i < MOST_KNOCKS + 20; i++) {
    const { peer, note } = await sealedKnock(to, topic);
    answers.push((await ben.engine.commands.inbox.judge(topic, peer, note)) ?? 'nothing');
  }
  expect(answers.filter((answer) => answer === 'heard')).toHaveLength(MOST_KNOCKS);
  expect(answers.filter((answer) => answer === 'later')).toHaveLength(20);
  expect(ben.engine.view().knocks).toHaveLength(MOST_KNOCKS);
  expect(ben.view.spaces).toEqual([]);
});

test('a blocked person’s knocks are not shown, and they are not told', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  const link = await card(ben);
  must(await ben.engine.commands.setContact({ account: ada.peer, blocked: true }));
  await knock(ada, link);
  await isHeard(ada, ben);
  expect(knocks(ben)).toEqual([]);
});

test('card and knocks are there after a restart', async () => {
  const [ada, ben] = [await enter('Ada'), await enter('Ben')];
  const link = await card(ben);
  await knock(ada, link);
  await ben.until('a knock', () => knocks(ben).length === 1);
  residents = residents.filter((one) => one !== ben);
  const { store } = ben;
  await ben.leave();
  const again = await room.enter('Ben', store);
  residents.push(again);
  expect(again.view.card?.link).toBeDefined();
  expect(knocks(again)).toEqual(['Ada: We met at the fair.']);
  must(await again.engine.commands.answerKnock({ account: ada.peer, accept: true }));
  await open(again, ada);
});
