import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wallClock } from '../mesh/clock.ts';
import { type Inspection, inspect } from '../space/inspection.ts';
import { adasSpace, inviteAct, put } from '../space/test/written-space.ts';
import {
  type FromInspector,
  findingsOf,
  type InspectionMessage,
  readInspection,
} from './inspection-message.ts';
import { type InspectingThread, Inspectors } from './inspectors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A thread that does what it is told when the test says so; each message is cloned on its way, as between threads. */
class OtherThread implements InspectingThread {
  readonly told: InspectionMessage[] = [];
  ended = false;
  hear: (message: FromInspector) => void = () => {};
  fail: () => void = () => {};

  listen(hear: (message: FromInspector) => void, failed: () => void): void {
    this.hear = hear;
    this.fail = failed;
  }

  tell(message: InspectionMessage, transfer: readonly ArrayBuffer[]): void {
    this.told.push(structuredClone(message, { transfer: [...transfer] }));
  }

  end(): void {
    this.ended = true;
  }

  async answer(): Promise<void> {
    for (const { number, ...message } of this.told.splice(0)) {
      const found = await inspect(readInspection({ number, ...message }));
      this.hear(structuredClone(findingsOf(number, found)));
    }
  }
}

function inspectors(cores: number) {
  const threads: OtherThread[] = [];
  const start = () => {
    const thread = new OtherThread();
    threads.push(thread);
    return thread;
  };
  return { threads, all: new Inspectors({ cores, start, clock: wallClock }) };
}

async function anInspection(): Promise<Inspection> {
  const { ada, copy } = await adasSpace();
  for (let n = 0; n < 20; n++) await put(copy, ada, inviteAct(n));
  const arrivals = copy.log.entries.map(({ bytes, deps }, at) => {
    const forged = bytes.slice();
    if (at === 7) forged[40] = (forged[40] ?? 0) ^ 1;
    return { bytes: forged, deps };
  });
  return { address: copy.log.address, arrivals, secrets: [] };
}

test('another thread finds what this one would, and what was handed over is still there', async () => {
  const inspection = await anInspection();
  const { all, threads } = inspectors(2);
  expect(all.inspect(inspection)).toBeUndefined();
  expect(threads).toHaveLength(1);
  threads[0]?.hear('ready');
  const found = all.inspect(inspection);
  await threads[0]?.answer();
  const here = await inspect(inspection);
  expect(await found).toEqual(here);
  expect(here.map(({ isSigned }) => isSigned).indexOf(false)).toBe(7);
  all.close();
});

test('work goes to the thread that has least of it, of as many as there are cores beside this one', async () => {
  const inspection = await anInspection();
  const { all, threads } = inspectors(3);
  all.inspect(inspection);
  expect(threads).toHaveLength(2);
  for (const thread of threads) thread.hear('ready');
  const found = [all.inspect(inspection), all.inspect(inspection), all.inspect(inspection)];
  expect(threads.map(({ told }) => told.length).sort()).toEqual([1, 2]);
  for (const thread of threads) await thread.answer();
  expect(await Promise.all(found)).toHaveLength(3);
  all.close();
});

test('on a single core nothing is handed to anybody', async () => {
  const { all, threads } = inspectors(1);
  expect(all.inspect(await anInspection())).toBeUndefined();
  expect(threads).toHaveLength(0);
  all.close();
});

test('what a thread that breaks has not answered is inspected here, and none is started again', async () => {
  const inspection = await anInspection();
  const { all, threads } = inspectors(2);
  all.inspect(inspection);
  threads[0]?.hear('ready');
  const found = all.inspect(inspection);
  threads[0]?.fail();
  expect(await found).toEqual(await inspect(inspection));
  expect(all.inspect(inspection)).toBeUndefined();
  expect(threads).toHaveLength(1);
  all.close();
});

test('threads that have had nothing to do for a while are ended, and started anew when much comes', async () => {
  const inspection = await anInspection();
  const { all, threads } = inspectors(2);
  all.inspect(inspection);
  threads[0]?.hear('ready');
  const found = all.inspect(inspection);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(threads[0]?.ended).toBe(false);
  await threads[0]?.answer();
  await found;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(threads[0]?.ended).toBe(true);
  all.inspect(inspection);
  expect(threads).toHaveLength(2);
  all.close();
});
