import { expect, test } from 'vitest';
import { never } from '../space/timeline/test/written-talk.ts';
import { remembered } from './waiting.ts';

const at = (order: number) => ({ id: never(String(order)), order });

test('each of few that were dealt with is remembered by itself', () => {
  const [one, three] = [at(1), at(3)];
  expect(remembered(undefined, [three, one], 4)).toEqual({ messages: [one.id, three.id] });
});

test('of many the older are remembered by how far they reach, which never goes back', () => {
  const five = [5, 4, 3, 2, 1].map(at);
  const [last, second] = [at(5), at(4)];
  const some = remembered(undefined, five, 4);
  expect(some).toEqual({ messages: [second.id, last.id], upTo: at(3) });
  expect(remembered(at(9), five, 4).upTo).toEqual(at(9));
});
