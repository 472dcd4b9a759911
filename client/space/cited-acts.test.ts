import { SORT } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import type { ChangeHash } from '@snug/shared/protocol/ids.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CitedActs } from './cited-acts.ts';
import { DocumentLog, type LoggedEntry, logged } from './document-log.ts';
import { type Membership, membershipAt, membershipOf } from './membership.ts';
import { acting, adasSpace, inviteAct, put, written } from './test/written-space.ts';

async function body(
  world: Awaited<ReturnType<typeof adasSpace>>,
  n: number,
  deps?: readonly ChangeHash[],
): Promise<LoggedEntry> {
  const { ada, copy } = world;
  const verdict = copy.judge(await written(ada, copy.log, SORT.body, seeded(n, 40), deps));
  if (verdict.is !== 'new') throw new Error('why' in verdict ? verdict.why : verdict.is);
  return verdict.entry;
}

test('a body stands for the acts that it was made on, however many bodies are between', async () => {
  const world = await adasSpace();
  const { ada, copy } = world;
  const acts = new CitedActs(copy.log);
  const invite = await put(copy, ada, inviteAct(1));
  const fork = [invite.hash];
  let last = await body(world, 0, fork);
  for (let n = 1; n < 5; n++) last = await body(world, n, [last.hash]);
  expect(acts.nearest([last.hash])).toEqual([invite.hash]);
  expect(acts.areAll([invite.hash])).toBe(true);
  const beside = await put(copy, ada, inviteAct(2), fork);
  expect(acts.nearest([last.hash])).toEqual([invite.hash]);
  expect(acts.areAll([invite.hash])).toBe(false);
  const both = await body(world, 9, [last.hash, beside.hash].sort());
  const nearest = acts.nearest([both.hash]) ?? [];
  expect(new Set(nearest)).toEqual(new Set([invite.hash, beside.hash]));
  expect(acts.areAll(nearest)).toBe(true);
});

test('more acts side by side than are told of are cited all the same, and made one by the next act', async () => {
  const world = await adasSpace();
  const { ada, copy } = world;
  const acts = new CitedActs(copy.log);
  const fork = copy.log.deps;
  for (let n = 0; n < 20; n++) await put(copy, ada, inviteAct(n), fork);
  const some = await body(world, 1);
  const rest = await body(world, 2);
  expect(acts.nearest([some.hash, rest.hash])).toBeUndefined();
  const invites = (state: Membership) => state.invites.size;
  expect(invites(membershipAt(copy.log, [some.hash]))).toBe(16);
  expect(invites(membershipAt(copy.log, [some.hash, rest.hash].sort()))).toBe(20);
  const next = await put(copy, ada, inviteAct(20), [some.hash, rest.hash].sort());
  expect(acts.nearest([next.hash])).toEqual([next.hash]);
  expect(acts.areAll([next.hash])).toBe(true);
});

test('property: the state at any place is what a log of its ancestors alone comes to', async () => {
  const world = await adasSpace();
  const { ada, copy } = world;
  const acts = Array.from({ length: 12 }, (_, n) => inviteAct(n));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ isAct: fc.boolean(), cites: fc.array(fc.nat(), { maxLength: 4 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (steps) => {
        const log = new DocumentLog(copy.log.address);
        const [genesis] = copy.log.entries;
        if (!genesis) throw new Error('no genesis');
        log.add(genesis);
        for (const [n, { isAct, cites }] of steps.entries()) {
          const names = cites.map((at) => log.entries[at % log.count]?.hash ?? genesis.hash);
          const deps = [...new Set(names.length > 0 ? names : [genesis.hash])].sort();
          const what = isAct ? acts[n] : undefined;
          const arrival = what
            ? await acting(ada, log, what, deps)
            : await written(ada, log, SORT.body, seeded(n, 40), deps);
          const entry = logged(arrival.bytes, deps, log.startOp(deps) ?? 0);
          if (!entry) throw new Error('no entry');
          log.add(entry);
          // Asked as it grows, as judging does.
          membershipAt(log, deps);
        }
        for (const { hash } of log.entries) {
          const past = log.ancestors([hash]);
          const alone = new DocumentLog(log.address);
          for (const entry of log.entries) if (past.has(entry.hash)) alone.add(entry);
          expect(plain(membershipAt(log, [hash]))).toEqual(plain(membershipOf(alone)));
        }
      },
    ),
    { numRuns: 40, seed: 1 },
  );
});

const plain = (state: Membership) => ({ ...state, invites: [...state.invites] });
