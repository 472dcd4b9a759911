import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { circlesOf } from './circles.ts';

/** What each leads to, as a part of one list that all share and, every other, of a list of its own. */
function circles(edges: readonly (readonly number[])[]) {
  const all = edges.map((_, n) => n);
  const found = circlesOf(all, (n) => {
    const out = new Set(edges[n]);
    const own = n % 2 === 0 ? [] : [...out];
    return [
      { list: all, is: (one: number) => out.has(one) && !own.includes(one) },
      { list: own, is: () => true },
    ];
  });
  return found.map((circle) => circle.toSorted((a, b) => a - b)).sort();
}

/** The same by looking at all that can be reached from each. */
function circlesByReach(edges: readonly (readonly number[])[]) {
  const reached = edges.map((_, start) => {
    const seen = new Set<number>();
    const open = [start];
    for (let n = open.pop(); n !== undefined; n = open.pop())
      for (const to of edges[n] ?? [])
        if (!seen.has(to)) {
          seen.add(to);
          open.push(to);
        }
    return seen;
  });
  const together = (a: number, b: number) =>
    a === b || (reached[a]?.has(b) && reached[b]?.has(a)) === true;
  const all = edges.map((_, n) => n);
  const circleOf = (n: number) => all.filter((other) => together(n, other));
  const sources = all.filter((n) => all.every((m) => !reached[m]?.has(n) || together(m, n)));
  return [...new Map(sources.map((n) => [circleOf(n).join(), circleOf(n)])).values()].sort();
}

test('a circle is found, and what hangs on it is not', () => {
  expect(circles([[1], [2], [0, 3], [4], [3]])).toEqual([[0, 1, 2]]);
  expect(circles([[1], [0], [3], [2]])).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(circles([[1], []])).toEqual([[0]]);
});

test('property: circles are those that reach each other and that nothing else reaches', () => {
  const graph = fc
    .integer({ min: 1, max: 9 })
    .chain((size) =>
      fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  fc.assert(
    fc.property(graph, (edges) => {
      expect(circles(edges)).toEqual(circlesByReach(edges));
    }),
    { numRuns: 2000 },
  );
});
