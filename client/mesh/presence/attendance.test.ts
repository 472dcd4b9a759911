import { toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PresenceMark } from '@snug/shared/crypto/sealed-presence.ts';
import { ChannelId, type PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Attendance, HERE_MS } from './attendance.ts';
import type { AttendanceInput, AttendanceOutput } from './attendance-inputs.ts';
import { DOUBTED_MS } from './doubts.ts';

const channel = v.parse(ChannelId, toBase64url(new Uint8Array(16).fill(1)));
const peers = Array.from({ length: 40 }, (_, i) => {
  const key = new Uint8Array(32);
  key[0] = i + 1;
  return peerIdFromPublicKey(key);
});
const peer = (n: number): PeerId => peers[n] ?? ('' as PeerId);
const [me, ada, bo, cy, dee] = [peer(0), peer(1), peer(2), peer(3), peer(4)];

type Said = Extract<AttendanceOutput, { do: 'say' }>;
type Statement = Said['statement'];

/** What stands for a sealed message here: what is in it, in clear. */
interface Content {
  readonly device: PeerId;
  readonly mark: PresenceMark;
  readonly statement: Statement;
  readonly lost: readonly PeerId[];
}
const contents = new Map<string, Content>();
function seal(content: Content): Uint8Array {
  const text = JSON.stringify(content);
  contents.set(text, content);
  return utf8(text);
}
const open = (bytes: Uint8Array) => contents.get(new TextDecoder().decode(bytes));

function device(neighbours: readonly PeerId[] = [ada], id = me) {
  const eager = new Set(neighbours);
  let now = 1_000_000;
  const attendance = new Attendance({
    me: id,
    random: () => 0.5,
    run: 500,
    eager: () => [...eager],
  });
  const said: Said[] = [];
  const handle = (input: AttendanceInput): AttendanceOutput[] =>
    attendance.handle(input, now).flatMap((output) => {
      if (output.do !== 'say') return [output];
      said.push(output);
      const { mark, statement, lost, urgent } = output;
      return handle({ is: 'said', bytes: seal({ device: id, mark, statement, lost }), urgent });
    });
  /** Runs the clock, waking the machine whenever it asks. */
  const pass = (ms: number): AttendanceOutput[] => {
    const outputs: AttendanceOutput[] = [];
    const end = now + ms;
    for (;;) {
      const { wakeAt } = attendance;
      if (wakeAt === undefined || wakeAt > end) break;
      now = Math.max(now, wakeAt);
      outputs.push(...handle({ is: 'tick' }));
    }
    now = end;
    return outputs;
  };
  let counts = 0;
  const hear = (
    from: PeerId,
    who: PeerId,
    what: {
      mark?: PresenceMark;
      statement?: Partial<Statement>;
      lost?: PeerId[];
      answers?: boolean;
    } = {},
  ) => {
    const mark = what.mark ?? { run: 1, count: counts++ };
    const statement = { seconds: 30, leaving: false, ...what.statement };
    const lost = what.lost ?? [];
    if (attendance.admits(from, who, mark, now) !== 'news') return undefined;
    const message = { device: who, bytes: seal({ device: who, mark, statement, lost }) };
    return handle({
      is: 'heard',
      from,
      message,
      mark,
      statement,
      lost,
      answers: what.answers ?? false,
    });
  };
  for (const neighbour of neighbours) handle({ is: 'neighbour', peer: neighbour });
  const here = (who: PeerId) => attendance.isPresent(who, now);
  return { attendance, said, handle, pass, hear, here, eager, now: () => now };
}

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
  expect(said.map(({ mark }) => mark)).toEqual(said.map((_, count) => ({ run: 500, count })));
});

test('the more are here, the more seldom', () => {
  const { said, pass, hear } = device();
  for (const other of peers.slice(1)) hear(ada, other, { statement: { seconds: 600 } });
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
  hear(ada, dee, { mark: { run: 1, count: 4 } });
  hear(ada, dee, { mark: { run: 1, count: 5 } });
  expect(passed(pass(50))).toEqual([[bo, dee]]);
  expect(hear(bo, dee, { mark: { run: 1, count: 4 } })).toBeUndefined();
  expect(attendance.refused).toBe(1);
  expect(attendance.admits(bo, dee, { run: 1, count: 5 }, 1_001_050)).toBe('known');
  expect(attendance.admits(bo, me, { run: 500, count: 0 }, 1_001_050)).toBe('known');
});

test('a run that is over is not listened to again, nor an earlier one while the later is heard', () => {
  const { hear, here, pass } = device();
  hear(ada, dee, { mark: { run: 7, count: 9 } });
  hear(ada, dee, { mark: { run: 8, count: 0 } });
  expect(hear(ada, dee, { mark: { run: 7, count: 10 } })).toBeUndefined();
  expect(hear(ada, dee, { mark: { run: 3, count: 0 } })).toBeUndefined();
  pass(10 * HERE_MS);
  expect(here(dee)).toBe(false);
  expect(hear(ada, dee, { mark: { run: 7, count: 11 } })).toBeUndefined();
  expect(hear(ada, dee, { mark: { run: 8, count: 0 } })).toBeUndefined();
});

test('a device whose clock was set back by days is heard once its earlier run is silent', () => {
  const { hear, here, pass } = device();
  hear(ada, dee, { mark: { run: 9_000_000, count: 9 }, statement: { leaving: true, seconds: 0 } });
  expect(here(dee)).toBe(false);
  hear(ada, dee, { mark: { run: 8, count: 0 } });
  expect(here(dee)).toBe(true);
  pass(1_000);
  expect(hear(ada, dee, { mark: { run: 9_000_000, count: 10 } })).toBeUndefined();
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

test('what was answered is believed for less, not answered on, and not passed on by a newcomer', () => {
  const { hear, here, pass, handle } = device([ada, bo]);
  hear(ada, dee, { answers: true });
  expect(passed(pass(60))).toEqual([]);
  pass(200);
  expect(passed(handle({ is: 'asked', from: bo })).map(([, of]) => of)).not.toContain(dee);
  pass(1.5 * HERE_MS);
  expect(here(dee)).toBe(false);
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

test('a link that breaks raises a doubt, which is told unless the peer is heard again', () => {
  const { hear, here, handle, pass, said } = device([ada, bo]);
  pass(1_000);
  said.splice(0);
  hear(bo, bo);
  handle({ is: 'down', peer: bo, surplus: false });
  pass(3_100);
  expect(said.map(({ lost }) => lost)).toEqual([[bo]]);
  expect(here(bo)).toBe(true);
  pass(DOUBTED_MS);
  expect(here(bo)).toBe(false);
});

test('no doubt is told of a peer who is heard after all, whom another doubts, or whose link was one too many', () => {
  for (const then of ['heard', 'doubted', 'surplus'] as const) {
    const { hear, handle, pass, said } = device([ada, bo, cy]);
    pass(1_000);
    said.splice(0);
    hear(bo, bo);
    handle({ is: 'down', peer: bo, surplus: then === 'surplus' });
    if (then === 'heard') hear(ada, bo);
    if (then === 'doubted') hear(ada, cy, { lost: [bo] });
    pass(10_000);
    expect(said).toEqual([]);
  }
});

test("another's doubt shortens how long somebody is shown, but not of one's own neighbour", () => {
  const { hear, here, pass } = device([ada, bo]);
  hear(ada, dee);
  hear(bo, bo);
  hear(ada, ada, { lost: [dee, bo] });
  pass(DOUBTED_MS);
  expect(here(dee)).toBe(false);
  expect(here(bo)).toBe(true);
});

test('who hears themselves doubted says "here" once more; who doubts without cause is soon not believed', () => {
  const { hear, here, pass, said } = device([ada]);
  pass(1_000);
  said.splice(0);
  for (let round = 0; round < 10; round++) {
    hear(ada, ada, { lost: [me] });
    pass(2_000);
  }
  expect(said).toHaveLength(3);
  hear(ada, dee);
  hear(ada, ada, { lost: [dee] });
  pass(DOUBTED_MS);
  expect(here(dee)).toBe(true);
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
              const { mark, statement, lost, urgent } = output;
              const bytes = seal({ device: id, mark, statement, lost });
              handle(id, { is: 'said', bytes, urgent });
            } else if (output.do === 'send') {
              const { to, messages, asks, answers } = output;
              const run = () => {
                if (gone.has(to) || !edges.get(id)?.has(to)) return;
                if (asks) handle(to, { is: 'asked', from: id });
                for (const message of messages) {
                  const content = open(message.bytes);
                  if (!content) continue;
                  const { device: of, mark, statement, lost } = content;
                  if (nodes.get(to)?.admits(id, of, mark, now) !== 'news') continue;
                  handle(to, { is: 'heard', from: id, message, mark, statement, lost, answers });
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
