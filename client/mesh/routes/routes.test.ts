import { describe, expect, test } from 'vitest';
import { seeded } from '../test/random.ts';
import { nonceOf, OTHER, peer, RouteWorld, sighted, TOPIC } from '../test/route-world.ts';
import { ROUTES_TIMES } from './routes-topic.ts';

describe('neighbours', () => {
  test('tell each other that they share the topic, and who else is near', () => {
    const world = RouteWorld.row('abc');
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
    const world = RouteWorld.row('abc');
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

  test('in a larger room one third is not enough: it might keep back what it should pass on', () => {
    const world = new RouteWorld([...'abcde']);
    world.link('a', 'b');
    world.link('b', 'c');
    world.link('a', 'd');
    world.link('a', 'c');
    world.give('a', { is: 'path', peer: peer('c'), relayed: true });
    world.give('c', { is: 'path', peer: peer('a'), relayed: true });
    world.run(5_000);
    const spare = () => world.routes.get('a')?.isSpare(peer('c'));
    expect(spare()).toBe(false);
    // d says that it is linked to c, and c knows nothing of it.
    world.hear('a', 'd', { is: 'neighbours', topic: TOPIC, peers: [sighted('c')] });
    expect(spare()).toBe(false);
    world.link('d', 'c');
    world.run(5_000);
    expect(spare()).toBe(true);
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
    const world = RouteWorld.row('abcd');
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
    const world = RouteWorld.row('ab');
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
    const left = RouteWorld.row('ab');
    left.give('b', { is: 'left', topic: TOPIC });
    left.run(100);
    const removed = RouteWorld.row('ab');
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
    const world = RouteWorld.row('abcd');
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
    const world = RouteWorld.row('abc');
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
    const world = RouteWorld.row('abcdefg');
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    expect(world.ways('a', 'g')).toEqual(['bcdefg']);
    expect(world.ways('g', 'a')).toEqual(['fedcba']);
    expect(world.ways('c', 'g')).toEqual(['defg']);
    expect(world.all('a', 'learned').at(-1)?.peers).toHaveLength(5);
  });

  test('end after six hops', () => {
    const world = RouteWorld.row('abcdefghi');
    world.give('a', { is: 'walk', topic: TOPIC });
    world.run(1_000);
    expect(world.ways('a', 'g')).toHaveLength(1);
    expect(world.ways('a', 'h')).toEqual([]);
  });

  test('come back by the way that they went, once, and from nowhere else', () => {
    const world = RouteWorld.row('abc');
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
    const world = RouteWorld.row('abcde');
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
