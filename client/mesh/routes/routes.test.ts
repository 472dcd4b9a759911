import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nonceOf, OTHER, peer, RouteWorld, seeded, sighted, TOPIC } from '../test/route-world.ts';
import { FORWARD_RATE, HEARD_RATES, TOO_MANY_A_MINUTE } from './neighbour-conduct.ts';
import { NAMED_NEIGHBOURS, ROUTE_HOPS, type RouteMessage, type Sighted } from './route-message.ts';
import { ROUTES_TIMES } from './routes-topic.ts';

/** A row of peers, each linked to the next. */
function row(names: string, seed?: number): RouteWorld {
  const world = new RouteWorld([...names], seed);
  for (let i = 1; i < names.length; i++) world.link(names[i - 1] ?? '', names[i] ?? '');
  world.run(5_000);
  return world;
}

describe('neighbours', () => {
  test('tell each other that they share the topic, and who else is near', () => {
    const world = row('abc');
    expect(world.all('a', 'shares')).toEqual([{ do: 'shares', peer: peer('b'), topic: TOPIC }]);
    expect(world.ways('a', 'b')).toEqual(['b']);
    expect(world.ways('a', 'c')).toEqual(['bc']);
    expect(world.ways('c', 'a')).toEqual(['ba']);
    expect(world.all('a', 'learned')).toContainEqual({
      do: 'learned',
      topic: TOPIC,
      peers: [peer('c')],
    });
    const [route] = world.routes.get('a')?.to(TOPIC, peer('c'), world.now) ?? [];
    expect(route?.nonce).toEqual(nonceOf('c'));
  });

  test('say at once what a new link should know, and what has changed 2 s later at the soonest', () => {
    const world = new RouteWorld(['a', 'b', 'c', 'd', 'e']);
    for (const other of ['b', 'c', 'd', 'e']) {
      world.link('a', other);
      world.run(100);
    }
    const toB = () => world.said.filter(({ from, to }) => from === 'a' && to === 'b');
    expect(toB()).toHaveLength(1);
    expect(world.ways('e', 'd')).toEqual(['ad']);
    world.run(ROUTES_TIMES.sayMs);
    expect(toB()).toHaveLength(2);
    expect(world.ways('b', 'e')).toEqual(['ae']);
    world.run(60_000);
    expect(toB()).toHaveLength(2);
  });

  test('two are spared a relayed link once a third is directly linked to both, and only while it is', () => {
    const world = row('abc');
    world.link('a', 'c');
    const relayed = (name: string, other: string, relayed: boolean) => {
      world.give(name, { is: 'path', peer: peer(other), relayed });
      world.give(other, { is: 'path', peer: peer(name), relayed });
      world.run(5_000);
    };
    const spare = () => [
      world.routes.get('a')?.isSpare(peer('c')),
      world.routes.get('c')?.isSpare(peer('a')),
      world.routes.get('a')?.meetsThroughThird(TOPIC, peer('c')),
    ];
    relayed('a', 'c', true);
    expect(spare()).toEqual([true, true, true]);
    relayed('b', 'c', true);
    expect(spare()).toEqual([false, false, false]);
    relayed('b', 'c', false);
    expect(spare()).toEqual([true, true, true]);
    world.cut('b', 'c');
    world.run(30_000);
    expect(spare()).toEqual([false, false, false]);
    expect(world.routes.get('a')?.isSpare(peer('z'))).toBe(false);
  });

  test('a link that is replaced by another is told of once', () => {
    const world = new RouteWorld([...'abcd']);
    world.link('a', 'b');
    world.link('a', 'c');
    world.run(10_000);
    world.said.length = 0;
    world.cut('a', 'c');
    world.run(5_000);
    world.link('a', 'd');
    world.run(60_000);
    expect(world.said.filter(({ from, to }) => from === 'a' && to === 'b')).toHaveLength(1);
    expect([world.ways('b', 'c'), world.ways('b', 'd')]).toEqual([[], ['ad']]);
  });

  test('are quiet while nothing happens, but for a list now and then', () => {
    const world = row('abcd');
    const before = world.said.length;
    world.run(ROUTES_TIMES.againMs * 10);
    const each = (world.said.length - before) / (6 * 10);
    expect(each).toBeGreaterThan(0.7);
    expect(each).toBeLessThan(1.4);
  });

  test('say nothing of a topic to whom it does not list', () => {
    const world = new RouteWorld(['a', 'b', 'c']);
    world.join('a', ['a', 'c']);
    world.link('a', 'b');
    world.link('a', 'c');
    world.run(10_000);
    expect(world.said.filter(({ from, to }) => from === 'a' && to === 'b')).toEqual([]);
    expect(world.all('a', 'shares')).toMatchObject([{ peer: peer('c') }]);
  });

  test('believe nobody who is not listed, nor in whom is not', () => {
    const world = new RouteWorld(['a', 'b', 'c', 'd']);
    world.join('a', ['a', 'b', 'd']);
    world.link('a', 'b');
    world.link('b', 'c');
    world.link('c', 'd');
    world.run(5_000);
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    expect(world.ways('a', 'c')).toEqual([]);
    expect(world.ways('a', 'd')).toEqual([]);
    expect(world.ways('b', 'd')).toEqual(['cd']);
  });

  test('share a topic as soon as both are in it, whichever came first', () => {
    const world = row('ab');
    world.join('a', ['a', 'b'], OTHER);
    world.run(1_000);
    expect(world.all('a', 'shares')).toHaveLength(1);
    world.join('b', ['a', 'b'], OTHER);
    world.run(1_000);
    const shares = { do: 'shares', topic: OTHER };
    expect(world.all('a', 'shares').at(-1)).toEqual({ ...shares, peer: peer('b') });
    expect(world.all('b', 'shares').at(-1)).toEqual({ ...shares, peer: peer('a') });
  });

  test('share no more what one of them has left, or no longer lists the other for', () => {
    const left = row('ab');
    left.give('b', { is: 'left', topic: TOPIC });
    left.run(100);
    const removed = row('ab');
    removed.join('b', ['b']);
    removed.run(100);
    for (const world of [left, removed]) {
      expect(world.all('a', 'shares-no-more')).toMatchObject([{ peer: peer('b'), topic: TOPIC }]);
      expect(world.ways('a', 'b')).toEqual([]);
    }
    expect(removed.all('b', 'shares-no-more')).toMatchObject([{ peer: peer('a') }]);
    removed.join('b', ['a', 'b']);
    removed.run(100);
    expect([removed.ways('a', 'b'), removed.ways('b', 'a')]).toEqual([['b'], ['a']]);
  });

  test('a route ends with the link that it begins with, or that its first hop tells of', () => {
    const world = row('abcd');
    world.cut('b', 'c');
    world.run(ROUTES_TIMES.goneMs + 100);
    expect(world.ways('a', 'c')).toEqual([]);
    world.link('b', 'd');
    world.run(5_000);
    expect(world.ways('a', 'd')).toEqual(['bd']);
    world.cut('a', 'b');
    expect(world.ways('a', 'd')).toEqual([]);
  });

  test('a peer that has begun anew is told of with its new nonce', () => {
    const world = row('abc');
    world.cut('b', 'c');
    world.give('b', { is: 'up', peer: peer('c'), nonce: nonceOf('z') });
    world.hear('b', 'c', { is: 'neighbours', topic: TOPIC, peers: [] });
    world.run(5_000);
    const [route] = world.routes.get('a')?.to(TOPIC, peer('c'), world.now) ?? [];
    expect(route?.nonce).toEqual(nonceOf('z'));
  });
});

describe('walks', () => {
  test('teach whoever they pass, there and back', () => {
    const world = row('abcdefg');
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    expect(world.ways('a', 'g')).toEqual(['bcdefg']);
    expect(world.ways('g', 'a')).toEqual(['fedcba']);
    expect(world.ways('c', 'g')).toEqual(['defg']);
    expect(world.all('a', 'learned').at(-1)?.peers).toHaveLength(5);
  });

  test('end after six hops', () => {
    const world = row('abcdefghi');
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    expect(world.ways('a', 'g')).toHaveLength(1);
    expect(world.ways('a', 'h')).toEqual([]);
  });

  test('come back by the way that they went, once, and from nowhere else', () => {
    const world = row('abc');
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    const back = world.said.find(({ message }) => message.is === 'walked');
    if (back?.message.is !== 'walked') throw new Error('it did not come back');
    const learned = world.all('a', 'learned').length;
    world.hear('a', 'b', back.message);
    world.hear('a', 'b', { ...back.message, walk: new Uint8Array(8) });
    expect(world.all('a', 'learned')).toHaveLength(learned);
    expect(world.all('a', 'misbehaved')).toEqual([]);
  });
});

describe('signals', () => {
  test('go hop by hop to the addressee, and teach the way back', () => {
    const world = row('abcde');
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    world.signal('a', 'e');
    world.run(100);
    expect(world.all('e', 'deliver')).toEqual([
      { do: 'deliver', topic: TOPIC, claimed: peer('a'), sealed: Uint8Array.of(7) },
    ]);
    expect(world.ways('e', 'a')).toEqual(['dcba']);
    expect(world.all('c', 'deliver')).toEqual([]);
  });

  test('take a detour where the way is broken further on', () => {
    const world = new RouteWorld(['a', 'b', 'c', 'd', 'x']);
    for (const [one, two] of ['ab', 'bc', 'cd', 'bx', 'xd']) world.link(one ?? '', two ?? '');
    world.run(5_000);
    world.give('b', { is: 'down', peer: peer('c') });
    world.give('a', {
      is: 'signal',
      topic: TOPIC,
      route: { hops: ['b', 'c', 'd'].map(peer), nonce: nonceOf('d') },
      sealed: Uint8Array.of(1),
    });
    world.run(100);
    expect(world.all('d', 'deliver')).toHaveLength(1);
    expect(world.ways('d', 'a')[0]).toBe('xba');
  });

  test('are not passed on to whom does not share the topic', () => {
    const world = new RouteWorld(['a', 'b', 'c']);
    world.join('c', ['c']);
    world.link('a', 'b');
    world.link('b', 'c');
    world.run(1_000);
    const hops = ['b', 'c'].map(peer);
    const route = { hops, nonce: nonceOf('c') };
    world.give('a', { is: 'signal', topic: TOPIC, route, sealed: Uint8Array.of(1) });
    world.run(1_000);
    expect(world.all('c', 'deliver')).toEqual([]);
    expect(world.said.some(({ from, message }) => from === 'b' && message.is === 'signal')).toBe(
      false,
    );
  });

  test('a way by which nothing came back goes last for a while', () => {
    const world = new RouteWorld(['a', 'b', 'c', 'd']);
    for (const [one, two] of ['ab', 'ac', 'bd', 'cd']) world.link(one ?? '', two ?? '');
    world.run(5_000);
    const [first = ''] = world.ways('a', 'd');
    const [route] = world.routes.get('a')?.to(TOPIC, peer('d'), world.now) ?? [];
    if (route === undefined) throw new Error('no way');
    world.give('a', { is: 'failed', topic: TOPIC, route });
    expect(world.ways('a', 'd').at(-1)).toBe(first);
    expect(world.routes.get('a')?.to(TOPIC, peer('d'), world.now).at(-1)?.doubtful).toBe(true);
    world.run(120_000);
    expect(world.routes.get('a')?.to(TOPIC, peer('d'), world.now).at(-1)?.doubtful).toBe(false);
  });
});

describe('a hostile neighbour', () => {
  const sealed = Uint8Array.of(1);
  const walk = new Uint8Array(8);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(sighted);
  if (!a || !b || !c || !d) throw new Error('four peers');
  const long = [...'cdefgh'].map(sighted);

  test.each<readonly [string, RouteMessage]>([
    ['a signal that came from elsewhere', signal([c], [])],
    ['a signal that was here before', signal([a, b], [])],
    ['a signal that is to come back', signal([b], [c.peer, a.peer])],
    ['a signal that goes in circles', signal([c, b], [d.peer, c.peer])],
    ['a signal of too many hops', signal([...long, b], [peer('x')])],
    ['a walk that came from elsewhere', { is: 'walk', topic: TOPIC, walk, path: [c], hops: 1 }],
    ['a walk that was here before', { is: 'walk', topic: TOPIC, walk, path: [a, b], hops: 1 }],
    ['a walk that crosses itself', { is: 'walk', topic: TOPIC, walk, path: [c, d, c, b], hops: 1 }],
    [
      'a walk with too many hops left',
      { is: 'walk', topic: TOPIC, walk, path: [c, b], hops: ROUTE_HOPS },
    ],
  ])('loses its link for %s', (_what, message) => {
    const world = row('ab');
    const outputs = world.hear('a', 'b', message);
    expect(outputs).toMatchObject([{ do: 'misbehaved', peer: b.peer }]);
    expect(world.ways('a', 'c')).toEqual([]);
  });

  function signal(passed: readonly Sighted[], ahead: readonly PeerId[]): RouteMessage {
    return { is: 'signal', topic: TOPIC, passed, ahead, sealed };
  }

  test('cannot make itself the only way to a peer', () => {
    const world = new RouteWorld([...'abcdx']);
    for (const [one, two] of ['ab', 'ac', 'ad', 'cx']) world.link(one ?? '', two ?? '');
    world.run(5_000);
    for (let i = 0; i < 20; i++) {
      const false_ = { peer: peer('x'), nonce: new Uint8Array(16).fill(i) };
      world.hear('a', 'b', { is: 'neighbours', topic: TOPIC, peers: [false_] });
    }
    const ways = world.ways('a', 'x');
    expect([...ways].sort()).toEqual(['bx', 'cx']);
  });

  test('cannot push itself forward again and again by telling of a nonce anew', () => {
    const world = new RouteWorld([...'abcx']);
    for (const [one, two] of ['ab', 'ac', 'cx']) world.link(one ?? '', two ?? '');
    world.run(5_000);
    const tell = (fill: number) => {
      const peers = [{ peer: peer('x'), nonce: new Uint8Array(16).fill(fill) }];
      world.hear('a', 'b', { is: 'neighbours', topic: TOPIC, peers });
    };
    tell(1);
    expect(world.ways('a', 'x')).toEqual(['bx', 'cx']);
    const [route] = world.routes.get('a')?.to(TOPIC, peer('x'), world.now) ?? [];
    if (route === undefined) throw new Error('no way');
    world.give('a', { is: 'failed', topic: TOPIC, route });
    world.run(3_000);
    tell(2);
    expect(world.ways('a', 'x')).toEqual(['cx', 'bx']);
  });

  test('that names thousands is believed in those whom the topic lists, and no more', () => {
    const names = Array.from({ length: 700 }, (_, i) => `n${i}`);
    const world = new RouteWorld(['a', 'b']);
    world.join('a', ['a', 'b', ...names]);
    world.link('a', 'b');
    world.run(1_000);
    for (let i = 0; i < names.length; i += NAMED_NEIGHBOURS) {
      const peers = names.slice(i, i + NAMED_NEIGHBOURS).map(sighted);
      world.hear('a', 'b', { is: 'neighbours', topic: TOPIC, peers });
      world.run(1_000);
    }
    const known = names.filter((name) => world.ways('a', name).length > 0);
    expect(known).toEqual(names.slice(-known.length));
    expect(known.length).toBeLessThanOrEqual(NAMED_NEIGHBOURS);
  });

  test('that floods is not passed on, and loses its link when it goes on', () => {
    const world = row('abc');
    world.said.length = 0;
    for (let i = 0; i < 200; i++) world.hear('b', 'a', signal([a], [c.peer]));
    const passed = world.said.filter(({ message }) => message.is === 'signal').length;
    expect(passed).toBe(FORWARD_RATE.burst);
    expect(world.all('b', 'misbehaved')).toEqual([]);
    for (let i = 0; i < TOO_MANY_A_MINUTE; i++) world.hear('b', 'a', signal([a], [c.peer]));
    expect(world.all('b', 'misbehaved')[0]).toMatchObject({ peer: a.peer });
  });

  test('does not make an honest neighbour look bad by what that one passes on', () => {
    const names = [...'abcdefgh'];
    const world = new RouteWorld(names);
    for (const name of names) if (name !== 'h') world.link(name, 'h');
    world.run(5_000);
    for (let i = 0; i < 600; i++) {
      for (const name of ['b', 'c', 'd', 'e', 'f', 'g']) {
        if (i % 2 === 0) world.hear('h', name, signal([sighted(name)], [a.peer]));
      }
      world.run(100);
    }
    expect(world.all('a', 'misbehaved')).toEqual([]);
    expect(world.all('a', 'deliver').length).toBeGreaterThan(HEARD_RATES.signals.burst);
    expect(world.all('a', 'deliver').length).toBeLessThan(60 * HEARD_RATES.signals.perSecond);
  });

  test('whatever neighbours say in whatever order, nothing throws and no way goes through the air', () => {
    const names = [...'abcde'];
    const name = fc.constantFrom(...names);
    const path = fc.array(name.map(sighted), { minLength: 1, maxLength: 4 });
    const topic = fc.constantFrom(TOPIC, OTHER);
    const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 });
    const message: fc.Arbitrary<RouteMessage> = fc.oneof(
      fc.record({
        is: fc.constant('neighbours' as const),
        topic,
        peers: fc.array(name.map(sighted), { maxLength: 5 }),
      }),
      fc.record({ is: fc.constant('left' as const), topic }),
      fc.record({
        is: fc.constant('walk' as const),
        topic,
        walk: bytes,
        path,
        hops: fc.integer({ min: 1, max: 6 }),
      }),
      fc.record({ is: fc.constant('walked' as const), topic, walk: bytes, path }),
      fc.record({
        is: fc.constant('signal' as const),
        topic,
        passed: path,
        ahead: fc.array(name.map(peer), { maxLength: 4 }),
        sealed: bytes,
      }),
    );
    const step = fc.oneof(
      fc.record({ do: fc.constant('hear' as const), from: name, message }),
      fc.record({ do: fc.constantFrom('link' as const, 'cut' as const), from: name }),
      fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), from: name, topic }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
        const world = new RouteWorld(names, seed);
        const linked = new Set<string>();
        for (const step of steps) {
          if (step.do === 'hear') world.hear('a', step.from, step.message);
          else if (step.do === 'join') world.join('a', ['a', step.from, 'e'], step.topic);
          else if (step.do === 'leave') world.give('a', { is: 'left', topic: step.topic });
          else if (step.from !== 'a') {
            world[step.do]('a', step.from);
            if (step.do === 'link') linked.add(step.from);
            else linked.delete(step.from);
          }
          world.run(20);
          for (const to of names) {
            for (const topic of [TOPIC, OTHER]) {
              for (const way of world.ways('a', to, topic)) {
                expect(linked).toContain(way[0]);
                expect(way.at(-1)).toBe(to);
                expect(new Set(`a${way}`).size).toBe(way.length + 1);
                expect(way.length).toBeLessThanOrEqual(ROUTE_HOPS);
              }
            }
          }
        }
        world.run(20_000);
      }),
      { numRuns: 300 },
    );
  });
});

test('in a sparse mesh of sixty, walks find ways to peers far off, and these ways work', () => {
  const random = seeded(5);
  const names = Array.from({ length: 60 }, (_, i) => String.fromCharCode(0x4e00 + i));
  const world = new RouteWorld(names);
  for (let i = 0; i < names.length; i++) {
    for (const j of [i + 1, i + 2 + Math.floor(random() * 40)]) {
      world.link(names[i] ?? '', names[j % names.length] ?? '');
    }
  }
  world.run(10_000);
  const known = () =>
    names.flatMap((from) =>
      names.flatMap((to) => {
        const [way] = world.ways(from, to);
        return way === undefined ? [] : [{ from, to, way }];
      }),
    );
  expect(Math.max(...known().map(({ way }) => way.length))).toBe(2);
  const before = known().length;
  for (let i = 0; i < 2; i++) {
    for (const name of names) world.give(name, { is: 'walk', topic: TOPIC });
    world.run(1_000);
  }
  expect(known().length).toBeGreaterThan(1.3 * before);
  const far = known().filter(({ way }) => way.length >= 4);
  expect(far.length).toBeGreaterThan(10);
  for (const { from, to } of far) {
    const delivered = world.all(to, 'deliver').length;
    world.signal(from, to);
    world.run(1_000);
    expect(world.all(to, 'deliver')).toHaveLength(delivered + 1);
  }
});
