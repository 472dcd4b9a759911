import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { expect, test } from 'vitest';
import { wallClock } from '../mesh/clock.ts';
import { MemoryStore } from '../space/store.ts';
import { person } from '../space/test/written-space.ts';
import { Searching } from './searching.ts';
import { Shelf } from './shelf.ts';

/** How long the first turn of gathering waits, ms. */
async function firstTurnIn(isBusy: boolean): Promise<number | undefined> {
  const waits: number[] = [];
  const clock = {
    ...wallClock,
    setTimeout: (run: () => void, ms: number) => {
      waits.push(ms);
      return wallClock.setTimeout(run, ms);
    },
  };
  const device = await person(1);
  const onProblem = (problem: unknown) => {
    throw problem;
  };
  const shelf = new Shelf({
    store: new MemoryStore(),
    device,
    clock,
    onChange: () => {},
    onStoreError: onProblem,
    onProblem,
  });
  const searching = new Searching({
    shelf,
    clock,
    elapsed: () => performance.now(),
    isBusy: () => isBusy,
    page: 'https://snug.test/',
    me: device.peerId,
    randomBytes,
    onProblem,
  });
  searching.begin();
  searching.close();
  return waits[0];
}

test('what there is to find is gathered at once, and seldom while much comes from a neighbour or goes to one', async () => {
  expect(await firstTurnIn(false)).toBe(0);
  expect(await firstTurnIn(true)).toBe(250);
});
