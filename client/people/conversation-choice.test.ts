import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { SpaceId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { best, choose, type HeldConversation } from './conversation-choice.ts';

const space = (n: number) => v.parse(SpaceId, toBase64url(new Uint8Array(32).fill(n)));
const low = space(1);
const high = space(2);

test('whoever is told of a conversation and has none enters it', () => {
  expect(choose([], low)).toEqual({ do: 'enter', leave: [] });
});

test('two people who begin at once end in one conversation: that with the lower id', () => {
  expect(choose([{ id: low, is: 'waiting' }], high)).toEqual({ do: 'keep' });
  expect(choose([{ id: high, is: 'waiting' }], low)).toEqual({
    do: 'enter',
    leave: [],
    from: high,
  });
});

test('a conversation in which both are already stays, whatever else is offered', () => {
  expect(choose([{ id: high, is: 'shared' }], low)).toEqual({ do: 'keep' });
});

test('of two that one is asked into the later holds', () => {
  expect(choose([{ id: low, is: 'asked' }], high)).toEqual({ do: 'enter', leave: [low] });
});

test('told again of the one that one has not been let into, one asks again; told of one’s own, nothing changes', () => {
  expect(choose([{ id: low, is: 'asked' }], low)).toEqual({ do: 'enter', leave: [] });
  expect(choose([{ id: low, is: 'waiting' }], low)).toEqual({ do: 'keep' });
});

test('whatever two people have begun, once each has heard of the other’s they are in the same one', () => {
  const id = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((b) => v.parse(SpaceId, toBase64url(b)));
  fc.assert(
    fc.property(id, id, (mine, theirs) => {
      fc.pre(mine !== theirs);
      const ends = (own: SpaceId, offered: SpaceId) =>
        choose([{ id: own, is: 'waiting' }], offered).do === 'enter' ? offered : own;
      expect(ends(mine, theirs)).toBe(ends(theirs, mine));
    }),
  );
});

test('one writes where both are, else where one waits for the other', () => {
  const held: HeldConversation[] = [
    { id: low, is: 'asked' },
    { id: high, is: 'shared' },
  ];
  expect(best(held)?.id).toBe(high);
  expect(best([])).toBeUndefined();
});
