import { describe, expect, test } from 'vitest';
import { HEARD_RATES, TOO_MANY_A_MINUTE } from '../routes/neighbour-conduct.ts';
import { LinkWorld, upTo } from '../test/link-world.ts';
import { encodePacket } from './packet.ts';
import { LINK_TIMES } from './path-choice.ts';

test('a dead neighbour is noticed within 12 s', () => {
  const world = LinkWorld.started();
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
  const world = LinkWorld.started({}, (w) => {
    w.signalsCarry = false;
  });
  world.run(LINK_TIMES.noAnswerMs);
  expect(world.all('a', 'down')).toMatchObject([{ ending: 'no-answer' }]);
});

test('who closes says why, and both are down', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  world.give('a', { is: 'close', reason: 'gone offline' });
  world.run(100);
  expect(world.all('a', 'down')).toMatchObject([{ reason: 'gone offline', ending: 'closed' }]);
  expect(world.all('b', 'down')).toMatchObject([{ reason: 'gone offline', ending: 'left' }]);
  expect(world.did.b.at(-1)?.output.do).not.toBe('frame');
});

test('when both close at once, both are down, once', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  world.give('a', { is: 'close', reason: 'left' });
  world.give('b', { is: 'close', reason: 'left' });
  world.run(20_000);
  expect([world.all('a', 'down').length, world.all('b', 'down').length]).toEqual([1, 1]);
});

describe('a neighbour that misbehaves loses the link, and is told why', () => {
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array(0)],
    ['a packet of a known kind, cut off', Uint8Array.of(2, 1)],
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
    const world = LinkWorld.started();
    world.run(1_000);
    world.give('a', { is: 'packet', attempt: 1, bytes });
    expect(world.all('a', 'down')).toMatchObject([{ ending: 'misbehaved' }]);
    world.run(100);
    expect(world.all('b', 'down')).toMatchObject([
      { ending: 'left', reason: world.all('a', 'down')[0]?.reason },
    ]);
  });
});

test('what only a later version sends ends nothing, unless it never ends itself', () => {
  const flood = (packets: number) => {
    const world = LinkWorld.started();
    world.run(1_000);
    for (let i = 0; i < packets; i++)
      world.give('a', { is: 'packet', attempt: 1, bytes: Uint8Array.of(99, 1, 2, 3) });
    return world;
  };
  const some = flood(HEARD_RATES.others.burst + TOO_MANY_A_MINUTE);
  expect(some.talk(1)).toBe(10);
  expect(some.came).toEqual([upTo(10), upTo(10)]);
  expect(flood(HEARD_RATES.others.burst + TOO_MANY_A_MINUTE + 1).all('a', 'down')).toMatchObject([
    { ending: 'misbehaved' },
  ]);
});

test('what only a later version sends may come for ever, at the pace of control messages', () => {
  const world = LinkWorld.started();
  world.run(1_000);
  for (let i = 0; i < 120 * HEARD_RATES.others.perSecond; i++) {
    world.give('a', { is: 'packet', attempt: 1, bytes: Uint8Array.of(99) });
    world.run(1_000 / HEARD_RATES.others.perSecond);
  }
  expect(world.paths).toEqual(['direct', 'direct']);
});

describe('a goodbye says in a word why', () => {
  test('surplus: to both ends the link is one too many, and neither has left', () => {
    const world = LinkWorld.started();
    world.run(1_000);
    world.give('a', { is: 'close', reason: 'links enough', code: 'surplus' });
    world.run(100);
    expect(world.all('a', 'down')).toMatchObject([{ ending: 'surplus' }]);
    expect(world.all('b', 'down')).toMatchObject([{ ending: 'surplus', reason: 'links enough' }]);
  });

  test('surplus over the relay too', () => {
    const world = LinkWorld.started({ relayOnly: true });
    world.run(1_000);
    world.give('b', { is: 'close', reason: 'links enough', code: 'surplus' });
    world.run(100);
    expect(world.all('a', 'down')).toMatchObject([{ ending: 'surplus' }]);
  });

  test('full: whoever offered is not refused for what it is', () => {
    const world = LinkWorld.started();
    const say = (code: 'full' | 'other') => {
      world.give('a', { is: 'signal', payload: { is: 'bye', code, reason: 'x' } });
      return world.all('a', 'down');
    };
    expect(say('full')).toMatchObject([{ ending: 'full' }]);
    const refused = LinkWorld.started();
    refused.give('a', { is: 'signal', payload: { is: 'bye', code: 'other', reason: 'x' } });
    expect(refused.all('a', 'down')).toMatchObject([{ ending: 'refused' }]);
  });

  test('whatever the word, a link that was up has been left and not refused', () => {
    for (const code of ['full', 'other'] as const) {
      const world = LinkWorld.started();
      world.run(1_000);
      world.give('a', { is: 'signal', payload: { is: 'bye', code, reason: 'x' } });
      expect(world.all('a', 'down')).toMatchObject([{ ending: 'left' }]);
    }
  });
});

test('a session key that is none ends the link', () => {
  const world = new LinkWorld();
  const offer = { is: 'offer', attempt: 1, ephemeral: new Uint8Array(32) } as const;
  world.give('b', { is: 'signal', payload: offer });
  expect(world.all('b', 'down')).toMatchObject([{ ending: 'misbehaved' }]);
});
