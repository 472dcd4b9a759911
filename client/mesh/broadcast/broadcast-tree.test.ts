import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AnnouncedId, announcedId } from '../frames/short-id.ts';
import { seeded } from '../test/random.ts';
import { group, idAt } from '../test/tree-network.ts';
import { BroadcastTree, type TreeInput, type TreeOutput } from './broadcast-tree.ts';

const [ada, ben, cleo, dora, me] = ['ada', 'ben', 'cleo', 'dora', 'carl'] as PeerId[] as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];

/** Carl's tree, between whoever comes before him (Ada, Ben) and after him (Cleo, Dora). */
class Carl {
  readonly tree = new BroadcastTree({ me, random: seeded(3) });
  now = 1_000;

  constructor(...neighbours: PeerId[]) {
    for (const peer of neighbours) this.give({ is: 'neighbour', peer, group });
  }

  give(input: TreeInput): readonly TreeOutput[] {
    return this.tree.handle(input, this.now);
  }

  own(n: number) {
    return this.give({ is: 'stored', group, id: idAt(n), from: undefined, by: 'own' });
  }

  pushed(n: number, from: PeerId) {
    return this.give({ is: 'stored', group, id: idAt(n), from, by: 'push' });
  }

  repaired(n: number, from: PeerId) {
    return this.give({ is: 'stored', group, id: idAt(n), from, by: 'repair' });
  }

  again(n: number, from: PeerId) {
    return this.give({ is: 'repeated', group, id: idAt(n), from });
  }

  announced(from: PeerId, ...ids: number[]) {
    return this.give({ is: 'announced', group, from, ids: ids.map(short) });
  }

  grafted(from: PeerId, ...ids: number[]) {
    return this.give({ is: 'grafted', group, from, ids: ids.map(short) });
  }

  pruned(from: PeerId) {
    return this.give({ is: 'pruned', group, from });
  }

  /** Everything that comes of letting so much time pass. */
  wait(ms: number): TreeOutput[] {
    const until = this.now + ms;
    const out: TreeOutput[] = [];
    for (let at = this.tree.wakeAt; at !== undefined && at <= until; at = this.tree.wakeAt) {
      this.now = Math.max(at, this.now);
      out.push(...this.give({ is: 'tick' }));
    }
    this.now = until;
    return out;
  }
}

const short = (n: number): AnnouncedId => announcedId(idAt(n));
const push = (peer: PeerId, n: number) => ({ do: 'push', peer, group, id: idAt(n) });
const announce = (peer: PeerId, ...ids: number[]) => ({
  do: 'announce',
  peer,
  group,
  ids: ids.map(short),
});
const graft = (peer: PeerId, ...ids: number[]) => ({
  do: 'graft',
  peer,
  group,
  ids: ids.map(short),
});
const prune = (peer: PeerId) => ({ do: 'prune', peer, group });
const compare = (peer: PeerId) => ({ do: 'compare', peer, group });

/** Numbers of entries, the one whose id is lowest first. */
const byId = Array.from({ length: 200 }, (_, n) => n).sort((a, b) => short(a) - short(b));
const [low, mid, high] = [byId[5] ?? 0, byId[100] ?? 0, byId[195] ?? 0];

test('what is new goes at once to every eager neighbour but the one it came from, and once', () => {
  const carl = new Carl(ada, ben, cleo);
  expect(carl.pushed(1, ada)).toEqual([push(ben, 1), push(cleo, 1)]);
  expect(carl.pushed(1, ben)).toEqual([]);
  expect(carl.own(2)).toEqual([push(ada, 2), push(ben, 2), push(cleo, 2)]);
});

test('a second copy makes its edge lazy at both ends', () => {
  const carl = new Carl(ada, cleo);
  carl.pushed(1, ada);
  expect(carl.again(1, cleo)).toEqual([prune(cleo)]);
  expect(carl.tree.eager(group)).toEqual([ada]);
  const other = new Carl(ada, cleo);
  other.pruned(ada);
  expect(other.tree.eager(group)).toEqual([cleo]);
});

test('where both pushed at once only the end with the lower id prunes', () => {
  const carl = new Carl(ada, cleo);
  carl.pushed(1, cleo);
  expect(carl.again(1, ada)).toEqual([]);
  expect(carl.tree.eager(group)).toEqual([ada, cleo]);
});

test('an end that should have pruned and does not is pruned from the other', () => {
  const carl = new Carl(ada, cleo);
  const out = [1, 2, 3].flatMap((n) => {
    carl.pushed(n, cleo);
    carl.wait(3_000);
    return carl.again(n, ada);
  });
  expect(out).toEqual([prune(ada)]);
});

test('the last eager neighbour is not pruned', () => {
  const carl = new Carl(cleo);
  carl.own(1);
  expect(carl.again(1, cleo)).toEqual([]);
  const between = new Carl(ada, cleo);
  between.pushed(1, ada);
  between.pruned(ada);
  expect(between.again(1, cleo)).toEqual([]);
  expect(between.tree.eager(group)).toContain(cleo);
});

test('of entries under way together the one with the lowest id decides which edges stay', () => {
  const carl = new Carl(ada, cleo, dora);
  carl.pushed(low, cleo);
  carl.pushed(high, ada);
  // Cleo's edge is in the tree of the lower one, so the other's second copy does not prune it.
  expect(carl.again(high, cleo)).toEqual([]);
  expect(carl.again(high, dora)).toEqual([]);
  // Dora's is in neither once the lower one has come twice, too.
  expect(carl.again(low, dora)).toEqual([prune(dora)]);
  carl.wait(3_000);
  carl.pushed(mid, ada);
  expect(carl.again(mid, cleo)).toEqual([prune(cleo)]);
});

test('an edge that was pruned for one entry is eager again if one of a lower id came first over it', () => {
  const carl = new Carl(ada, cleo);
  carl.pushed(mid, ada);
  expect(carl.again(mid, cleo)).toEqual([prune(cleo)]);
  expect(carl.pushed(low, cleo)).toContainEqual(graft(cleo));
  const stays = new Carl(ada, cleo);
  stays.pushed(mid, ada);
  expect(stays.again(mid, cleo)).toEqual([prune(cleo)]);
  expect(stays.pushed(high, cleo)).toEqual([push(ada, high)]);
});

test('a copy that was on its way when its edge was pruned is not answered by another prune, a later one is', () => {
  const carl = new Carl(ada, cleo);
  carl.pushed(1, ada);
  carl.again(1, cleo);
  expect(carl.again(1, cleo)).toEqual([]);
  carl.wait(3_000);
  carl.pushed(2, ada);
  expect(carl.again(2, cleo)).toEqual([prune(cleo)]);
});

test('lazy neighbours are told in batches', () => {
  const carl = new Carl(ada, cleo);
  carl.pruned(cleo);
  for (const n of [1, 2, 3]) {
    expect(carl.pushed(n, ada)).toEqual([]);
    carl.now += 200;
  }
  expect(carl.wait(5_000)).toEqual([announce(cleo, 1, 2, 3)]);
});

test('nobody is told of what they have announced, pushed or been sent themselves', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(cleo);
  carl.announced(cleo, 1);
  expect(carl.pushed(1, ada)).toEqual([push(ben, 1)]);
  carl.pushed(2, ada);
  carl.announced(cleo, 2);
  carl.pushed(3, ada);
  carl.again(3, cleo);
  expect(carl.wait(5_000)).toEqual([]);
  carl.announced(ben, 4);
  expect(carl.pushed(4, ada)).toEqual([]);
});

test('of a lazy edge the end with the lower id speaks first, and so spares the other its announcements', () => {
  const when = (peer: PeerId) => {
    const carl = new Carl(peer, me === ada ? ben : dora);
    carl.pruned(peer);
    carl.own(1);
    const before = carl.now;
    while (carl.wait(50).length === 0);
    return carl.now - before;
  };
  expect(when(cleo)).toBeLessThan(1_600);
  expect(when(ada)).toBeGreaterThan(1_900);
});

test('what was announced and does not come is grafted, and its edge is eager again', () => {
  const carl = new Carl(ada, cleo);
  carl.pruned(cleo);
  carl.announced(cleo, 1, 2);
  carl.pushed(2, ada);
  expect(carl.wait(900)).toEqual([]);
  expect(carl.wait(200)).toEqual([graft(cleo, 1)]);
  expect(carl.tree.eager(group)).toEqual([ada, cleo]);
});

test('a graft is answered by the entry, and the edge is eager again', () => {
  const carl = new Carl(ada, cleo);
  carl.pruned(cleo);
  carl.pushed(1, ada);
  carl.pushed(2, ada);
  expect(carl.grafted(cleo, 1)).toEqual([push(cleo, 1)]);
  expect(carl.pushed(3, ada)).toEqual([push(cleo, 3)]);
  // Who has lost their way is told at once what else they may lack.
  expect(carl.wait(1)).toEqual([announce(cleo, 2)]);
  expect(carl.grafted(cleo, 99)).toEqual([]);
});

test('if the first who announced it does not deliver the next is asked, and then digests are compared', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(ben);
  carl.pruned(cleo);
  carl.announced(ben, 1);
  carl.announced(cleo, 1);
  expect(carl.wait(1_100)).toEqual([graft(ben, 1)]);
  expect(carl.wait(1_100)).toEqual([graft(cleo, 1)]);
  expect(carl.wait(1_100)).toEqual([compare(cleo)]);
  expect(carl.wait(60_000)).toEqual([]);
});

test('one new edge is enough: what several have announced is grafted from one of them', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(ben);
  carl.pruned(cleo);
  carl.announced(ben, 1);
  carl.announced(cleo, 2, 1);
  carl.announced(ben, 2);
  expect(carl.wait(1_100)).toEqual([graft(ben, 1, 2)]);
});

test('an eager neighbour would push what is new: what they announce instead is asked for at once', () => {
  const carl = new Carl(ada);
  carl.announced(ada, 1);
  expect(carl.wait(150)).toEqual([graft(ada, 1)]);
});

test('where whoever was asked took long the next is waited for in proportion', () => {
  const carl = new Carl(ada, ben);
  carl.pruned(ben);
  carl.announced(ben, 1);
  expect(carl.wait(1_000)).toEqual([graft(ben, 1)]);
  // Ada's copy comes on its own, and Ben's, that was asked for, three seconds later.
  carl.wait(500);
  carl.pushed(1, ada);
  carl.wait(2_500);
  carl.again(1, ben);
  carl.pruned(ben);
  carl.announced(ben, 2);
  expect(carl.wait(5_000)).toEqual([]);
  expect(carl.wait(2_000)).toEqual([graft(ben, 2)]);
  carl.wait(100);
  carl.pushed(2, ben);
  // When that is long past nothing is waited for longer than usual.
  carl.wait(300_000);
  carl.pruned(ben);
  carl.announced(ben, 3);
  expect(carl.wait(1_000)).toEqual([graft(ben, 3)]);
});

test('an entry that comes late over an eager edge makes nobody more patient: others have it', () => {
  const carl = new Carl(ada, ben);
  carl.pruned(ben);
  for (let n = 0; n < 10; n++) {
    carl.announced(ben, n);
    carl.wait(900);
    carl.pushed(n, ada);
  }
  carl.announced(ben, 10);
  expect(carl.wait(1_000)).toEqual([graft(ben, 10)]);
  carl.wait(50);
  carl.pushed(10, ben);
  // Ada's copy of it is no reason to wait for her the next time.
  carl.wait(8_000);
  carl.again(10, ada);
  carl.pruned(ben);
  carl.announced(ben, 11);
  expect(carl.wait(1_000)).toEqual([graft(ben, 11)]);
});

test('very much that is missing is not grafted but compared', () => {
  const carl = new Carl(ada, cleo);
  carl.pruned(cleo);
  carl.announced(cleo, ...Array.from({ length: 200 }, (_, n) => n));
  const out = carl.wait(1_100);
  expect(out.map((o) => o.do)).toEqual(['graft', 'compare']);
  expect(out[0]?.do === 'graft' && out[0].ids.length).toBe(64);
  for (let n = 0; n < 64; n++) carl.pushed(n, cleo);
  expect(carl.wait(60_000).filter((o) => o.do === 'graft')).toEqual([]);
});

test('what came but waits for what it builds on is not asked for again', () => {
  const carl = new Carl(ada, cleo);
  carl.pruned(cleo);
  carl.announced(cleo, 1);
  carl.give({ is: 'waiting', group, id: idAt(1), from: ada });
  carl.announced(cleo, 1);
  expect(carl.wait(60_000)).toEqual([]);
});

test('what was held before is no news when it is announced, and nobody is told of it', () => {
  const carl = new Carl(ada);
  carl.give({ is: 'held', group, id: idAt(1) });
  carl.announced(ada, 1);
  expect(carl.wait(60_000)).toEqual([]);
  expect(carl.grafted(ada, 1)).toEqual([push(ada, 1)]);
});

test('who is in the tree begins an edge with somebody new as a lazy one', () => {
  const carl = new Carl(ada);
  expect(carl.give({ is: 'neighbour', peer: ben, group })).toEqual([]);
  carl.pushed(1, ada);
  expect(carl.give({ is: 'neighbour', peer: cleo, group })).toEqual([prune(cleo)]);
  expect(carl.tree.eager(group)).toEqual([ada, ben]);
  expect(carl.pushed(2, cleo)).toContainEqual(graft(cleo));
});

test('a newcomer whom all prune takes one back', () => {
  const carl = new Carl(cleo);
  expect(carl.pruned(cleo)).toEqual([graft(cleo)]);
  expect(carl.give({ is: 'neighbour', peer: dora, group })).toEqual([]);
  expect(carl.pruned(dora)).toEqual([]);
  expect(carl.own(1)).toEqual([push(cleo, 1)]);
});

test('if a repair with somebody new brings something, two trees have met: their edge is eager', () => {
  const carl = new Carl(ada);
  carl.pushed(1, ada);
  carl.give({ is: 'neighbour', peer: cleo, group });
  expect(carl.repaired(2, cleo)).toEqual([graft(cleo)]);
  carl.give({ is: 'neighbour', peer: dora, group });
  carl.wait(60_000);
  expect(carl.repaired(3, dora)).toEqual([]);
});

test('when an eager neighbour is lost nothing waits', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(cleo);
  carl.pushed(1, ada);
  carl.announced(cleo, 2);
  // A lazy edge takes the place of the one that is gone.
  expect(carl.give({ is: 'down', peer: ada })).toEqual([graft(cleo)]);
  expect(carl.wait(0)).toEqual([announce(cleo, 1)]);
  expect(carl.wait(250)).toEqual([graft(cleo, 2)]);
});

test('that a lazy neighbour is lost changes nothing', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(cleo);
  carl.pruned(ben);
  carl.pushed(1, ada);
  expect(carl.give({ is: 'down', peer: cleo })).toEqual([]);
  expect(carl.wait(500)).toEqual([]);
});

test('what only the lost one had announced is forgotten, the rest is asked of others', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(ben);
  carl.pruned(cleo);
  carl.announced(ben, 1, 2);
  carl.announced(cleo, 2);
  expect(carl.wait(1_100)).toEqual([graft(ben, 1, 2)]);
  carl.give({ is: 'apart', peer: ben, group });
  expect(carl.wait(1)).toEqual([graft(cleo, 2)]);
  carl.pushed(2, cleo);
  expect(carl.wait(60_000)).toEqual([]);
});

test('who has been pruned by everybody grafts one of them', () => {
  const carl = new Carl(ada, cleo);
  expect(carl.pruned(ada)).toEqual([]);
  expect(carl.pruned(cleo)).toEqual([graft(ada)]);
});

test('what a repair brings is announced, to eager neighbours too, but not back', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(cleo);
  expect([...carl.repaired(1, ada), ...carl.repaired(2, ada)]).toEqual([]);
  expect(carl.wait(1_000)).toEqual([announce(ben, 1, 2), announce(cleo, 1, 2)]);
});

test('a repair that brings much is not announced: digests are compared with the others, once', () => {
  const carl = new Carl(ada, ben, cleo);
  for (let n = 0; n < 5_000; n++) carl.repaired(n, ada);
  expect(carl.wait(10_000)).toEqual([compare(ben), compare(cleo)]);
  // Of two sources each lacks what the other brought.
  for (let n = 5_000; n < 5_100; n++) carl.repaired(n, n % 2 === 0 ? ada : ben);
  expect(carl.wait(10_000)).toEqual([compare(ada), compare(ben), compare(cleo)]);
});

test('repairs one after the other do not compare with one neighbour more often than every five seconds', () => {
  const carl = new Carl(ada, ben);
  const out: TreeOutput[] = [];
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 100; n++) carl.repaired(round * 100 + n, ada);
    out.push(...carl.wait(1_000));
  }
  expect(out.filter((o) => o.do === 'compare').length).toBeLessThanOrEqual(3);
  expect(carl.wait(6_000)).toEqual([compare(ben)]);
});

test('a second copy of what a repair brought says nothing about the tree', () => {
  const carl = new Carl(ada, cleo);
  carl.repaired(1, ada);
  expect(carl.again(1, cleo)).toEqual([]);
  expect(carl.tree.eager(group)).toEqual([ada, cleo]);
});

test('whoever announces what never comes is soon not listened to, and nobody else suffers', () => {
  const carl = new Carl(ada, ben, cleo);
  carl.pruned(ben);
  carl.pruned(cleo);
  let asked = 0;
  for (let round = 0; round < 40; round++) {
    carl.announced(ben, ...Array.from({ length: 500 }, (_, n) => 10_000 + round * 500 + n));
    // What is real he announces too, and first.
    carl.announced(ben, round);
    carl.announced(cleo, round);
    for (const output of carl.wait(1_500)) {
      if (output.do !== 'graft') continue;
      if (output.peer === ben) asked += output.ids.length;
      else for (const _ of output.ids) carl.pushed(round, cleo);
    }
    carl.wait(1_500);
  }
  expect(asked).toBeLessThan(300);
  const behind = carl.wait(60_000).filter((o) => o.do === 'graft' && o.peer === cleo);
  expect(behind).toEqual([]);
  for (let round = 0; round < 40; round++) expect(carl.grafted(dora, round)).toEqual([]);
  expect(carl.again(39, cleo)).toEqual([]);
});

test('what is carried and not kept shapes the tree as an entry does, and is not pushed or announced', () => {
  const carl = new Carl(ada, cleo, dora);
  const carried = (n: number, from?: PeerId) =>
    carl.give({ is: 'carried', group, id: idAt(n), from });
  carl.pruned(dora);
  expect(carried(mid, ada)).toEqual([]);
  expect(carl.again(mid, cleo)).toEqual([prune(cleo)]);
  expect(carried(low, cleo)).toEqual([graft(cleo)]);
  expect(carried(high)).toEqual([]);
  expect(carl.wait(60_000)).toEqual([]);
});

test('groups are apart', () => {
  const other = `${group} 2` as typeof group;
  const carl = new Carl(ada, cleo);
  carl.give({ is: 'neighbour', peer: ada, group: other });
  expect(carl.pruned(cleo)).toEqual([]);
  expect(
    carl.give({ is: 'stored', group: other, id: idAt(1), from: undefined, by: 'own' }),
  ).toEqual([{ do: 'push', peer: ada, group: other, id: idAt(1) }]);
  carl.give({ is: 'apart', peer: ada, group: other });
  expect(carl.tree.eager(group)).toEqual([ada]);
  expect(carl.tree.eager(other)).toEqual([]);
});

const peers = [ada, ben, cleo, dora];
const peer = fc.constantFrom(...peers);
const someIds = fc.array(fc.nat(40).map(short), { maxLength: 5 });
const input: fc.Arbitrary<TreeInput> = fc.oneof(
  fc.record({ is: fc.constant('neighbour' as const), peer, group: fc.constant(group) }),
  fc.record({ is: fc.constant('apart' as const), peer, group: fc.constant(group) }),
  fc.record({ is: fc.constant('down' as const), peer }),
  ...(['own', 'push', 'repair'] as const).map((by) =>
    fc.record({
      is: fc.constant('stored' as const),
      group: fc.constant(group),
      id: fc.nat(40).map(idAt),
      from: by === 'own' ? fc.constant(undefined) : peer,
      by: fc.constant(by),
    }),
  ),
  fc.record({
    is: fc.constant('carried' as const),
    group: fc.constant(group),
    id: fc.integer({ min: 50, max: 70 }).map(idAt),
    from: fc.option(peer, { nil: undefined }),
  }),
  ...(['repeated', 'waiting'] as const).map((is) =>
    fc.record({
      is: fc.constant(is),
      group: fc.constant(group),
      id: fc.nat(40).map(idAt),
      from: peer,
    }),
  ),
  ...(['announced', 'grafted'] as const).map((is) =>
    fc.record({ is: fc.constant(is), group: fc.constant(group), ids: someIds, from: peer }),
  ),
  fc.record({ is: fc.constant('pruned' as const), group: fc.constant(group), from: peer }),
);

test('property: only neighbours are spoken to, nothing is pushed that is not held, and rest comes by itself', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(input, fc.nat(1_500)), { maxLength: 80 }),
      fc.nat(1_000),
      (steps, seed) => {
        const tree = new BroadcastTree({ me, random: seeded(seed + 1) });
        const linked = new Set<PeerId>();
        const held = new Set<EntryId>();
        let now = 0;
        const give = (one: TreeInput) => {
          if (one.is === 'neighbour') linked.add(one.peer);
          if (one.is === 'apart' || one.is === 'down') linked.delete(one.peer);
          if (one.is === 'stored') held.add(one.id);
          for (const output of tree.handle(one, now)) {
            expect(linked).toContain(output.peer);
            if (output.do === 'push') {
              expect(held).toContain(output.id);
              expect('from' in one && one.from === output.peer && one.is === 'stored').toBe(false);
            }
            if (output.do === 'announce') expect(output.ids.length).toBeGreaterThan(0);
          }
          expect(tree.eager(group).every((one) => linked.has(one))).toBe(true);
        };
        for (const [one, pause] of steps) {
          give(one);
          for (let n = 0; tree.wakeAt !== undefined && tree.wakeAt <= now + pause; n++) {
            if (n > 50) throw new Error('it does not come to rest');
            now = Math.max(now, tree.wakeAt);
            give({ is: 'tick' });
          }
          now += pause;
        }
        for (let n = 0; tree.wakeAt !== undefined; n++) {
          if (n > 200) throw new Error('it does not come to rest');
          now = Math.max(now, tree.wakeAt);
          give({ is: 'tick' });
        }
      },
    ),
    { numRuns: 400, seed: 1 },
  );
});

test('memory is bounded: of very many entries the oldest are forgotten', () => {
  const carl = new Carl(ada, cleo);
  for (let n = 0; n < 5_000; n++) carl.own(n);
  expect(carl.grafted(cleo, 0)).toEqual([]);
  expect(carl.grafted(cleo, 4_999)).toEqual([push(cleo, 4_999)]);
});
