import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { LinksCommand } from '../mesh/links-port.ts';
import { Reached } from './reached.ts';

const topic = v.parse(Topic, toBase64url(new Uint8Array(32)));
const peer = (n: number) => peerIdFromPublicKey(new Uint8Array(32).fill(n));

test('the links are told of a change at most every ten seconds, and of none every two minutes', () => {
  const told: LinksCommand[] = [];
  const reached = new Reached((command) => told.push(command));
  let here = [peer(1)];
  const pass = (seconds: number, from: number) => {
    for (let s = 0; s < seconds; s++) reached.tell(topic, () => here, (from + s) * 1_000);
  };
  pass(1, 100);
  expect(told).toEqual([{ do: 'reached', topic, peers: [peer(1)] }]);
  here = [peer(1), peer(2), peer(1)];
  pass(9, 101);
  expect(told).toHaveLength(1);
  pass(1, 110);
  expect(told).toHaveLength(2);
  expect(told[1]).toMatchObject({ peers: [peer(1), peer(2)].sort() });
  pass(119, 111);
  expect(told).toHaveLength(2);
  pass(1, 230);
  expect(told).toHaveLength(3);
});

test('a clock that was set back keeps nobody silent, and nobody is told of nobody', () => {
  const told: LinksCommand[] = [];
  const reached = new Reached((command) => told.push(command));
  reached.tell(topic, () => [], 0);
  expect(told).toEqual([]);
  reached.tell(topic, () => [peer(1)], 10_000_000);
  reached.tell(topic, () => [peer(2)], 0);
  expect(told).toHaveLength(2);
});
