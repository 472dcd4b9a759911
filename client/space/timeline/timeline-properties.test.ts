import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Judge } from './judge.ts';
import { everything, histories } from './test/drawn-talk.ts';
import {
  accountOf,
  GARDEN,
  GENERAL,
  judge,
  NOW,
  NOWHERE,
  people,
  Talk,
  timelineOf,
} from './test/written-talk.ts';
import { Timeline } from './timeline.ts';

const channels = [GENERAL, GARDEN, NOWHERE];
/** For whom nobody counts: what a reader thinks between two batches must not show later. */
const nobody: Judge = { ...judge, rankOf: () => undefined, hasChannel: () => false };

/** Where an entry comes among the others, and who looks once it has. */
const arrival = fc.record({
  key: fc.nat(1000),
  looks: fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom('nobody' as const, 'a member' as const) },
    fc.constantFrom('the clock set back' as const, 'whoever knows no member' as const),
  ),
});

test('property: any permutation and any split into batches gives the same view', () => {
  fc.assert(
    fc.property(histories, fc.array(arrival, { minLength: 30, maxLength: 30 }), (all, arrivals) => {
      const shuffled = all
        .map((one, i) => ({ ...one, ...(arrivals[i] ?? { key: 0, looks: 'nobody' }) }))
        .sort((a, b) => a.key - b.key);
      const timeline = new Timeline();
      for (const [i, { channel, entry, looks }] of shuffled.entries()) {
        timeline.add(channel, [entry, entry]);
        if (looks === 'the clock set back') everything(timeline.read(judge, 0), all);
        if (looks === 'whoever knows no member') everything(timeline.read(nobody, NOW), all);
        // What came in many batches, looked at between, is what comes in one, in the order in which it was written.
        if (looks !== 'a member' && i < shuffled.length - 1) continue;
        const held = new Set(shuffled.slice(0, i + 1).map((one) => one.entry));
        const whole = timelineOf(all.filter((one) => held.has(one.entry))).read(judge, NOW);
        expect(everything(timeline.read(judge, NOW), all)).toEqual(everything(whole, all));
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);

test('property: every message that counts stands in exactly one place', () => {
  fc.assert(
    fc.property(histories, (all) => {
      const reading = timelineOf(all).read(judge, NOW);
      const counting = all
        .map(({ entry }) => entry.id)
        .filter((id) => reading.message(id) !== undefined);
      const top = channels.flatMap((channel) =>
        reading
          .channel(channel, 1000)
          .shown.flatMap((line) => (line.is === 'message' ? [line.message.id] : [])),
      );
      const below = top.flatMap((root) =>
        reading
          .thread(root, 1000)
          .shown.slice(1)
          .flatMap((line) => (line.is === 'message' ? [line.message.id] : [])),
      );
      expect([...top, ...below].sort()).toEqual([...counting].sort());
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('property: a message says only what its author wrote, and nothing where they or a gardener took it away', () => {
  fc.assert(
    fc.property(histories, (all) => {
      const reading = timelineOf(all).read(judge, NOW);
      const said = new Map<string, Set<unknown>>();
      for (const { entry } of all) {
        const account = accountOf(entry.author);
        said.set(account, (said.get(account) ?? new Set()).add(entry.body.content.text));
      }
      for (const { entry } of all) {
        const message = reading.message(entry.id);
        if (!message) continue;
        expect(message.account).not.toBe(people.mallory);
        if (message.deleted)
          expect([message.account, people.ada, people.gil]).toContain(message.deleted.account);
        else expect(said.get(message.account)).toContain(message.text);
        if (message.pinned)
          expect([message.account, people.ada, people.gil]).toContain(message.pinned.account);
        for (const { accounts } of message.reactions)
          expect(accounts).not.toContain(people.mallory);
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('property: what everybody did and then undid leaves the view as it was', () => {
  fc.assert(
    fc.property(histories, (all) => {
      const talk = new Talk('undoing');
      talk.written.push(...all);
      for (const { entry } of all)
        if (entry.body.kind !== 'message')
          talk.does(entry.author, 'undo', [entry.id], {}, { hlc: 300 });
      const ids = all.map(({ entry }) => entry.id);
      const seen = (written: typeof all) => {
        const reading = timelineOf(written).read(judge, NOW);
        return {
          states: ids.map((id) => [reading.message(id), reading.placeOf(id)]),
          channels: channels.map((channel) => reading.channel(channel, 1000)),
        };
      };
      // As if it had been of kinds that nobody knows: what was named still comes before what names it.
      const untouched = all.map(({ channel, entry }) => {
        const { body } = entry;
        return body.kind === 'message'
          ? { channel, entry }
          : { channel, entry: { ...entry, body: { ...body, kind: 'later' } } };
      });
      expect(seen(talk.written)).toEqual(seen(untouched));
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('property: the newest of a channel are the end of all of it', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 6 }), (all, newest) => {
      const reading = timelineOf(all).read(judge, NOW);
      for (const channel of channels) {
        const whole = reading.channel(channel, 1000);
        const { shown, more } = reading.channel(channel, newest);
        expect(shown).toEqual(whole.shown.slice(-newest));
        expect(more).toBe(whole.shown.length > newest);
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);
