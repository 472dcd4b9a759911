import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { documentNumber, seeded } from '@snug/shared/entries/test/data.ts';
import { type DocumentId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  AntiEntropy,
  type AntiEntropyOutput,
  type DocumentState,
  GAP_MS,
  IDLE_ROUND_MS,
  REPAIR_DEADLINE_MS,
  REPAIR_LIMIT_MS,
} from './anti-entropy.ts';

const [ada, ben, cleo] = ['a', 'b', 'c'] as unknown as [PeerId, PeerId, PeerId];
const space = v.parse(SpaceId, toBase64url(seeded(1, 32)));
const doc = documentNumber(1);

const start = (me: PeerId = ada, now = 0) => new AntiEntropy({ me, random: () => 0.5, now });
const kinds = (outputs: readonly AntiEntropyOutput[]) => outputs.map((output) => output.do);

function compare(
  machine: AntiEntropy,
  peer: PeerId,
  ours: DocumentState | undefined,
  theirs: DocumentState,
  now = 0,
  document: DocumentId = doc,
) {
  return machine.digest(peer, space, [{ document, theirs, ours }], now);
}

const state = (heads: string, count: number): DocumentState => ({ heads, count });

test('sharing a space starts a comparison, once a link', () => {
  const machine = start();
  const question = { do: 'digest', peer: ben, space, question: true };
  expect(machine.shared(ben, space)).toEqual([question]);
  expect(machine.shared(ben, space)).toEqual([]);
  machine.linkDown(ben);
  expect(machine.shared(ben, space)).toEqual([question]);
});

test('the same heads are equal, whatever the count says', () => {
  expect(compare(start(), ben, state('x', 5), state('x', 9))).toEqual([
    { do: 'equal', peer: ben, document: doc },
  ]);
});

test('whoever lacks a segment, or a quarter of one, asks for it in bulk', () => {
  expect(kinds(compare(start(), ben, undefined, state('y', 10)))).toEqual(['want']);
  expect(kinds(compare(start(), ben, state('x', 7), state('y', 10)))).toEqual(['want']);
  expect(kinds(compare(start(cleo), ben, state('x', 74), state('y', 100)))).toEqual(['want']);
});

test('where both hold most of it the lower peer id opens a session, the other waits for it', () => {
  expect(kinds(compare(start(ada), ben, state('x', 9), state('y', 10)))).toEqual(['session']);
  expect(kinds(compare(start(cleo), ben, state('x', 9), state('y', 10)))).toEqual([]);
  expect(kinds(compare(start(ada), ben, state('x', 75), state('y', 100)))).toEqual(['session']);
});

test('a neighbour who lacks much, or holds nothing, is left to ask', () => {
  expect(kinds(compare(start(), ben, state('x', 10), state('y', 7)))).toEqual([]);
  expect(kinds(compare(start(), ben, state('x', 10), state('', 0)))).toEqual([]);
});

test('one repair a document at a time; afterwards the digests are compared once more', () => {
  const machine = start();
  compare(machine, ben, undefined, state('y', 10));
  expect(kinds(compare(machine, ben, undefined, state('y', 11)))).toEqual([]);
  expect(machine.repaired(ben, doc)).toEqual([
    { do: 'digest', peer: ben, space, documents: [doc], question: true },
  ]);
  expect(machine.repaired(ben, doc)).toEqual([]);
});

test('a neighbour who differs while another mends the document has its turn soon after', () => {
  const machine = start();
  machine.shared(ben, space);
  machine.shared(cleo, space);
  compare(machine, ben, undefined, state('y', 10));
  expect(kinds(compare(machine, cleo, undefined, state('z', 10)))).toEqual([]);
  const due = machine.tick(GAP_MS);
  expect(due).toEqual([{ do: 'digest', peer: cleo, space, documents: [doc], question: true }]);
});

test('a repair that stays silent is given up at its deadline, and compared again', () => {
  const machine = start();
  compare(machine, ben, undefined, state('y', 10));
  expect(machine.tick(REPAIR_DEADLINE_MS - 1)).toEqual([]);
  machine.progress(ben, doc, REPAIR_DEADLINE_MS - 1);
  expect(machine.tick(REPAIR_DEADLINE_MS)).toEqual([]);
  expect(kinds(machine.tick(2 * REPAIR_DEADLINE_MS))).toEqual(['digest']);
});

test('a neighbour who only drips does not keep a document for ever', () => {
  const machine = start();
  compare(machine, ben, undefined, state('y', 10));
  let freed: number | undefined;
  for (let now = 0; now <= 10 * REPAIR_LIMIT_MS && freed === undefined; now += 1_000) {
    machine.progress(ben, doc, now);
    if (machine.tick(now).some((output) => output.do === 'digest' && output.documents)) freed = now;
  }
  expect(freed).toBe(REPAIR_LIMIT_MS);
  expect(kinds(compare(machine, cleo, undefined, state('y', 10), REPAIR_LIMIT_MS))).toEqual([
    'want',
  ]);
});

test('a link that goes down in the middle of a repair frees the document for others', () => {
  const machine = start();
  compare(machine, ben, undefined, state('y', 10));
  machine.linkDown(ben);
  expect(machine.repaired(ben, doc)).toEqual([]);
  expect(kinds(compare(machine, cleo, undefined, state('y', 10)))).toEqual(['want']);
});

test('a gap waits a moment to close by itself, then that document is compared', () => {
  const machine = start();
  machine.gap(ben, space, doc, 100);
  machine.gap(ben, space, doc, 200);
  expect(machine.tick(100 + GAP_MS - 1)).toEqual([]);
  expect(machine.tick(100 + GAP_MS)).toEqual([
    { do: 'digest', peer: ben, space, documents: [doc], question: true },
  ]);
  expect(machine.tick(100 + GAP_MS)).toEqual([]);
});

test('gaps of a neighbour who is gone are forgotten, and a new link begins without back-off', () => {
  const machine = start();
  for (let now = 0, i = 0; i < 6; i++) {
    machine.gap(ben, space, doc, now);
    now += 2 * IDLE_ROUND_MS;
    machine.tick(now);
  }
  machine.gap(ben, space, doc, 0);
  machine.linkDown(ben);
  expect(machine.tick(10 * IDLE_ROUND_MS)).toEqual([]);
  const now = 20 * IDLE_ROUND_MS;
  machine.gap(ben, space, doc, now);
  expect(machine.tick(now + GAP_MS)).toHaveLength(1);
});

test('gaps that go on are asked about less and less often; once equal, promptly again', () => {
  const machine = start();
  const waits: number[] = [];
  let now = 0;
  for (let i = 0; i < 9; i++) {
    machine.gap(ben, space, doc, now);
    const asked = now;
    while (machine.tick(now).length === 0) now += 500;
    waits.push(now - asked);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000));
  compare(machine, ben, state('x', 1), state('x', 1), now);
  machine.gap(ben, space, doc, now);
  expect(machine.tick(now + GAP_MS)).toHaveLength(1);
});

test('now and then a random neighbour is asked unprompted; without neighbours nobody is', () => {
  const machine = start();
  expect(machine.tick(IDLE_ROUND_MS)).toEqual([]);
  machine.shared(ben, space);
  expect(machine.tick(2 * IDLE_ROUND_MS)).toEqual([
    { do: 'digest', peer: ben, space, question: true },
  ]);
  expect(machine.tick(2 * IDLE_ROUND_MS + 1)).toEqual([]);
});

/**
 * Two machines joined by a wire without delay, for an hour. What a repair brings is for `mend` to say. Counts what
 * they do.
 */
function hour(
  states: [DocumentState, DocumentState],
  mend: (taker: 0 | 1, kind: 'want' | 'session') => void,
): Map<string, number> {
  const peers = [ada, ben] as const;
  const machines = [start(ada), start(ben)] as const;
  const counts = new Map<string, number>();
  let now = 0;
  const perform = (i: 0 | 1, outputs: readonly AntiEntropyOutput[]) => {
    const far = i === 0 ? 1 : 0;
    for (const output of outputs) {
      counts.set(output.do, (counts.get(output.do) ?? 0) + 1);
      if (output.do === 'digest') {
        const compared = (at: 0 | 1) =>
          machines[at].digest(
            peers[at === 0 ? 1 : 0],
            space,
            [{ document: doc, theirs: states[at === 0 ? 1 : 0], ours: states[at] }],
            now,
          );
        perform(far, compared(far));
        if (output.question) {
          counts.set('digest', (counts.get('digest') ?? 0) + 1);
          perform(i, compared(i));
        }
      } else if (output.do === 'want' || output.do === 'session') {
        mend(i, output.do);
        perform(i, machines[i].repaired(peers[i === 0 ? 1 : 0], doc));
      }
    }
  };
  perform(0, machines[0].shared(ben, space));
  perform(1, machines[1].shared(ada, space));
  for (; now < 3_600_000; now += 250) {
    perform(0, machines[0].tick(now));
    perform(1, machines[1].tick(now));
  }
  return counts;
}

test('two who stay different for good do not mend without end: a few frames a minute', () => {
  for (const states of [
    [state('x', 100), state('y', 100)],
    [state('x', 10), state('y', 100)],
    [state('x', 1000), state('y', 2)],
  ] as [DocumentState, DocumentState][]) {
    const counts = hour(states, () => {});
    const repairs = (counts.get('want') ?? 0) + (counts.get('session') ?? 0);
    expect(repairs).toBeGreaterThan(10);
    expect(repairs).toBeLessThan(2 * 75);
    expect(counts.get('digest')).toBeLessThan(1000);
  }
});

test('two who are mended are quiet: the unprompted rounds and nothing else', () => {
  const states: [DocumentState, DocumentState] = [state('x', 10), state('y', 100)];
  const counts = hour(states, (taker) => {
    states[taker] = states[taker === 0 ? 1 : 0];
  });
  expect(counts.get('want')).toBe(1);
  expect(counts.get('session')).toBeUndefined();
  expect(counts.get('digest')).toBeLessThan(2 * 2 * 60 + 10);
});
