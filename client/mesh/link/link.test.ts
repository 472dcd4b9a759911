import { describe, expect, test } from 'vitest';
import { LinkWorld, upTo } from '../test/link-world.ts';
import { encodePacket } from './packet.ts';

test('each link has a binding of its own', () => {
  const bindings = [1, 2].map(() => {
    const world = LinkWorld.started();
    world.run(1_000);
    return world.all('a', 'up')[0]?.binding;
  });
  expect(bindings[0]).not.toEqual(bindings[1]);
});

test('a neighbour that pings at full rate gets five answers a second', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  const before = world.all('a', 'send-direct').length;
  for (let token = 1; token <= 1_000; token++) {
    world.give('a', {
      is: 'packet',
      attempt: 1,
      bytes: encodePacket({ is: 'ping', token, lost: 0 }),
    });
    world.run(1);
  }
  const answers = world.all('a', 'send-direct').length - before;
  expect(answers).toBeGreaterThanOrEqual(4);
  expect(answers).toBeLessThanOrEqual(6);
});

test('a relay without room carries no answers to pings and no acknowledgements until it has some', () => {
  let room = 64 * 1024;
  const full = { direct: () => 0, relayed: () => 64 * 1024 };
  const tight = { direct: () => 0, relayed: () => room };
  const world = new LinkWorld({ relayOnly: true, room: full }, { room: tight });
  world.give('a', { is: 'start' });
  world.run(1_000);
  expect(world.paths).toEqual(['relayed', 'relayed']);
  room = 0;
  const before = world.all('b', 'send-relayed').length;
  world.send('a', 0);
  world.run(3_000);
  // Of itself this end says something at its next heartbeat only.
  expect(world.numbers('b')).toEqual([0]);
  expect(world.all('a', 'send-relayed').length).toBeGreaterThan(2);
  expect(world.all('b', 'send-relayed').length - before).toBe(0);
  expect(world.links.b.wantsRoom).toBe(true);
  room = 64 * 1024;
  world.give('b', { is: 'tick' });
  expect(world.all('b', 'send-relayed').length - before).toBe(1);
});

test('what was under way by a server that died goes again at once by another', () => {
  const world = LinkWorld.started({ relayOnly: true });
  world.run(1_000);
  world.relayCarries = false;
  world.send('a', 0);
  world.run(30);
  world.relayCarries = true;
  world.give('a', { is: 'relay-lost' });
  world.run(100);
  expect(world.numbers('b')).toEqual([0]);
});

test('forged relayed frames do nothing', () => {
  const world = LinkWorld.started({ relayOnly: true });
  world.run(1_000);
  world.give('a', { is: 'relayed', frame: new Uint8Array(100) });
  world.give('a', { is: 'relayed', frame: new Uint8Array(0) });
  world.run(1_000);
  expect(world.paths).toEqual(['relayed', 'relayed']);
});

test('candidates that overtake their offer are kept for it', () => {
  const world = new LinkWorld();
  const candidate = { type: 'host', priority: 1, address: '192.0.2.1', port: 1 } as const;
  world.give('b', {
    is: 'signal',
    payload: { is: 'candidates', attempt: 1, candidates: [candidate] },
  });
  world.give('a', { is: 'start' });
  world.run(1_000);
  expect(world.all('b', 'candidates')).toMatchObject([{ attempt: 1, candidates: [candidate] }]);
});

test('that an offer is urgent rides in the first one only', () => {
  const world = LinkWorld.started({ urgent: true });
  world.run(1_000);
  world.give('a', { is: 'network-changed' });
  world.run(1_000);
  const offers = world
    .all('a', 'signal')
    .flatMap(({ payload }) => (payload.is === 'offer' ? [payload] : []));
  expect(offers.map(({ urgent }) => urgent)).toEqual([true, undefined]);
});

describe('a control message', () => {
  const body = Uint8Array.of(1, 2, 3);

  test.each([false, true])('arrives on whatever carries the link, relayed: %s', (relayOnly) => {
    const world = LinkWorld.started({ relayOnly });
    world.run(1_000);
    world.give('a', { is: 'control', body });
    world.run(100);
    expect(world.all('b', 'control')).toMatchObject([{ body }]);
    expect(world.numbers('b')).toEqual([]);
    expect(world.links.a.stats()?.framesOut).toBe(0);
    expect(world.links.b.stats()?.framesIn).toBe(0);
  });

  test('is dropped where there is no room, and before the link is up', () => {
    let room = 64 * 1024;
    const world = new LinkWorld({ room: { direct: () => room, relayed: () => room } });
    world.give('a', { is: 'control', body });
    world.give('a', { is: 'start' });
    world.run(1_000);
    room = body.length;
    world.give('a', { is: 'control', body });
    room = 64 * 1024;
    world.run(1_000);
    expect(world.paths).toEqual(['direct', 'direct']);
    expect(world.all('b', 'control')).toEqual([]);
  });

  test('that comes before the other end has noticed that the link is up finds it up', () => {
    const world = LinkWorld.started({ relayOnly: true });
    while (world.links.a.path === undefined) world.run(1);
    expect(world.links.b.path).toBeUndefined();
    world.give('a', { is: 'control', body });
    world.run(100);
    const kinds = world.did.b.map(({ output }) => output.do);
    expect(kinds.indexOf('up')).toBeGreaterThanOrEqual(0);
    expect(kinds.indexOf('control')).toBeGreaterThan(kinds.indexOf('up'));
  });
});

test.each([false, true])(
  'bytes that carry no frame are counted apart, at both ends alike, relayed: %s',
  (relayOnly) => {
    const world = LinkWorld.started({ relayOnly });
    world.run(1_000);
    const path = relayOnly ? 'relayed' : 'direct';
    const counted = () => {
      while (!world.still) world.run(1);
      const [a, b] = [world.links.a.stats(), world.links.b.stats()];
      if (a === undefined || b === undefined) throw new Error('both are up');
      return {
        there: a.overhead.bytesOut,
        thereIn: b.overhead.bytesIn,
        back: b.overhead.bytesOut,
        backIn: a.overhead.bytesIn,
        all: a[path].bytesOut,
      };
    };
    const before = counted();
    const count = world.talk(1);
    world.give('a', { is: 'control', body: new Uint8Array(500) });
    world.run(20_000);
    expect(world.came).toEqual([upTo(count), upTo(count)]);
    const after = counted();
    const there = after.there - before.there;
    expect(there).toBeGreaterThan(500);
    expect(there).toBe(after.thereIn - before.thereIn);
    expect(after.back - before.back).toBe(after.backIn - before.backIn);
    // Ten frames of two bytes, each in a packet, sealed where relayed.
    const frames = after.all - before.all - there;
    expect(frames).toBeGreaterThan(10 * 2);
    expect(frames).toBeLessThan(10 * (relayOnly ? 60 : 12));
  },
);
