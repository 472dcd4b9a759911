import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DIGEST_LINES } from '../frames/frames.ts';
import { seeded } from '../test/random.ts';
import { documentKey, Replica, space, Wire } from '../test/replica.ts';
import {
  ada,
  ben,
  cleo,
  doc,
  entries,
  hash,
  kinds,
  page,
  start,
  tell,
  ticked,
  to,
} from '../test/told-machine.ts';
import { type AntiEntropyOutput, FEW_DOCUMENTS, SPREAD_MS } from './anti-entropy.ts';
import { GAP_MS, IDLE_ROUND_MS, LOOK_MS } from './comparison.ts';
import type { DigestMessage } from './digest-message.ts';

test('sharing a space starts a comparison by one hash, once a link and space', () => {
  const { machine } = new Replica('a', () => 0.5);
  const told = machine.handle({ is: 'shared', peer: ben, space }, 0);
  expect(kinds(told)).toEqual(['space']);
  expect(machine.handle({ is: 'shared', peer: ben, space }, 1)).toEqual([]);
  machine.handle({ is: 'down', peer: ben }, 2);
  expect(kinds(machine.handle({ is: 'shared', peer: ben, space }, 3))).toEqual(['space']);
  machine.handle({ is: 'apart', peer: ben, space }, 4);
  expect(machine.shares(ben, space)).toBe(false);
  expect(kinds(machine.handle({ is: 'shared', peer: ben, space }, 5))).toEqual(['space']);
});

test('what is said of a space that is not shared changes nothing', () => {
  const { machine } = start('a', 10);
  machine.handle({ is: 'apart', peer: ben, space }, 1);
  expect(tell(machine, ben, hash('1'), 5_000)).toEqual([]);
  expect(tell(machine, ben, page(100), 5_000)).toEqual([]);
});

test('two who hold the same say so in one frame each, of 45 bytes', () => {
  const pair = [new Replica('a', () => 0.5), new Replica('b', () => 0.5)] as const;
  for (const one of pair)
    for (let n = 0; n < 500; n++) one.add(documentKey(n), entries(`${n} `, 3));
  const wire = new Wire(pair, () => 30);
  wire.link(...pair);
  wire.run(1_000);
  expect(wire.bytes).toBe(2 * 45);
  expect(Object.fromEntries(wire.counts)).toEqual({ 'tell space': 2, equal: 2 });
  // An hour of nothing costs each little more than one frame a round.
  wire.run(3_600_000);
  expect(wire.bytes).toBeLessThan(2 * 45 * 90);
});

test('whoever is told a hash that they hold, too, lets the other know, and that is the end of it', () => {
  const { replica, machine } = start('b');
  replica.add(doc, ['x']);
  const told = tell(machine, ada, { level: 'space', hash: replica.tree.hash.slice(0, 16) }, 9_000);
  expect(kinds(told)).toEqual(['space', 'equal']);
  const again = tell(machine, ada, { level: 'space', hash: replica.tree.hash.slice(0, 16) }, 9_100);
  expect(kinds(again)).toEqual(['equal']);
});

test('of hashes that cross and differ the lower peer id goes into it; the other asks again if nobody does', () => {
  const lower = start('a', 10).machine;
  expect(kinds(tell(lower, ben, hash('1'), 10))).toEqual(['documents']);
  const higher = start('b', 10).machine;
  expect(kinds(tell(higher, ada, hash('1'), 10))).toEqual([]);
  expect(kinds(to(ada, ticked(higher, 10 + GAP_MS)))).toEqual(['space']);
});

test('a space of few documents is told of by documents, a larger one by groups first', () => {
  for (const [count, level] of [
    [FEW_DOCUMENTS, 'documents'],
    [FEW_DOCUMENTS + 1, 'groups'],
  ] as const) {
    const { replica, machine } = start();
    for (let n = 0; n < count; n++) replica.add(documentKey(n), ['x']);
    expect(kinds(tell(machine, ben, hash('1')))).toEqual([level]);
  }
});

test('of ten thousand documents one that differs is found in three bounded frames', () => {
  const pair = [new Replica('a', () => 0.5), new Replica('b', () => 0.5)] as const;
  for (const one of pair) for (let n = 0; n < 10_000; n++) one.add(documentKey(n), [`${n}`]);
  pair[1].add(documentKey(7_777), entries('more', 50));
  const wire = new Wire(pair, () => 30);
  wire.link(...pair);
  wire.run(5_000, () => pair[0].count(documentKey(7_777)) === 51);
  expect(pair[0].count(documentKey(7_777))).toBe(51);
  expect(wire.counts.get('want')).toBe(1);
  expect(wire.bytes).toBeLessThan(10_000);
});

test('what may be under way just now is looked at again before anything is done about it', () => {
  const { replica, machine } = start('a', 100);
  expect(tell(machine, ben, page(101))).toEqual([]);
  expect(machine.wakeAt).toBe(LOOK_MS);
  const asked = ticked(machine, LOOK_MS);
  expect(kinds(asked)).toEqual(['documents']);
  // It has come, and others are coming.
  replica.add(doc, ['101']);
  expect(tell(machine, ben, page(102), LOOK_MS + 50)).toEqual([]);
  expect(kinds(ticked(machine, 2 * LOOK_MS + 50))).toEqual(['documents']);
  // This one does not come.
  expect(kinds(tell(machine, ben, page(102), 2 * LOOK_MS + 100))).toEqual(['session']);
});

test('what a repair brought is spread by one hash to each other neighbour, however many documents it was', () => {
  const { replica, machine } = start();
  const documents = [1, 300, 600].map(documentKey);
  expect(kinds(tell(machine, ben, page(10, documents)))).toEqual(['want', 'want', 'want']);
  for (const document of documents) {
    replica.add(document, entries('x', 10));
    machine.handle({ is: 'repaired', peer: ben, space, document }, 100);
  }
  const said: AntiEntropyOutput[] = [];
  for (let now = 100; now <= 3 * SPREAD_MS; now += 50) said.push(...ticked(machine, now));
  expect(said.map((o) => o.peer)).toEqual([cleo]);
});

test('a gap waits a moment to close by itself, then that document is compared', () => {
  const { machine } = start('a', 3);
  machine.handle({ is: 'gap', peer: ben, space, document: doc }, 100);
  machine.handle({ is: 'gap', peer: ben, space, document: doc }, 200);
  expect(ticked(machine, 100 + GAP_MS - 1)).toEqual([]);
  const [asked] = ticked(machine, 100 + GAP_MS);
  expect(asked).toMatchObject({ do: 'tell', peer: ben, message: { within: doc, asks: true } });
  expect(ticked(machine, 100 + GAP_MS)).toEqual([]);
});

test('where things come late a gap is given as long to close by itself', () => {
  const { machine, replica } = start('a', 3);
  replica.patience = (usual) => 7 * usual;
  machine.handle({ is: 'gap', peer: ben, space, document: doc }, 0);
  expect(ticked(machine, 7 * GAP_MS - 1)).toEqual([]);
  expect(ticked(machine, 7 * GAP_MS)).toMatchObject([{ do: 'tell', peer: ben }]);
});

test('gaps of a neighbour who is gone are forgotten', () => {
  const { machine } = start('a', 3);
  machine.handle({ is: 'gap', peer: ben, space, document: doc }, 0);
  machine.handle({ is: 'down', peer: ben }, 10);
  expect(ticked(machine, 5_000)).toEqual([]);
});

test('gaps that go on are asked about less and less often; after a quiet time promptly again', () => {
  const { machine } = start('a', 3);
  const gap = (now: number) => {
    machine.handle({ is: 'gap', peer: ben, space, document: doc }, now);
    for (let at = now; ; at += 500)
      if (ticked(machine, at).some((o) => o.do === 'tell' && o.message.level === 'documents'))
        return at - now;
  };
  let now = 0;
  const waits = Array.from({ length: 9 }, () => {
    const waited = gap(now);
    now += waited;
    return waited;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000));
  expect(gap(now + 3 * IDLE_ROUND_MS)).toBe(GAP_MS);
});

test('gaps in many documents are one question about the space', () => {
  const { machine } = start('a', 3);
  for (let n = 0; n < 100; n++)
    machine.handle({ is: 'gap', peer: ben, space, document: documentKey(n) }, 0);
  expect(kinds(ticked(machine, GAP_MS))).toEqual(['space']);
});

test('comparing on demand is at once, and at most once a second', () => {
  const { machine } = start('a', 3);
  const compare = (now: number) => machine.handle({ is: 'compare', peer: ben, space }, now);
  expect(kinds(compare(5_000))).toEqual(['space']);
  for (let i = 0; i < 100; i++) expect(compare(5_001 + i)).toEqual([]);
  expect(kinds(ticked(machine, 6_000))).toEqual(['space']);
  expect(ticked(machine, 7_000)).toEqual([]);
});

test('now and then a random neighbour is asked unprompted; without neighbours nothing is due', () => {
  const lonely = new Replica('a', () => 0.5).machine;
  expect(lonely.wakeAt).toBeUndefined();
  expect(ticked(lonely, IDLE_ROUND_MS)).toEqual([]);
  const { machine } = start();
  expect(machine.wakeAt).toBe(IDLE_ROUND_MS);
  expect(kinds(ticked(machine, IDLE_ROUND_MS))).toEqual(['space']);
  expect(ticked(machine, IDLE_ROUND_MS + 1)).toEqual([]);
});

test('property: three with any parts of any documents hold the same soon, however frames overtake each other', () => {
  const part = fc.array(fc.tuple(fc.nat(700), fc.nat(40), fc.nat(60)), { maxLength: 25 });
  const topology = fc.constantFrom('chain', 'triangle');
  fc.assert(
    fc.property(fc.tuple(part, part, part), part, topology, fc.nat(), (parts, all, shape, seed) => {
      const random = seeded(seed);
      const trio = ['a', 'b', 'c'].map((name) => new Replica(name, random));
      for (const [i, replica] of trio.entries())
        for (const [n, from, count] of [...all, ...(parts[i] ?? [])])
          for (let e = from; e < from + count; e++) replica.add(documentKey(n), [`${e}`]);
      const wire = new Wire(trio, () => 5 + random() * 400);
      const [a, b, c] = trio as [Replica, Replica, Replica];
      wire.link(a, b);
      wire.link(b, c);
      if (shape === 'triangle') wire.link(a, c);
      const same = () => a.tree.hash === b.tree.hash && b.tree.hash === c.tree.hash;
      wire.run(60_000, same);
      expect(same()).toBe(true);
      // And then they are quiet.
      wire.run(120_000);
      const bytes = wire.bytes;
      wire.run(600_000);
      expect(wire.bytes - bytes).toBeLessThanOrEqual(3 * 2 * 45 * 15);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('what heals in one place of a chain of ten reaches its end within seconds', () => {
  const random = seeded(3);
  const chain = Array.from(
    { length: 10 },
    (_, i) => new Replica(String.fromCharCode(97 + i), random),
  );
  for (const one of chain) one.add(doc, entries('both ', 300));
  chain[0]?.add(doc, entries('apart ', 200));
  const wire = new Wire(chain, () => 50);
  for (const [i, one] of chain.entries()) {
    const next = chain[i + 1];
    if (next) wire.link(one, next);
  }
  wire.run(60_000, () => chain.every((one) => one.count(doc) === 500));
  expect(wire.now).toBeLessThan(15_000);
});

test('two who stay different for good do not mend without end: a few frames a minute', () => {
  for (const [mine, theirs] of [
    [100, 110],
    [10, 100],
    [1000, 2],
  ] as const) {
    const pair = [new Replica('a', () => 0.5), new Replica('b', () => 0.5)] as const;
    pair[0].add(doc, entries('a', mine));
    pair[1].add(doc, entries('b', theirs));
    const wire = new Wire(pair, () => 30);
    wire.brings = () => false;
    wire.link(...pair);
    wire.run(3_600_000);
    const repairs = (wire.counts.get('want') ?? 0) + (wire.counts.get('session') ?? 0);
    expect(repairs).toBeGreaterThan(10);
    expect(repairs).toBeLessThan(2 * 120);
    expect(wire.bytes).toBeLessThan(60 * 60 * 30);
  }
});

test('a neighbour who asks without end is told a bounded number of lines', () => {
  const { replica, machine } = start('a');
  for (let n = 0; n < 10_000; n++) replica.add(documentKey(n), ['x']);
  let lines = 0;
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    const now = 5_000 + i;
    const messages = [hash(`${i % 100}`), page(0, [], true)];
    for (const message of messages)
      for (const output of tell(machine, ben, message, now))
        if (output.do === 'tell' && output.message.level !== 'space') {
          lines += output.message.lines.length;
          most = Math.max(most, output.message.lines.length);
        }
  }
  // The burst, and what ten seconds earn.
  expect(lines).toBeLessThanOrEqual(8_192 + 11 * 512);
  expect(most).toBeLessThanOrEqual(DIGEST_LINES);
  // Cleo is told all the same.
  expect(kinds(tell(machine, cleo, hash('1'), 20_000))).toEqual(['groups']);
});

test('property: whatever a neighbour says, the machine goes on, promises no work in the past, and stays bounded', () => {
  const key = fc.oneof(
    fc.nat(2_000).map(documentKey),
    fc.uint8Array({ maxLength: 4 }).map((b) => Buffer.from(b).toString('hex')),
  );
  const line = fc.record({
    key,
    hash: fc.constantFrom('00'.repeat(8), 'ff'.repeat(8)),
    count: fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)),
  });
  const message: fc.Arbitrary<DigestMessage> = fc.oneof(
    fc.record({ level: fc.constant('space' as const), hash: fc.constantFrom('00', 'ff') }),
    fc.record({
      level: fc.constantFrom('groups' as const, 'documents' as const),
      within: key,
      after: key,
      lines: fc.array(line, { maxLength: 30 }),
      last: fc.boolean(),
      asks: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.nat(5_000)), { maxLength: 60 }), (said) => {
      const { replica, machine } = start('b', 5);
      for (let n = 0; n < 40; n++) replica.add(documentKey(n * 50), ['x']);
      let now = 0;
      for (const [one, pause] of said) {
        now += pause;
        ticked(machine, now);
        expect(machine.wakeAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
        expect(tell(machine, ada, one, now).length).toBeLessThanOrEqual(80);
      }
    }),
    { numRuns: 150, seed: 11 },
  );
});
