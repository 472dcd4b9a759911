import { expect, test } from 'vitest';
import { seeded } from '../test/random.ts';
import { documentKey, space } from '../test/replica.ts';
import {
  ada,
  ben,
  came,
  cleo,
  doc,
  entries,
  kinds,
  type Machine,
  over,
  page,
  start,
  tell,
  ticked,
  to,
  wants,
} from '../test/told-machine.ts';
import { SPREAD_MS } from './anti-entropy.ts';
import { FIRST_SIGN_MS, REPAIR_DEADLINE_MS, REPAIR_LIMIT_MS } from './repairs.ts';

test('whoever lacks a document, or a quarter of one, asks for it in bulk', () => {
  expect(kinds(tell(start().machine, ben, page(10)))).toEqual(['want']);
  expect(kinds(tell(start('a', 7).machine, ben, page(12)))).toEqual(['want']);
  expect(kinds(tell(start('c', 74).machine, ben, page(100)))).toEqual(['want']);
});

test('where both hold most of it the lower peer id opens a session, the other waits for it', () => {
  expect(kinds(tell(start('a', 90).machine, ben, page(100)))).toEqual(['session']);
  expect(kinds(tell(start('c', 90).machine, ben, page(100)))).toEqual([]);
  expect(kinds(tell(start('a', 75).machine, ben, page(100)))).toEqual(['session']);
});

test('a neighbour who lacks much, or holds nothing, is left to ask', () => {
  expect(kinds(tell(start('a', 100).machine, ben, page(70)))).toEqual([]);
  expect(kinds(tell(start('a', 100).machine, ben, page(0)))).toEqual([]);
  // They are told what there is.
  expect(kinds(tell(start('a', 100).machine, ben, page(0, [], true)))).toEqual(['documents']);
});

test('one repair a document at a time; whoever else had it is compared with once it is over', () => {
  const { replica, machine } = start();
  expect(kinds(tell(machine, ben, page(10)))).toEqual(['want']);
  expect(kinds(tell(machine, ben, page(11), 10))).toEqual([]);
  expect(kinds(tell(machine, cleo, page(12), 20))).toEqual([]);
  replica.add(doc, entries('x', 10));
  const over = machine.handle({ is: 'repaired', peer: ben, space, document: doc }, 1_500);
  expect(over.map((o) => [o.do, o.peer])).toEqual([['tell', ben]]);
  expect(machine.handle({ is: 'repaired', peer: ben, space, document: doc }, 1_500)).toEqual([]);
  const { wakeAt = Number.NaN } = machine;
  expect(wakeAt).toBeLessThanOrEqual(1_500 + SPREAD_MS);
  expect(ticked(machine, wakeAt).map((o) => [o.do, o.peer])).toEqual([['tell', cleo]]);
});

test('of a group one document after the other: those held in part newest first, then upwards', () => {
  const { replica, machine } = start();
  const documents = [3, 4, 5, 6].map(documentKey);
  for (const n of [3, 4]) replica.add(documentKey(n), ['x']);
  const order: string[] = [];
  let outputs = tell(machine, ben, page(100, documents));
  for (let i = 0; i < 4; i++) {
    const wanted = outputs.flatMap((o) => (o.do === 'want' ? [o.document] : []));
    expect(wanted).toHaveLength(1);
    order.push(...wanted);
    for (const document of wanted) {
      replica.add(document, entries('x', 100));
      outputs = machine.handle({ is: 'repaired', peer: ben, space, document }, 100);
    }
  }
  expect(order).toEqual([4, 3, 5, 6].map(documentKey));
});

test('a repair that falls silent is given up at its deadline, and another has its turn', () => {
  const { machine } = start();
  tell(machine, ben, page(10));
  tell(machine, cleo, page(10));
  came(machine, ben, FIRST_SIGN_MS - 1);
  ticked(machine, FIRST_SIGN_MS + REPAIR_DEADLINE_MS - 2);
  expect(machine.mending(ben, space, doc)).toBe(true);
  const given = ticked(machine, FIRST_SIGN_MS + REPAIR_DEADLINE_MS - 1);
  expect(wants(given)).toEqual([`${cleo} ${doc}`]);
});

test('a want of which nothing has come within seconds leaves the others who offered the document their turn', () => {
  const { machine } = start();
  tell(machine, ben, page(10));
  tell(machine, cleo, page(10));
  expect(machine.wakeAt).toBeLessThanOrEqual(FIRST_SIGN_MS);
  expect(wants(ticked(machine, FIRST_SIGN_MS - 1))).toEqual([]);
  expect(wants(ticked(machine, FIRST_SIGN_MS))).toEqual([`${cleo} ${doc}`]);
  // And a session likewise.
  const other = start('a', 100).machine;
  expect(kinds(tell(other, ben, page(110)))).toEqual(['session']);
  tell(other, cleo, page(110));
  expect(to(cleo, ticked(other, FIRST_SIGN_MS)).map((o) => o.do)).toEqual(['session']);
});

test('whoever leaves wants unanswered rests longer each time', () => {
  const { machine } = start();
  const asked: number[] = [];
  for (let now = 0; now < 100_000; now += 250) {
    const outputs = [...tell(machine, ben, page(10), now), ...ticked(machine, now)];
    if (wants(outputs).length > 0) asked.push(now);
  }
  const pauses = asked.slice(1).map((at, i) => at - (asked[i] ?? 0) - FIRST_SIGN_MS);
  expect(pauses.map((pause) => Math.floor(pause / 1_000))).toEqual([2, 4, 8, 16, 32]);
});

test('of two who offer a document whoever has left none unanswered comes first', () => {
  const { replica, machine } = start();
  tell(machine, ben, page(10));
  tell(machine, cleo, page(10));
  ticked(machine, FIRST_SIGN_MS);
  // Ben has rested when Cleo has brought the first, for which the next of the group has waited.
  came(machine, cleo, FIRST_SIGN_MS + 2_500);
  for (const peer of [ben, cleo]) tell(machine, peer, page(10, [documentKey(2)]), 6_000);
  replica.add(doc, entries('x', 10));
  expect(wants(over(machine, cleo, 6_500))).toEqual([`${cleo} ${documentKey(2)}`]);
});

test('several wants that go unanswered at a time are one failure', () => {
  const { machine } = start();
  const documents = [1, 0x100, 0x200, 0x300].map(documentKey);
  expect(wants(tell(machine, ben, page(10, documents)))).toHaveLength(4);
  ticked(machine, FIRST_SIGN_MS);
  tell(machine, ben, page(10, [documentKey(0x400)]), FIRST_SIGN_MS);
  expect(wants(ticked(machine, FIRST_SIGN_MS + 2_000))).toContain(`${ben} ${documentKey(0x400)}`);
});

/** Ben says that he holds what is missing, and is asked for it and silent, so many times. */
function silentBen(machine: Machine, times: number): { kinds: string[]; now: number } {
  const all: string[] = [];
  let now = 0;
  for (let i = 0; i < times; i++) {
    tell(machine, ben, page(10), now);
    now += FIRST_SIGN_MS;
    all.push(...kinds(ticked(machine, now)));
    now += 30_000;
    all.push(...kinds(ticked(machine, now)));
  }
  return { kinds: all, now };
}

test('who twice gives nothing at all of what it says it holds promises in vain', () => {
  expect(silentBen(start().machine, 1).kinds).not.toContain('in-vain');
  expect(silentBen(start().machine, 2).kinds.filter((kind) => kind === 'in-vain')).toHaveLength(1);
});

test('who has brought something in between does not promise in vain, nor who is merely slow', () => {
  const { replica, machine } = start();
  const { now } = silentBen(machine, 1);
  expect(wants(tell(machine, ben, page(10), now))).toHaveLength(1);
  replica.add(doc, entries('x', 10));
  over(machine, ben, now + 100);
  tell(machine, ben, page(20), now + 60_000);
  expect(kinds(ticked(machine, now + 60_000 + FIRST_SIGN_MS))).not.toContain('in-vain');
  const slow = start().machine;
  for (let at = 0; at < 120_000; at += 40_000) {
    tell(slow, ben, page(10), at);
    came(slow, ben, at + 2_000);
    expect(kinds(ticked(slow, at + 30_000))).not.toContain('in-vain');
  }
});

test('what one neighbour does not give the others are compared with for', () => {
  const { machine } = start();
  tell(machine, ben, page(10));
  expect(kinds(to(cleo, ticked(machine, FIRST_SIGN_MS - 1)))).toEqual([]);
  expect(kinds(to(cleo, ticked(machine, FIRST_SIGN_MS)))).toEqual(['space']);
});

test('a slow neighbour goes on when its answer comes late', () => {
  const { replica, machine } = start();
  tell(machine, ben, page(1_000));
  ticked(machine, FIRST_SIGN_MS);
  expect(machine.mending(ben, space, doc)).toBe(false);
  replica.add(doc, entries('x', 240));
  came(machine, ben, 4_500);
  expect(machine.mending(ben, space, doc)).toBe(true);
  ticked(machine, 4_500 + REPAIR_DEADLINE_MS - 1);
  expect(machine.mending(ben, space, doc)).toBe(true);
  replica.add(doc, entries('x', 1_000));
  expect(kinds(to(ben, over(machine, ben, 20_000)))).toEqual(['space']);
});

test('a slow neighbour does not rest once its answer has come, nor once it has brought anything', () => {
  const { replica, machine } = start();
  const first = documentKey(0);
  const [second, third, fourth] = [documentKey(0x100), documentKey(0x200), documentKey(0x300)];
  tell(machine, ben, page(1_000, [first, second]));
  ticked(machine, FIRST_SIGN_MS);
  const now = FIRST_SIGN_MS + 500;
  expect(wants(tell(machine, ben, page(10, [third]), now))).toEqual([]);
  expect(wants(came(machine, ben, now, first))).toEqual([`${ben} ${third}`]);
  ticked(machine, now + FIRST_SIGN_MS);
  expect(wants(tell(machine, ben, page(10, [fourth]), now + FIRST_SIGN_MS))).toEqual([]);
  replica.add(first, entries('x', 1_000));
  expect(wants(over(machine, ben, now + FIRST_SIGN_MS, first))).toEqual([`${ben} ${fourth}`]);
});

test('what others push does not speak for a neighbour who was asked and did not answer', () => {
  const { replica, machine } = start();
  tell(machine, ben, page(1_000));
  replica.add(doc, entries('pushed ', 5));
  ticked(machine, FIRST_SIGN_MS);
  expect(wants(tell(machine, ben, page(10, [documentKey(2)]), FIRST_SIGN_MS))).toEqual([]);
});

test('of two who were asked for a document and answer late, whoever answers first brings it', () => {
  const { machine } = start();
  tell(machine, ben, page(1_000));
  tell(machine, cleo, page(1_000));
  ticked(machine, FIRST_SIGN_MS);
  expect(machine.mending(cleo, space, doc)).toBe(true);
  came(machine, ben, FIRST_SIGN_MS + 500);
  expect(machine.mending(ben, space, doc)).toBe(true);
  expect(machine.mending(cleo, space, doc)).toBe(false);
  // Cleo comes too late, until Ben falls silent.
  came(machine, cleo, FIRST_SIGN_MS + 1_000);
  expect(machine.mending(ben, space, doc)).toBe(true);
  ticked(machine, FIRST_SIGN_MS + 500 + REPAIR_DEADLINE_MS);
  came(machine, cleo, 2 * REPAIR_DEADLINE_MS);
  expect(machine.mending(cleo, space, doc)).toBe(true);
});

test('while a neighbour brings one document, others it was asked for have time, though not for ever', () => {
  const { machine } = start();
  const documents = [1, 0x100, 0x200].map(documentKey);
  tell(machine, ben, page(1_000, documents));
  tell(machine, cleo, page(1_000, documents));
  let given: readonly string[] = [];
  let now = 0;
  for (; given.length === 0 && now < 60_000; now += 1_000) {
    came(machine, ben, now);
    given = wants(ticked(machine, now));
  }
  expect(now - 1_000).toBe(REPAIR_DEADLINE_MS);
  expect(given).toEqual(documents.slice(1).map((document) => `${cleo} ${document}`));
});

test('a document of which most is lacking is asked for at its turn, though some of it has come meanwhile', () => {
  const { replica, machine } = start();
  tell(machine, ben, page(1_000));
  tell(machine, cleo, page(1_000));
  replica.add(doc, entries('pushed ', 5));
  expect(wants(ticked(machine, FIRST_SIGN_MS))).toEqual([`${cleo} ${doc}`]);
});

test('a neighbour who only drips does not keep a document for ever', () => {
  const { replica, machine } = start();
  tell(machine, ben, page(1_000));
  let freed: number | undefined;
  for (let now = 0; now <= 10 * REPAIR_LIMIT_MS && freed === undefined; now += 5_000) {
    replica.add(doc, [`${now}`]);
    machine.handle({ is: 'progress', peer: ben, space, document: doc }, now);
    ticked(machine, now);
    if (!machine.mending(ben, space, doc)) freed = now;
  }
  expect(freed).toBe(REPAIR_LIMIT_MS);
  expect(kinds(tell(machine, ben, page(1_000), REPAIR_LIMIT_MS))).toEqual([]);
  expect(kinds(tell(machine, cleo, page(1_000), REPAIR_LIMIT_MS))).toEqual(['want']);
});

test('a transfer that is long because it is large may go on', () => {
  const { replica, machine } = start();
  tell(machine, ben, page(100_000));
  for (let now = 0; now <= 3 * REPAIR_LIMIT_MS; now += 5_000) {
    replica.add(doc, entries(`${now} `, 10));
    machine.handle({ is: 'progress', peer: ben, space, document: doc }, now);
    ticked(machine, now);
  }
  expect(machine.mending(ben, space, doc)).toBe(true);
});

test('a link that goes down in the middle of a repair frees the document for others', () => {
  const { machine } = start();
  tell(machine, ben, page(10));
  tell(machine, cleo, page(10));
  expect(kinds(machine.handle({ is: 'down', peer: ben }, 10))).toEqual(['want']);
});

test('made-up documents, one after the other, cost a bounded number of repairs and hold up nobody', () => {
  const { replica, machine } = start('b');
  const random = seeded(9);
  let [wants, honest] = [0, 0];
  for (let now = 0; now < 600_000; now += 250) {
    const documents = Array.from({ length: 20 }, () => documentKey(Math.floor(random() * 65_536)));
    const outputs = [
      ...tell(machine, ada, page(2 ** 40, [doc, ...documents], true), now),
      ...ticked(machine, now),
    ];
    wants += to(ada, outputs).filter((o) => o.do === 'want').length;
    // Cleo has `doc`, and brings it when asked.
    if (now === 5_000) honest += to(cleo, tell(machine, cleo, page(50), now)).length;
    for (const output of to(cleo, outputs)) if (output.do === 'want') honest++;
    if (honest > 0 && replica.count(doc) === 0) {
      replica.add(doc, entries('x', 50));
      machine.handle({ is: 'repaired', peer: cleo, space, document: doc }, now);
      expect(now).toBeLessThan(40_000);
    }
  }
  expect(wants).toBeLessThan(100);
  expect(replica.count(doc)).toBe(50);
});
