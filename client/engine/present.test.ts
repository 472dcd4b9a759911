import { fromBase64url, randomBytes } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { receiptKey, receiptMac } from '@snug/shared/crypto/receipt-mac.ts';
import { sealPresence } from '@snug/shared/crypto/sealed-presence.ts';
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { SentFrame } from '../mesh/frames/frames.ts';
import { encodeAddress } from '../space/address.ts';
import { tipOf } from '../space/chain.ts';
import { MemoryStore } from '../space/store.ts';
import { loadRepo } from './automerge-node.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import { Stranger } from './test/stranger.ts';

beforeAll(async () => {
  await loadRepo();
});

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

async function enter(room: TestRoom, name: string): Promise<Resident> {
  const resident = await room.enter(name, new MemoryStore());
  residents.push(resident);
  return resident;
}

/** @param apart whom they cannot link to */
async function join(
  room: TestRoom,
  name: string,
  host: Resident,
  space: SpaceId,
  apart?: Resident,
): Promise<Resident> {
  const { link } = must(await host.engine.commands.invite({ space }));
  const resident = await enter(room, name);
  if (apart) room.cut.add([apart.peer, resident.peer].sort().join(' '));
  must(await resident.engine.commands.joinSpace({ invite: link }));
  await resident.until(
    'open',
    (v) => v.spaces[0]?.state === 'open' && v.spaces[0].channels.length === 1,
  );
  return resident;
}

/** Ben and Cleo are linked to Ada, and not to each other. */
async function threeInARow() {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const ben = await join(room, 'Ben', ada, space);
  const cleo = await join(room, 'Cleo', ada, space, ben);
  const all = [ada, ben, cleo];
  for (const who of all) {
    await who.engine.commands.watch({ space, channel, newest: 100 });
    await who.until('three', (v) => v.spaces[0]?.members.length === 3);
    await who.until('all names', (v) => v.spaces[0]?.members.every((m) => m.name !== '') === true);
  }
  await ada.until('linked to both', () => room.linked(ada, cleo) && room.linked(ada, ben));
  expect(room.linked(ben, cleo)).toBe(false);
  return { room, ada, ben, cleo, space, channel };
}

async function withEve() {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const ben = await join(room, 'Ben', ada, space);
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  const { link } = must(await ada.engine.commands.invite({ space }));
  const eve = await Stranger.with(link, room, ada);
  await eve.join();
  eve.link();
  await eve.takeAll();
  return { room, ada, ben, eve, space, channel };
}

const present = (who: Resident, space: SpaceId) =>
  new Map(who.engine.bearings().present).get(space) ?? [];
const holders = (who: Resident, id: EntryId) =>
  new Map(who.engine.bearings().holders).get(id) ?? [];
const deliveryOf = (who: Resident, id: EntryId) =>
  who.view.timeline?.messages.find((m) => m.id === id)?.delivery;

function receiptOf(
  parts: { space: SpaceId; channel: ChannelId; author: PeerId; holder: PeerId; id: EntryId },
  mac: Uint8Array,
): SentFrame {
  const { space, channel, author, holder, id } = parts;
  return {
    type: 'receipts',
    groups: [
      {
        address: encodeAddress({ kind: 'segment', space, channel, number: 0 }),
        author: publicKeyFromPeerId(author),
        hops: 1,
        tip: tipOf(id).slice(0, 4),
        receipts: [{ device: publicKeyFromPeerId(holder), mac }],
      },
    ],
  };
}

test('an author learns that somebody holds a message with whom there is no link, and of all before it', async () => {
  const { ben, cleo, space, channel } = await threeInARow();
  await ben.until('Cleo', () => present(ben, space).includes(cleo.peer));
  const said: EntryId[] = [];
  for (const text of ['one', 'two', 'three'])
    said.push(must(await ben.engine.commands.say({ space, channel, text })).id);
  await ben.until('everyone', () => said.every((id) => deliveryOf(ben, id) === 'everyone'));
  for (const id of said) expect(holders(ben, id)).toContain(cleo.peer);
});

test('an author who was away while it spread is told when they come back, without having kept anything of it', async () => {
  const { room, ada, ben, cleo, space, channel } = await threeInARow();
  room.offline(cleo);
  await ada.until('gone', () => !room.linked(ada, cleo));
  const { id } = must(await ben.engine.commands.say({ space, channel, text: 'hello' }));
  await ada.until('it came', (v) => texts(v).includes('hello'));
  room.offline(ben);
  await ada.until('gone', () => !room.linked(ada, ben));
  room.online(cleo);
  await cleo.until('it came', (v) => texts(v).includes('hello'));
  expect(holders(ben, id)).not.toContain(cleo.peer);
  room.online(ben);
  await ben.until('told', () => holders(ben, id).includes(cleo.peer));
});

test('a receipt that another member forges, or lifts from another message, ticks for nobody', async () => {
  const { room, ada, ben, eve, space, channel } = await withEve();
  room.offline(ben);
  await ada.until('gone', () => !room.linked(ada, ben));
  const { id } = must(await ada.engine.commands.say({ space, channel, text: 'x' }));
  const { membership } = eve.space;
  const parts = { space, channel, author: ada.peer, holder: ben.peer, id };
  const claim = { space: fromBase64url(space), channel: fromBase64url(channel), tip: tipOf(id) };
  const author = {
    device: publicKeyFromPeerId(ada.peer),
    sealing: membership.devices.get(ada.peer)?.sealing,
  };
  const key = receiptKey(
    eve.device,
    { device: author.device, sealing: author.sealing ?? new Uint8Array() },
    'holder',
  );
  if (!key) throw new Error('expected a key');
  const own = receiptMac(key, claim);
  const before = ada.engine.dropped.receipts.refused;
  for (const mac of [own, randomBytes(8)]) eve.send(receiptOf(parts, mac));
  eve.send(
    receiptOf({ ...parts, holder: eve.peer }, receiptMac(key, { ...claim, tip: randomBytes(16) })),
  );
  // Her own is true, and comes last: what came before it has been judged.
  eve.send(receiptOf({ ...parts, holder: eve.peer }, own));
  await ada.until('hers', () => holders(ada, id).includes(eve.peer));
  expect(holders(ada, id)).not.toContain(ben.peer);
  expect(ada.engine.dropped.receipts.refused - before).toBe(3);
  expect(eve.closed).toBeUndefined();
});

test('receipts about what is no channel, no member or no address go nowhere', async () => {
  const { ada, eve, space, channel } = await withEve();
  const { id } = must(await ada.engine.commands.say({ space, channel, text: 'x' }));
  const frame = receiptOf(
    { space, channel, author: ada.peer, holder: eve.peer, id },
    randomBytes(8),
  );
  const [group] = frame.type === 'receipts' ? frame.groups : [];
  if (!group) throw new Error('expected a group');
  const elsewhere = encodeAddress({ kind: 'space', space });
  for (const changed of [
    { ...group, address: elsewhere },
    { ...group, address: randomBytes(20) },
    { ...group, author: randomBytes(32) },
    { ...group, receipts: [{ device: randomBytes(32), mac: randomBytes(8) }] },
  ])
    eve.send({ type: 'receipts', groups: [changed] });
  await eve.handled();
  expect(ada.engine.dropped.receipts).toEqual({ refused: 0, lost: 0 });
  expect(eve.closed).toBeUndefined();
});

test('who is here is known without a link or a server, and so is that they have left', async () => {
  const { room, ada, ben, cleo, space } = await threeInARow();
  await ben.until('Cleo', () => present(ben, space).includes(cleo.peer));
  await cleo.until('Ben', () => present(cleo, space).includes(ben.peer));
  await cleo.engine.farewell();
  await ben.until('gone', () => !present(ben, space).includes(cleo.peer));
  expect(room.linked(ada, cleo)).toBe(true);
});

test('who goes without a word is missed within seconds by those who had no link to them', async () => {
  const { room, ben, cleo, space } = await threeInARow();
  await ben.until('Cleo', () => present(ben, space).includes(cleo.peer));
  room.offline(cleo);
  await ben.until('gone', () => !present(ben, space).includes(cleo.peer));
});

test('a newcomer is told at once of who is here, though they are silent for long', async () => {
  const { room, ada, ben, cleo, space } = await threeInARow();
  await ada.until('both', () => present(ada, space).length === 2);
  const dee = await join(room, 'Dee', ada, space);
  await dee.until('all', () =>
    [ada, ben, cleo].every(({ peer }) => present(dee, space).includes(peer)),
  );
});

test('typing shows elsewhere by name, and no longer than until the message has come', async () => {
  const { ben, cleo, space, channel } = await threeInARow();
  await cleo.until('Ben', () => present(cleo, space).includes(ben.peer));
  must(await ben.engine.commands.typing({ space, channel }));
  await cleo.until('Ben types', (v) => v.timeline?.typing.includes('Ben') === true);
  expect(ben.view.timeline?.typing).toEqual([]);
  must(await ben.engine.commands.say({ space, channel, text: 'done' }));
  await cleo.until('done', (v) => texts(v).includes('done') && v.timeline?.typing.length === 0);
});

test('a server shows nobody as here by saying so, and makes nobody wait for them', async () => {
  const { room, ada, ben, cleo, space, channel } = await threeInARow();
  room.offline(cleo);
  await ada.until('gone', (v) => v.spaces[0]?.here === 2);
  await ben.until('gone', (v) => v.spaces[0]?.here === 2);
  for (const { topic } of room.specsOf(ben))
    ben.engine.linksEvent({ is: 'here', topic, size: 3, peers: [ada.peer, cleo.peer] });
  const { id } = must(await ben.engine.commands.say({ space, channel, text: 'hello' }));
  await ben.until('everyone', () => deliveryOf(ben, id) === 'everyone');
  expect(ben.view.spaces[0]?.here).toBe(2);
  expect(ben.view.spaces[0]?.members.find((m) => m.name === 'Cleo')?.tie).toBe('offline');
});

test('a member cannot make another present, nor typing, and what was said once is not heard again', async () => {
  const { ada, ben, eve, space, channel } = await withEve();
  const epoch = eve.space.writingEpoch;
  if (!epoch) throw new Error('expected the secrets');
  const address = encodeAddress({ kind: 'space', space });
  const place = { space, contentSecret: epoch.content };
  const send = (device: Uint8Array, bytes: Uint8Array) =>
    eve.send({
      type: 'presence',
      address,
      asks: false,
      answers: false,
      messages: [{ device, bytes }],
    });
  await ada.until('Ben', () => present(ada, space).includes(ben.peer));
  const benKey = publicKeyFromPeerId(ben.peer);
  const mark = { run: Date.now() + 200_000, count: 0 };
  const typing = { seconds: 30, leaving: false, typing: channel, lost: [], after: [] };
  const asBen = { ...eve.device, publicKey: benKey };
  send(benKey, await sealPresence(place, asBen, mark, typing));
  send(benKey, await sealPresence(place, asBen, mark, { ...typing, leaving: true }));
  send(randomBytes(32), randomBytes(90));
  // Her own she may: it comes last, so the others have been judged.
  send(eve.device.publicKey, await sealPresence(place, eve.device, mark, typing));
  await ada.until('Eve types', () => present(ada, space).includes(eve.peer));
  expect(present(ada, space)).toContain(ben.peer);
  const typers = new Map(ada.engine.bearings().typing).get(channel);
  expect(typers).toEqual([eve.peer]);
  const gone = { ...mark, count: 1 };
  const goodbye = await sealPresence(place, eve.device, gone, {
    seconds: 0,
    leaving: true,
    lost: [],
    after: [],
  });
  send(eve.device.publicKey, goodbye);
  await ada.until('Eve left', () => !present(ada, space).includes(eve.peer));
  send(eve.device.publicKey, await sealPresence(place, eve.device, mark, typing));
  await eve.handled();
  expect(present(ada, space)).not.toContain(eve.peer);
  expect(ada.engine.dropped.presence).toBeGreaterThanOrEqual(4);
});
