import { ed25519 } from '@noble/curves/ed25519.js';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { expect, test } from 'vitest';
import { MESH, Presence } from './presence.ts';

const PEER = peerIdFromPublicKey(ed25519.getPublicKey(new Uint8Array(32).fill(1)));
const TRUE = new Uint8Array(16).fill(1);
const FALSE = new Uint8Array(16).fill(2);
const NEXT = new Uint8Array(16).fill(3);
const [A, B] = ['https://a.example', 'https://b.example'] as const;

test('what one server says of a nonce does not overwrite what another said', () => {
  const presence = new Presence();
  presence.seen(PEER, TRUE, A);
  presence.seen(PEER, FALSE, B);
  expect(presence.nonce(PEER, A)).toEqual(TRUE);
  expect(presence.nonce(PEER, B)).toEqual(FALSE);
});

test('the way by which the peer itself was heard goes first, whatever another server says later', () => {
  const presence = new Presence();
  presence.heard(PEER, TRUE, A);
  presence.seen(PEER, FALSE, B);
  presence.seen(PEER, TRUE, A);
  presence.seen(PEER, FALSE, B);
  expect(presence.servers(PEER)).toEqual([A, B]);
  expect(presence.nonce(PEER, A)).toEqual(TRUE);
  expect(presence.nonce(PEER, 'https://new.example')).toEqual(TRUE);
});

test('a peer that has begun anew is reached by the nonce that its server tells', () => {
  const presence = new Presence();
  presence.heard(PEER, TRUE, A);
  presence.seen(PEER, NEXT, A);
  expect(presence.nonce(PEER, A)).toEqual(NEXT);
});

test('a peer is gone when it is on no server any more, and its nonce is kept for its return', () => {
  const presence = new Presence();
  presence.seen(PEER, TRUE, A);
  presence.seen(PEER, TRUE, B);
  expect(presence.gone(PEER, A)).toBe(false);
  expect(presence.gone(PEER, B)).toBe(true);
  expect(presence.gone(PEER, B)).toBe(false);
  expect(presence.servers(PEER)).toEqual([]);
  expect(presence.nonce(PEER, A)).toEqual(TRUE);
});

test('who was heard over the mesh is at no server by that, but has said its nonce itself', () => {
  const presence = new Presence();
  presence.heard(PEER, TRUE, MESH);
  expect(presence.servers(PEER)).toEqual([]);
  expect(presence.nonce(PEER, A)).toEqual(TRUE);
  presence.seen(PEER, FALSE, B);
  expect(presence.servers(PEER)).toEqual([B]);
  expect(presence.nonce(PEER, A)).toEqual(TRUE);
  expect(presence.gone(PEER, B)).toBe(true);
});
