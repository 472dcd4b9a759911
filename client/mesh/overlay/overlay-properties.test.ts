import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ending } from '../link/ending.ts';
import type { TopicSpec } from '../links-port.ts';
import { peerOf, topicOf } from '../test/overlay-network.ts';
import { seeded } from '../test/random.ts';
import { Overlay } from './overlay.ts';
import type { OverlayInput } from './overlay-inputs.ts';
import { OVERLAY_SIZES } from './overlay-times.ts';

const ME = peerOf(0);
const PEERS = Array.from({ length: 60 }, (_, i) => peerOf(i + 1));
const TOPICS = Array.from({ length: 6 }, (_, i) => topicOf(i));
const ENDINGS: readonly Ending[] = [
  'closed',
  'left',
  'surplus',
  'refused',
  'full',
  'no-answer',
  'lost',
  'misbehaved',
];

/** Carries out what an overlay wants, as the links would, and holds against it what it must never do. */
class Held {
  now = 0;
  readonly overlay: Overlay;
  readonly links = new Map<PeerId, string>();

  constructor(seed: number) {
    this.overlay = new Overlay(ME, seeded(seed));
  }

  give(...inputs: OverlayInput[]): void {
    for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
      const outputs = this.overlay.handle(input, this.now);
      expect(outputs.length).toBeLessThan(100);
      for (const output of outputs) {
        switch (output.do) {
          case 'connect':
            expect(this.links.has(output.peer)).toBe(false);
            expect(output.peer).not.toBe(ME);
            this.links.set(output.peer, output.topic);
            inputs.push({ is: 'linking', peer: output.peer, topic: output.topic });
            break;
          case 'close':
            expect(this.links.delete(output.peer)).toBe(true);
            inputs.push({ is: 'down', peer: output.peer, ending: 'surplus' });
            break;
          case 'knock':
            expect(this.links.has(output.peer)).toBe(true);
            break;
          case 'judged':
            if (input.is !== 'offered' || !output.accept) break;
            this.links.set(input.peer, input.topic);
            inputs.push({ is: 'linking', peer: input.peer, topic: input.topic });
            break;
        }
        expect(this.links.size).toBeLessThanOrEqual(LINK_LIMITS.links);
      }
      const { wakeAt } = this.overlay;
      if (wakeAt !== undefined && inputs.length === 0) expect(wakeAt).toBeGreaterThan(this.now);
    }
  }

  wait(ms: number): void {
    const end = this.now + ms;
    let ticks = 0;
    for (let at = this.overlay.wakeAt; at !== undefined && at <= end; at = this.overlay.wakeAt) {
      this.now = Math.max(at, this.now);
      this.give({ is: 'tick' });
      ticks++;
    }
    // Each topic may look around every few seconds, no more.
    expect(ticks).toBeLessThan(20 + ms / 100);
    this.now = end;
  }
}

const peer = fc.constantFrom(...PEERS);
const peers = fc.subarray(PEERS, { maxLength: 20 });
const topic = fc.constantFrom(...TOPICS);
const initiate = fc.constantFrom<TopicSpec['initiate']>(
  'listed',
  'listed',
  'listed',
  'knock',
  'wait',
);
const step = fc.oneof(
  fc.record({
    is: fc.constant('join' as const),
    spec: fc.record({
      topic,
      initiate,
      allowed: fc.oneof(fc.constant([...PEERS, ME]), fc.subarray(PEERS)),
      background: fc.boolean(),
      signalKey: fc.constant(new Uint8Array(32)),
      servers: fc.constant([]),
    }),
  }),
  fc.record({ is: fc.constant('leave' as const), topic }),
  fc.record({ is: fc.constant('joined' as const), topic, size: fc.nat(100), peers }),
  fc.record({ is: fc.constant('here' as const), topic, peers, asked: peers }),
  fc.record({ is: fc.constant('gone' as const), peer }),
  fc.record({ is: fc.constant('learned' as const), topic, peers }),
  fc.record({ is: fc.constant('reached' as const), topic, peers }),
  fc.record({
    is: fc.constant('offered' as const),
    request: fc.nat(),
    peer,
    topic,
    urgent: fc.boolean(),
  }),
  fc.record({ is: fc.constant('shares' as const), peer, topic }),
  fc.record({ is: fc.constant('shares-no-more' as const), peer, topic }),
  fc.record({
    is: fc.constant('quality' as const),
    peer,
    path: fc.constantFrom('direct' as const, 'relayed' as const),
    rttMs: fc.option(fc.nat(5_000), { nil: undefined }),
  }),
  fc.record({ is: fc.constant('answered' as const), peer, topic, letIn: fc.boolean() }),
  fc.record({ is: fc.constant('network-changed' as const) }),
  // What happens to links: to one of those there are.
  fc.record({ is: fc.constant('opens' as const), which: fc.nat(15) }),
  fc.record({ is: fc.constant('opens' as const), which: fc.nat(15) }),
  fc.record({
    is: fc.constant('ends' as const),
    which: fc.nat(15),
    ending: fc.constantFrom(...ENDINGS),
  }),
  fc.record({ is: fc.constant('wait' as const), ms: fc.nat(120_000) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(held: Held, each: Step): void {
  if (each.is === 'wait') {
    held.wait(each.ms);
    return;
  }
  if (each.is !== 'opens' && each.is !== 'ends') {
    held.give(each);
    return;
  }
  const linked = [...held.links.keys()][each.which];
  if (linked === undefined) return;
  if (each.is === 'opens') held.give({ is: 'up', peer: linked, path: 'direct' });
  else {
    held.links.delete(linked);
    held.give({ is: 'down', peer: linked, ending: each.ending });
  }
}

test('whatever happens: never more links than a device may hold, never two to one peer, never a busy loop', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { minLength: 10, maxLength: 120 }), (seed, steps) => {
      const held = new Held(seed);
      for (const each of steps) take(held, each);
    }),
    { numRuns: 150 },
  );
});

test('whatever happens: a device in one topic holds at most eight links of it', () => {
  const [only = topicOf(0)] = TOPICS;
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { minLength: 10, maxLength: 120 }), (seed, steps) => {
      const held = new Held(seed);
      const spec = { topic: only, signalKey: new Uint8Array(32), servers: [] };
      held.give({ is: 'join', spec: { ...spec, initiate: 'listed', allowed: PEERS } });
      for (const each of steps) {
        // A peer that is no longer there is none of the eight.
        if (each.is === 'join' || each.is === 'leave' || each.is === 'shares-no-more') continue;
        take(held, 'topic' in each ? { ...each, topic: only } : each);
        expect(held.links.size).toBeLessThanOrEqual(OVERLAY_SIZES.shown.most);
      }
    }),
    { numRuns: 150 },
  );
});

test('whatever happened before: who is here and has no link is offered one in the end', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { minLength: 1, maxLength: 60 }), (seed, steps) => {
      const held = new Held(seed);
      for (const each of steps) take(held, each);
      const spec = { topic: topicOf(99), signalKey: new Uint8Array(32), servers: [] };
      held.give({ is: 'join', spec: { ...spec, initiate: 'listed', allowed: PEERS } });
      held.give({ is: 'joined', topic: topicOf(99), size: 61, peers: PEERS });
      let tried = 0;
      for (let i = 0; i < 20 && tried === 0; i++) {
        held.wait(60_000);
        for (const [linked, begun] of [...held.links]) {
          if (begun === topicOf(99)) tried++;
          // Attempts come to an end.
          else if (held.links.delete(linked))
            held.give({ is: 'down', peer: linked, ending: 'no-answer' });
        }
      }
      expect(tried).toBeGreaterThan(0);
    }),
    { numRuns: 100 },
  );
});
