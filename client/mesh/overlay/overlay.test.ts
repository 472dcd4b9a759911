import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { expect, test } from 'vitest';
import {
  down,
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
import { peerOf } from '../test/overlay-network.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';

test('listed: whoever is allowed and here is offered a link, once', () => {
  const room = new Room();
  const connects = room.connects(
    { is: 'join', spec: spec('listed', [P1, P2, ME]) },
    joined([P1, P3]),
    joined([P1]),
    up(P1),
    joined([P1]),
  );
  expect(connects).toEqual([P1]);
});

test('one link serves a peer in all topics', () => {
  const room = new Room();
  const connects = room.connects(
    { is: 'join', spec: spec('listed', [P1]) },
    { is: 'join', spec: spec('listed', [P1], other) },
    joined([P1]),
    { is: 'joined', topic: other, size: 2, peers: [P1] },
  );
  expect(connects).toEqual([P1]);
});

test('wait: nobody is offered a link, and nobody is asked for', () => {
  const room = new Room();
  expect(room.give({ is: 'join', spec: spec('wait', [P1]) }, joined([P1, P2], 50))).toEqual([]);
  expect(room.overlay.wakeAt).toBeUndefined();
});

test('knock: one at a time, allowed first, the next after a while, three at most', () => {
  const room = new Room();
  const first = room.connects(
    { is: 'join', spec: spec('knock', [P3]) },
    joined([P1, P2, P3, P4, P5]),
  );
  expect(first).toEqual([P3]);
  const later = room.run(10_000).filter(({ output }) => output.do === 'connect');
  expect(later.map(({ at }) => at)).toEqual([OVERLAY_TIMES.knockMs, 2 * OVERLAY_TIMES.knockMs]);
});

test('knock: whoever comes to the lobby later is found within seconds, and within a minute however late', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('knock', [P3]) }, joined([]));
  const looks = room.run(3_600_000).filter(({ output }) => output.do === 'sample');
  const early = looks.filter(({ at }) => at < 600_000);
  for (const [i, { at }] of looks.entries())
    expect(at - (looks[i - 1]?.at ?? 0)).toBeLessThanOrEqual(at <= 600_000 ? 16_000 : 64_000);
  expect(early.length).toBeGreaterThanOrEqual(40);
  expect(room.connects(joined([P1]))).toEqual([P1]);
});

test('knock: another invite goes at once to who refused the one before, the same one does not', () => {
  const room = new Room();
  const knock = (byte: number) => ({
    is: 'join' as const,
    spec: { ...spec('knock', [P1]), note: Uint8Array.of(byte) },
  });
  const found = { is: 'joined' as const, topic, size: 2, peers: [P1] };
  expect(room.connects(knock(1), found)).toEqual([P1]);
  room.give(down(P1, 'refused'));
  room.now += 2 * OVERLAY_TIMES.knockMs;
  expect(room.connects(knock(1), { is: 'tick' })).toEqual([]);
  expect(room.connects(knock(2), { is: 'tick' })).toEqual([P1]);
});

test('knock: one that is answered ends the knocking, one that is refused brings the next', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('knock', []) }, joined([P1, P2, P3]));
  expect(room.connects(down(P1, 'refused'))).toEqual([P2]);
  room.give(up(P2));
  expect(room.run(9_900).filter(({ output }) => output.do === 'connect')).toEqual([]);
  // Admitted: from now on it is a member like others.
  room.give({ is: 'join', spec: spec('wait', []) });
  expect(room.run(60_000).filter(({ output }) => output.do === 'connect')).toEqual([]);
});

test('knock: a stranger who lets the knock in and then keeps silent does not stop the knocking', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('knock', []) }, joined([P1, P2, P3]));
  room.give(up(P1));
  const knocks = room.run(11_000).filter(({ output }) => output.do === 'connect');
  expect(knocks).toMatchObject([
    { at: OVERLAY_TIMES.answeredMs, output: { peer: P2, knock: true } },
  ]);
  room.give(up(P2));
  const next = room.run(11_000).find(({ output }) => output.do === 'connect');
  expect(next).toMatchObject({ at: 11_000 + OVERLAY_TIMES.answeredMs, output: { peer: P3 } });
});

test('a crowd of strangers does not hide the peers who are allowed', () => {
  const room = new Room();
  const strangers = Array.from({ length: 1_100 }, (_, n) => peerOf(1_000 + n));
  room.give({ is: 'join', spec: spec('listed', [P1]) }, joined(strangers));
  expect(room.connects(joined([P1]))).toEqual([P1]);
});

test('a lost link is tried again, ever later', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [P1]) }, joined([P1]), up(P1));
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const lostAt = room.now;
    room.give(down(P1));
    const again = room.run(60_000).find(({ output }) => output.do === 'connect');
    waits.push((again?.at ?? 0) - lostAt);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((s) => s * 1000));
});

test('a link that was up again starts anew with its patience', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [P1]) }, joined([P1]));
  for (let i = 0; i < 5; i++) {
    room.give(down(P1));
    room.run(60_000);
  }
  room.give(up(P1));
  const lostAt = room.now;
  room.give(down(P1));
  expect(room.run(5_000).find(({ output }) => output.do === 'connect')?.at).toBe(lostAt + 1_000);
});

test('who misbehaved is left alone for half a minute and more', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [P1]) }, joined([P1]), up(P1));
  room.give(down(P1, 'misbehaved'));
  expect(room.run(29_000).filter(({ output }) => output.do === 'connect')).toEqual([]);
  expect(room.run(2_000).filter(({ output }) => output.do === 'connect')).toHaveLength(1);
});

test('who left is not sought, but met again when it is here', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [P1]) }, joined([P1]), up(P1));
  room.give(down(P1, 'left'));
  expect(room.run(20_000).filter(({ output }) => output.do === 'connect')).toEqual([]);
  expect(room.connects({ is: 'here', topic, peers: [P1], asked: [P1] })).toEqual([P1]);
});

test('allowed peers who are missing are asked for: at once, then ever more rarely', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', PEERS) });
  const first = room.give(joined([], 100));
  expect(first).toMatchObject([
    { do: 'ask', peers: PEERS.slice(0, SIGNALING_LIMITS.hereQuestion) },
  ]);
  const asks = room.run(36_000_000).filter(({ output }) => output.do === 'ask');
  const gaps = asks.slice(1).map(({ at }, i) => at - (asks[i]?.at ?? 0));
  expect(gaps[0]).toBe(2 * OVERLAY_TIMES.askMs);
  expect(gaps.at(-1)).toBe(OVERLAY_TIMES.longestAskMs);
});

test('questions go around all who are missing', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', PEERS) });
  const asked = new Set<PeerId>();
  for (const output of room.give(joined([], 100)))
    if (output.do === 'ask') for (const p of output.peers) asked.add(p);
  for (const { output } of room.run(60_000))
    if (output.do === 'ask') for (const p of output.peers) asked.add(p);
  expect(asked.size).toBe(PEERS.length);
});

test('a sample that is the whole room leaves no question', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', [P1, P2]) });
  expect(room.give(joined([P3], 2))).toEqual([]);
});

test('who is allowed later is linked to then', () => {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', []) }, joined([P1], 50));
  expect(room.connects({ is: 'join', spec: spec('listed', [P1]) })).toEqual([P1]);
});

test('after a topic is left nobody of it is sought', () => {
  const room = new Room();
  room.give(
    { is: 'join', spec: spec('listed', [P1]) },
    joined([P1]),
    { is: 'leave', topic },
    down(P1),
  );
  expect(room.overlay.wakeAt).toBeUndefined();
  expect(room.overlay.allows(P1)).toBe(false);
});
