import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { encodeSeal, joinRequest } from '@snug/shared/entries/acts.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import type { LoggedEntry } from './document-log.ts';
import { admit, conceive, found, ownInvite } from './founding.ts';
import { Space, type SpaceChange } from './space.ts';
import { MemoryStore, StoreError } from './store.ts';
import { person, written } from './test/written-space.ts';

const NOW = 1_800_000_000_000;

/** A store that is full when it is told to be. */
class Filling extends MemoryStore {
  full = false;
  appended = 0;
  override async append(...args: Parameters<MemoryStore['append']>): Promise<void> {
    if (this.full) throw new StoreError('full', 'no room');
    this.appended++;
    return super.append(...args);
  }
}

async function adas() {
  const ada = await person(1);
  const { genesis, record } = await conceive(ada, 'Lyre Street', []);
  const store = new Filling();
  const space = new Space({ record, device: ada, store, onChange: () => {} });
  const names = { space: 'Lyre Street', person: 'Ada' };
  const channel = await found(space, ada, genesis, names, NOW);
  await space.save();
  return { ada, space, channel, store };
}

/** Another device's copy of a space, with what it was told. */
function copyOf(space: Space, device: DeviceKey, store = new Filling()) {
  const changes: SpaceChange[] = [];
  const record = { ...space.record, epochs: [], unheld: [], read: {} };
  const copy = new Space({ record, device, store, onChange: (change) => changes.push(change) });
  return { copy, changes, store };
}

async function letIn(space: Space, device: DeviceKey): Promise<void> {
  const { secret } = await ownInvite(space, NOW);
  await admit(space, await joinRequest({ inviteSecret: secret, spaceId: space.record.id, device }));
}

/** Everything of one's documents into the other's, in whatever order of documents. */
async function give(from: Space, to: Space, peer: PeerId, reverse = false): Promise<void> {
  const logs = [...from.logs].filter((log) => log.count > 0);
  if (reverse) logs.reverse();
  for (const log of logs) await to.receive(to.log(log.address), peer, () => log.entries);
}

const say = (space: Space, channel: ChannelId, text: string) =>
  space.exclusively(async () =>
    space.writeSealed(
      await space.writingSegment(channel),
      space.channel(channel),
      { kind: 'message', content: { text } },
      NOW,
    ),
  );

const textsOf = (space: Space, channel: ChannelId) =>
  space
    .channel(channel)
    .placed(NOW)
    .map(({ body }) => body.content.text);

test('a space is founded with its epoch, channel and names; whoever is let in reads all of it', async () => {
  const { ada, space, channel } = await adas();
  const ben = await person(2);
  await say(space, channel, 'hello');
  await letIn(space, ben);
  const { copy } = copyOf(space, ben);
  await give(space, copy, ada.peerId);
  expect(copy.writingEpoch?.content).toEqual(space.writingEpoch?.content);
  expect(textsOf(copy, channel)).toEqual(['hello']);
  await say(copy, channel, 'hi');
  await give(copy, space, ben.peerId);
  expect(textsOf(space, channel)).toEqual(['hello', 'hi']);
});

test('documents may come in any order: what cannot be judged yet waits for what it needs', async () => {
  const { ada, space, channel } = await adas();
  const ben = await person(2);
  await letIn(space, ben);
  for (const text of ['1', '2', '3']) await say(space, channel, text);
  const { copy } = copyOf(space, ben);
  await give(space, copy, ada.peerId, true);
  expect(textsOf(copy, channel)).toEqual(['1', '2', '3']);
});

test('a device’s entries wait for its admission, also where it is one’s own act that admits it', async () => {
  const { ada, space, channel } = await adas();
  const [ben, cleo] = [await person(2), await person(3)];
  await letIn(space, ben);
  const { copy: bens } = copyOf(space, ben);
  await give(space, bens, ada.peerId);
  const { secret } = await ownInvite(space, NOW);
  await give(space, bens, ada.peerId);
  const request = await joinRequest({
    inviteSecret: secret,
    spaceId: space.record.id,
    device: cleo,
  });
  await admit(space, request);
  const { copy: cleos } = copyOf(space, cleo);
  await give(space, cleos, ada.peerId);
  await say(cleos, channel, 'from Cleo');
  const log = cleos.log({ kind: 'segment', space: space.record.id, channel, number: 0 });
  const [received] = await bens.receive(bens.log(log.address), cleo.peerId, () => log.entries);
  expect(received?.verdict.is).toBe('waiting');
  await admit(bens, request);
  expect(textsOf(bens, channel)).toEqual(['from Cleo']);
});

test('what comes while the store is full is in view and never said to be stored, until it is', async () => {
  const { ada, space, channel } = await adas();
  const ben = await person(2);
  await letIn(space, ben);
  const { copy, store } = copyOf(space, ben);
  await give(space, copy, ada.peerId);
  const entry = await say(space, channel, 'only here');
  const log = space.log({ kind: 'segment', space: space.record.id, channel, number: 0 });
  const receive = () => copy.receive(copy.log(log.address), ada.peerId, () => log.entries);
  store.full = true;
  await expect(receive()).rejects.toMatchObject({ failure: 'full' });
  expect(textsOf(copy, channel)).toEqual(['only here']);
  // It is known by now, and known is not stored.
  await expect(receive()).rejects.toMatchObject({ failure: 'full' });
  expect(await store.entries(log.id)).toEqual([]);
  store.full = false;
  const [again] = await receive();
  expect(again?.verdict).toEqual({ is: 'known', id: entry.id });
  expect(await store.entries(log.id)).toHaveLength(1);
});

test('what came while the store was full is stored before anything that builds on it', async () => {
  const { ada, space, channel } = await adas();
  const ben = await person(2);
  await letIn(space, ben);
  const { copy, store } = copyOf(space, ben);
  await give(space, copy, ada.peerId);
  await say(space, channel, 'first');
  store.full = true;
  await expect(give(space, copy, ada.peerId)).rejects.toMatchObject({ failure: 'full' });
  store.full = false;
  await say(copy, channel, 'second');
  const { id } = copy.log({ kind: 'segment', space: space.record.id, channel, number: 0 });
  const stored = await store.entries(id);
  expect(stored).toHaveLength(2);
  expect(stored[1]?.deps).toEqual([stored[0]?.hash]);
});

test('a write that cannot be stored leaves no trace, and the next is as if it had never been', async () => {
  const { space, channel, store } = await adas();
  await say(space, channel, 'one');
  const before = space.log({ kind: 'segment', space: space.record.id, channel, number: 0 }).heads;
  store.full = true;
  await expect(say(space, channel, 'lost')).rejects.toMatchObject({ failure: 'full' });
  const log = space.log({ kind: 'segment', space: space.record.id, channel, number: 0 });
  expect(log.heads).toEqual(before);
  expect(space.record.unheld).toHaveLength(1);
  store.full = false;
  const next = await say(space, channel, 'two');
  expect(next.deps).toEqual(before);
  const [one, two] = space.channel(channel).placed(NOW);
  expect([one?.body.n, two?.body.n]).toEqual([1, 2]);
});

test('a bogus seal written for a newcomer keeps nobody from sealing the secrets to them', async () => {
  const { ada, space } = await adas();
  const [eve, ben] = [await person(9), await person(2)];
  await letIn(space, eve);
  const [epoch] = space.membership.epochs;
  if (!epoch) throw new Error('no epoch');
  const log = space.log({ kind: 'epoch', space: space.record.id, epoch: epoch.id });
  const bogus = encodeSeal({ to: ben.publicKey, sealed: seeded(1, 100) });
  const arrival = await written(eve, log, SORT.seal, bogus);
  const [received] = await space.receive(log, eve.peerId, () => [arrival]);
  expect(received?.verdict.is).toBe('new');
  await letIn(space, ben);
  const { copy } = copyOf(space, ben);
  await give(space, copy, ada.peerId);
  expect(copy.writingEpoch).toBeDefined();
  // And she who has been sealed to once is not sealed to again.
  const { count } = log;
  await letIn(space, ben);
  expect(log.count).toBe(count);
});

test('what waits is forgotten with the neighbour who sent it', async () => {
  const { ada, space, channel } = await adas();
  const ben = await person(2);
  await letIn(space, ben);
  const { copy } = copyOf(space, ben);
  await give(space, copy, ada.peerId);
  for (const text of ['1', '2', '3']) await say(space, channel, text);
  const log = space.log({ kind: 'segment', space: space.record.id, channel, number: 0 });
  const [first, second, third] = log.entries;
  if (!first || !second || !third) throw new Error('three');
  const take = (entry: typeof first) =>
    copy.receive(copy.log(log.address), ada.peerId, () => [entry]);
  await take(third);
  copy.forget(ada.peerId);
  await take(second);
  await take(first);
  expect(textsOf(copy, channel)).toEqual(['1', '2']);
});

test('a space reads back what it kept, and goes on as before', async () => {
  const { ada, space, channel, store } = await adas();
  for (const text of ['1', '2']) await say(space, channel, text);
  const again = new Space({ record: space.record, device: ada, store, onChange: () => {} });
  await again.load();
  expect(textsOf(again, channel)).toEqual(['1', '2']);
  expect(again.membership).toEqual(space.membership);
  expect(again.unreadable).toBe(0);
  const next = await say(again, channel, '3');
  expect(again.channel(channel).placed(NOW).at(-1)?.body.n).toBe(3);
  expect(next.deps).toHaveLength(1);
});

test('an invite of one’s own is handed out again while it holds, and not longer', async () => {
  const { space } = await adas();
  const first = await ownInvite(space, NOW);
  expect(await ownInvite(space, NOW + 1000)).toEqual(first);
  const later = await ownInvite(space, first.expires - 1000);
  expect(later.secret).not.toEqual(first.secret);
  expect(space.membership.invites.size).toBe(2);
});

test('a long row that waited for its first comes in at once, and is stored at once', async () => {
  const { ada, space, channel } = await adas();
  const { copy, store, changes } = copyOf(space, await person(2));
  await give(space, copy, ada.peerId);
  const row: LoggedEntry[] = [];
  for (let n = 0; n < 60; n++) row.push(await say(space, channel, `${n}`));
  const log = copy.log({ kind: 'segment', space: space.record.id, channel, number: 0 });
  const [first, ...rest] = row;
  for (const entry of rest.toReversed()) await copy.receive(log, ada.peerId, () => [entry]);
  expect(log.count).toBe(0);
  changes.length = 0;
  const appended = store.appended;
  await copy.receive(log, ada.peerId, () => (first ? [first] : []));
  expect(log.entries.map(({ hash }) => hash)).toEqual(row.map(({ hash }) => hash));
  expect(store.appended).toBe(appended + 1);
  expect(changes.flatMap(({ admitted }) => admitted)).toHaveLength(60);
});

test('what waits for an admission that cannot be stored is in view with it, and passed on when both are', async () => {
  const { ada, space, channel } = await adas();
  const ben = await person(2);
  await letIn(space, ben);
  const { copy: bens } = copyOf(space, ben);
  await give(space, bens, ada.peerId);
  await say(bens, channel, 'from Ben');
  const cleo = await person(3);
  const { copy, store } = copyOf(space, cleo);
  const [segment] = [...bens.logs].filter((log) => log.address.kind === 'segment' && log.count > 0);
  if (!segment) throw new Error('nothing was written');
  await copy.receive(copy.log(segment.address), ada.peerId, () => segment.entries);
  store.full = true;
  const acts = space.spaceLog.entries;
  await expect(copy.receive(copy.spaceLog, ada.peerId, () => acts)).rejects.toThrow(StoreError);
  expect(copy.log(segment.address).count).toBe(1);
  expect(copy.isStored(copy.log(segment.address))).toBe(false);
  store.full = false;
  await copy.receive(copy.spaceLog, ada.peerId, () => acts);
  expect(copy.isStored(copy.log(segment.address))).toBe(true);
});
