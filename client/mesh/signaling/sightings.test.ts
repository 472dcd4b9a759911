import { ed25519 } from '@noble/curves/ed25519.js';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { expect, test } from 'vitest';
import { MESH, Sightings } from './sightings.ts';

const PEER = peerIdFromPublicKey(ed25519.getPublicKey(new Uint8Array(32).fill(1)));
const TRUE = new Uint8Array(16).fill(1);
const FALSE = new Uint8Array(16).fill(2);
const NEXT = new Uint8Array(16).fill(3);
const [A, B] = ['https://a.example', 'https://b.example'] as const;

test('what one server says of a nonce does not overwrite what another said', () => {
  const sightings = new Sightings();
  sightings.seen(PEER, TRUE, A);
  sightings.seen(PEER, FALSE, B);
  expect(sightings.nonces(PEER, A)).toEqual([TRUE]);
  expect(sightings.nonces(PEER, B)).toEqual([FALSE]);
});

test('the way by which the peer itself was heard goes first, whatever another server says later', () => {
  const sightings = new Sightings();
  sightings.heard(PEER, TRUE, A);
  sightings.seen(PEER, FALSE, B);
  sightings.seen(PEER, TRUE, A);
  sightings.seen(PEER, FALSE, B);
  expect(sightings.servers(PEER)).toEqual([A, B]);
  expect(sightings.nonces(PEER, A)).toEqual([TRUE]);
  expect(sightings.nonces(PEER, 'https://new.example')[0]).toEqual(TRUE);
});

test('of a peer that has begun anew the nonce that its server tells comes first', () => {
  const sightings = new Sightings();
  sightings.heard(PEER, TRUE, A);
  sightings.seen(PEER, NEXT, A);
  expect(sightings.nonces(PEER, A)[0]).toEqual(NEXT);
});

test('however often a server tells a false nonce, the one that the peer signed is kept beside it', () => {
  const sightings = new Sightings();
  sightings.heard(PEER, TRUE, A);
  sightings.seen(PEER, FALSE, A);
  sightings.seen(PEER, NEXT, A);
  expect(sightings.nonces(PEER, A)).toEqual([NEXT, TRUE]);
  expect(sightings.nonces(PEER, B)).toEqual([TRUE, NEXT]);
});

test('a peer is gone when it is on no server any more, and its nonce is kept for its return', () => {
  const sightings = new Sightings();
  sightings.seen(PEER, TRUE, A);
  sightings.seen(PEER, TRUE, B);
  expect(sightings.gone(PEER, A)).toBe(false);
  expect(sightings.gone(PEER, B)).toBe(true);
  expect(sightings.gone(PEER, B)).toBe(false);
  expect(sightings.servers(PEER)).toEqual([]);
  expect(sightings.nonces(PEER, A)).toEqual([TRUE]);
});

test('who was heard over the mesh is at no server by that, but has said its nonce itself', () => {
  const sightings = new Sightings();
  sightings.heard(PEER, TRUE, MESH);
  expect(sightings.servers(PEER)).toEqual([]);
  expect(sightings.nonces(PEER, A)).toEqual([TRUE]);
  sightings.seen(PEER, FALSE, B);
  expect(sightings.servers(PEER)).toEqual([B]);
  expect(sightings.nonces(PEER, A)).toEqual([TRUE, FALSE]);
  expect(sightings.gone(PEER, B)).toBe(true);
});

test('the server that brought a relayed frame last is the one to answer by, for a while', () => {
  const sightings = new Sightings();
  sightings.seen(PEER, TRUE, A);
  sightings.seen(PEER, TRUE, B);
  expect(sightings.carrier(PEER, 0)).toBeUndefined();
  sightings.carried(PEER, A, 1_000);
  expect(sightings.carrier(PEER, 5_000)).toBe(A);
  sightings.carried(PEER, B, 6_000);
  expect(sightings.carrier(PEER, 7_000)).toBe(B);
  expect(sightings.carrier(PEER, 20_000)).toBeUndefined();
});
