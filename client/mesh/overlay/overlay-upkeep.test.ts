import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { describe, expect, test } from 'vitest';
import {
  connectsOf,
  down,
  first,
  joined,
  ME,
  P1,
  P2,
  P3,
  P4,
  PEERS,
  Room,
  roomWith,
  spec,
  topic,
  up,
} from '../test/one-overlay.ts';
import { OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';

const { wanted } = OVERLAY_SIZES.shown;

describe('a mesh that may be split', () => {
  const seekOf = (all: Parameters<typeof connectsOf>[0]) => connectsOf(all).filter((c) => c.urgent);

  test('a lost neighbour that is not heard otherwise is tried again and again, though there are links enough', () => {
    const room = roomWith(wanted + 2);
    room.run(60_000);
    room.give(down(P1));
    const tries: number[] = [];
    for (let i = 0; i < 10; i++) {
      const [seek] = seekOf(room.run(10_000));
      expect(seek).toMatchObject({ peer: P1, urgent: true });
      tries.push(seek?.at ?? 0);
      room.give(down(P1, 'no-answer'));
    }
    room.run(OVERLAY_TIMES.soughtForMs);
    expect(seekOf(room.run(60_000))).toEqual([]);
  });

  test('one that is heard through others is not tried', () => {
    const room = roomWith(wanted + 2);
    room.run(60_000);
    room.give(down(P1));
    room.now += OVERLAY_TIMES.echoMs;
    room.give({ is: 'reached', topic, peers: [P1] });
    expect(seekOf(room.run(60_000))).toEqual([]);
  });

  test('nor is one of whom no server knows', () => {
    const room = roomWith(wanted + 2);
    room.run(60_000);
    room.give(down(P1), { is: 'gone', peer: P1 });
    expect(seekOf(room.run(60_000))).toEqual([]);
  });

  test('a peer that a server sees and nobody hears is looked for through the mesh, and then linked to', () => {
    const room = roomWith(wanted);
    room.run(60_000);
    const [unheard = ME, heard = ME] = PEERS.slice(20);
    room.give({ is: 'reached', topic, peers: [heard] }, joined([unheard, heard], 40));
    const since = room.now;
    const all = room.run(2 * OVERLAY_TIMES.unheardMs);
    const walk = all.find(({ output }) => output.do === 'walk');
    expect(walk?.at).toBe(since + OVERLAY_TIMES.unheardMs);
    const seeks = connectsOf(all);
    expect(seeks[0]?.peer).toBe(unheard);
    expect((seeks[0]?.at ?? 0) - (walk?.at ?? 0)).toBeLessThanOrEqual(OVERLAY_TIMES.seekMs.most);
    expect(seeks.map(({ peer }) => peer)).not.toContain(heard);
  });

  test('but not if a way through the mesh leads to it by then', () => {
    const room = roomWith(wanted);
    room.run(60_000);
    const [unheard = ME] = PEERS.slice(20);
    room.give(joined([unheard], 40));
    room.run(OVERLAY_TIMES.unheardMs);
    room.give({ is: 'learned', topic, peers: [unheard] });
    expect(connectsOf(room.run(OVERLAY_TIMES.unheardMs))).toEqual([]);
  });
});

describe('links of own choice', () => {
  /** A room whose links others began, but for so many; the mesh leads to those in `leads`, and has told of the others before. */
  const chooser = (own: number, leads: ReadonlySet<PeerId>) => {
    const room = new Room(
      () => 0.75,
      (_, peer) => leads.has(peer),
    );
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    room.give(joined(first(own), 41), ...first(own).map((peer) => up(peer)));
    room.offers(PEERS.slice(own, wanted));
    room.give({ is: 'learned', topic, peers: PEERS.slice(wanted) });
    return room;
  };

  test('the last of them is drawn from all, and waits minutes for a way through the mesh before a server is bothered', () => {
    const leads = new Set<PeerId>();
    const room = chooser(1, leads);
    expect(connectsOf(room.run(500_000))).toEqual([]);
    const [drawn] = connectsOf(room.run(300_000));
    expect(PEERS.slice(wanted)).toContain(drawn?.peer);
    // Where there is a way it does not wait.
    const led = chooser(1, new Set(PEERS));
    expect(connectsOf(led.run(100_000))).toHaveLength(1);
  });

  test('with none at all it is waited for less', () => {
    const room = chooser(0, new Set());
    expect(connectsOf(room.run(160_000))).toHaveLength(1);
  });

  test('whoever the mesh led to once, and does no more, is not taken for one that needs no server', () => {
    const leads = new Set(PEERS.slice(20, 25));
    const room = chooser(wanted - 1, leads);
    room.run(10_000);
    const [next] = connectsOf([
      ...room.give(down(P1, 'closed')).map((output) => ({ at: room.now, output })),
      ...room.run(1_000),
    ]);
    expect([...leads]).toContain(next?.peer);
  });
});

describe('exchange of neighbours', () => {
  /** Lets a mix come up, and tells what was closed for it. */
  const mixed = (room: Room): { readonly began: PeerId[]; readonly closed: PeerId[] } => {
    const began: PeerId[] = [];
    const closed: PeerId[] = [];
    const end = room.now + 400_000;
    for (let at = room.overlay.wakeAt; at !== undefined && at <= end; at = room.overlay.wakeAt) {
      room.now = Math.max(room.now, at);
      for (const output of room.give({ is: 'tick' })) {
        if (output.do === 'close') closed.push(output.peer);
        if (output.do !== 'connect') continue;
        began.push(output.peer);
        room.give(up(output.peer));
      }
      if (closed.length > 0) break;
    }
    return { began, closed };
  };

  test('now and then a random peer of the mesh comes for the costliest, but the oldest links, and those it chose, stay', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    expect(room.connects(joined(first(2), 40))).toHaveLength(2);
    room.give(up(P1), up(P2));
    room.offers(PEERS.slice(2, wanted));
    for (const peer of first(wanted)) room.give({ is: 'quality', peer, path: 'direct', rttMs: 30 });
    room.give(
      { is: 'quality', peer: P1, path: 'relayed', rttMs: 900 },
      { is: 'quality', peer: P2, path: 'relayed', rttMs: 900 },
      { is: 'quality', peer: P3, path: 'direct', rttMs: 300 },
      { is: 'quality', peer: P4, path: 'direct', rttMs: 400 },
      { is: 'learned', topic, peers: PEERS.slice(10) },
    );
    const { began, closed } = mixed(room);
    expect(began).toHaveLength(1);
    expect(closed).toHaveLength(1);
    // One of the two dear ones may be kept by lot.
    expect([P3, P4]).toEqual(expect.arrayContaining(closed));
  });

  test('a quiet full room says nothing to a server in a quarter of an hour', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', first(wanted)) });
    room.offers(first(wanted));
    expect(room.run(900_000)).toEqual([]);
    expect(room.overlay.wakeAt === undefined || room.overlay.wakeAt > room.now).toBe(true);
  });

  test('a quiet large room asks a server at most once in ten minutes', () => {
    const room = roomWith(wanted);
    room.give(joined(first(16), 41), { is: 'reached', topic, peers: PEERS });
    const all = room.run(3_600_000).filter(({ output }) => output.do !== 'walk');
    expect(all.filter(({ output }) => output.do === 'ask')).toEqual([]);
    expect(all.filter(({ output }) => output.do === 'sample').length).toBeLessThanOrEqual(3);
  });
});
