import { expect, test, vi } from 'vitest';
import type { Result } from '../engine/view.ts';
import { Wiping, type WipingOptions } from './wiping.ts';

type Message = Parameters<WipingOptions['tell']>[0];

const erased: Result<null> = { ok: true, value: null };
const failed: Result<null> = {
  ok: false,
  trouble: { code: 'not-erased', message: 'Not everything could be erased.' },
};

/** Tabs of one browser, the first of which leads; what each did is written down. */
function tabs(count: number, result = erased) {
  const done: string[] = [];
  const all: Wiping[] = [];
  for (let n = 0; n < count; n++)
    all.push(
      new Wiping({
        follows: () => n > 0,
        tell: (message: Message) =>
          queueMicrotask(() => {
            for (const [m, tab] of all.entries()) if (m !== n) tab.hear(message);
          }),
        silence: async () => void done.push(`${n} is silent`),
        erase: async () => {
          done.push(`${n} erases`);
          return result;
        },
        giveUp: () => void done.push(`${n} gives up`),
        beginAnew: () => void done.push(`${n} begins anew`),
        patienceMs: 50,
      }),
    );
  return { all, done };
}

test('the tab that leads is silent before it erases; the others begin anew', async () => {
  const { all, done } = tabs(3);
  expect(await all[0]?.asked()).toEqual(erased);
  await vi.waitFor(() => expect(done).toHaveLength(5));
  expect(done).toEqual(['0 is silent', '0 erases', '0 gives up', '1 begins anew', '2 begins anew']);
});

test('asked in a tab that follows, the one that leads erases, and the asker hears what came of it', async () => {
  const { all, done } = tabs(3, failed);
  expect(await all[1]?.asked()).toEqual(failed);
  await vi.waitFor(() => expect(done).toHaveLength(7));
  expect(done.filter((line) => line.includes('erases'))).toEqual(['0 erases']);
  expect(done.filter((line) => line.includes('anew')).toSorted()).toEqual([
    '0 begins anew',
    '2 begins anew',
  ]);
  expect(done.indexOf('0 erases')).toBeLessThan(done.indexOf('1 is silent'));
});

test('asked twice it is done once', async () => {
  const { all, done } = tabs(1);
  expect(await Promise.all([all[0]?.asked(), all[0]?.asked()])).toEqual([erased, erased]);
  expect(done.filter((line) => line.includes('erases'))).toHaveLength(1);
});

test('where the tab that leads does not answer nothing was erased, and that is said', async () => {
  const { all, done } = tabs(2);
  const [leader, follower] = all;
  if (leader) leader.hear = () => {};
  expect(await follower?.asked()).toMatchObject({ ok: false, trouble: { code: 'not-erased' } });
  expect(done).toEqual([]);
  expect(follower?.isUnderWay).toBe(false);
});
