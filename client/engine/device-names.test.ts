import { toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { joinRequest } from '@snug/shared/entries/acts.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import { type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { encodeAddress } from '../space/address.ts';
import { admit } from '../space/founding.ts';
import type { Standing } from '../space/membership/membership.ts';
import { DeviceNames } from './device-names.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import { Stranger } from './test/stranger.ts';

const ENTRY = 1;

const key = (first: number, last: number) => new Uint8Array(32).fill(first, 0, 8).fill(last, 8);
const device = (publicKey: Uint8Array): [PeerId, Standing] => {
  const peer = peerIdFromPublicKey(publicKey);
  return [peer, { account: peer, role: 'member', cuts: [], why: undefined, removedBy: [] }];
};

function names(...keys: readonly Uint8Array[]) {
  const id = v.parse(SpaceId, toBase64url(new Uint8Array(32)));
  const space = { membership: { everListed: new Map(keys.map(device)) } };
  const { resolve } = new DeviceNames({ get: (asked) => (asked === id ? space : undefined) });
  const address = encodeAddress({ kind: 'space', space: id });
  const find = (first: number) => resolve(address, key(first, 0).subarray(0, 8));
  return { space, resolve, find };
}

test('a member is found by the first 8 bytes of a key, from the moment they are listed', () => {
  const { space, find } = names(key(1, 1), key(2, 2));
  expect(find(2)).toEqual(key(2, 2));
  expect(find(3)).toBeUndefined();
  space.membership.everListed.set(...device(key(3, 3)));
  expect(find(3)).toEqual(key(3, 3));
  const { everListed } = space.membership;
  space.membership = { everListed: new Map([...everListed, device(key(4, 4))]) };
  expect([find(1), find(4)]).toEqual([key(1, 1), key(4, 4)]);
});

test('two whose keys begin alike are not found by that, nor is a member of one space in another', () => {
  const { space, resolve, find } = names(key(1, 1));
  space.membership.everListed.set(...device(key(1, 2)));
  expect(find(1)).toBeUndefined();
  const other = v.parse(SpaceId, toBase64url(new Uint8Array(32).fill(9)));
  expect(resolve(encodeAddress({ kind: 'space', space: other }), key(1, 1))).toBeUndefined();
  expect(resolve(new Uint8Array(5), key(1, 1))).toBeUndefined();
});

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

async function twoWithLink() {
  const room = new TestRoom();
  const [ada, ben] = [await room.enter('Ada'), await room.enter('Ben')];
  residents.push(ada, ben);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('open', (view) => view.spaces[0]?.state === 'open');
  for (const who of [ada, ben]) {
    await who.until('both', (view) => view.spaces[0]?.members.length === 2);
    await who.engine.commands.watch({ space, channel, newest: 100 });
  }
  return { room, ada, ben, space, channel, link };
}

const holds = (frame: Uint8Array, part: Uint8Array) => toHex(frame).includes(toHex(part));

test('members who meet again name each other by the beginning of a key, never in full', async () => {
  const { room, ada, ben, space, channel } = await twoWithLink();
  room.offline(ben);
  await ada.until('alone', (view) => view.spaces[0]?.here === 1);
  room.frames.length = 0;
  room.online(ben);
  for (const who of [ada, ben]) await who.until('linked', (view) => view.spaces[0]?.here === 2);
  for (const [n, who] of [ada, ben, ada].entries()) {
    must(await who.engine.commands.say({ space, channel, text: `${n}` }));
    for (const each of [ada, ben]) await each.until('said', (view) => texts(view).length === n + 1);
  }
  const entries = room.frames.filter(({ frame }) => frame[0] === ENTRY);
  for (const who of [ada, ben]) {
    const whole = publicKeyFromPeerId(who.peer);
    expect(entries.some(({ frame }) => holds(frame, whole.subarray(0, 8)))).toBe(true);
    expect(entries.some(({ frame }) => holds(frame, whole))).toBe(false);
  }
});

test('entries that overtake the admission of their author are in view once that has come', async () => {
  const { room, ada, link, space } = await twoWithLink();
  const eve = await Stranger.with(link, room, ada);
  await eve.join();
  eve.link();
  await eve.takeAll();
  // Eve lets Fay in, and nobody else has heard of it.
  const fay = await Stranger.with(link, room, ada);
  const parsed = parseInviteLink(link);
  if (!parsed.ok) throw new Error(parsed.message);
  const { inviteSecret, space: spaceId } = parsed.invite;
  await admit(eve.space, await joinRequest({ inviteSecret, spaceId, device: fay.device }));
  for (const log of [...eve.space.logs])
    await fay.space.receive(fay.space.log(log.address), eve.peer, () => [...log.entries]);
  const admission = eve.space.spaceLog.entries.at(-1);
  if (!admission) throw new Error('nobody was let in');

  const sent: Uint8Array[] = [];
  const inject = room.inject.bind(room);
  room.inject = (from, to, frame) => {
    sent.push(frame);
    inject(from, to, frame);
  };
  for (const text of ['first', 'second']) {
    const { bytes, deps } = await fay.write(text);
    eve.push(eve.segment(), bytes, deps);
  }
  const whole = publicKeyFromPeerId(fay.peer);
  expect(holds(sent[0] ?? new Uint8Array(), whole.subarray(0, 8))).toBe(true);
  expect(sent.some((frame) => holds(frame, whole))).toBe(false);
  await eve.handled();
  expect(texts(ada.view)).toEqual([]);
  eve.push({ kind: 'space', space }, admission.bytes, admission.deps);
  await ada.until('both of Fay’s', (view) => texts(view).includes('second'));
  expect(texts(ada.view)).toEqual(['first', 'second']);
  // Eve answers no question, so they can only have been kept.
  expect(eve.closed).toBeUndefined();
});

test('a flood of entries of nobody known is dropped beyond a bound, and asked about a few times', async () => {
  const { room, ada, ben, link, space, channel } = await twoWithLink();
  const eve = await Stranger.with(link, room, ada);
  await eve.join();
  eve.link();
  await eve.takeAll();
  await eve.handled();
  const before = eve.frames.length;
  const address = encodeAddress(eve.segment());
  for (let n = 0; n < 3_000; n++) {
    const prefix = Uint8Array.of(n & 255, n >> 8, 0, 0, 0, 0, 0, 0);
    const rest = new Uint8Array(73);
    eve.sendBytes(Uint8Array.of(ENTRY, 0, address.length, ...address, 1, ...prefix, 0, ...rest));
  }
  await eve.handled();
  expect(eve.frames.length - before).toBeLessThan(30);
  must(await ada.engine.commands.say({ space, channel, text: 'goes on' }));
  await ben.until('goes on', (view) => texts(view).includes('goes on'));
  expect(eve.closed).toBeUndefined();
});
