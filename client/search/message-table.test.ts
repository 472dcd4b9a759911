import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageTable } from './message-table.ts';
import { messageNumber } from './test/said.ts';

function add(table: MessageTable, n: number, order: number, length = 1): number {
  const id = fromBase64url(messageNumber(n));
  return table.add({ id, order, at: order, author: 0, place: 0, things: 0, length });
}

test('a message is found by its id, and a removed one is not; the id may come again', () => {
  const table = new MessageTable(3);
  for (let n = 0; n < 500; n++) add(table, n, n);
  expect(table.rowOf(messageNumber(77))).toBe(77);
  expect(table.rowOf(messageNumber(500))).toBeUndefined();
  table.remove(77);
  expect(table.rowOf(messageNumber(77))).toBeUndefined();
  expect(add(table, 77, 9)).toBe(500);
  expect(table.rowOf(messageNumber(77))).toBe(500);
  expect(table.live).toBe(500);
});

test('property: every place is of the row that was given it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 60 }), (lengths) => {
      const table = new MessageTable(3);
      const expected = lengths.flatMap((length, n) => Array(length).fill(add(table, n, n, length)));
      expect(expected.map((_, place) => table.rowAt(place))).toEqual(expected);
    }),
  );
});

test('property: in whatever order messages come, few at a time or many, they stand in order', () => {
  const batches = fc.array(fc.array(fc.nat(50), { maxLength: 90, size: 'max' }), { maxLength: 5 });
  fc.assert(
    fc.property(batches, (each) => {
      const table = new MessageTable(3);
      for (const orders of each) {
        for (const order of orders) add(table, table.rows, order);
        const rows = [...table.inOrder()];
        const spelled = (row: number) => [table.order(row), table.id(row)] as const;
        const expected = [...rows].sort((a, b) => {
          const [[orderA, idA], [orderB, idB]] = [spelled(a), spelled(b)];
          return orderA - orderB || (idA < idB ? -1 : 1);
        });
        expect(rows).toEqual(expected);
        expect(rows).toHaveLength(table.rows);
        rows.forEach((row, i) => {
          if (table.rowsBefore(...spelled(row)) !== i) expect.fail(`row ${row} is not before ${i}`);
        });
      }
    }),
  );
});
