import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectsOf, down, first, joined, P1, PEERS, roomWith, up } from '../test/one-overlay.ts';
import type { OverlayOutput } from './overlay-inputs.ts';
import { OVERLAY_SIZES } from './overlay-times.ts';

const { wanted, least } = OVERLAY_SIZES.shown;
const vain = (peer = P1) => ({ is: 'vain', peer }) as const;

test('a neighbour that promises in vain gives way to another, and is not tried again for a while', () => {
  const room = roomWith(wanted);
  room.give(joined(PEERS));
  const outputs = room.give(vain());
  expect(outputs).toContainEqual({ do: 'close', peer: P1 });
  const connects = [...outputs, ...room.run(50_000).map(({ output }) => output)].flatMap(
    (output) => (output.do === 'connect' ? [output.peer] : []),
  );
  expect(connects.length).toBeGreaterThan(0);
  expect(connects).not.toContain(P1);
});

test('where nobody else is here the link stays, for a slow neighbour is better than none', () => {
  const room = roomWith(wanted);
  expect(room.closes(vain())).toEqual([]);
  expect(room.run(600_000).filter(({ output }) => output.do === 'close')).toEqual([]);
});

test('the few that a topic needs are kept until others have come', () => {
  const room = roomWith(least);
  const before = room.connects(joined(PEERS), ...first(least).map((peer) => vain(peer)));
  const sought = [...before, ...connectsOf(room.run(2_000)).map(({ peer }) => peer)];
  // As many as if there were none of them.
  expect(sought).toHaveLength(wanted);
  const closed = sought.flatMap((peer) => room.closes(up(peer)));
  expect(closed.sort()).toEqual([...first(least)].sort());
});

test('its own offers are refused meanwhile, unless there is next to nobody else', () => {
  const room = roomWith(wanted);
  room.give(joined(PEERS));
  room.give(vain());
  expect(room.offers([P1])).toEqual([false]);
  room.give(...first(wanted).map((peer) => down(peer)));
  expect(room.offers([P1])).toEqual([true]);
});

test('whoever promises in vain, and however often, some neighbour is left', () => {
  const step = fc.record({
    vain: fc.subarray([...PEERS], { maxLength: 6 }),
    comes: fc.boolean(),
    ms: fc.integer({ min: 1, max: 20_000 }),
  });
  const property = fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
    const room = roomWith(wanted);
    const linked = new Set(first(wanted));
    const see = (outputs: readonly OverlayOutput[]) => {
      for (const output of outputs) if (output.do === 'close') linked.delete(output.peer);
      expect(linked.size).toBeGreaterThan(0);
    };
    see(room.give(joined(PEERS)));
    for (const { vain: peers, comes, ms } of steps) {
      for (const peer of peers) see(room.give(vain(peer)));
      const outputs = room.run(ms).map(({ output }) => output);
      see(outputs);
      for (const output of outputs) {
        if (output.do !== 'connect') continue;
        if (comes) linked.add(output.peer);
        see(room.give(comes ? up(output.peer) : down(output.peer, 'no-answer')));
      }
    }
  });
  fc.assert(property, { numRuns: 50 });
});
