import { documentNumber } from '@snug/shared/entries/test/data.ts';
import { ChannelId, type DocumentId, SpaceId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { documentIdOf } from './address.ts';
import { segmentsStored } from './stored-segments.ts';

const space = v.parse(SpaceId, 'A'.repeat(43));
const channel = v.parse(ChannelId, 'A'.repeat(22));

/** A store that holds so many segments, and says how often it was asked. */
function holding(count: number) {
  const numbers = new Map<DocumentId, number>();
  for (let number = 0; number < count; number++)
    numbers.set(documentIdOf({ kind: 'segment', space, channel, number }), number);
  const store = {
    asked: 0,
    has: async (document: DocumentId) => {
      store.asked++;
      return numbers.has(document);
    },
  };
  return store;
}

test('property: all segments are counted, however many there are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), async (count) => {
      expect(await segmentsStored(holding(count), space, channel)).toBe(count);
    }),
  );
});

test('of a hundred segments a store is asked in few turns', async () => {
  const store = holding(100);
  await segmentsStored(store, space, channel);
  expect(store.asked).toBeLessThan(64);
});

test('another channel’s segments do not count', async () => {
  const store = { has: async (document: DocumentId) => document === documentNumber(1) };
  expect(await segmentsStored(store, space, channel)).toBe(0);
});
