import * as Automerge from '@automerge/automerge/slim';
import {
  compareBytes,
  concatBytes,
  fromBase64url,
  randomBytes,
  sha256,
  toBase64url,
  utf8,
} from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import {
  encodeAct,
  encodeSeal,
  epochId,
  newEpochSecrets,
  sealEpochTo,
  sealsHash,
} from '@snug/shared/entries/acts.ts';
import { type Body, sealBody } from '@snug/shared/entries/body.ts';
import { buildChange, rootChange } from '@snug/shared/entries/canonical-change.ts';
import { NO_HINT, SORT, signEntry } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { type ChangeHash, ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DIGEST_LINES } from '../mesh/frames/frames.ts';
import { type Address, encodeAddress } from '../space/address.ts';
import { joinHashes, type LoggedEntry } from '../space/document-log.ts';
import { Space } from '../space/space.ts';
import { parseSpaceRecord, spaceKey } from '../space/space-record.ts';
import { MemoryStore } from '../space/store.ts';
import { person, written } from '../space/test/written-space.ts';
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

/** Ada and Ben talk in a space; Eve was let in by Ada's link, holds everything and is linked to Ada. */
async function withEve() {
  const world = await withStranger();
  const { eve } = world;
  await eve.join();
  eve.link();
  await eve.takeAll();
  expect(eve.space.writingEpoch).toBeDefined();
  return world;
}

async function withStranger() {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  const ben = await enter(room, 'Ben');
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until(
    'open',
    (v) => v.spaces[0]?.state === 'open' && v.spaces[0].channels.length === 1,
  );
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  must(await ada.engine.commands.say({ space, channel, text: 'before' }));
  await ben.until('before', (v) => texts(v).includes('before'));
  const eve = await Stranger.with(link, room, ada);
  return { room, ada, ben, eve, space, channel };
}

type World = Awaited<ReturnType<typeof withStranger>>;

/** The engine keeps working: a message goes out and one comes in. */
async function goesOn({ ada, ben, space, channel }: World): Promise<void> {
  must(await ada.engine.commands.say({ space, channel, text: 'after' }));
  await ben.until('after', (v) => texts(v).includes('after'));
  must(await ben.engine.commands.say({ space, channel, text: 'answer' }));
  for (const who of [ada, ben]) await who.until('answer', (v) => texts(v).includes('answer'));
  expect(texts(ada.view)).toEqual(texts(ben.view));
}

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
    for (const resident of residents.splice(0)) await resident.leave();
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

test('an act beyond her rights is refused by everybody, and closes the link when given in full', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const log = eve.space.spaceLog;
  const coup = encodeAct({ act: 'role', account: eve.peer, role: 'admin' });
  const { bytes, deps } = await written(eve.device, log, SORT.act, coup);
  const address = encodeAddress({ kind: 'space', space: world.space });
  eve.send({
    type: 'bulk',
    address,
    entries: [{ deps: joinHashes(deps), entry: bytes }],
    upTo: 1,
    last: true,
  });
  expect(await eve.untilClosed()).toMatch(/only an admin gives roles/);
  expect(ada.view.spaces[0]?.members.map((m) => m.role)).toEqual(['admin', 'member', 'member']);
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

test('digests that promise everything are asked for, bring nothing, and are asked for less and less', async () => {
  const world = await withEve();
  const { eve, space } = world;
  const { channel } = world;
  const [within] = pageOf({ kind: 'segment', space, channel, number: 0 });
  const lines = Array.from({ length: DIGEST_LINES }, (_, number) => ({
    key: Uint8Array.of(number),
    hash: seeded(number, 8),
    count: 1_000_000,
  }));
  const digest = {
    type: 'digest' as const,
    space: fromBase64url(space),
    level: 'documents' as const,
    within,
    after: new Uint8Array(),
    lines,
    last: true,
    asks: true,
  };
  for (let i = 0; i < 20; i++) eve.send(digest);
  await eve.handled();
  // One document of a channel at a time.
  expect(eve.frames.filter((f) => f.type === 'want').length).toBeLessThanOrEqual(2);
  await goesOn(world);
});

/** A segment's key but for its last byte, and that byte: kind, channel, number. */
function pageOf(address: Address): readonly [Uint8Array, Uint8Array] {
  const bytes = encodeAddress(address);
  return [concatBytes(bytes.subarray(0, 1), bytes.subarray(33, -1)), bytes.subarray(-1)];
}

test('digests that ask without end are answered up to a bound', async () => {
  const world = await withEve();
  const { eve, space } = world;
  const { now } = world.room;
  const still = now();
  world.room.now = () => still;
  const hash = { type: 'digest' as const, space: fromBase64url(space), level: 'space' as const };
  const before = eve.raw.length;
  for (let i = 0; i < 5_000; i++) eve.send({ ...hash, hash: seeded(i % 250, 8) });
  const [entry] = eve.space.log(eve.segment()).entries;
  if (!entry) throw new Error('no message');
  const id = fromBase64url(entry.id).slice(0, 8);
  eve.send({ type: 'deps', address: encodeAddress(eve.segment()), id });
  await eve.until('all is handled', (f) => f.type === 'depsAnswer');
  const bytes = eve.raw.slice(before).reduce((sum, frame) => sum + frame.length, 0);
  expect(bytes).toBeLessThan(400_000);
  world.room.now = now;
  await goesOn(world);
});

test('bulk with a hole in it: what hangs in the air waits, and comes in when the hole is filled', async () => {
  const world = await withEve();
  const { eve, ben } = world;
  const address = encodeAddress(eve.segment());
  const made: LoggedEntry[] = [];
  for (let i = 0; i < 6; i++) made.push(await eve.write(`eve ${i}`));
  const bulk = (entries: typeof made, last: boolean) =>
    eve.send({
      type: 'bulk',
      address,
      entries: entries.map((e) => ({ deps: joinHashes(e.deps), entry: e.bytes })),
      upTo: entries.length,
      last,
    });
  bulk([...made.slice(0, 2), ...made.slice(3)], true);
  await eve.handled();
  await ben.until('what is whole', (view) => texts(view).includes('eve 1'));
  expect(texts(ben.view)).not.toContain('eve 3');
  bulk(made.slice(2, 3), false);
  await ben.until('all', (view) => texts(view).includes('eve 5'));
  expect(eve.closed).toBeUndefined();
  await goesOn(world);
});

test('entries that will never have their deps do not slow the others, and are bounded', async () => {
  const world = await withEve();
  const { eve, ben } = world;
  const address = encodeAddress(eve.segment());
  const log = eve.space.log(eve.segment());
  const orphans = [];
  for (let i = 0; i < 40; i++) {
    const deps = [toHexHash(i)];
    const { bytes } = await written(eve.device, log, SORT.body, seeded(i, 60), deps);
    orphans.push({ deps: joinHashes(deps), entry: bytes });
  }
  eve.send({ type: 'bulk', address, entries: orphans, upTo: 40, last: false });
  await eve.handled();
  const entry = await eve.write('still fast');
  eve.push(eve.segment(), entry.bytes, entry.deps);
  await ben.until('her message', (view) => texts(view).includes('still fast'));
  expect(eve.closed).toBeUndefined();
  await goesOn(world);
});

const toHexHash = (n: number) => Buffer.from(seeded(n, 32)).toString('hex') as ChangeHash;

/** Opens a session about the first segment and gets as far as being accepted. */
async function inSession(eve: Stranger) {
  const address = encodeAddress(eve.segment());
  const session = randomBytes(8);
  const heads = joinHashes([toHexHash(1)]);
  eve.send({ type: 'session', session, address, step: 'open', bytes: heads });
  await eve.until('accepted', (f) => f.type === 'session' && f.step === 'accept');
  const say = (bytes: Uint8Array) =>
    eve.send({ type: 'session', session, address, step: 'message', bytes });
  return { address, session, say };
}

function syncMessage(changes: Uint8Array[], bloom = new Uint8Array()): Uint8Array {
  return Automerge.encodeSyncMessage({
    heads: [],
    need: [],
    have: [{ lastSync: [], bloom }],
    changes,
  });
}

test('a session message of junk, foreign changes, or a whole document closes the link', async () => {
  const foreign = Automerge.from<Record<string, unknown>>({ list: [1, 2, 3], text: 'hi' });
  const [foreignChange] = Automerge.getAllChanges(foreign);
  if (!foreignChange) throw new Error('no change');
  const messages = [
    randomBytes(100),
    syncMessage([foreignChange]),
    syncMessage([Automerge.save(foreign)]),
    syncMessage([randomBytes(50)]),
    // Numbers that Automerge would believe: 4 * 10^9 probes trap its wasm, 5 * 10^7 hold it for seconds.
    syncMessage([], Uint8Array.of(1, 10, 0xff, 0xff, 0xff, 0xff, 0x0e, 1, 1)),
    syncMessage([], Uint8Array.of(1, 10, 0x80, 0xe1, 0xeb, 0x17, 1, 1)),
  ];
  const world = await withEve();
  for (const message of messages) {
    const { say } = await inSession(world.eve);
    say(message);
    expect(await world.eve.untilClosed()).toMatch(/sync message held something else/);
    world.eve.link();
  }
  await goesOn(world);
});

test('a session message with forged entries closes the link; the session about it ends', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const log = eve.space.log(eve.segment());
  const mine = await eve.write('in session');
  const { say } = await inSession(eve);
  const forged = mine.bytes.slice();
  forged[60] = (forged[60] ?? 0) ^ 1;
  say(syncMessage([buildChange({ deps: mine.deps, startOp: mine.startOp, entry: forged }).bytes]));
  expect(await eve.untilClosed()).toMatch(/its signature is wrong/);
  eve.link();
  const next = await inSession(eve);
  next.say(
    syncMessage([
      rootChange(log.id).bytes,
      buildChange({ deps: mine.deps, startOp: mine.startOp, entry: mine.bytes }).bytes,
    ]),
  );
  await ada.until('the honest one', (view) => texts(view).includes('in session'));
  expect(eve.closed).toBeUndefined();
  await goesOn(world);
});

test('a canonical change with a `startOp` that does not follow from its deps is not let in as such', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const mine = await eve.write('inflated');
  const { say } = await inSession(eve);
  say(syncMessage([buildChange({ deps: mine.deps, startOp: 900_000, entry: mine.bytes }).bytes]));
  await ada.until('taken for what it is', (view) => texts(view).includes('inflated'));
  await goesOn(world);
});

test('unsolicited sessions, messages of no session and replies to none change nothing', async () => {
  const world = await withEve();
  const { eve } = world;
  const address = encodeAddress(eve.segment());
  const session = randomBytes(8);
  for (const step of ['accept', 'message', 'close'] as const)
    eve.send({ type: 'session', session, address, step, bytes: syncMessage([]) });
  for (let i = 0; i < 30; i++)
    eve.send({
      type: 'session',
      session: seeded(i, 8),
      address,
      step: 'open',
      bytes: seeded(i, 64),
    });
  await eve.handled();
  // One session a document at a time; the others are refused.
  expect(eve.frames.filter((f) => f.type === 'session' && f.step === 'accept')).toHaveLength(1);
  // Of a document of which nothing is held there is nothing to speak of.
  const empty = encodeAddress(eve.segment(1));
  eve.send({ type: 'session', session, address: empty, step: 'open', bytes: seeded(1, 32) });
  await eve.handled();
  expect(
    eve.frames.some(
      (f) =>
        f.type === 'session' && f.step === 'close' && toBase64url(f.address) === toBase64url(empty),
    ),
  ).toBe(true);
  await goesOn(world);
});

test('a flood of `want` gets one transfer a second of each document', async () => {
  const world = await withEve();
  const { eve } = world;
  const { now } = world.room;
  world.room.now = () => now() + 60_000;
  const still = world.room.now();
  world.room.now = () => still;
  const before = eve.frames.filter((f) => f.type === 'bulk' && f.last).length;
  for (let i = 0; i < 200; i++)
    eve.send({ type: 'want', address: encodeAddress(eve.segment()), taken: 0 });
  await eve.handled();
  expect(eve.frames.filter((f) => f.type === 'bulk' && f.last).length - before).toBe(1);
  world.room.now = now;
  await goesOn(world);
});

test('false acknowledgements tick for nobody but her, and of what she does not know for nothing', async () => {
  const world = await withEve();
  const { ada, ben, eve, space, channel, room } = world;
  room.offline(ben);
  await ada.until('Ben is gone', () => !room.linked(ada, ben));
  const { id } = must(await ada.engine.commands.say({ space, channel, text: 'tick' }));
  const deliveryOf = () => ada.view.timeline?.messages.find((m) => m.id === id)?.delivery;
  eve.send({ type: 'acknowledge', ids: [seeded(1, 8), seeded(2, 8)] });
  await eve.handled();
  await ada.until('shown', () => deliveryOf() !== undefined);
  expect(deliveryOf()).toBe('device');
  // She says so although she threw it away: that is "stored on one other device" on her word, not Ben's.
  eve.send({ type: 'acknowledge', ids: [fromBase64url(id).slice(0, 8)] });
  await ada.until('ticked', () => deliveryOf() !== 'device');
  room.online(ben);
  await ben.until('it came to Ben all the same', (view) => texts(view).includes('tick'));
  await ada.until('everyone', () => deliveryOf() === 'everyone');
});

test('acknowledgements never tick for somebody else who is present', async () => {
  const world = await withEve();
  const { ada, ben, eve, space, channel, room } = world;
  must(await ada.engine.commands.say({ space, channel, text: 'x' }));
  await ben.until('x', (view) => texts(view).includes('x'));
  room.offline(ben);
  await ada.until('gone', () => !room.linked(ada, ben));
  const silent = await Stranger.with(
    must(await ada.engine.commands.invite({ space })).link,
    room,
    ada,
  );
  await silent.join();
  silent.link();
  const { id } = must(await ada.engine.commands.say({ space, channel, text: 'y' }));
  for (let i = 0; i < 3; i++)
    eve.send({ type: 'acknowledge', ids: [fromBase64url(id).slice(0, 8)] });
  await ada.until(
    'stored',
    (view) => view.timeline?.messages.some((m) => m.id === id && m.delivery === 'stored') ?? false,
  );
  await eve.handled();
  expect(ada.view.timeline?.messages.find((m) => m.id === id)?.delivery).toBe('stored');
  silent.send({ type: 'acknowledge', ids: [fromBase64url(id).slice(0, 8)] });
  await ada.until(
    'everyone',
    (view) =>
      view.timeline?.messages.some((m) => m.id === id && m.delivery === 'everyone') ?? false,
  );
});

test('a peer who is no member, linked through the lobby, gets nothing, whatever they ask', async () => {
  const world = await withStranger();
  const { eve, ada, ben, space, channel } = world;
  eve.link();
  const places: Address[] = [
    { kind: 'space', space },
    { kind: 'segment', space, channel, number: 0 },
  ];
  for (const place of places) {
    const address = encodeAddress(place);
    eve.send({ type: 'want', address, taken: 0 });
    eve.send({ type: 'deps', address, id: seeded(1, 8) });
    eve.send({
      type: 'session',
      session: seeded(1, 8),
      address,
      step: 'open',
      bytes: seeded(1, 32),
    });
    eve.send({
      type: 'digest',
      space: fromBase64url(space),
      level: 'space',
      hash: seeded(1, 8),
    });
    eve.send({ type: 'bulk', address, entries: [], upTo: 1, last: true });
  }
  // Her frames and Ben's message are handled in turn; both ends of the conversation go on.
  await goesOn(world);
  must(await ada.engine.commands.say({ space, channel, text: 'not for her' }));
  await ben.until('not for her', (view) => texts(view).includes('not for her'));
  expect(eve.frames).toEqual([]);
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

test('an epoch that nobody can open silences nobody', async () => {
  const world = await withEve();
  const { eve, ada, space } = world;
  const log = eve.space.spaceLog;
  const list = log.entries
    .flatMap(({ act, entry }) =>
      act?.act === 'genesis' ? [entry.device] : act?.act === 'admit' ? [act.device] : [],
    )
    .sort(compareBytes);
  const act = encodeAct({ act: 'epoch', number: 2, id: seeded(1, 32), list, seals: seeded(2, 32) });
  const { bytes, deps } = await written(eve.device, log, SORT.act, act);
  eve.push({ kind: 'space', space }, bytes, deps);
  await eve.until('let in', (f) => f.type === 'acknowledge');
  expect(ada.problems).toEqual([]);
  await goesOn(world);
});

const CANARY = 'xylophonecanary';

test('no plaintext crosses a link or is kept in a document: canary words in every name and message', async () => {
  const room = new TestRoom();
  const ada = await enter(room, `Ada ${CANARY}`);
  const { space, channel } = must(
    await ada.engine.commands.createSpace({ name: `Space ${CANARY}` }),
  );
  const { link } = must(await ada.engine.commands.invite({ space }));
  const ben = await enter(room, `Ben ${CANARY}`);
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('open', (view) => view.spaces[0]?.channels[0]?.name === 'general');
  const tools = must(await ben.engine.commands.createChannel({ space, name: `tools ${CANARY}` }));
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  for (const who of [ada, ben])
    must(await who.engine.commands.say({ space, channel, text: `hi ${CANARY}` }));
  must(await ben.engine.commands.say({ space, channel: tools.channel, text: CANARY }));
  for (const who of [ada, ben]) await who.until('both', (view) => texts(view).length === 2);
  room.offline(ben);
  for (const who of [ada, ben])
    must(await who.engine.commands.say({ space, channel, text: `apart ${CANARY}` }));
  room.online(ben);
  for (const who of [ada, ben]) await who.until('all', (view) => texts(view).length === 4);

  expect(room.frames.length).toBeGreaterThan(20);
  for (const { frame } of room.frames) expect(Buffer.from(frame).includes(CANARY)).toBe(false);
  let entries = 0;
  for (const who of [ada, ben]) {
    for (const document of await documentsOf(who, space)) {
      const [doc] = Automerge.applyChanges(
        Automerge.init<Record<string, unknown>>(),
        document.changes,
      );
      expect(Buffer.from(Automerge.save(doc)).includes(CANARY)).toBe(false);
      for (const bytes of document.entries) {
        entries++;
        expect(Buffer.from(bytes).includes(CANARY)).toBe(false);
      }
    }
  }
  expect(entries).toBeGreaterThan(20);
});

/** Everything that a resident's store holds of a space. */
async function documentsOf(who: Resident, space: SpaceId) {
  const record = parseSpaceRecord(await who.store.get(spaceKey(space)));
  if (!record) throw new Error('no record');
  const device = await person(99);
  const copy = new Space({ record, device, store: who.store, onChange: () => {} });
  await copy.load();
  return [...copy.logs].map((log) => ({
    changes: [...log.changes()],
    entries: log.entries.map((entry) => entry.bytes),
  }));
}

test('an epoch that was sealed to some only parts nobody', async () => {
  const world = await withEve();
  const { eve, ada, space } = world;
  const held = eve.space;
  const secrets = newEpochSecrets(2);
  const id = epochId(space, 2, secrets.rendezvous, secrets.content);
  const listed = [...held.membership.devices.values()];
  const sealing = listed.find(({ peer }) => peer === ada.peer)?.sealing ?? new Uint8Array(32);
  const device = publicKeyFromPeerId(ada.peer);
  const seal = await sealEpochTo({ spaceId: space, device, sealing, secrets });
  const act = encodeAct({
    act: 'epoch',
    number: 2,
    id: fromBase64url(id),
    list: listed.map(({ peer }) => publicKeyFromPeerId(peer)).sort(compareBytes),
    seals: sealsHash([seal]),
  });
  const { begun, sealed } = await held.exclusively(async () => ({
    begun: await held.writeClear(held.spaceLog, SORT.act, act),
    sealed: await held.writeClear(
      held.log({ kind: 'epoch', space, epoch: id }),
      SORT.seal,
      encodeSeal(seal),
    ),
  }));
  eve.push(held.spaceLog.address, begun.bytes, begun.deps);
  eve.push({ kind: 'epoch', space, epoch: id }, sealed.bytes, sealed.deps);
  await eve.handled();
  expect(eve.closed).toBeUndefined();
  await goesOn(world);
  world.room.offline(world.ben);
  world.room.online(world.ben);
  await ada.until('linked again', () => world.room.linked(ada, world.ben));
});

test('nobody ends another’s invite by restating its key', async () => {
  const world = await withEve();
  const { eve, ada, ben, room, space } = world;
  const { link } = must(await ben.engine.commands.invite({ space }));
  await ada.until('Ada has heard of it', () =>
    Boolean(ada.engine.log({ kind: 'space', space })?.entries.at(-1)?.author === ben.peer),
  );
  const log = ada.engine.log({ kind: 'space', space });
  const invite = log?.entries.at(-1)?.act;
  const admission = log?.entries.find(
    ({ act }) => act?.act === 'admit' && peerIdFromPublicKey(act.device) === eve.peer,
  );
  if (invite?.act !== 'invite' || !admission || !log) throw new Error('no such acts');
  const body = encodeAct({ act: 'invite', key: invite.key, uses: 'reusable', expires: 0 });
  const deps = [admission.hash];
  const bytes = await signEntry({
    device: eve.device,
    documentId: log.id,
    deps,
    sort: SORT.act,
    hint: NO_HINT,
    body,
  });
  eve.push(log.address, bytes, deps);
  await eve.handled();
  const dora = await enter(room, 'Dora');
  must(await dora.engine.commands.joinSpace({ invite: link }));
  await dora.until('let in', (v) => v.spaces[0]?.state === 'open');
});

test('a document with very many heads is compared by all of them', async () => {
  const world = await withEve();
  const { eve, ada, ben, room, space, channel } = world;
  const log = eve.space.log(eve.segment());
  const deps = [...log.heads];
  const epoch = eve.space.writingEpoch;
  if (!epoch) throw new Error('no epoch');
  for (let n = 1; n <= 40; n++) {
    const body: Body = {
      kind: 'message',
      hlc: 1000 + n,
      n,
      prev: [],
      refs: [],
      content: { text: `side by side ${n}` },
    };
    const place = { contentSecret: epoch.content, documentId: log.id, deps };
    const sealed = sealBody({ ...place, device: eve.device.publicKey, epochId: epoch.id, body });
    const bytes = await signEntry({
      device: eve.device,
      documentId: log.id,
      deps,
      sort: SORT.body,
      hint: sealed.hint,
      body: sealed.sealed,
    });
    eve.push(eve.segment(), bytes, deps);
  }
  for (const who of [ada, ben]) await who.until('all of hers', (v) => texts(v).length === 41);
  room.offline(ben);
  await ada.until('Ben is away', () => !room.linked(ada, ben));
  must(await ada.engine.commands.say({ space, channel, text: 'ada apart' }));
  must(await ben.engine.commands.say({ space, channel, text: 'ben apart' }));
  room.online(ben);
  for (const who of [ada, ben])
    await who.until(
      'both',
      (v) => texts(v).includes('ada apart') && texts(v).includes('ben apart'),
    );
});
