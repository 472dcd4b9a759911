import { FrameEncoder } from '@snug/client/mesh/frames/frames.ts';
import { encodeRouteMessage, type RouteMessage } from '@snug/client/mesh/routes/route-message.ts';
import { encodeAddress } from '@snug/client/space/address.ts';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { ChannelId, SpaceId, Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { controlBytes, ENTRY_BYTES, entryBytes, Names } from './frame-bytes.ts';

const topic = v.parse(Topic, toBase64url(new Uint8Array(32)));
const peers = Array.from({ length: 16 }, (_, i) => ({
  peer: peerIdFromPublicKey(new Uint8Array(32).fill(i)),
  nonce: new Uint8Array(16),
}));
const path = peers.slice(0, 4);
/** By the first byte of their keys. */
const listed = new Map(Array.from({ length: 200 }, (_, i) => [i, new Uint8Array(32).fill(i)]));
const walk = new Uint8Array(8);
const messages: RouteMessage[] = [
  { is: 'neighbours', topic, peers },
  { is: 'neighbours', topic, peers: [] },
  { is: 'left', topic },
  { is: 'walk', topic, walk, path, hops: 3 },
  { is: 'walked', topic, walk, path },
  ...[20, 150, 330].map(
    (size): RouteMessage => ({
      is: 'signal',
      topic,
      passed: path,
      ahead: peers.slice(4, 6).map(({ peer }) => peer),
      sealed: new Uint8Array(size),
    }),
  ),
];

test.each(messages)('a control message is as long as the real one: $is', (message) => {
  expect(controlBytes(message)).toBe(encodeRouteMessage(message).length);
});

test('entries of listed members are as long as the real encoder makes them, first names and later ones', () => {
  const encoder = new FrameEncoder((_address, prefix) => listed.get(prefix[0] ?? 0));
  const names = new Names();
  const space = v.parse(SpaceId, toBase64url(new Uint8Array(32)));
  const channel = v.parse(ChannelId, toBase64url(new Uint8Array(16)));
  const address = encodeAddress({ kind: 'segment', space, channel, number: 0 });
  const send = (device: number, deps: number) => {
    const entry = new Uint8Array(ENTRY_BYTES);
    entry.set(listed.get(device) ?? []);
    const tags = Array.from({ length: deps }, () => new Uint8Array(8));
    return encoder.encode({ type: 'entry', address, tags, entry }).length;
  };
  for (let round = 0; round < 2; round++)
    for (let device = 0; device < 200; device++) {
      const deps = 1 + (device % 3);
      const counted = entryBytes(deps) + names.address('the segment') + names.device(device);
      expect(counted).toBe(send(device, deps));
    }
});
