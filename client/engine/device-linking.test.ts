import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { deviceLink, parseDeviceLink } from '@snug/shared/entries/device-link.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, expect, test } from 'vitest';
import { PETNAME } from '../own/fact-kinds.ts';
import type { LinkingView } from './device-view.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import type { EngineView } from './view.ts';

const GROCER = 'did:web:grocer.example';
let room: TestRoom;
let all: Resident[] = [];

async function enter(name: string): Promise<Resident> {
  const one = await room.enter(name);
  all.push(one);
  return one;
}

/** A device on which nobody has said yet what they are called. */
async function fresh(): Promise<Resident> {
  const one = await room.enter('', undefined, { nameless: true });
  all.push(one);
  return one;
}

afterEach(async () => {
  for (const one of all) {
    expect(one.problems).toEqual([]);
    await one.leave().catch(() => {});
  }
  all = [];
});

const linking =
  <K extends LinkingView['is']>(is: K) =>
  (view: EngineView) =>
    view.linking?.is === is;

function wordsOn(one: Resident): readonly number[] {
  const { linking: now } = one.view;
  if (now?.is !== 'comparing') throw new Error(`No words are shown: ${now?.is}.`);
  return now.words;
}

async function offer(old: Resident): Promise<string> {
  return must(await old.engine.commands.linkDevice({ name: 'Laptop' })).link;
}

/** The two devices show words. */
async function meet(old: Resident, phone: Resident): Promise<void> {
  const link = await offer(old);
  must(await phone.engine.commands.acceptLink({ link, name: 'Phone' }));
  await old.until('words', linking('comparing'));
  await phone.until('words', linking('comparing'));
}

async function link(old: Resident, phone: Resident): Promise<void> {
  await meet(old, phone);
  expect(wordsOn(old)).toEqual(wordsOn(phone));
  if (phone.view.phase === 'ready') must(await phone.engine.commands.confirmLinking());
  must(await old.engine.commands.confirmLinking());
  await old.until('linked', linking('linked'));
  await phone.until('linked', linking('linked'));
}

async function spaceOf(one: Resident): Promise<{ space: SpaceId; channel: ChannelId }> {
  return must(await one.engine.commands.createSpace({ name: 'Lyre Street' }));
}

const say = (one: Resident, place: { space: SpaceId; channel: ChannelId }, text: string) =>
  one.engine.commands.say({ ...place, text }).then(must);

const holds = (id: SpaceId) => (view: EngineView) =>
  view.spaces.some((space) => space.id === id && space.state === 'open');

async function reads(one: Resident, at: { space: SpaceId; channel: ChannelId }, text: string) {
  must(await one.engine.commands.watch({ ...at, newest: 50 }));
  return one.until(`"${text}"`, (view) => texts(view).includes(text));
}

test('a linked device holds the same spaces and speaks as the same person', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const place = await spaceOf(laptop);
  await say(laptop, place, 'before the phone');
  const phone = await fresh();
  expect(phone.view.phase).toBe('first-run');

  await link(laptop, phone);
  expect(phone.view.device?.name).toBe('Ada');
  expect(phone.view.phase).toBe('ready');
  await phone.until('the space', holds(place.space));
  await reads(phone, place, 'before the phone');

  await say(phone, place, 'from the phone');
  const seen = await reads(laptop, place, 'from the phone');
  const said = seen.timeline?.messages.find(({ text }) => text === 'from the phone');
  expect(said).toMatchObject({ own: true, authorName: 'Ada' });
  expect(seen.spaces[0]?.members).toHaveLength(1);
  expect(seen.spaces[0]?.members[0]?.devices).toHaveLength(2);

  const names = (view: EngineView) => view.devices?.map(({ name }) => name);
  expect(names(laptop.view)).toEqual(['Laptop', 'Phone']);
  await phone.until('its devices', (view) => names(view)?.join() === 'Laptop,Phone');
  // What they share among themselves is nobody's space.
  expect(laptop.view.spaces).toHaveLength(1);
  expect(phone.view.spaces).toHaveLength(1);
});

test('a space with others is the same on both devices, and what is joined later comes to both', async () => {
  room = new TestRoom();
  const ben = await enter('Ben');
  const first = await spaceOf(ben);
  const laptop = await enter('Ada');
  const invite = must(await ben.engine.commands.invite({ space: first.space })).link;
  must(await laptop.engine.commands.joinSpace({ invite }));
  await laptop.until('Ben let her in', holds(first.space));
  const phone = await fresh();
  await link(laptop, phone);
  await phone.until('the space', holds(first.space));
  await say(phone, first, 'hello from the phone');
  const heard = await reads(ben, first, 'hello from the phone');
  expect(heard.timeline?.messages.at(-1)?.authorName).toBe('Ada');
  expect(heard.spaces[0]?.members).toHaveLength(2);

  const later = await spaceOf(phone);
  await laptop.until('what the phone made', holds(later.space));
  await say(laptop, later, 'from the laptop');
  const seen = await reads(phone, later, 'from the laptop');
  expect(seen.timeline?.messages.at(-1)?.own).toBe(true);
});

test('what one device is told the other knows: petnames, and the display name', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const phone = await fresh();
  await laptop.engine.commands.facts.put(PETNAME, GROCER, 'Gil');
  await link(laptop, phone);
  const petname = (one: Resident) => one.engine.commands.facts.get(PETNAME, GROCER);
  await phone.until('the petname', () => petname(phone) === 'Gil');
  must(await phone.engine.commands.setName({ name: 'Ada L.' }));
  await laptop.until('the name', (view) => view.device?.name === 'Ada L.');
  await phone.engine.commands.facts.remove(PETNAME, GROCER);
  await laptop.until('no petname', () => petname(laptop) === undefined);
});

test('a device that was in use brings its own spaces and facts along', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const garden = await spaceOf(laptop);
  const phone = await enter('Ada on the phone');
  const kitchen = await spaceOf(phone);
  await say(phone, kitchen, 'soup is ready');
  await phone.engine.commands.facts.put(PETNAME, GROCER, 'Gil');
  await link(laptop, phone);
  await phone.until('the garden', holds(garden.space));
  await laptop.until('the kitchen', holds(kitchen.space));
  await reads(laptop, kitchen, 'soup is ready');
  await laptop.until(
    'the petname',
    () => laptop.engine.commands.facts.get(PETNAME, GROCER) === 'Gil',
  );
});

test('what is no link to link a device by is said to be none', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const phone = await fresh();
  const made = await offer(laptop);
  for (const wrong of ['', 'https://snug.test/#/link/AQ', `${made}x`, made.slice(0, -3)]) {
    const result = await phone.engine.commands.acceptLink({ link: wrong, name: 'Phone' });
    expect(!result.ok && result.trouble.code).toBe('bad-link');
  }
  const own = await laptop.engine.commands.acceptLink({ link: made, name: 'Laptop' });
  expect(!own.ok && own.trouble.code).toBe('bad-link');
});

test('a wrong secret finds nobody', async () => {
  room = new TestRoom();
  let ahead = 0;
  room.now = () => Date.now() + ahead;
  const laptop = await enter('Ada');
  const phone = await fresh();
  await offer(laptop);
  const guessed = deviceLink('https://snug.test/', {
    secret: randomBytes(32),
    peer: laptop.peer,
    servers: [],
  });
  must(await phone.engine.commands.acceptLink({ link: guessed, name: 'Phone' }));
  ahead = 61_000;
  const view = await phone.until('nobody answers', linking('failed'));
  expect(view.linking).toMatchObject({ trouble: { code: 'not-found' } });
  expect(laptop.view.linking?.is).toBe('offering');
});

test('a link holds for five minutes', async () => {
  room = new TestRoom();
  let ahead = 0;
  room.now = () => Date.now() + ahead;
  const laptop = await enter('Ada');
  const phone = await fresh();
  const made = await offer(laptop);
  ahead = 5 * 60_000 + 1;
  await laptop.until('expired', linking('failed'));
  must(await phone.engine.commands.acceptLink({ link: made, name: 'Phone' }));
  const view = await phone.until('expired', linking('failed'));
  expect(view.linking).toMatchObject({ trouble: { code: 'expired-link' } });
  // After a while nobody comes any more, and the meeting place is left, too.
  expect(room.specsOf(laptop)).toHaveLength(1);
  ahead = 10 * 60_000 + 1;
  await laptop.until('forgotten', (shown) => shown.linking === undefined);
  expect(room.specsOf(laptop)).toEqual([]);
});

test('a link that somebody has come with serves nobody else', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const phone = await fresh();
  const tablet = await fresh();
  const made = await offer(laptop);
  must(await phone.engine.commands.acceptLink({ link: made, name: 'Phone' }));
  await laptop.until('words', linking('comparing'));
  must(await tablet.engine.commands.acceptLink({ link: made, name: 'Tablet' }));
  const view = await tablet.until('used', linking('failed'));
  expect(view.linking).toMatchObject({ trouble: { code: 'used-link' } });
  must(await laptop.engine.commands.confirmLinking());
  await phone.until('linked', linking('linked'));
  expect(laptop.view.devices).toHaveLength(2);
  // Nor when all is over and off the screen.
  must(await laptop.engine.commands.endLinking({ differ: false }));
  expect(laptop.view.linking).toBeUndefined();
  must(await tablet.engine.commands.endLinking({ differ: false }));
  must(await tablet.engine.commands.acceptLink({ link: made, name: 'Tablet' }));
  expect((await tablet.until('used', linking('failed'))).linking).toMatchObject({
    trouble: { code: 'used-link' },
  });
});

test('whoever saw the link and came first shows no words on the real device, and is not let in', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const place = await spaceOf(laptop);
  const thief = await enter('Mallory');
  const phone = await fresh();
  const made = await offer(laptop);
  must(await thief.engine.commands.acceptLink({ link: made, name: 'Phone' }));
  await laptop.until('words', linking('comparing'));
  must(await phone.engine.commands.acceptLink({ link: made, name: 'Phone' }));
  await phone.until('told so', linking('failed'));
  must(await laptop.engine.commands.endLinking({ differ: true }));
  const told = await thief.until('told so', linking('failed'));
  expect(told.linking).toMatchObject({ trouble: { code: 'words-differ' } });
  expect(laptop.view.devices).toBeUndefined();
  expect(thief.view.spaces).toEqual([]);
  expect(laptop.view.spaces.find(({ id }) => id === place.space)?.members).toHaveLength(1);
  // The next link is another.
  expect(parseDeviceLink(await offer(laptop))?.secret).not.toEqual(parseDeviceLink(made)?.secret);
});

test('the old device going away half-way leaves nothing linked, and both say so', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const phone = await fresh();
  await meet(laptop, phone);
  room.offline(laptop);
  const there = await phone.until('gone', linking('failed'));
  expect(there.linking).toMatchObject({ trouble: { code: 'not-linked' } });
  await laptop.until('gone', linking('failed'));
  const late = await laptop.engine.commands.confirmLinking();
  expect(!late.ok && late.trouble.code).toBe('not-linked');
  expect(phone.view.phase).toBe('first-run');
  room.online(laptop);
  await link(laptop, phone);
});

test('linking twice is linking once', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const place = await spaceOf(laptop);
  const phone = await fresh();
  await link(laptop, phone);
  await phone.until('the space', holds(place.space));
  await link(laptop, phone);
  expect(laptop.view.devices).toHaveLength(2);
  expect(laptop.view.spaces[0]?.members[0]?.devices).toHaveLength(2);
});

test('a third device is in all that the two are in, by whichever it was linked', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const place = await spaceOf(laptop);
  const phone = await fresh();
  await link(laptop, phone);
  await phone.until('the space', holds(place.space));
  const tablet = await fresh();
  await link(phone, tablet);
  await tablet.until('the space', holds(place.space));
  await say(tablet, place, 'three of us');
  await reads(laptop, place, 'three of us');
  await laptop.until('three devices', (view) => view.devices?.length === 3);
});

test('a device that was unlinked is out of every space, and can be linked anew', async () => {
  room = new TestRoom();
  const laptop = await enter('Ada');
  const place = await spaceOf(laptop);
  const phone = await fresh();
  await link(laptop, phone);
  await phone.until('the space', holds(place.space));
  must(await laptop.engine.commands.unlinkDevice({ device: phone.peer }));
  await phone.until('out', (view) => view.spaces[0]?.state === 'removed');
  expect(laptop.view.devices).toBeUndefined();
  await link(laptop, phone);
  await phone.until('in again', holds(place.space));
  await say(laptop, place, 'welcome back');
  await reads(phone, place, 'welcome back');
});

test('a device that is in use opens nothing to whoever sent it a link, unless the person confirms there', async () => {
  room = new TestRoom();
  const mallory = await enter('Mallory');
  const phone = await enter('Ada');
  const place = await spaceOf(phone);
  await meet(mallory, phone);
  must(await mallory.engine.commands.confirmLinking());
  must(await phone.engine.commands.endLinking({ differ: true }));
  await mallory.until('nothing came of it', linking('failed'));
  expect(mallory.view.spaces).toEqual([]);
  expect(mallory.view.devices).toBeUndefined();
  expect(phone.view.spaces.find(({ id }) => id === place.space)?.members).toHaveLength(1);
});

test('what was read on one device is read on the other, and stays so', async () => {
  room = new TestRoom();
  const ben = await enter('Ben');
  const place = await spaceOf(ben);
  const laptop = await enter('Ada');
  const invite = must(await ben.engine.commands.invite({ space: place.space })).link;
  must(await laptop.engine.commands.joinSpace({ invite }));
  await laptop.until('Ben let her in', holds(place.space));
  const phone = await fresh();
  await link(laptop, phone);
  await say(ben, place, 'news');
  const unread = (view: EngineView) => view.spaces[0]?.channels[0]?.unread;
  await phone.until('news', (view) => unread(view) === true);
  await laptop.until('news', (view) => unread(view) === true);
  must(await phone.engine.commands.markRead(place));
  await laptop.until('read', (view) => unread(view) === false);
  await say(ben, place, 'more news');
  await laptop.until('more news', (view) => unread(view) === true);
});
