import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OTHER, peer, RouteWorld, sighted, TOPIC } from '../test/route-world.ts';
import { FORWARD_SHARES, HEARD_RATES, TOO_MANY_A_MINUTE } from './neighbour-conduct.ts';
import { NAMED_NEIGHBOURS, ROUTE_HOPS, type RouteMessage, type Sighted } from './route-message.ts';

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
    const world = RouteWorld.row('ab');
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
    const world = RouteWorld.row('abc');
    world.said.length = 0;
    for (let i = 0; i < 200; i++) world.hear('b', 'a', signal([a], [c.peer]));
    const passed = world.said.filter(({ message }) => message.is === 'signal').length;
    expect(passed).toBe(FORWARD_SHARES.device.burst);
    expect(world.all('b', 'misbehaved')).toEqual([]);
    for (let i = 0; i < TOO_MANY_A_MINUTE; i++) world.hear('b', 'a', signal([a], [c.peer]));
    expect(world.all('b', 'misbehaved')[0]).toMatchObject({ peer: a.peer });
  });

  test('that sends as much as it may does not use up what others have passed on, under as many names as it likes', () => {
    for (const names of [1, 30])
      for (const floods of [['b'], ['b', 'd', 'e', 'f']]) {
        const world = new RouteWorld([...'abcdefhn']);
        for (const name of 'abcdefn') world.link(name, 'h');
        world.run(5_000);
        let honest = 0;
        for (let ms = 0; ms < 60_000; ms += 50) {
          for (const flood of floods) {
            const made = sighted(`x${(ms / 50) % names}`);
            const passed = names === 1 ? [sighted(flood)] : [made, sighted(flood)];
            world.hear('h', flood, signal(passed, [peer('n')]));
          }
          world.run(50);
          if (ms % 1_000 !== 500) continue;
          world.said.length = 0;
          world.hear('h', 'c', signal([c], [peer('n')]));
          honest += world.said.filter(({ message }) => message.is === 'signal').length;
        }
        // Whoever floods alone takes nothing of others'. Four together leave each other neighbour half a signal a second.
        expect(honest).toBeGreaterThanOrEqual(floods.length === 1 ? 60 : 32);
        expect(world.all('n', 'misbehaved')).toEqual([]);
      }
  });

  test('far away does not use up what another sends by the same neighbour', () => {
    const world = RouteWorld.row('abcd');
    let honest = 0;
    for (let ms = 0; ms < 60_000; ms += 50) {
      world.hear('c', 'b', signal([sighted('f'), sighted('b')], [d.peer]));
      world.run(50);
      if (ms % 1_000 !== 500) continue;
      world.said.length = 0;
      world.hear('c', 'b', signal([a, sighted('b')], [d.peer]));
      honest += world.said.filter(({ message }) => message.is === 'signal').length;
    }
    expect(honest).toBe(60);
  });

  test('may say what only a later version knows, which is ignored, but not without end', () => {
    const world = RouteWorld.row('ab');
    const before = world.ways('a', 'b');
    for (let i = 0; i < HEARD_RATES.others.burst + TOO_MANY_A_MINUTE; i++)
      expect(world.hear('a', 'b', { is: 'unknown' })).toEqual([]);
    expect(world.ways('a', 'b')).toEqual(before);
    expect(world.hear('a', 'b', { is: 'unknown' })).toMatchObject([
      { do: 'misbehaved', peer: b.peer },
    ]);
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
