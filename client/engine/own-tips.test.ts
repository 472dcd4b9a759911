import { fromHex, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Chain, type Opened } from '../space/chain.ts';
import { OwnTips } from './own-tips.ts';

const [ada, ben] = ['ada', 'ben'] as unknown as [PeerId, PeerId];

/** @param begins hex of the first bytes of its id */
function entry(begins: string, n: number, author = ada): Opened {
  const id = new Uint8Array(32).fill(n);
  id.set(fromHex(begins));
  return {
    id: v.parse(EntryId, toBase64url(id)),
    author,
    body: { kind: 'message', hlc: n, n, prev: [], refs: [], content: {} },
  };
}

test('one’s own messages are found by how their ids begin, those of later too; nobody else’s', () => {
  const chain = new Chain();
  const tips = new OwnTips(ada, 4);
  const named = (tip: string) => tips.named(chain, fromHex(tip));
  const [first, second, third] = [
    entry('01020304', 1),
    entry('01020304aa', 2),
    entry('01020305', 3),
  ];
  chain.add(first);
  chain.add(entry('01020306', 4, ben));
  expect(named('01020304')).toEqual([first]);
  expect(named('01020305')).toEqual([]);
  expect(named('01020306')).toEqual([]);
  chain.add(second);
  chain.add(third);
  expect(named('01020304')).toEqual([first, second]);
  expect(named('01020305')).toEqual([third]);
});

test('each channel has its own', () => {
  const [one, other] = [new Chain(), new Chain()];
  const tips = new OwnTips(ada, 4);
  one.add(entry('01020304', 1));
  expect(tips.named(other, fromHex('01020304'))).toEqual([]);
  expect(tips.named(one, fromHex('01020304'))).toHaveLength(1);
});
