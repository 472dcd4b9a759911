import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { afterAll, expect, test } from 'vitest';
import { runChaos } from './chaos.ts';

afterAll(cleanUpNodeWebrtc);

test('when links, devices, clocks and the server have failed and are mended, everybody shows the same', {
  timeout: 300_000,
}, async () => {
  const { verdict, happened, problems, messages } = await runChaos({
    peers: 5,
    ms: 20_000,
    messages: 120,
    seed: 4,
    // It ends as soon as all is well; so long it takes only where it never is.
    patienceMs: 90_000,
    log: () => {},
  });
  expect(verdict).toEqual({
    lost: 0,
    repeated: 0,
    differing: 0,
    misordered: 0,
    strange: 0,
    examples: [],
  });
  expect(problems).toEqual([]);
  expect(messages).toBe(120);
  expect(happened).toMatchObject({ partition: 2, 'server-down': 1 });
  expect(happened.crash).toBeGreaterThan(0);
});
