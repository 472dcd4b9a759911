/** Knocks of a newcomer at peers to whom they are linked, or could be, in another space. How others are knocked at: `overlay.test.ts`. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import {
  connectsOf,
  down,
  first,
  joined,
  ME,
  other,
  P1,
  P2,
  P3,
  P4,
  P5,
  PEERS,
  Room,
  spec,
  topic,
  up,
} from '../test/one-overlay.ts';
import { OverlayNetwork, topicOf } from '../test/overlay-network.ts';
import type { OverlayInput, OverlayOutput } from './overlay-inputs.ts';
import { OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';

// The space in which one is linked already is `other`; the lobby where one knocks is `topic`.
const lobby = (named: readonly PeerId[], note = 1): OverlayInput => ({
  is: 'join',
  spec: { ...spec('knock', named), note: Uint8Array.of(note) },
});
const answered = (peer: PeerId, letIn: boolean): OverlayInput => ({
  is: 'answered',
  peer,
  topic,
  letIn,
});
const knocks = (outputs: readonly OverlayOutput[]): PeerId[] =>
  outputs.flatMap((output) => (output.do === 'knock' ? [output.peer] : []));
const knocksOf = (all: readonly { at: number; output: OverlayOutput }[]) =>
  all.flatMap(({ at, output }) => (output.do === 'knock' ? [{ at, peer: output.peer }] : []));

/** Until this peer is asked, within ten minutes. */
function runUntil(room: Room, peer: PeerId): ReturnType<Room['run']> {
  for (let s = 0; s < 600; s++) {
    const all = room.run(1_000);
    if (knocksOf(all).some((each) => each.peer === peer)) return all;
  }
  return [];
}

/** Linked to these in a space that lists them and the next few. */
function linkedTo(...peers: readonly PeerId[]): Room {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [...PEERS, ME], other) });
  expect(room.offers(peers, false, other)).not.toContain(false);
  room.run(OVERLAY_TIMES.youngMs);
  return room;
}

test('one whom the invite names is asked over the link that there is, and no server is', () => {
  const room = linkedTo(P1, P2);
  expect(room.give(lobby([P1]))).toEqual([{ do: 'knock', peer: P1, topic }]);
});

test('or as soon as there is one, whichever space it began in', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [P1, ME], other) }, lobby([P1]));
  room.give({ is: 'linking', peer: P1, topic: other });
  expect(knocks(room.give(up(P1)))).toEqual([P1]);
});

test('a linked peer whom neither the invite names nor a server has seen in the lobby hears nothing of it', () => {
  const room = linkedTo(P1, P2);
  room.give(lobby([P3]));
  expect(knocksOf(room.run(60_000))).toEqual([]);
  expect(knocks(room.give(joined([P2])))).toEqual([P2]);
});

test('several are asked one after another, three at most', () => {
  const room = linkedTo(P1, P2, P3, P4);
  const begun = room.now;
  expect(knocks(room.give(lobby([P1, P2, P3, P4])))).toEqual([P1]);
  expect(knocksOf(room.run(OVERLAY_TIMES.unansweredMs - 1))).toEqual([
    { at: begun + OVERLAY_TIMES.knockMs, peer: P2 },
    { at: begun + 2 * OVERLAY_TIMES.knockMs, peer: P3 },
  ]);
});

test('a yes keeps others from being asked for a while, and when nothing comes of it they are', () => {
  const room = linkedTo(P1, P2);
  room.give(lobby([P1, P2]), answered(P1, true));
  const said = room.now;
  const later = knocksOf(room.run(OVERLAY_TIMES.answeredMs + 1_000));
  expect(later).toEqual([{ at: said + OVERLAY_TIMES.answeredMs, peer: P2 }]);
});

test('a no brings the next at once, and whoever said it is left alone for ever longer', () => {
  const room = linkedTo(P1, P2);
  room.give(lobby([P1, P2]));
  expect(knocks(room.give(answered(P1, false)))).toEqual([P2]);
  room.give(answered(P2, false));
  for (const least of [30_000, 60_000, 120_000]) {
    const said = room.now;
    const next = knocksOf(runUntil(room, P1)).find(({ peer }) => peer === P1);
    expect(next?.at).toBeGreaterThanOrEqual(said + 0.75 * least);
    room.give(answered(P1, false));
  }
});

test('another invite goes at once to who refused the one before, or has not answered it; the same one does not', () => {
  const room = linkedTo(P1, P2);
  room.give(lobby([P1, P2], 1), answered(P1, false));
  room.now += 2 * OVERLAY_TIMES.knockMs;
  expect(knocks(room.give(lobby([P1, P2], 1)))).toEqual([]);
  expect(knocks(room.give(lobby([P1, P2], 2)))).toEqual([P1]);
  expect(knocks(room.run(2_000).map(({ output }) => output))).toEqual([P2]);
});

test('one who never answers, of an older version say, is asked every half minute', () => {
  const room = linkedTo(P1);
  room.give(lobby([P1]));
  const asked = knocksOf(room.run(600_000));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.length).toBeLessThan(30);
  expect((asked[0]?.at ?? 0) - OVERLAY_TIMES.youngMs).toBeGreaterThan(OVERLAY_TIMES.unansweredMs);
});

test('an answer that nobody waits for changes nothing', () => {
  const room = linkedTo(P1, P2);
  expect(room.give(answered(P1, true))).toEqual([]);
  room.give(lobby([P1, P2]));
  expect(knocks(room.give(answered(P2, false), answered(P2, true)))).toEqual([]);
  expect(knocksOf(room.run(OVERLAY_TIMES.knockMs))).toMatchObject([{ peer: P2 }]);
  // Said twice, it counts once.
  const said = room.now;
  room.give(answered(P1, true));
  room.now += 5_000;
  room.give(answered(P1, true), answered(P2, false));
  expect(knocksOf(room.run(60_000))[0]?.at).toBeGreaterThanOrEqual(said + 0.75 * 30_000);
});

test.each([
  ['before the answer', []],
  ['after it', [answered(P1, true)]],
])('when the link goes down %s, they are asked anew over the next', (_when, before) => {
  const room = linkedTo(P1);
  room.give(lobby([P1]), ...before, down(P1, 'lost'));
  const [again] = connectsOf(room.run(5_000));
  expect(again?.peer).toBe(P1);
  room.give({ is: 'linking', peer: P1, topic: again?.topic ?? other });
  expect(knocks(room.give(up(P1)))).toEqual([P1]);
});

test('a link that began with a knock at somebody who lists us anyway is no answer: they never looked at the invite', () => {
  const room = new Room();
  room.give(lobby([P1]));
  expect(room.connects(joined([P1]))).toEqual([P1]);
  room.give({ is: 'join', spec: spec('listed', [P1, ME], other) });
  expect(knocks(room.give(up(P1)))).toEqual([P1]);
});

test('one who let the knock in and does not admit is asked over the link too, after all others', () => {
  const room = new Room();
  room.give(lobby([P1]), joined([P1, P2]), up(P1));
  const all = room.run(2 * OVERLAY_TIMES.answeredMs);
  expect(connectsOf(all)).toMatchObject([{ at: OVERLAY_TIMES.answeredMs, peer: P2 }]);
  const asked = OVERLAY_TIMES.answeredMs + OVERLAY_TIMES.knockMs;
  expect(knocksOf(all)).toEqual([{ at: asked, peer: P1 }]);
});

test('strangers who have made links with us and keep silent do not keep others waiting', () => {
  const room = new Room();
  const silent = [P2, P3, P4, P5];
  room.give(lobby([P1]), joined(silent));
  for (const peer of silent) room.give({ is: 'linking', peer, topic: other }, up(peer));
  expect(knocksOf(room.run(60_000)).length).toBeGreaterThan(2);
  room.give({ is: 'linking', peer: P1, topic: other });
  const named = [...knocks(room.give(up(P1))), ...knocksOf(room.run(2_000)).map((k) => k.peer)];
  expect(named).toContain(P1);
});

test('admitted, nobody is asked any more', () => {
  const room = linkedTo(P1, P2);
  room.give(lobby([P1, P2]), answered(P1, true), { is: 'join', spec: spec('wait', [P1, P2]) });
  expect(knocksOf(room.run(600_000))).toEqual([]);
});

/** Linked to as many as are wanted; P9 to P11 are reached over the mesh. */
function amongMany(links: number): Room {
  const room = linkedTo(...first(links));
  room.give({ is: 'learned', topic: other, peers: PEERS.slice(8, 11) });
  return room;
}
const [P9 = ME] = PEERS.slice(8);

test('one who is reached over the mesh in another space is linked to there, and asked over that link', () => {
  const room = amongMany(OVERLAY_SIZES.shown.wanted);
  expect(room.give(lobby([P9]))).toEqual([
    { do: 'connect', peer: P9, topic: other, urgent: true, knock: false },
  ]);
  expect(knocks(room.give({ is: 'linking', peer: P9, topic: other }, up(P9)))).toEqual([P9]);
});

test('and if the mesh tells of them later, then', () => {
  const room = linkedTo(...first(OVERLAY_SIZES.shown.wanted));
  room.give(lobby([P9]));
  expect(connectsOf(room.run(1_000))).toEqual([]);
  expect(room.connects({ is: 'learned', topic: other, peers: [P9] })).toEqual([P9]);
});

test('another link gives way where there are as many as may be', () => {
  const room = amongMany(OVERLAY_SIZES.shown.most);
  const outputs = room.give(lobby([P9]));
  expect(outputs.map((output) => output.do)).toEqual(['close', 'connect']);
});

test('one who has links enough there is asked as a guest, if a server has seen them in the lobby', () => {
  const room = amongMany(OVERLAY_SIZES.shown.wanted);
  room.give(lobby([P9]), joined([P9]), down(P9, 'full'));
  const [next] = connectsOf(room.run(OVERLAY_TIMES.restMs.most + 1_000));
  expect(next).toMatchObject({ peer: P9, topic, knock: true });
});

test('where no way to them is known, walks look for one, ever more rarely', () => {
  const room = linkedTo(...first(OVERLAY_SIZES.shown.wanted));
  room.give(lobby([P9]));
  const walks = room
    .run(600_000)
    .filter(({ output }) => output.do === 'walk' && output.topic === other);
  expect(walks.filter(({ at }) => at < 60_000).length).toBeGreaterThan(3);
  expect(walks.length).toBeLessThan(30);
});

test('in a room of forty without a server newcomers to other spaces find those who invited them', () => {
  const network = new OverlayNetwork(3);
  const room = topicOf(1);
  const all = Array.from({ length: 40 }, (_, n) => network.add(n));
  const ids = all.map(({ id }) => id);
  for (const peer of all) network.join(peer, room, ids);
  network.run(60_000);
  network.serverUp = false;
  const sought = all.slice(0, 8).map((newcomer, n) => {
    const [inviter] = all.slice(10).filter(({ id }) => !newcomer.links.has(id));
    if (inviter === undefined) throw new Error('all are linked');
    network.join(newcomer, topicOf(2 + n), [inviter.id], false, 'knock');
    return { from: newcomer.id, to: inviter.id, topic: topicOf(2 + n) };
  });
  network.run(300_000);
  for (const knock of sought)
    expect(network.knocks).toContainEqual({ ...knock, at: expect.any(Number) });
  expect(Math.max(...network.degrees(room))).toBeLessThanOrEqual(8);
  expect(network.pieces(room)).toHaveLength(1);
});
