import { describe, expect, test } from 'vitest';
import type { LinkName } from '../mesh/links-port.ts';
import { person } from '../space/test/written-space.ts';
import { Neighbour } from './neighbour.ts';

const here = Uint8Array.of(1);
const elsewhere = Uint8Array.of(2);

/** Parts that are let in when the test says so. */
async function bringing() {
  const { peerId } = await person(2);
  const name: LinkName = { peer: peerId, link: 1 };
  const neighbour = new Neighbour(name, new Uint8Array(32), 'direct', () => undefined);
  const begun: string[] = [];
  const problems: unknown[] = [];
  const parts = new Map<string, PromiseWithResolvers<void>>();
  const bring = async (part: string, address = here) => {
    const letIn = Promise.withResolvers<void>();
    parts.set(part, letIn);
    const work = () => {
      begun.push(part);
      return letIn.promise;
    };
    await neighbour.bring(address, work, (error) => problems.push(error));
  };
  return { neighbour, begun, problems, bring, letIn: (part: string) => parts.get(part) };
}

describe('of what a neighbour brings in bulk', () => {
  test('a part is begun with while the one before it is still being let in, and no third', async () => {
    const { begun, bring, letIn } = await bringing();
    await bring('first');
    const second = bring('second');
    const third = second.then(() => bring('third'));
    await Promise.resolve();
    expect(begun).toEqual(['first', 'second']);
    letIn('first')?.resolve();
    await second;
    letIn('second')?.resolve();
    await third;
    expect(begun).toEqual(['first', 'second', 'third']);
  });

  test('another document waits until everything of the one before it is let in', async () => {
    const { begun, bring, letIn } = await bringing();
    await bring('first');
    const other = bring('other', elsewhere);
    await Promise.resolve();
    expect(begun).toEqual(['first']);
    letIn('first')?.resolve();
    await other;
    expect(begun).toEqual(['first', 'other']);
  });

  test('a part that cannot be let in is told of, and holds nothing up', async () => {
    const { neighbour, problems, bring, letIn } = await bringing();
    await bring('first');
    const second = bring('second');
    const full = new Error('full');
    letIn('first')?.reject(full);
    await second;
    letIn('second')?.resolve();
    await neighbour.letIn;
    expect(problems).toEqual([full]);
  });
});
