import { randomBytes, sha256, toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Address, encodeAddress } from '../space/address.ts';
import { joinHashes } from '../space/document-log.ts';
import { written } from '../space/test/written-space.ts';
import { loadRepo } from './automerge-node.ts';
import { everybodyLeaves, goesOn, withEve } from './test/hostile-room.ts';
import { texts } from './test/room.ts';

beforeAll(async () => {
  await loadRepo();
});
afterEach(everybodyLeaves);

test('the helper is no straw man: an honest stranger’s message is let in and passed on', async () => {
  const world = await withEve();
  const { eve, ben } = world;
  const entry = await eve.write('from Eve');
  eve.push(eve.segment(), entry.bytes, entry.deps);
  await ben.until('her message', (v) => texts(v).includes('from Eve'));
  await eve.until('acknowledged', (f) => f.type === 'acknowledge');
  await goesOn(world);
  expect(eve.closed).toBeUndefined();
});

test('garbage frames close the link with a reason', async () => {
  for (const garbage of [
    new Uint8Array(),
    Uint8Array.of(1, 9),
    Uint8Array.of(3, ...randomBytes(300)),
  ]) {
    const world = await withEve();
    world.eve.sendBytes(garbage);
    expect(await world.eve.untilClosed()).toMatch(/^malformed frame/);
    await goesOn(world);
    await everybodyLeaves();
  }
});

test('forged entries are never let in; failing with their deps in full closes the link', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const mine = await eve.write('forged');
  const wrongSignature = mine.bytes.slice();
  wrongSignature[50] = (wrongSignature[50] ?? 0) ^ 1;
  const asAda = mine.bytes.slice();
  asAda.set(eve.space.spaceLog.entries[0]?.entry.device ?? new Uint8Array(32));
  for (const bytes of [wrongSignature, asAda]) {
    eve.push(eve.segment(), bytes, mine.deps);
    const id = sha256(bytes).slice(0, 8);
    // Her tags may have stood for other deps, so they are asked for once.
    await eve.until('asked', (f) => f.type === 'deps' && toBase64url(f.id) === toBase64url(id));
  }
  expect(eve.closed).toBeUndefined();
  const address = encodeAddress(eve.segment());
  eve.send({ type: 'depsAnswer', address, deps: joinHashes(mine.deps), entry: asAda });
  expect(await eve.untilClosed()).toMatch(/refused: its signature is wrong/);
  expect(texts(ada.view)).toEqual(['before']);
  await goesOn(world);
});

test('an entry replayed into another document is refused', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const [adas] = eve.space.log(eve.segment()).entries;
  if (!adas) throw new Error('no message');
  const [epoch] = eve.space.membership.epochs;
  if (!epoch) throw new Error('no epoch');
  const elsewhere: Address = { kind: 'epoch', space: world.space, epoch: epoch.id };
  eve.push(elsewhere, adas.bytes, eve.space.log(elsewhere).heads);
  await eve.until('asked', (f) => f.type === 'deps');
  const deps = joinHashes(eve.space.log(elsewhere).heads);
  const address = encodeAddress(elsewhere);
  eve.send({ type: 'bulk', address, entries: [{ deps, entry: adas.bytes }], upTo: 1, last: true });
  expect(await eve.untilClosed()).toMatch(/refused/);
  expect(texts(ada.view)).toEqual(['before']);
  await goesOn(world);
});

test('entries for unknown spaces, channels, epochs and segments go nowhere', async () => {
  const world = await withEve();
  const { eve } = world;
  const unknownSpace = v.parse(SpaceId, toBase64url(seeded(1, 32)));
  const unknownChannel = v.parse(ChannelId, toBase64url(seeded(2, 16)));
  const mine = await eve.write('lost');
  const places: Address[] = [
    { kind: 'space', space: unknownSpace },
    { kind: 'segment', space: unknownSpace, channel: unknownChannel, number: 0 },
    { kind: 'segment', space: world.space, channel: unknownChannel, number: 0 },
    { kind: 'segment', space: world.space, channel: world.channel, number: 999_999 },
  ];
  for (const place of places) {
    eve.push(place, mine.bytes, mine.deps);
    const address = encodeAddress(place);
    eve.send({ type: 'want', address, taken: 0 });
    eve.send({
      type: 'session',
      session: seeded(3, 8),
      address,
      step: 'open',
      bytes: seeded(1, 32),
    });
    eve.send({ type: 'deps', address, id: seeded(1, 8) });
  }
  eve.send({ type: 'want', address: seeded(4, 20), taken: 0 });
  await eve.handled();
  for (const place of places) expect(world.ben.engine.log(place)).toBeUndefined();
  expect(eve.closed).toBeUndefined();
  await goesOn(world);
});

test('what a member wrote under no secret of the space is kept, and not shown', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const log = eve.space.log(eve.segment());
  const sealed = await written(eve.device, log, SORT.body, utf8('no seal at all, just text'));
  eve.push(eve.segment(), sealed.bytes, sealed.deps);
  await eve.until('stored', (f) => f.type === 'acknowledge');
  await goesOn(world);
  expect(texts(ada.view)).toEqual(['before', 'after', 'answer']);
});
