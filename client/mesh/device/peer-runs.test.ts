import { expect, test } from 'vitest';
import { peerOf } from '../test/overlay-network.ts';
import { PeerRuns } from './peer-runs.ts';

const nonce = (n: number) => new Uint8Array(16).fill(n);

test('what was kept of a run that has been followed by another is of the past, for that peer', () => {
  const runs = new PeerRuns();
  expect(runs.heard(peerOf(1), nonce(1))).toBe(true);
  expect(runs.heard(peerOf(1), nonce(1))).toBe(true);
  expect(runs.heard(peerOf(1), nonce(2))).toBe(true);
  expect(runs.heard(peerOf(1), nonce(1))).toBe(false);
  expect(runs.heard(peerOf(1), nonce(2))).toBe(true);
  expect(runs.heard(peerOf(2), nonce(1))).toBe(true);
});

test('a peer that is started again and again is heard in its present run', () => {
  const runs = new PeerRuns();
  for (let run = 0; run < 100; run++) expect(runs.heard(peerOf(1), nonce(run))).toBe(true);
  expect(runs.heard(peerOf(1), nonce(98))).toBe(false);
});
