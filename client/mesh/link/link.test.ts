import { describe, expect, test } from 'vitest';
import { LinkWorld } from '../test/link-world.ts';
import type { LinkOptions } from './link.ts';
import { encodePacket } from './packet.ts';
import { LINK_TIMES } from './path-choice.ts';

function started(
  options: Partial<LinkOptions> = {},
  change: (world: LinkWorld) => void = () => undefined,
) {
  const world = new LinkWorld(options);
  change(world);
  world.give('a', { is: 'start' });
  return world;
}

const paths = (world: LinkWorld) => [world.links.a.path, world.links.b.path];

/** Ten frames a second both ways, for so many seconds. */
function talk(world: LinkWorld, seconds: number, first = 0): number {
  for (let i = first; i < first + seconds * 10; i++) {
    world.send('a', i);
    world.send('b', i);
    world.run(100);
  }
  return first + seconds * 10;
}

function expectAll(world: LinkWorld, count: number) {
  const all = Array.from({ length: count }, (_, i) => i);
  expect(world.numbers('a')).toEqual(all);
  expect(world.numbers('b')).toEqual(all);
}

test('direct is tried first, and carries the link as soon as it is open', () => {
  const world = started();
  world.run(1_000);
  expect(world.all('a', 'up')).toMatchObject([{ path: 'direct', at: expect.closeTo(142, -1) }]);
  expect(world.all('b', 'up')[0]?.binding).toEqual(world.all('a', 'up')[0]?.binding);
  expect(world.all('a', 'send-relayed')).toEqual([]);
});

test('each link has a binding of its own', () => {
  const bindings = [1, 2].map(() => {
    const world = started();
    world.run(1_000);
    return world.all('a', 'up')[0]?.binding;
  });
  expect(bindings[0]).not.toEqual(bindings[1]);
});

test('the relay comes in when direct has passed its deadline', () => {
  const world = started({}, (w) => {
    w.directWorks = false;
  });
  world.run(7_900);
  expect(paths(world)).toEqual([undefined, undefined]);
  world.run(500);
  expect(paths(world)).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('direct-timed-out');
});

test('the relay comes in at once when direct has failed', () => {
  const world = started({}, (w) => {
    w.directWorks = false;
  });
  world.run(200);
  world.cut();
  world.run(200);
  expect(paths(world)).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('direct-failed');
});

test('two that reach each other through a third take no relay, unless one of them does not', () => {
  for (const theyNeed of [false, true]) {
    const world = new LinkWorld({ relayNeeded: () => false }, { relayNeeded: () => theyNeed });
    world.directWorks = false;
    world.give('a', { is: 'start' });
    world.run(20_000);
    expect(paths(world)).toEqual(theyNeed ? ['relayed', 'relayed'] : [undefined, undefined]);
    world.run(20_000);
    expect(world.all('a', 'down')).toHaveLength(theyNeed ? 0 : 1);
  }
});

test('where one end wants no direct path the link is relayed at once', () => {
  const world = new LinkWorld({}, { relayOnly: true });
  world.give('a', { is: 'start' });
  world.run(200);
  expect(paths(world)).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('relay-only');
  expect(world.links.b.stats()?.cause).toBe('relay-only');
});

test('while relayed, direct is tried with back-off, and the link moves over and loses nothing', () => {
  const world = started({}, (w) => {
    w.directWorks = false;
  });
  world.run(9_000);
  let count = talk(world, 60);
  const tries = world.all('a', 'attempt').map(({ at }) => Math.round(at / 1000));
  expect(tries.slice(0, 3)).toEqual([0, 25, 55]);
  world.directWorks = true;
  count = talk(world, 60, count);
  world.run(1_000);
  expect(paths(world)).toEqual(['direct', 'direct']);
  expectAll(world, count);
});

test('a lost channel is relayed at once, tried anew, and loses nothing', () => {
  const world = started();
  world.run(1_000);
  let count = talk(world, 1);
  world.send('a', count);
  world.send('b', count++);
  world.cut();
  expect(paths(world)).toEqual(['relayed', 'relayed']);
  expect(world.links.a.stats()?.cause).toBe('channel-lost');
  world.directWorks = false;
  count = talk(world, 2, count);
  world.directWorks = true;
  count = talk(world, 40, count);
  world.run(1_000);
  expect(paths(world)).toEqual(['direct', 'direct']);
  expectAll(world, count);
});

test('when one end loses the channel and the other does not notice, both move to the relay', () => {
  const world = started();
  world.run(1_000);
  world.directCarries = false;
  world.give('a', { is: 'closed', attempt: 1 });
  world.directWorks = false;
  world.run(100);
  expect(paths(world)).toEqual(['relayed', 'relayed']);
});

test('a direct path that swallows everything is left within 13 s, and nothing is lost', () => {
  const world = started();
  world.run(1_000);
  let count = talk(world, 2);
  world.directCarries = false;
  world.directWorks = false;
  const before = world.now;
  while (paths(world).includes('direct') && world.now < before + 20_000)
    count = talk(world, 1, count);
  expect(world.now - before).toBeLessThanOrEqual(13_000);
  count = talk(world, 5, count);
  world.run(2_000);
  expectAll(world, count);
});

test('a change of network makes a second path before the first is left', () => {
  const world = started();
  world.run(1_000);
  let count = talk(world, 1);
  world.give('b', { is: 'network-changed' });
  count = talk(world, 5, count);
  expect(world.all('a', 'attempt').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect([...world.all('a', 'path'), ...world.all('b', 'path')]).toEqual([]);
  expect(world.links.a.stats()?.pathChanges).toBe(1);
  expect(world.all('a', 'abandon')).toMatchObject([{ attempt: 1 }]);
  expectAll(world, count);
});

test('a neighbour that asks on and on for new attempts gets one each half second at most', () => {
  const world = started();
  world.run(1_000);
  for (let i = 0; i < 100; i++) {
    world.give('a', { is: 'signal', payload: { is: 'retry' } });
    world.run(20);
  }
  expect(world.all('a', 'attempt').length).toBeGreaterThan(2);
  expect(world.all('a', 'attempt').length).toBeLessThanOrEqual(6);
});

test('an idle link sends no more than one heartbeat and its answer in 5 s', () => {
  const world = started();
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

test('a dead neighbour is noticed within 12 s', () => {
  const world = started();
  world.run(1_000);
  world.directCarries = false;
  world.relayCarries = false;
  world.run(11_000);
  expect(world.all('a', 'down')).toEqual([]);
  world.run(1_001);
  expect(world.all('a', 'down')).toMatchObject([{ ending: 'lost' }]);
  expect(world.links.a.wakeAt).toBeUndefined();
});

test('an offer without an answer ends', () => {
  const world = started({}, (w) => {
    w.signalsCarry = false;
  });
  world.run(LINK_TIMES.noAnswerMs);
  expect(world.all('a', 'down')).toMatchObject([{ ending: 'no-answer' }]);
});

test('relayOnly set and unset moves the link away and back', () => {
  const world = started();
  world.run(1_000);
  world.give('a', { is: 'relay-only', relayOnly: true });
  let count = talk(world, 30);
  expect(paths(world)).toEqual(['relayed', 'relayed']);
  world.give('a', { is: 'relay-only', relayOnly: false });
  count = talk(world, 1, count);
  expect(paths(world)).toEqual(['direct', 'direct']);
  expectAll(world, count);
});

test('who closes says why, and both are down', () => {
  const world = started();
  world.run(1_000);
  world.give('a', { is: 'close', reason: 'gone offline' });
  world.run(100);
  expect(world.all('a', 'down')).toMatchObject([{ reason: 'gone offline', ending: 'closed' }]);
  expect(world.all('b', 'down')).toMatchObject([{ reason: 'gone offline', ending: 'left' }]);
  expect(world.did.b.at(-1)?.output.do).not.toBe('frame');
});

test('when both close at once, both are down, once', () => {
  const world = started();
  world.run(1_000);
  world.give('a', { is: 'close', reason: 'left' });
  world.give('b', { is: 'close', reason: 'left' });
  world.run(20_000);
  expect([world.all('a', 'down').length, world.all('b', 'down').length]).toEqual([1, 1]);
});

describe('a neighbour that misbehaves loses the link, and is told why', () => {
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array(0)],
    ['a packet of no kind', Uint8Array.of(99, 1, 2, 3)],
    ['an oversized packet', new Uint8Array(20_000).fill(0x86)],
    [
      'an oversized frame',
      encodePacket({
        is: 'data',
        priority: 'bulk',
        number: 0,
        first: true,
        last: false,
        total: 1e9,
        body: Uint8Array.of(1),
      }),
    ],
    ['a false acknowledgement', encodePacket({ is: 'ack', acks: { chat: 9, bulk: 0 } })],
  ];
  test.each(bad)('%s', (_what, bytes) => {
    const world = started();
    world.run(1_000);
    world.give('a', { is: 'packet', attempt: 1, bytes });
    expect(world.all('a', 'down')).toMatchObject([{ ending: 'misbehaved' }]);
    world.run(100);
    expect(world.all('b', 'down')).toMatchObject([
      { ending: 'left', reason: world.all('a', 'down')[0]?.reason },
    ]);
  });
});

test('a neighbour that pings at full rate gets five answers a second', () => {
  const world = started();
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
  expect(paths(world)).toEqual(['relayed', 'relayed']);
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
  const world = started({ relayOnly: true });
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
  const world = started({ relayOnly: true });
  world.run(1_000);
  world.give('a', { is: 'relayed', frame: new Uint8Array(100) });
  world.give('a', { is: 'relayed', frame: new Uint8Array(0) });
  world.run(1_000);
  expect(paths(world)).toEqual(['relayed', 'relayed']);
});

test('a session key that is none ends the link', () => {
  const world = new LinkWorld();
  const offer = { is: 'offer', attempt: 1, ephemeral: new Uint8Array(32) } as const;
  world.give('b', { is: 'signal', payload: offer });
  expect(world.all('b', 'down')).toMatchObject([{ ending: 'misbehaved' }]);
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

describe('a goodbye says in a word why', () => {
  test('surplus: to both ends the link is one too many, and neither has left', () => {
    const world = started();
    world.run(1_000);
    world.give('a', { is: 'close', reason: 'links enough', code: 'surplus' });
    world.run(100);
    expect(world.all('a', 'down')).toMatchObject([{ ending: 'surplus' }]);
    expect(world.all('b', 'down')).toMatchObject([{ ending: 'surplus', reason: 'links enough' }]);
  });

  test('surplus over the relay too', () => {
    const world = started({ relayOnly: true });
    world.run(1_000);
    world.give('b', { is: 'close', reason: 'links enough', code: 'surplus' });
    world.run(100);
    expect(world.all('a', 'down')).toMatchObject([{ ending: 'surplus' }]);
  });

  test('full: whoever offered is not refused for what it is', () => {
    const world = started();
    const say = (code: 'full' | 'other') => {
      world.give('a', { is: 'signal', payload: { is: 'bye', code, reason: 'x' } });
      return world.all('a', 'down');
    };
    expect(say('full')).toMatchObject([{ ending: 'full' }]);
    const refused = started();
    refused.give('a', { is: 'signal', payload: { is: 'bye', code: 'other', reason: 'x' } });
    expect(refused.all('a', 'down')).toMatchObject([{ ending: 'refused' }]);
  });

  test('whatever the word, a link that was up has been left and not refused', () => {
    for (const code of ['full', 'other'] as const) {
      const world = started();
      world.run(1_000);
      world.give('a', { is: 'signal', payload: { is: 'bye', code, reason: 'x' } });
      expect(world.all('a', 'down')).toMatchObject([{ ending: 'left' }]);
    }
  });
});

test('that an offer is urgent rides in the first one only', () => {
  const world = started({ urgent: true });
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
    const world = started({ relayOnly });
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
    expect(paths(world)).toEqual(['direct', 'direct']);
    expect(world.all('b', 'control')).toEqual([]);
  });

  test('that comes before the other end has noticed that the link is up finds it up', () => {
    const world = started({ relayOnly: true });
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
    const world = started({ relayOnly });
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
    const count = talk(world, 1);
    world.give('a', { is: 'control', body: new Uint8Array(500) });
    world.run(20_000);
    expectAll(world, count);
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
