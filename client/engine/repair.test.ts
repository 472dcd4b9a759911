import type { DocumentId } from '@snug/shared/protocol/ids.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { FrameDecoder } from '../mesh/frames/frames.ts';
import { parseAddress } from '../space/address.ts';
import { MemoryStore, type StoredEntry, StoreError } from '../space/store.ts';
import { loadRepo } from './automerge-node.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

// Else the first session waits for it, on a busy machine for seconds.
beforeAll(async () => {
  await loadRepo();
}, 60_000);

/** First bytes of frames. */
const ENTRY = 1;
const WANT = 4;
const BULK = 5;
const SESSION = 6;
/** Digests, and what they lead to. */
const REPAIR = new Set([3, WANT, BULK, SESSION]);

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    expect(resident.closedBy).toEqual([]);
    await resident.leave();
  }
});

async function enter(room: TestRoom, name: string, store = new MemoryStore()): Promise<Resident> {
  const resident = await room.enter(name, store);
  residents.push(resident);
  return resident;
}

/** Ada's space with those who joined by her link; all watch its first channel. */
async function together(names: readonly string[], stores: readonly MemoryStore[] = []) {
  const room = new TestRoom();
  let ahead = 0;
  room.now = () => Date.now() + ahead;
  const ada = await enter(room, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  await ada.engine.commands.watch({ space, channel, newest: 5000 });
  const others: Resident[] = [];
  for (const [i, name] of names.entries()) {
    const other = await enter(room, name, stores[i]);
    others.push(other);
    must(await other.engine.commands.joinSpace({ invite: link }));
    await other.until('open', (v) => v.spaces[0]?.channels[0]?.name === 'general');
    await other.engine.commands.watch({ space, channel, newest: 5000 });
  }
  const all = [ada, ...others];
  for (const one of all) await one.until('all are here', (v) => v.spaces[0]?.here === all.length);
  const say = async (who: Resident, ...said: readonly string[]) => {
    for (const text of said) must(await who.engine.commands.say({ space, channel, text }));
  };
  const agree = async (count: number, who = all) => {
    for (const one of who) await one.until(`${count} messages`, (v) => texts(v).length === count);
    for (const one of who) expect(texts(one.view)).toEqual(texts(who[0]?.view ?? one.view));
  };
  /** Time passes for all, without anybody waiting. */
  const pass = (ms: number) => {
    ahead += ms;
  };
  const [ben, cleo, dora] = others;
  if (!ben) throw new Error('nobody joined');
  return { room, ada, ben, cleo, dora, space, channel, say, agree, pass, kinds: () => kinds(room) };
}

const numbered = (what: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${what} ${i}`);
const kinds = (room: TestRoom) => new Set(room.frames.map(({ frame }) => frame[0]));

test('an entry lost in the middle is missed by the next, and mended', async () => {
  const { room, ada, ben, say, agree, pass } = await together(['Ben']);
  await say(ada, ...numbered('before', 5));
  await agree(5);
  let lost = 0;
  room.lose = (frame, _from, to) => frame[0] === ENTRY && to === ben.peer && ++lost === 1;
  await say(ada, 'lost', 'next', 'last');
  await ada.until('all written', (v) => texts(v).length === 8);
  pass(1_000);
  await agree(8);
  expect(lost).toBeGreaterThan(0);
});

test('an entry lost at the end is mended by the next comparison, though nothing else is said', async () => {
  const { room, ada, ben, say, agree, pass } = await together(['Ben']);
  await say(ada, ...numbered('before', 5));
  await agree(5);
  room.lose = (frame, _from, to) => frame[0] === ENTRY && to === ben.peer;
  await say(ada, 'lost');
  pass(100_000);
  await agree(6);
});

test('who lacks more than a quarter of a segment gets it in bulk, and what the other lacks goes back', async () => {
  const { room, ada, ben, say, agree, kinds } = await together(['Ben']);
  await say(ada, ...numbered('before', 10));
  await agree(10);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  await say(ada, ...numbered('ada apart', 30));
  await say(ben, ...numbered('ben apart', 2));
  room.frames.length = 0;
  room.online(ben);
  await agree(42);
  expect(kinds()).toContain(WANT);
  expect(kinds()).toContain(BULK);
});

test('who lacks less is mended by a sync session, without bulk of the segment', async () => {
  const { room, ada, ben, say, agree, kinds } = await together(['Ben']);
  await say(ada, ...numbered('before', 40));
  await agree(40);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  await say(ada, ...numbered('ada apart', 5));
  await say(ben, ...numbered('ben apart', 6));
  room.frames.length = 0;
  room.online(ben);
  await agree(51);
  expect(kinds()).toContain(SESSION);
  const wanted = room.frames
    .filter(({ frame }) => frame[0] === WANT)
    .map(({ frame }) => new FrameDecoder().decode(frame))
    .map((frame) => (frame.type === 'want' ? parseAddress(frame.address)?.kind : undefined));
  expect(wanted).not.toContain('segment');
});

test('two who each lack half of what the other has, of equal size, are mended by a session of entries', async () => {
  const { room, ada, ben, say, agree, kinds } = await together(['Ben']);
  await say(ada, 'before');
  await agree(1);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  await say(ada, ...numbered('ada apart', 40));
  await say(ben, ...numbered('ben apart', 40));
  room.online(ben);
  await agree(81);
  expect(kinds()).toContain(SESSION);
});

test('a session that breaks off with its link begins afresh with the next, at whichever message', async () => {
  for (const at of [1, 2, 4]) {
    const { room, ada, ben, say, agree } = await together(['Ben']);
    await say(ada, ...numbered('before', 40));
    await agree(40);
    room.offline(ben);
    await ada.until('alone', (v) => v.spaces[0]?.here === 1);
    await say(ada, ...numbered('ada apart', 6));
    await say(ben, ...numbered('ben apart', 6));
    let seen = 0;
    room.lose = (frame) => {
      if (frame[0] !== SESSION || ++seen !== at) return false;
      room.offline(ben);
      return true;
    };
    room.online(ben);
    await ada.until('broken off', () => seen >= at && !room.linked(ada, ben));
    room.online(ben);
    await agree(52);
    for (const resident of residents.splice(0)) await resident.leave();
  }
});

test('a session frame lost without a trace does not wedge the pair', async () => {
  const { room, ada, ben, say, agree, pass } = await together(['Ben']);
  await say(ada, ...numbered('before', 40));
  await agree(40);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  await say(ada, ...numbered('ada apart', 6));
  await say(ben, ...numbered('ben apart', 6));
  let seen = 0;
  room.lose = (frame) => frame[0] === SESSION && ++seen === 4;
  room.online(ben);
  await ada.until('lost', () => seen >= 4);
  pass(20_000);
  await agree(52);
  // Nobody goes on talking about what is mended.
  room.frames.length = 0;
  await say(ada, 'after');
  await agree(53);
  expect(room.frames.length).toBeLessThan(20);
});

test('three in a chain: what was written at one end apart reaches the other through the middle', async () => {
  const { room, ada, ben, cleo, say, agree, pass } = await together(['Ben', 'Cleo']);
  if (!cleo) throw new Error('no Cleo');
  await say(ada, ...numbered('before', 20));
  await agree(20);
  room.cut.add([ben.peer, cleo.peer].sort().join(' '));
  room.offline(cleo);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  await say(ben, ...numbered('ben apart', 4));
  await say(cleo, ...numbered('cleo apart', 4));
  room.online(ben);
  room.online(cleo);
  await ada.until('linked to both', () => room.linked(ada, ben) && room.linked(ada, cleo));
  expect(room.linked(ben, cleo)).toBe(false);
  pass(2_000);
  await agree(28);
});

test('two who hold the same when they meet again tell each other one hash, and that is all', async () => {
  const { room, ada, ben, say, agree, pass } = await together(['Ben']);
  await say(ada, ...numbered('before', 10));
  await agree(10);
  // What is still being said of these has been said.
  pass(5_000);
  await say(ben, 'last');
  await agree(11);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  room.frames.length = 0;
  room.online(ben);
  await ada.until('here again', (v) => v.spaces[0]?.here === 2);
  await say(ada, 'after');
  await agree(12);
  const repair = room.frames.filter(({ frame }) => REPAIR.has(frame[0] ?? 0));
  expect(repair.map(({ frame }) => frame.length)).toEqual([45, 45]);
});

test('a line of four that broke in the middle heals, and what was said at one end reaches the other', async () => {
  const { room, ada, ben, cleo, say, agree, dora } = await together(['Ben', 'Cleo', 'Dora']);
  if (!cleo || !dora) throw new Error('somebody is missing');
  await say(ada, ...numbered('before', 10));
  await agree(10);
  const line = [ada, ben, cleo, dora];
  const cut = (a: Resident, b: Resident) => [a.peer, b.peer].sort().join(' ');
  for (const [a, b] of [
    [ada, cleo],
    [ada, dora],
    [ben, dora],
    [ben, cleo],
  ] as const)
    room.cut.add(cut(a, b));
  for (const one of line) room.offline(one);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  for (const one of line) room.online(one);
  await ada.until('in two parts', () => room.linked(ada, ben) && room.linked(cleo, dora));
  await say(ada, ...numbered('ada', 100));
  await say(dora, ...numbered('dora', 30));
  await agree(110, [ada, ben]);
  await agree(40, [cleo, dora]);
  room.cut.delete(cut(ben, cleo));
  room.online(ben);
  await agree(140);
}, 40_000);

/** Gives back rows that a disk has damaged. */
class DamagedStore extends MemoryStore {
  damage: ((entries: readonly StoredEntry[]) => readonly StoredEntry[]) | undefined;

  override async entries(document: DocumentId): Promise<readonly StoredEntry[]> {
    const entries = await super.entries(document);
    return this.damage && entries.length > 15 ? this.damage(entries) : entries;
  }
}

const damages: Record<string, (entries: readonly StoredEntry[]) => readonly StoredEntry[]> = {
  'a row gone': (entries) => entries.filter((_, i) => i !== 9),
  'bytes changed': (entries) =>
    entries.map((e, i) =>
      i === 9 ? { ...e, bytes: e.bytes.map((b, at) => (at === 120 ? b ^ 1 : b)) } : e,
    ),
  'another startOp': (entries) => entries.map((e, i) => (i === 9 ? { ...e, startOp: 3 } : e)),
  'no deps': (entries) => entries.map((e, i) => (i === 9 ? { ...e, deps: [] } : e)),
};

test.each(Object.entries(damages))(
  'a store damaged in the middle (%s) is refilled by a neighbour, and is whole at the next start',
  async (_what, damage) => {
    const store = new DamagedStore();
    const { room, ada, ben, space, channel, say, agree, pass } = await together(['Ben'], [store]);
    for (let i = 0; i < 10; i++) {
      await say(ada, `ada ${i}`);
      await say(ben, `ben ${i}`);
    }
    await agree(20);
    residents.splice(residents.indexOf(ben), 1);
    await ben.leave();

    // The damage is on the disk: what is appended later is whole.
    let rows: readonly StoredEntry[] | undefined;
    store.damage = (entries) => {
      rows ??= entries;
      return [...damage(rows), ...entries.slice(rows.length)];
    };
    const again = await enter(room, 'Ben', store);
    await again.engine.commands.watch({ space, channel, newest: 100 });
    expect(rows).toHaveLength(20);
    pass(2_000);
    await agree(20, [ada, again]);
    await say(again, 'after');
    await agree(21, [ada, again]);

    residents.splice(residents.indexOf(again), 1);
    await again.leave();
    residents.splice(residents.indexOf(ada), 1);
    await ada.leave();
    const alone = await enter(room, 'Ben', store);
    await alone.engine.commands.watch({ space, channel, newest: 100 });
    await alone.until('all, with nobody there', (v) => texts(v).length === 21);
  },
);

test('a newcomer gets a channel of several segments, though the second waits for the first', async () => {
  const { ada, ben, room, space, channel, say, agree } = await together(['Ben']);
  // As on a screen: a view of a thousand messages each moment takes longer than what is tried here.
  const watch = async (newest: number, ...who: readonly Resident[]) => {
    for (const one of who) await one.engine.commands.watch({ space, channel, newest });
  };
  await watch(5, ada, ben);
  await say(ada, ...numbered('m', 1005));
  await ben.until('the last', (v) => texts(v).at(-1) === 'm 1004');
  const { link } = must(await ada.engine.commands.invite({ space }));
  const dora = await enter(room, 'Dora');
  must(await dora.engine.commands.joinSpace({ invite: link }));
  await dora.until('open', (v) => v.spaces[0]?.state === 'open');
  await watch(5, dora);
  await dora.until('the last', (v) => texts(v).at(-1) === 'm 1004');
  await watch(5000, ada, ben, dora);
  await agree(1005, [ada, ben, dora]);
}, 30_000);

test('long messages written apart are mended, though no sync message can hold them', async () => {
  const { room, ada, ben, say, agree } = await together(['Ben']);
  await say(ada, ...numbered('before', 60));
  await agree(60);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  // Three bytes a character: 48 KB each, seven of them more than a session's message may be.
  await say(ada, ...numbered('long', 7).map((text) => `${text} ${'€'.repeat(15_900)}`));
  await say(ben, 'ben apart');
  room.online(ben);
  await agree(68);
});

test('whoever has no room to store is not counted among those who hold a message', async () => {
  const store = new MemoryStore();
  const { room, ada, ben, say } = await together(['Ben'], [store]);
  const append = store.append.bind(store);
  store.append = async () => {
    throw new StoreError('full', 'no room');
  };
  await say(ada, 'held in memory only');
  await ben.until('it is in view', (v) => texts(v).includes('held in memory only'));
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  room.frames.length = 0;
  room.online(ben);
  await ada.until('compared', (v) => v.spaces[0]?.here === 2);
  await ben.until('Ben says that he is full', (v) => v.device?.storage === 'full');
  expect(ada.view.timeline?.messages.at(-1)?.delivery).toBe('device');

  store.append = append;
  await say(ben, 'room again');
  await ada.until('now it is held', (v) => v.timeline?.messages[0]?.delivery === 'everyone');
});
