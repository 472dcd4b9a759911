import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { describe, expect, test } from 'vitest';
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
  PEERS,
  Room,
  roomWith,
  spec,
  topic,
  up,
} from '../test/one-overlay.ts';
import { peerOf, topicOf } from '../test/overlay-network.ts';
import { seeded } from '../test/random.ts';
import type { OverlayInput, OverlayOutput } from './overlay-inputs.ts';
import { OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';

const { most } = OVERLAY_SIZES.shown;

describe('seeking links', () => {
  test('two offers at first, then one after another while nobody answers, as many as may be held', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    expect(room.connects(joined(PEERS))).toHaveLength(2);
    const later = connectsOf(room.run(60_000));
    expect(later.map(({ at }) => at)).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => n * OVERLAY_TIMES.staggerMs),
    );
  });

  test('one offer of a topic is urgent, and none once a link is up', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    const outputs = room.give(joined(PEERS)).filter((output) => output.do === 'connect');
    expect(outputs.map(({ urgent }) => urgent)).toEqual([true, false]);
    room.give(up(outputs[0]?.peer ?? ME));
    expect(connectsOf(room.run(10_000)).filter(({ urgent }) => urgent)).toEqual([]);
  });

  test('after the first link those of whom the mesh tells come before those that a server names', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    const [begun = ME] = room.connects(joined(first(3), 40));
    const near = PEERS.slice(20, 24);
    const connects = room.connects(up(begun), { is: 'learned', topic, peers: near });
    expect(connects.length).toBeGreaterThan(0);
    expect(near).toEqual(expect.arrayContaining(connects));
  });

  test('a peer that serves two topics is chosen before one that serves one', () => {
    const room = new Room(() => 0.9);
    room.give(
      { is: 'join', spec: { ...spec('listed', [P1, P2, P3]), background: true } },
      { is: 'join', spec: { ...spec('listed', [P3], other), background: true } },
      { is: 'here', topic: other, peers: [P3], asked: [] },
    );
    room.give(down(P3, 'surplus'));
    room.now += 60_000;
    const [chosen] = room.connects({ is: 'here', topic, peers: [P1, P2, P3], asked: [] });
    expect(chosen).toBe(P3);
  });

  test('attempts of another space with peers who are gone do not keep it from its own', () => {
    const room = new Room();
    const gone = first(8);
    room.give(
      { is: 'join', spec: spec('listed', gone, other) },
      { is: 'here', topic: other, peers: gone, asked: [] },
    );
    room.run(15_000);
    const begun = room.connects({ is: 'join', spec: spec('listed', PEERS) }, joined(PEERS));
    expect(begun).toHaveLength(2);
  });

  test('one that has links enough is left alone for a while, no longer each time', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', [P1]) }, joined([P1]));
    for (let i = 0; i < 5; i++) {
      const at = room.now;
      room.give(down(P1, 'full'));
      const [again] = connectsOf(room.run(60_000));
      const { least, most: longest } = OVERLAY_TIMES.restMs;
      expect((again?.at ?? 0) - at).toBe((least + longest) / 2);
      room.now = again?.at ?? 0;
    }
  });

  test('a background topic makes do with fewer links, and gives up what it had more, after a while', () => {
    const room = roomWith(most);
    const background = { ...spec('listed', PEERS), background: true };
    expect(room.closes({ is: 'join', spec: background })).toEqual([]);
    const closed = room.run(OVERLAY_TIMES.shrinkMs).filter(({ output }) => output.do === 'close');
    expect(closed).toHaveLength(most - OVERLAY_SIZES.background.most);
  });
});

describe('offers', () => {
  test('are accepted up to the most, counting those that are not up yet', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    const accepted = PEERS.filter((peer) => {
      const offer = { is: 'offered', request: 1, peer, topic, urgent: false } as const;
      return room.give(offer).some((output) => output.do === 'judged' && output.accept);
    });
    expect(accepted).toHaveLength(most);
  });

  test('a promise of which nothing comes lapses', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    for (const peer of first(most))
      room.give({ is: 'offered', request: 1, peer, topic, urgent: false });
    expect(room.offers([PEERS[20] ?? ME])).toEqual([false]);
    room.run(OVERLAY_TIMES.promiseMs);
    expect(room.offers([PEERS[20] ?? ME])).toEqual([true]);
  });

  test('an urgent one is always accepted and pushes out the relayed link, else that of the longest round trip', () => {
    const room = roomWith(most);
    for (const peer of first(most)) room.give({ is: 'quality', peer, path: 'direct', rttMs: 30 });
    room.give(
      { is: 'quality', peer: P1, path: 'relayed', rttMs: 10 },
      { is: 'quality', peer: P2, path: 'direct', rttMs: 300 },
    );
    const offer = (peer: PeerId) =>
      room.give({ is: 'offered', request: 1, peer, topic, urgent: true });
    expect(offer(PEERS[20] ?? ME)).toEqual([
      { do: 'close', peer: P1 },
      { do: 'judged', request: 1, accept: true },
    ]);
    room.give(down(P1, 'surplus'));
    expect(offer(PEERS[21] ?? ME)[0]).toEqual({ do: 'close', peer: P2 });
  });

  test('what came up just now is not pushed out', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('listed', PEERS) });
    room.offers([P1]);
    room.run(OVERLAY_TIMES.youngMs);
    room.offers(PEERS.slice(1, most));
    const outputs = room.give({
      is: 'offered',
      request: 1,
      peer: PEERS[20] ?? ME,
      topic,
      urgent: true,
    });
    expect(outputs[0]).toEqual({ do: 'close', peer: P1 });
  });

  test('a peer that begins anew takes its own place, however full it is', () => {
    const room = roomWith(most);
    expect(room.offers([P1])).toEqual([true]);
  });

  test('who misbehaved is not accepted while it is to be left alone', () => {
    const room = roomWith(1);
    room.give(down(P1, 'misbehaved'));
    expect(room.offers([P1], true)).toEqual([false]);
    room.now += OVERLAY_TIMES.coolMs;
    expect(room.offers([P1], true)).toEqual([true]);
  });

  test('strangers get a small share of the places, and silent ones give way to the next', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('wait', []) });
    const accepted = room.offers(first(10)).filter(Boolean);
    expect(accepted).toHaveLength(OVERLAY_SIZES.guests);
    room.now += OVERLAY_TIMES.guestMs;
    const knock = {
      is: 'offered',
      request: 1,
      peer: PEERS[20] ?? ME,
      topic,
      urgent: true,
    } as const;
    expect(room.give(knock)).toEqual([
      { do: 'close', peer: P1 },
      { do: 'judged', request: 1, accept: true },
    ]);
  });

  test('links that were never asked about are closed when they are too many', () => {
    const room = new Room();
    room.give({ is: 'join', spec: spec('wait', []) });
    const closes = first(6).flatMap((peer) =>
      room.closes({ is: 'linking', peer, topic }, up(peer)),
    );
    expect(closes).toEqual(PEERS.slice(4, 6));
  });
});

describe('links of a device in several topics', () => {
  test('a link counts in each topic that both ends hold', () => {
    const room = new Room();
    room.give(
      { is: 'join', spec: spec('listed', first(6)) },
      { is: 'join', spec: spec('listed', PEERS, other) },
    );
    room.offers(first(6));
    for (const peer of first(6)) room.give({ is: 'shares', peer, topic: other });
    expect(room.connects({ is: 'here', topic: other, peers: PEERS, asked: [] })).toEqual([]);
    room.give({ is: 'shares-no-more', peer: P1, topic: other });
    room.give({ is: 'shares-no-more', peer: P2, topic: other });
    expect(connectsOf(room.run(10_000)).map((output) => output.topic)).toEqual([other]);
  });

  test('the only link of a topic is not pushed out for another topic', () => {
    const room = new Room();
    const lone = peerOf(500);
    room.give(
      { is: 'join', spec: spec('listed', [lone], other) },
      { is: 'join', spec: spec('listed', PEERS) },
    );
    room.offers([lone], false, other);
    room.give({ is: 'quality', peer: lone, path: 'relayed', rttMs: 2_000 });
    room.offers(first(most));
    room.run(60_000);
    for (let i = 20; i < 30; i++) {
      expect(room.closes()).not.toContain(lone);
      room.run(10_000);
      room.offers([PEERS[i] ?? ME], true);
    }
    room.give(down(lone));
    expect(connectsOf(room.run(5_000)).map(({ peer }) => peer)).toEqual([lone]);
  });

  test('twenty spaces of other people each are all served in turn, with sixteen links', () => {
    const room = new Room(seeded(5));
    const rooms = Array.from({ length: 20 }, (_, n) => ({
      topic: topicOf(100 + n),
      people: [0, 1, 2, 3].map((i) => peerOf(1_000 + 10 * n + i)),
    }));
    const topicOfPeer = new Map(rooms.flatMap((r) => r.people.map((p) => [p, r.topic] as const)));
    const held = new Set<PeerId>();
    const served = new Set<string>();
    let changes = 0;
    const carry = (outputs: ReturnType<Room['give']>): void => {
      for (const output of outputs) {
        if (output.do === 'close') {
          held.delete(output.peer);
          carry(room.give(down(output.peer, 'surplus')));
        }
        if (output.do !== 'connect') continue;
        held.add(output.peer);
        changes++;
        expect(held.size).toBeLessThanOrEqual(LINK_LIMITS.links);
        served.add(topicOfPeer.get(output.peer) ?? '');
        carry(room.give(up(output.peer)));
      }
    };
    for (const { topic: of, people } of rooms) {
      carry(room.give({ is: 'join', spec: spec('listed', people, of) }));
      carry(room.give({ is: 'joined', topic: of, size: 5, peers: people }));
    }
    const until = (ms: number) => {
      for (const end = room.now + ms; ; ) {
        const at = room.overlay.wakeAt;
        if (at === undefined || at > end) break;
        room.now = Math.max(room.now, at);
        carry(room.give({ is: 'tick' }));
      }
    };
    until(120_000);
    expect(served.size).toBe(20);
    // From then on the topics without a link take turns, no faster than every 20 s.
    changes = 0;
    served.clear();
    until(600_000);
    expect(changes).toBeLessThanOrEqual(31);
    expect(new Set([...served, ...[...held].map((p) => topicOfPeer.get(p))]).size).toBe(20);
  });
});

describe('eclipse', () => {
  test('devices that offer as if in need, and are nearer than all others, never take every place', () => {
    const random = seeded(3);
    const room = new Room(random);
    const honest = PEERS.slice(0, 20);
    const hostile = PEERS.slice(20, 34);
    const linked = new Set<PeerId>();
    const quality = (peer: PeerId): OverlayInput => {
      return { is: 'quality', peer, path: 'direct', rttMs: hostile.includes(peer) ? 1 : 40 };
    };
    const take = (outputs: readonly OverlayOutput[]): void => {
      for (const output of outputs) {
        if (output.do === 'close') linked.delete(output.peer);
        if (output.do !== 'connect') continue;
        linked.add(output.peer);
        take(room.give(up(output.peer), quality(output.peer)));
      }
    };
    const offer = (peer: PeerId, urgent: boolean): void => {
      if (linked.has(peer)) return;
      const outputs = room.give({ is: 'offered', request: 1, peer, topic, urgent });
      take(outputs);
      if (!outputs.some((output) => output.do === 'judged' && output.accept)) return;
      linked.add(peer);
      take(room.give({ is: 'linking', peer, topic }, up(peer), quality(peer)));
    };
    room.give({ is: 'join', spec: spec('listed', [...honest, ...hostile]) });
    // However it begins: the hostile ones may be there first.
    for (const peer of hostile) offer(peer, true);
    take(room.give(joined(honest, 35)));
    const left: number[] = [];
    for (let round = 0; round < 900; round++) {
      for (const peer of hostile) offer(peer, true);
      take(room.run(2_000).map(({ output }) => output));
      left.push(honest.filter((peer) => linked.has(peer)).length);
      expect(linked.size).toBeLessThanOrEqual(most);
    }
    expect(Math.min(...left.slice(150))).toBeGreaterThan(0);
  });
});
