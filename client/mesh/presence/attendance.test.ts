import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channel, device, open, START, seal } from '../test/attending-device.ts';
import { ada, bo, cy, dee, me, peer, peers } from '../test/device-ids.ts';
import { Attendance, HERE_MS } from './attendance.ts';
import type { AttendanceInput, AttendanceOutput } from './attendance-inputs.ts';

const sends = (outputs: readonly AttendanceOutput[] | undefined) =>
  (outputs ?? []).flatMap((o) => (o.do === 'send' && !o.asks ? [o] : []));
const passed = (outputs: readonly AttendanceOutput[]) =>
  sends(outputs).flatMap((o) => o.messages.map(({ device: of }) => [o.to, of]));

test('a device says "here" soon after its first neighbour, then every half minute among few', () => {
  const { said, pass } = device();
  pass(1_000);
  expect(said).toHaveLength(1);
  expect(said[0]?.statement).toEqual({ seconds: 30, leaving: false });
  pass(10 * HERE_MS);
  expect(said).toHaveLength(11);
  const counts = said.map(({ mark }) => mark.count);
  // The first comes after 150 ms; a count goes by the seconds of the run.
  expect(counts.map((count) => count - (counts[0] ?? 0))).toEqual(said.map((_, n) => n * 30));
  expect(counts[0]).toBe(Math.floor((START + 150 - 500) / 1000));
});

test('the more are here, the more seldom', () => {
  const { said, pass, hear } = device();
  for (const other of peers.slice(1, 40)) hear(ada, other, { statement: { seconds: 600 } });
  pass(200);
  expect(said.at(-1)?.statement.seconds).toBe(160);
});

test('whoever is heard is here for two and a half of the times that they name, then no more', () => {
  const { hear, here, pass } = device();
  hear(ada, dee);
  pass(2.5 * HERE_MS - 1);
  expect(here(dee)).toBe(true);
  expect(pass(1)).toContainEqual({ do: 'changed' });
  expect(here(dee)).toBe(false);
});

test('news is passed on to every eager neighbour but the one who brought it and its own device', () => {
  const { hear, pass, said } = device([ada, bo, cy, dee]);
  pass(1_000);
  hear(ada, dee);
  expect(passed(pass(50))).toEqual([
    [bo, dee],
    [cy, dee],
  ]);
  expect(said).toHaveLength(1);
});

test('of one device only the latest is passed on, and what is no later is not listened to', () => {
  const { attendance, hear, pass } = device([ada, bo]);
  pass(1_000);
  hear(ada, dee, { mark: { run: START, count: 4 } });
  hear(ada, dee, { mark: { run: START, count: 5 } });
  expect(passed(pass(50))).toEqual([[bo, dee]]);
  expect(hear(bo, dee, { mark: { run: START, count: 4 } })).toBeUndefined();
  expect(attendance.refused).toBe(1);
  expect(attendance.admits(bo, dee, { run: START, count: 5 }, START + 1_050)).toBe('known');
  expect(attendance.admits(bo, me, { run: 500, count: 0 }, START + 1_050)).toBe('known');
});

test('a run that is over is not listened to again, nor an earlier one while the later is heard', () => {
  const { hear, here, pass } = device();
  hear(ada, dee, { mark: { run: START + 7, count: 9 } });
  hear(ada, dee, { mark: { run: START + 8, count: 0 } });
  expect(hear(ada, dee, { mark: { run: START + 7, count: 10 } })).toBeUndefined();
  expect(hear(ada, dee, { mark: { run: START + 3, count: 0 } })).toBeUndefined();
  pass(10 * HERE_MS);
  expect(here(dee)).toBe(false);
  expect(hear(ada, dee, { mark: { run: START + 7, count: 11 } })).toBeUndefined();
  expect(hear(ada, dee, { mark: { run: START + 8, count: 0 } })).toBeUndefined();
});

test('a device whose clock was set back is heard once its earlier run is silent', () => {
  const { hear, here, pass } = device();
  hear(ada, dee, {
    mark: { run: START + 60_000, count: 9 },
    statement: { leaving: true, seconds: 0 },
  });
  expect(here(dee)).toBe(false);
  hear(ada, dee, { mark: { run: START + 8, count: 0 } });
  expect(here(dee)).toBe(true);
  pass(1_000);
  expect(hear(ada, dee, { mark: { run: START + 60_000, count: 10 } })).toBeUndefined();
});

test('who leaves says so at once, is gone at once, and says nothing more', () => {
  const { handle, said, pass, hear, here } = device([ada, bo]);
  pass(1_000);
  hear(ada, dee);
  hear(ada, dee, { statement: { leaving: true, seconds: 0 } });
  expect(here(dee)).toBe(false);
  expect(passed(handle({ is: 'leave' }))).toContainEqual([bo, me]);
  expect(said.at(-1)?.statement).toEqual({ seconds: 0, leaving: true });
  const before = said.length;
  pass(10 * HERE_MS);
  expect(said).toHaveLength(before);
});

test('a newcomer asks one neighbour who is here, and is told by them of everybody', () => {
  const { handle, hear, pass } = device([ada]);
  pass(20_000);
  hear(ada, dee);
  hear(ada, cy, { statement: { leaving: true, seconds: 0 } });
  const asked = handle({ is: 'neighbour', peer: bo });
  expect(asked).toContainEqual({ do: 'send', to: bo, messages: [], asks: true, answers: false });
  expect(passed(handle({ is: 'asked', from: bo }))).toEqual([
    [bo, me],
    [bo, dee],
  ]);
  // Once: an answer is many times as long as the question.
  expect(handle({ is: 'asked', from: bo })).toEqual([]);
});

test('what was answered is believed for less, and not passed on by a newcomer', () => {
  const { hear, here, pass } = device([ada, bo]);
  hear(ada, dee, { answers: true });
  expect(passed(pass(60))).toEqual([]);
  pass(1.5 * HERE_MS);
  expect(here(dee)).toBe(false);
});

test('it is answered on while it was said of late, so that no chain of newcomers loses those who were first', () => {
  const { hear, here, pass, handle, now } = device([ada, bo, cy]);
  const answer = (to: typeof bo) => passed(handle({ is: 'asked', from: to })).map(([, of]) => of);
  hear(ada, dee, { answers: true });
  pass(HERE_MS);
  expect(answer(bo)).toContain(dee);
  const at = now() - 1.5 * HERE_MS - 1_000;
  hear(ada, dee, { answers: true, mark: { run: 2, count: Math.floor(at / 1000) } });
  expect(here(dee)).toBe(true);
  expect(answer(cy)).not.toContain(dee);
});

test('what is answered across a healed split is passed on by those who have been here for a while', () => {
  const { hear, pass } = device([ada, bo]);
  pass(20_000);
  hear(bo, dee, { answers: true });
  expect(passed(pass(50))).toEqual([[ada, dee]]);
});

test('typing is said at most every three seconds, and stops by itself six after the last key', () => {
  const { handle, said, pass } = device();
  pass(1_000);
  said.splice(0);
  for (let ms = 0; ms < 9_000; ms += 100) {
    handle({ is: 'typing', channel });
    pass(100);
  }
  expect(said.map(({ statement }) => statement.typing)).toEqual([channel, channel, channel]);
  pass(6_000);
  pass(HERE_MS);
  expect(said.at(-1)?.statement.typing).toBeUndefined();
});

test('who types is shown for some seconds, and no longer than until their message comes', () => {
  const { hear, handle, pass, attendance, now } = device();
  hear(ada, dee, { statement: { typing: channel } });
  expect(attendance.typing(channel, now())).toEqual([dee]);
  pass(7_000);
  expect(attendance.typing(channel, now())).toEqual([]);
  hear(ada, dee, { statement: { typing: channel } });
  expect(handle({ is: 'spoke', peer: dee, channel })).toEqual([{ do: 'changed' }]);
  expect(attendance.typing(channel, now())).toEqual([]);
  // The last "typing" may come after the message that it was about.
  hear(ada, dee, { statement: { typing: channel } });
  expect(attendance.typing(channel, now())).toEqual([]);
});

test('without any neighbour nobody is here, and a first one begins it anew', () => {
  const { hear, here, handle, pass, said } = device([ada]);
  pass(1_000);
  hear(ada, dee);
  handle({ is: 'down', peer: ada, surplus: false });
  expect(here(dee)).toBe(false);
  said.splice(0);
  pass(10 * HERE_MS);
  expect(said).toEqual([]);
  handle({ is: 'neighbour', peer: bo });
  pass(1_000);
  expect(said).toHaveLength(1);
});

test('a flood from one device, or by one neighbour, is cut off', () => {
  const { attendance, hear } = device([ada, bo]);
  let listened = 0;
  for (let i = 0; i < 100; i++) if (hear(ada, dee)?.length) listened++;
  expect(listened).toBeLessThanOrEqual(11);
  let now = 1_000_000;
  for (let i = 0; i < 5_000; i++) attendance.admits(bo, cy, { run: 1, count: i }, now);
  expect(attendance.admits(bo, cy, { run: 1, count: 9_999 }, now)).toBe('no');
  now += 1_000;
  expect(attendance.admits(bo, cy, { run: 1, count: 9_999 }, now)).toBe('news');
});

test('what others forge in the name of a device does not silence it', () => {
  const { attendance, hear, here, pass, now } = device([ada, bo]);
  // Not one of these opens.
  for (let i = 0; i < 2_000; i++) attendance.admits(bo, dee, { run: 9, count: i }, now());
  hear(ada, dee);
  expect(here(dee)).toBe(true);
  expect(passed(pass(50))).toEqual([[bo, dee]]);
});

test('property: in a random tree everybody comes to know who is here, and who has left', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      fc.uniqueArray(fc.nat(29), { minLength: 1, maxLength: 5 }),
      (seed, leaving) => {
        const edges = new Map<PeerId, Set<PeerId>>(peers.slice(0, 30).map((id) => [id, new Set()]));
        let now = 1_000_000;
        const queue: { at: number; run: () => void }[] = [];
        const nodes = new Map(
          [...edges].map(([id, near], i) => [
            id,
            new Attendance({ me: id, random: () => 0.3, run: i, eager: () => [...near] }),
          ]),
        );
        const gone = new Set<PeerId>();
        const handle = (id: PeerId, input: AttendanceInput): void => {
          for (const output of nodes.get(id)?.handle(input, now) ?? []) {
            if (output.do === 'say') {
              const { mark, statement, lost, after, urgent } = output;
              const bytes = seal({ device: id, mark, statement, lost, after });
              handle(id, { is: 'said', bytes, urgent });
            } else if (output.do === 'send') {
              const { to, messages, asks, answers } = output;
              const run = () => {
                if (gone.has(to) || !edges.get(id)?.has(to)) return;
                if (asks) handle(to, { is: 'asked', from: id });
                for (const message of messages) {
                  const content = open(message.bytes);
                  if (!content) continue;
                  const { device: of, ...said } = content;
                  if (nodes.get(to)?.admits(id, of, said.mark, now) !== 'news') continue;
                  handle(to, { is: 'heard', from: id, message, ...said, answers });
                }
              };
              queue.push({ at: now + 30, run });
            }
          }
        };
        const run = (ms: number) => {
          for (const end = now + ms; now < end; now += 50) {
            for (const one of queue.filter(({ at }) => at <= now)) {
              queue.splice(queue.indexOf(one), 1);
              one.run();
            }
            for (const [id, { wakeAt }] of nodes)
              if (!gone.has(id) && wakeAt !== undefined && wakeAt <= now)
                handle(id, { is: 'tick' });
          }
        };
        for (let i = 1; i < 30; i++) {
          const [a, b] = [peer(i), peer((seed[i] ?? 0) % i)];
          edges.get(a)?.add(b);
          edges.get(b)?.add(a);
        }
        for (const [id, near] of edges)
          for (const other of near) handle(id, { is: 'neighbour', peer: other });
        run(10_000);
        for (const [id, node] of nodes)
          expect(new Set(node.present(now))).toEqual(
            new Set(peers.slice(0, 30).filter((p) => p !== id)),
          );
        for (const n of leaving) handle(peer(n), { is: 'leave' });
        run(5_000);
        for (const n of leaving) gone.add(peer(n));
        for (const [id, node] of nodes)
          if (!gone.has(id)) expect(node.present(now).filter((p) => gone.has(p))).toEqual([]);
      },
    ),
    { numRuns: 10 },
  );
});
