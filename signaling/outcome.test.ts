import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { expect, it } from 'vitest';
import { yes } from './answer.ts';
import { answerBytes } from './outcome.ts';

const nonce = 'A'.repeat(22);
const peers = Array.from({ length: SIGNALING_LIMITS.sample }, () => ({
  peer: `did:key:${'z'.repeat(48)}`,
  nonce,
}));
const welcome = { stunPort: 3478, iceServers: [], iceSeconds: 0 };

it.each([
  ['a sample', { size: 5_000, peers }],
  ['a welcome', welcome],
  [
    'a welcome to as many topics as a peer may be in',
    {
      ...welcome,
      joined: Array.from({ length: SIGNALING_LIMITS.topicsPerPeer }, () => ({ size: 9, peers })),
    },
  ],
  ['a welcome with topics refused', { ...welcome, joined: [null, null] }],
])('room is taken for about the size of %s', (_what, value) => {
  const size = JSON.stringify(yes(value)).length;
  expect(answerBytes(yes(value))).toBeGreaterThanOrEqual(size * 0.9);
  expect(answerBytes(yes(value))).toBeLessThan(size * 1.1 + 700);
});
