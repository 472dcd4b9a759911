import { describe, expect, test, vi } from 'vitest';
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
  test('further parts are begun with while the first is still being let in, and only so many', async () => {
    const { begun, bring, letIn } = await bringing();
    for (const part of ['1', '2', '3']) await bring(part);
    const fifth = bring('4').then(() => bring('5'));
    await new Promise((resolve) => setTimeout(resolve));
    expect(begun).toEqual(['1', '2', '3', '4']);
    letIn('1')?.resolve();
    await vi.waitFor(() => expect(begun).toEqual(['1', '2', '3', '4', '5']));
    letIn('2')?.resolve();
    await fifth;
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
