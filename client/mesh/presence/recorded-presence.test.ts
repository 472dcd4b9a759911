import { presenceName } from '@snug/shared/crypto/sealed-presence.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import { channel, device, open, START, seal } from '../test/attending-device.ts';
import { ada, bo, cy, dee, me, peers } from '../test/device-ids.ts';
import { seeded } from '../test/random.ts';
import { Attendance, HERE_MS } from './attendance.ts';
import type { AttendanceInput, AttendanceOutput } from './attendance-inputs.ts';
import { CLOCKS_AGREE_MS } from './statement-times.ts';
import { OF_BEARER } from './undated.ts';

const DAY_MS = 86_400_000;
/** As a device's mark is that says something at this time, by its own clock. */
const markAt = (ms: number) => ({ run: 0, count: Math.floor(ms / 1000) });
const sent = (outputs: readonly AttendanceOutput[]) =>
  outputs.flatMap((o) =>
    o.do === 'send' ? o.messages.map((message) => [o.to, message.device]) : [],
  );

test('a recording of weeks ago shows nobody as here or typing, brings no doubt, and is told no newcomer', () => {
  const { hear, here, pass, handle, attendance, now } = device([ada, bo]);
  handle({ is: 'neighbour', peer: cy });
  hear(bo, bo);
  const recorded = Array.from({ length: 20 }, (_, i) => markAt(START - 30 * DAY_MS + i * 800_000));
  for (const mark of recorded) {
    const statement = { seconds: 800, typing: channel };
    expect(hear(ada, dee, { mark, statement, lost: [bo] })).toEqual([]);
    expect(here(dee)).toBe(false);
    expect(attendance.typing(channel, now())).toEqual([]);
    expect(attendance.believes(dee, mark)).toBe(false);
    pass(7_000);
    hear(bo, bo);
    expect(here(bo)).toBe(true);
  }
  expect(sent(handle({ is: 'asked', from: cy })).map(([, of]) => of)).toEqual([me, bo]);
});

test('what is brought late is believed for no longer than had it been brought at once, and clocks may differ', () => {
  const { hear, here, pass } = device();
  const span = 2.5 * HERE_MS;
  const mark = markAt(START - span - CLOCKS_AGREE_MS + 10_000);
  hear(ada, dee, { mark });
  expect(here(dee)).toBe(true);
  pass(12_000);
  expect(here(dee)).toBe(false);
  const older = { ...mark, count: mark.count + 1 };
  expect(hear(ada, dee, { mark: older })).toEqual([]);
  expect(here(dee)).toBe(false);
});

test('no recording plays with what is known: whoever is here stays so, and is heard again after silence', () => {
  const { hear, here, pass } = device([ada, bo]);
  const mark = markAt(START);
  hear(bo, dee, { mark });
  // Of another run of theirs, which the device that is here has long ended.
  const recorded = { run: 7, count: 5 };
  hear(ada, dee, { mark: recorded, statement: { leaving: true, seconds: 0 } });
  expect(here(dee)).toBe(true);
  pass(10 * HERE_MS);
  hear(ada, dee, { mark: recorded });
  hear(bo, dee, { mark: { ...mark, count: mark.count + 300 } });
  expect(here(dee)).toBe(true);
});

test('who left in the run that is heard is gone, however late that comes', () => {
  const { hear, here } = device([ada, bo]);
  const mark = markAt(3);
  hear(dee, dee, { mark, statement: { seconds: 3_600 } });
  expect(here(dee)).toBe(true);
  hear(bo, dee, { mark: { ...mark, count: 900 }, statement: { leaving: true, seconds: 0 } });
  expect(here(dee)).toBe(false);
});

test('of what nothing dates one neighbour brings thirty and one a second to be passed on, each once', () => {
  const { hear, pass } = device([ada, bo]);
  let passed = 0;
  for (let s = 0; s < 60; s++)
    for (const [i, who] of peers.slice(5, 15).entries()) {
      hear(ada, who, { mark: markAt(s * 10_000 + i) });
      hear(ada, who, { mark: markAt(s * 10_000 + i) });
      passed += sent(pass(100)).filter(([, of]) => of === who).length;
    }
  expect(passed).toBeGreaterThan(OF_BEARER.burst);
  expect(passed).toBeLessThanOrEqual(OF_BEARER.burst + 60 * OF_BEARER.perSecond);
});

test('two recorded runs do not take turns in going round', () => {
  const { hear, pass } = device([ada, bo]);
  const runs = [markAt(1_000), { run: 9, count: 0 }];
  let passed = 0;
  for (let i = 0; i < 20; i++) {
    const mark = runs[i % 2];
    if (mark) hear(ada, dee, { mark });
    passed += sent(pass(2_000)).filter(([, of]) => of === dee).length;
  }
  expect(passed).toBeLessThanOrEqual(2);
});

test('a clock that is off by days is no matter on its own link, and nothing is named while clocks agree', () => {
  const { hear, here, pass, said } = device([ada, bo]);
  pass(1_000);
  hear(bo, bo);
  pass(HERE_MS);
  expect(said.at(-1)?.after).toEqual([]);
  hear(ada, ada, { mark: markAt(START + 9 * DAY_MS) });
  expect(here(ada)).toBe(true);
  said.splice(0);
  pass(HERE_MS);
  expect(said.at(-1)?.after).toHaveLength(2);
});

test('whose clock is off is here once what they say names what this device said, or what names that', () => {
  const { hear, here, pass, handle } = device([ada, bo]);
  const own = handle({ is: 'said', bytes: new Uint8Array(90).fill(1), urgent: true });
  const name = own.flatMap((o) => (o.do === 'send' ? o.messages : [])).map((m) => m.bytes)[0];
  if (!name) throw new Error('expected its own statement');
  const [far, further] = [markAt(START - 900_000), markAt(START + 9 * DAY_MS)];
  const after = [presenceName(name)];
  const bytes = seal({
    device: dee,
    mark: far,
    statement: { seconds: 30, leaving: false },
    lost: [],
    after,
  });
  hear(bo, cy, { mark: further, after: [presenceName(bytes)] });
  expect(here(cy)).toBe(false);
  hear(bo, dee, { mark: far, after });
  expect(here(dee)).toBe(true);
  hear(bo, cy, { mark: { ...further, count: further.count + 1 }, after: [presenceName(bytes)] });
  expect(here(cy)).toBe(true);
  // It dates what it names no later than when that was said: kept back for an hour, it is worth nothing.
  pass(3_600_000);
  hear(bo, dee, { mark: { ...far, count: far.count + 1 }, after });
  expect(here(dee)).toBe(false);
});

/** So many devices on a ring with chords, each with a clock of its own; who is loud speaks each second and names nothing. */
function room(size: number, offMs: (i: number) => number, loud: readonly number[] = []) {
  const random = seeded(5);
  const who = peers.slice(0, size);
  let now = START;
  const clock = (i: number) => now + offMs(i);
  const queue: { at: number; run: () => void }[] = [];
  const near = who.map((_, i) => [1, 2, size - 1, size - 2].map((d) => who[(i + d) % size]));
  const others = (i: number) => (near[i] ?? []).filter((peer) => peer !== undefined);
  const nodes = who.map(
    (id, i) => new Attendance({ me: id, random, run: clock(i), eager: () => others(i) }),
  );
  let named = 0;
  const handle = (i: number, input: AttendanceInput): void => {
    const id = who[i];
    if (!id) return;
    for (const output of nodes[i]?.handle(input, clock(i)) ?? [])
      if (output.do === 'say') {
        const { mark, statement, lost, urgent } = output;
        const after = loud.includes(i) ? [] : output.after;
        named += after.length;
        const bytes = seal({ device: id, mark, statement, lost, after });
        handle(i, { is: 'said', bytes, urgent });
      } else if (output.do === 'send') {
        const { to, messages, asks, answers } = output;
        const at = who.indexOf(to);
        const run = () => {
          if (asks) handle(at, { is: 'asked', from: id });
          for (const message of messages) {
            const content = open(message.bytes);
            if (!content) continue;
            const { device: of, ...said } = content;
            if (nodes[at]?.admits(id, of, said.mark, clock(at)) !== 'news') continue;
            handle(at, { is: 'heard', from: id, message, ...said, answers });
          }
        };
        queue.push({ at: now + 40, run });
      }
  };
  const run = (ms: number) => {
    for (const end = now + ms; now < end; now += 50) {
      while (queue[0] && queue[0].at <= now) queue.shift()?.run();
      for (const i of loud) if (now % 1_000 === 0) handle(i, { is: 'typing', channel });
      for (const [i, { wakeAt }] of nodes.entries())
        if (wakeAt !== undefined && wakeAt <= clock(i)) handle(i, { is: 'tick' });
    }
  };
  for (const [i] of who.entries())
    for (const peer of others(i)) handle(i, { is: 'neighbour', peer });
  /** How many the device with the fewest sees. */
  const fewest = () => Math.min(...nodes.map((node, i) => node.present(clock(i)).length));
  const seen = (by: number, peer: PeerId | undefined) =>
    peer !== undefined && nodes[by]?.isPresent(peer, clock(by)) === true;
  return { run, fewest, seen, who, named: () => named };
}

test('in a room with one clock days off everybody sees everybody within two of the times between words', () => {
  for (const off of [-3 * DAY_MS, -400_000, 400_000, 9 * DAY_MS]) {
    const it = room(14, (i) => (i === 3 ? off : 0));
    it.run(2 * 14 * 4_000 + 10_000);
    expect(it.fewest()).toBe(13);
    it.run(600_000);
    expect(it.fewest()).toBe(13);
  }
});

test('where every clock is off by another number of days, too', () => {
  const it = room(14, (i) => (i - 7) * DAY_MS);
  it.run(300_000);
  expect(it.fewest()).toBe(13);
  it.run(600_000);
  expect(it.fewest()).toBe(13);
});

test('where clocks agree to within minutes nothing is named', () => {
  const it = room(14, (i) => i * 10_000);
  it.run(300_000);
  expect([it.fewest(), it.named()]).toEqual([13, 0]);
});

test('a member who speaks without end and names nothing does not hide those whose clocks are off', () => {
  const it = room(14, (i) => (i === 3 ? DAY_MS : 0), [8]);
  it.run(300_000);
  for (let by = 0; by < 14; by++) expect(by === 3 || it.seen(by, it.who[3])).toBe(true);
});
