import { ephemeralKeyPair } from '@snug/shared/crypto/relay-cipher.ts';
import { expect, test } from 'vitest';
import { description, LinkWorld, upTo } from '../test/link-world.ts';
import { encodePacket } from './packet.ts';

test('direct is tried first, and carries the link as soon as it is open', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  expect(world.all('a', 'up')).toMatchObject([{ path: 'direct', at: expect.closeTo(142, -1) }]);
  expect(world.all('b', 'up')[0]?.binding).toEqual(world.all('a', 'up')[0]?.binding);
  expect(world.all('a', 'send-relayed')).toEqual([]);
});

test('the relay comes in when direct has passed its deadline', () => {
  const world = LinkWorld.started({}, (w) => {
    w.directWorks = false;
  });
  world.run(7_900);
  expect(world.paths).toEqual([undefined, undefined]);
  world.run(500);
  expect(world.paths).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('direct-timed-out');
});

test('the relay comes in at once when direct has failed', () => {
  const world = LinkWorld.started({}, (w) => {
    w.directWorks = false;
  });
  world.run(200);
  world.cut();
  world.run(200);
  expect(world.paths).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('direct-failed');
});

test('two that reach each other through a third take no relay, unless one of them does not', () => {
  for (const theyNeed of [false, true]) {
    const world = new LinkWorld({ relayNeeded: () => false }, { relayNeeded: () => theyNeed });
    world.directWorks = false;
    world.give('a', { is: 'start' });
    world.run(20_000);
    expect(world.paths).toEqual(theyNeed ? ['relayed', 'relayed'] : [undefined, undefined]);
    world.run(20_000);
    expect(world.all('a', 'down')).toHaveLength(theyNeed ? 0 : 1);
  }
});

test('where one end wants no direct path the link is relayed at once', () => {
  const world = new LinkWorld({}, { relayOnly: true });
  world.give('a', { is: 'start' });
  world.run(200);
  expect(world.paths).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('relay-only');
  expect(world.links.b.stats()?.cause).toBe('relay-only');
});

test('while relayed, direct is tried with back-off, and the link moves over and loses nothing', () => {
  const world = LinkWorld.started({}, (w) => {
    w.directWorks = false;
  });
  world.run(9_000);
  let count = world.talk(60);
  const tries = world.all('a', 'attempt').map(({ at }) => Math.round(at / 1000));
  expect(tries.slice(0, 3)).toEqual([0, 25, 55]);
  world.directWorks = true;
  count = world.talk(60, count);
  world.run(1_000);
  expect(world.paths).toEqual(['direct', 'direct']);
  expect(world.came).toEqual([upTo(count), upTo(count)]);
});

test('a lost channel is relayed at once, tried anew, and loses nothing', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  let count = world.talk(1);
  world.send('a', count);
  world.send('b', count++);
  world.cut();
  expect(world.paths).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('channel-lost');
  world.directWorks = false;
  count = world.talk(2, count);
  world.directWorks = true;
  count = world.talk(40, count);
  world.run(1_000);
  expect(world.paths).toEqual(['direct', 'direct']);
  expect(world.came).toEqual([upTo(count), upTo(count)]);
});

test('when one end loses the channel and the other does not notice, both move to the relay', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  world.directCarries = false;
  world.give('a', { is: 'closed', attempt: 1 });
  world.directWorks = false;
  world.run(100);
  expect(world.paths).toEqual(['relayed', 'relayed']);
});

test('a direct path that swallows everything is left within 13 s, and nothing is lost', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  let count = world.talk(2);
  world.directCarries = false;
  world.directWorks = false;
  const before = world.now;
  while (world.paths.includes('direct') && world.now < before + 20_000)
    count = world.talk(1, count);
  expect(world.now - before).toBeLessThanOrEqual(13_000);
  count = world.talk(5, count);
  world.run(2_000);
  expect(world.came).toEqual([upTo(count), upTo(count)]);
});

test('a change of network makes a second path before the first is left', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  let count = world.talk(1);
  world.give('b', { is: 'network-changed' });
  count = world.talk(5, count);
  expect(world.all('a', 'attempt').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect([...world.all('a', 'path'), ...world.all('b', 'path')]).toEqual([]);
  expect(world.links.a.stats()?.pathChanges).toBe(1);
  expect(world.all('a', 'abandon')).toMatchObject([{ attempt: 1 }]);
  expect(world.came).toEqual([upTo(count), upTo(count)]);
});

test('a neighbour that asks on and on for new attempts gets one each half second at most', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  for (let i = 0; i < 100; i++) {
    world.give('a', { is: 'signal', payload: { is: 'retry' } });
    world.run(20);
  }
  expect(world.all('a', 'attempt').length).toBeGreaterThan(2);
  expect(world.all('a', 'attempt').length).toBeLessThanOrEqual(6);
});

test('an idle link sends no more than one heartbeat and its answer in 5 s', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  const before = world.did.a.length + world.did.b.length;
  world.run(60_000);
  const sent = [...world.all('a', 'send-direct'), ...world.all('b', 'send-direct')];
  expect(world.did.a.length + world.did.b.length - before).toBe(
    sent.filter(({ at }) => at > 1_000).length,
  );
  expect(sent.length).toBeLessThanOrEqual(24);
  expect(world.links.a.stats()?.rttMs).toBe(10);
});

test('relayOnly set and unset moves the link away and back', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  world.give('a', { is: 'relay-only', relayOnly: true });
  let count = world.talk(30);
  expect(world.paths).toEqual(['relayed', 'relayed']);
  world.give('a', { is: 'relay-only', relayOnly: false });
  count = world.talk(1, count);
  expect(world.paths).toEqual(['direct', 'direct']);
  expect(world.came).toEqual([upTo(count), upTo(count)]);
});

test('a path that is open before the session has its keys waits for them, and hands out nothing', () => {
  const world = LinkWorld.started({}, (w) => {
    w.signalsCarry = false;
  });
  world.run(100);
  world.give('a', { is: 'opened', attempt: 1 });
  const body = Uint8Array.of(1);
  const data = { is: 'data', priority: 'chat', number: 0, first: true, last: true, body } as const;
  world.give('a', { is: 'packet', attempt: 1, bytes: encodePacket(data) });
  expect(world.links.a.path).toBeUndefined();
  expect([...world.all('a', 'up'), ...world.all('a', 'frame')]).toEqual([]);
  const ephemeral = ephemeralKeyPair().publicKey;
  world.give('a', { is: 'signal', payload: { is: 'answer', attempt: 1, ephemeral } });
  expect(world.all('a', 'up')).toMatchObject([{ path: 'direct' }]);
});

test('while relayed, what the platform says of the last direct path can be read', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  world.give('b', { is: 'network-changed' });
  world.run(1_000);
  world.give('a', { is: 'closed', attempt: 1, problem: 'overtaken' });
  expect(world.links.a.stats()).not.toHaveProperty('directProblem');
  world.give('a', { is: 'closed', attempt: 2, problem: 'Ice connection failed.' });
  expect(world.links.a.stats()).toMatchObject({
    path: 'relayed',
    directProblem: 'Ice connection failed.',
  });
});

test('offers without end within a session make few WebRTC connections, and the link stays', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  const before = world.all('b', 'attempt').length;
  for (let attempt = 100; attempt < 300; attempt++) {
    world.give('b', {
      is: 'signal',
      payload: { is: 'offer', attempt, description: description(attempt % 256) },
    });
    world.run(50);
  }
  expect(world.all('b', 'attempt').length - before).toBeLessThan(15);
  const count = world.talk(20);
  expect(world.came).toEqual([upTo(count), upTo(count)]);
});

test('an end that asks for a further direct path on and on gets one now and then', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  const before = world.all('a', 'attempt').length;
  for (let asked = 0; asked < 600; asked++) {
    world.give('a', { is: 'signal', payload: { is: 'retry' } });
    world.run(100);
  }
  expect(world.all('a', 'attempt').length - before).toBeLessThan(15);
  expect(world.paths).toEqual(['direct', 'direct']);
});
