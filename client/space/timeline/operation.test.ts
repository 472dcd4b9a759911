import { sha256, toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import type { CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operationOf } from './operation.ts';
import { people } from './test/written-talk.ts';

const refs = [1, 2, 3].map((n) => sha256(Uint8Array.of(n)));

function read(kind: string, content: { [key: string]: CborValue }, named = refs) {
  return operationOf({
    id: entryId(utf8('x')),
    author: people.ada,
    body: { kind, hlc: 1, n: 1, prev: [], refs: [...named], content },
  });
}

test('a message names its thread and what it answers by their places among what it refers to', () => {
  const said = read('message', { text: 'a', thread: 2, reply: 0 });
  if (said.is !== 'message') throw new Error('expected a message');
  expect(said.thread).not.toBe(said.reply);
  expect(read('message', { text: 'a', thread: 3 })).toEqual({ is: 'invalid' });
});

test('what speaks of one message names one, each only once', () => {
  const [one] = refs;
  if (!one) throw new Error('one');
  expect(read('pin', { on: true }, [one, one])).toMatchObject({ is: 'pin' });
  for (const named of [[], refs]) {
    expect(read('pin', { on: true }, named)).toEqual({ is: 'invalid' });
    expect(read('edit', { text: 'a' }, named)).toEqual({ is: 'invalid' });
  }
  expect(read('delete', {})).toMatchObject({ targets: refs.map(toBase64url) });
});

test('settings have no place in a channel', () => {
  expect(read('profile', { name: 'Ada' })).toEqual({ is: 'invalid' });
  expect(read('lobby', { secret: new Uint8Array(32) })).toEqual({ is: 'invalid' });
});

const value: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<CborValue>(null, true, 0, 1, -1, 2 ** 53 - 1, 'thread', 'channel', '👍', ''),
    fc.string({ maxLength: 8 }),
    fc.uint8Array({ maxLength: 16 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('account', 'urgent', '__proto__', 'x'), tie('value')),
  ),
})).value;

test('property: whatever an entry holds, reading it throws nothing and gives what its kind allows, or nothing', () => {
  const kinds = ['message', 'edit', 'delete', 'reaction', 'seen', 'pin', 'tag', 'move', 'promote'];
  const keys = [
    'text',
    'thread',
    'reply',
    'mentions',
    'emoji',
    'on',
    'off',
    'to',
    'channel',
    'act',
  ];
  const content = fc.dictionary(fc.constantFrom(...keys, 'level', '__proto__', 'is'), value);
  fc.assert(
    fc.property(fc.constantFrom(...kinds, 'undo', 'later'), content, fc.nat(3), (kind, held, n) => {
      const operation = read(kind, held, refs.slice(0, n));
      expect([kind, 'invalid', 'unknown']).toContain(operation.is);
      if ('targets' in operation) expect(operation.targets.length).toBeLessThanOrEqual(n);
      if (operation.is === 'message') expect(operation.mentions.length).toBeLessThanOrEqual(32);
    }),
    { numRuns: 3000 },
  );
});
