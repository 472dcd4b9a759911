import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { first, spec, topic } from '../test/one-overlay.ts';
import { peerOf } from '../test/overlay-network.ts';
import type { OverlayInput, OverlayOutput } from './overlay-inputs.ts';
import { RunningOverlay } from './running-overlay.ts';

test('an input that comes of an output waits until the outputs before it are carried out', () => {
  const did: string[] = [];
  const say = (input: OverlayInput) => {
    did.push(`before ${input.is}`);
    overlay.handle(input);
    did.push(`after ${input.is}`);
  };
  const overlay = new RunningOverlay({
    me: peerOf(0),
    clock: systemClock,
    random: () => 0.5,
    leads: () => true,
    on: (output: OverlayOutput) => {
      did.push(output.do);
      // The first attempt ends at once, which has the overlay look for another.
      if (output.do === 'connect' && did.length === 1)
        say({ is: 'down', peer: output.peer, ending: 'closed' });
    },
  });
  overlay.handle({ is: 'join', spec: spec('listed', first(6)) });
  overlay.handle({ is: 'here', topic, peers: first(6), asked: [] });
  overlay.close();
  expect(did.slice(0, 4)).toEqual(['connect', 'before down', 'after down', 'connect']);
  expect(did.length).toBeGreaterThan(4);
});
