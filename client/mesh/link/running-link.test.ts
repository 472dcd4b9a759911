import { ed25519 } from '@noble/curves/ed25519.js';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { afterEach, expect, test, vi } from 'vitest';
import type { Clock } from '../clock.ts';
import { RunningLink, type RunningLinkOptions } from './running-link.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const id = (fill: number) =>
  peerIdFromPublicKey(ed25519.getPublicKey(new Uint8Array(32).fill(fill)));

function link(options: Partial<RunningLinkOptions>) {
  vi.useFakeTimers();
  const downs: string[] = [];
  const clock: Clock = {
    now: () => Date.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
  };
  const made = new RunningLink({
    me: id(1),
    peer: id(2),
    number: 1,
    spec: {
      topic: v.parse(Topic, 'A'.repeat(43)),
      signalKey: new Uint8Array(32),
      servers: [],
      initiate: 'listed',
      allowed: [],
    },
    session: new Uint8Array(16),
    initiator: true,
    wrtc: undefined,
    webrtc: false,
    relayOnly: true,
    directDeadlineMs: 8_000,
    relayNeeded: () => true,
    clock,
    iceServers: () => [],
    server: () => undefined,
    signal: () => undefined,
    emit: () => undefined,
    onControl: () => undefined,
    onOpen: () => undefined,
    onUp: () => undefined,
    onQuality: () => undefined,
    onDown: (ending, reason) => downs.push(`${ending}: ${reason}`),
    ...options,
  });
  return { made, downs };
}

test('an error while an input is handled ends the link with a reason, and neither throws nor wedges it', () => {
  const said = vi.spyOn(console, 'error').mockReturnValue(undefined);
  const { made, downs } = link({
    signal: () => {
      throw new RangeError('too many');
    },
  });
  made.start();
  expect(downs).toEqual(['misbehaved: an error in the program']);
  expect(made.up).toBe(false);
  expect(said).toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
  made.handle({ is: 'tick' });
  made.close('gone', false);
  expect(downs).toHaveLength(1);
});

test('an error while the end is told is the last of it', () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  const { made } = link({
    onDown: () => {
      throw new Error('no');
    },
  });
  made.start();
  made.close('gone', false);
  made.handle({ is: 'tick' });
  expect(vi.getTimerCount()).toBe(0);
});
