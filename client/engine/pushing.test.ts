import { toHex } from '@snug/shared/crypto/bytes.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { shortBytes } from '../mesh/frames/short-id.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import type { EngineView } from './view.ts';

const ENTRY = 1;
const ACKNOWLEDGE = 2;
const DIGEST = 3;
const ANNOUNCE = 9;
const GRAFT = 10;

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** So many in one space, everyone linked to everyone but where `apart` says so; all watch its channel. */
async function gathering(
  names: readonly string[],
  apart: readonly (readonly [number, number])[] = [],
) {
  const room = new TestRoom();
  const enter = async (name: string) => {
    const resident = await room.enter(name);
    residents.push(resident);
    return resident;
  };
  const [first = '', ...rest] = names;
  const ada = await enter(first);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  const all = [ada];
  for (const name of rest) {
    const newcomer = await enter(name);
    must(await newcomer.engine.commands.joinSpace({ invite: link }));
    await newcomer.until('open', (v) => v.spaces[0]?.state === 'open');
    all.push(newcomer);
  }
  for (const who of all) {
    await who.until('everybody', (v) => v.spaces[0]?.members.length === names.length);
    await who.engine.commands.watch({ space, channel, newest: 500 });
  }
  for (const [i, j] of apart) {
    const pair = [all[i]?.peer ?? '', all[j]?.peer ?? ''].sort().join(' ');
    room.cut.add(pair);
  }
  const linked = ({ spaces: [seen] }: EngineView) =>
    seen?.members.filter(({ you, tie }) => !you && tie === 'direct').length;
  for (const who of all) room.offline(who);
  // Else it may be of the links before that an engine speaks.
  for (const who of all) await who.until('alone', (v) => linked(v) === 0);
  for (const who of all) room.online(who);
  for (const [i, who] of all.entries()) {
    const others = names.length - 1 - apart.filter((pair) => pair.includes(i)).length;
    await who.until('linked again', (v) => linked(v) === others);
  }
  const say = async (who: Resident, text: string) =>
    must(await who.engine.commands.say({ space, channel, text }));
  const heard = (text: string) =>
    Promise.all(all.map((who) => who.until(text, (v) => texts(v).includes(text))));
  const { now } = room;
  let ahead = 0;
  room.now = () => now() + ahead;
  /** Time passes for all, without anybody waiting: what was said is everywhere. */
  const pass = (ms: number) => {
    ahead += ms;
  };
  const crossed = (type: number) => room.frames.filter(({ frame }) => frame[0] === type).length;
  return { room, all, ada, say, heard, pass, crossed };
}

test('in a room of six a tree comes about: each message crosses five links, whoever writes', async () => {
  const { room, all, say, heard, pass, crossed } = await gathering([...'ABCDEF']);
  for (const [n, who] of [...all, ...all].entries()) {
    await say(who, `before ${n}`);
    await heard(`before ${n}`);
    pass(2_000);
  }
  room.frames.length = 0;
  for (const [n, who] of all.entries()) {
    await say(who, `then ${n}`);
    await heard(`then ${n}`);
  }
  expect(crossed(ENTRY)).toBeGreaterThanOrEqual(6 * 5);
  // Flooding would take up to 25 each. A tree under way may still bring something twice, where the machine is slow.
  expect(crossed(ENTRY)).toBeLessThanOrEqual(6 * 5 * 1.5);
});

test('only the author is thanked, over their own link, whoever brought the entry', async () => {
  const { room, all, ada, say, heard } = await gathering(['A', 'B', 'C', 'D']);
  for (let n = 0; n < 8; n++) {
    await say(ada, `before ${n}`);
    await heard(`before ${n}`);
  }
  const [, ben, ...others] = all;
  if (!ben) throw new Error('nobody');
  const { id } = await say(ben, 'from Ben');
  await heard('from Ben');
  // Those for what was said before may come late: on a busy machine a receipt has overtaken them.
  const named = toHex(shortBytes(id));
  const thanks = () =>
    room.frames.filter(({ frame }) => frame[0] === ACKNOWLEDGE && toHex(frame).includes(named));
  const thankful = [ada.peer, ...others.map(({ peer }) => peer)].sort();
  // Whoever thanks has sent all their thanks of the moment at once, so none for somebody else can follow.
  await vi.waitFor(() => expect(thanks()).toHaveLength(thankful.length), { timeout: 20_000 });
  expect(
    thanks()
      .map(({ from }) => from)
      .sort(),
  ).toEqual(thankful);
  expect(thanks().every(({ to }) => to === ben.peer)).toBe(true);
});

test('whoever is not pushed an entry is told of it by another neighbour, and asks for it', async () => {
  const { room, all, ada, say, heard, pass, crossed } = await gathering(['A', 'B', 'C']);
  const [, ben, cleo] = all;
  if (!ben || !cleo) throw new Error('nobody');
  const pushes = (from: Resident) =>
    room.frames.filter((f) => f.frame[0] === ENTRY && f.from === from.peer && f.to === cleo.peer)
      .length;
  // On a busy machine the tree takes some more messages to settle.
  for (let n = 0; n < 10 || (n < 60 && pushes(ada) + pushes(ben) !== 1); n++) {
    room.frames.length = 0;
    await say(ada, `before ${n}`);
    await heard(`before ${n}`);
    pass(2_000);
  }
  expect(pushes(ada) + pushes(ben)).toBe(1);
  const [parent, other] = pushes(ada) === 1 ? [ada, ben] : [ben, ada];
  room.frames.length = 0;
  // Whoever passed it on does so no more; and digests do not mend it first.
  room.lose = ({ 0: type }, from, to) =>
    type === DIGEST || (type === ENTRY && from === parent.peer && to === cleo.peer);
  await say(ada, 'withheld');
  await heard('withheld');
  expect(crossed(ANNOUNCE)).toBeGreaterThan(0);
  expect(crossed(GRAFT)).toBeGreaterThan(0);
  expect(pushes(other)).toBe(1);
  await say(ada, 'after');
  await heard('after');
});

test('four in a ring hear each other, and go on when a link goes down', async () => {
  const { room, all, ada, say, heard } = await gathering(
    ['A', 'B', 'C', 'D'],
    [
      [0, 2],
      [1, 3],
    ],
  );
  for (const [n, who] of all.entries()) {
    await say(who, `round ${n}`);
    await heard(`round ${n}`);
  }
  const [, ben, , dora] = all;
  if (!ben || !dora) throw new Error('nobody');
  room.cut.add([ada.peer, ben.peer].sort().join(' '));
  room.offline(ada);
  room.online(ada);
  await ada.until('back', () => room.linked(ada, dora));
  for (const [n, who] of all.entries()) {
    await say(who, `line ${n}`);
    await heard(`line ${n}`);
  }
});

test('what a device sends and receives is accounted for by what it is for', async () => {
  const { room, all, ada, say, heard } = await gathering(['A', 'B', 'C']);
  const frames = room.frames.length;
  const before = all.map((who) => who.engine.traffic);
  await say(ada, 'counted');
  await heard('counted');
  await ada.until('held', (v) => v.timeline?.messages.at(-1)?.delivery === 'everyone');
  const crossed = room.frames.slice(frames);
  const kinds = ['entries', 'tree', 'receipts', 'presence', 'repair'] as const;
  for (const [n, who] of all.entries()) {
    const sent = (of = who.engine.traffic) =>
      kinds.reduce((sum, kind) => sum + of[kind].sent.bytes, 0);
    const bytes = crossed
      .filter(({ from }) => from === who.peer)
      .reduce((sum, { frame }) => sum + frame.length, 0);
    expect(sent() - sent(before[n])).toBe(bytes);
  }
  const entries = all.map((who) => who.engine.traffic.entries);
  const total = (way: 'sent' | 'received') =>
    entries.reduce((sum, { [way]: flow }) => sum + flow.frames, 0);
  expect(total('sent')).toBeGreaterThanOrEqual(total('received'));
  expect(total('received')).toBeGreaterThan(0);
});
