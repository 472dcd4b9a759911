/** Random histories of all kinds, hostile ones among them. */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { tipOf } from '../../chain.ts';
import { CLOCK_AHEAD_MS } from '../../chain-order.ts';
import { CatchUp } from '../catch-up.ts';
import { historyOfSpace } from '../history.ts';
import type { Reading } from '../reading.ts';
import {
  bytesOfChannel,
  GARDEN,
  GENERAL,
  NOW,
  NOWHERE,
  never,
  people,
  Talk,
  type Written,
} from './written-talk.ts';

const channels = [GENERAL, GARDEN, NOWHERE] as const;
const channelBytes = fc.constantFrom(...channels).map(bytesOfChannel);
const emoji = fc.constantFrom('👍', '🎂', 'x');
const text = fc.constantFrom('one', 'two', 'three', '__proto__', '\u202ebad', '');
/** Keys that have undone a careless program before. */
const word = fc.constantFrom('__proto__', 'constructor', 'toString', 'Zoë', 'a b');
const mentions = fc.array(
  fc.record(
    { account: fc.constantFrom(...Object.values(people)), urgent: fc.boolean() },
    { requiredKeys: ['account'] },
  ),
  { maxLength: 2 },
);

interface Content {
  readonly kind: string;
  readonly content: Body['content'];
}

const of = (kind: string, content: fc.Arbitrary<Body['content']>): fc.Arbitrary<Content> =>
  content.map((one) => ({ kind, content: one }));
const weighted = (weight: number, arbitrary: fc.Arbitrary<Content>) => ({ weight, arbitrary });

const said = [
  weighted(6, of('message', fc.record({ text, mentions }))),
  weighted(6, of('message', fc.record({ text, thread: fc.constant(0) }))),
] as const;

const done = fc.oneof(
  weighted(
    1,
    of(
      'message',
      fc.record({ text, thread: fc.nat(2), reply: fc.nat(2) }, { requiredKeys: ['text'] }),
    ),
  ),
  weighted(2, of('edit', fc.record({ text, mentions }))),
  weighted(2, of('delete', fc.constant({}))),
  weighted(2, of('reaction', fc.record({ emoji, on: fc.boolean() }))),
  weighted(1, of('seen', fc.record({ level: fc.nat(3) }))),
  weighted(1, of('pin', fc.record({ on: fc.boolean() }))),
  weighted(
    1,
    of(
      'tag',
      fc.record({ on: fc.array(word, { maxLength: 2 }), off: fc.array(word, { maxLength: 2 }) }),
    ),
  ),
  weighted(6, of('move', fc.constant({ to: 'thread' }))),
  weighted(
    3,
    of(
      'move',
      channelBytes.map((channel) => ({ to: 'channel', channel })),
    ),
  ),
  weighted(
    2,
    of(
      'promote',
      channelBytes.map((channel) => ({ channel })),
    ),
  ),
  weighted(5, of('undo', fc.constant({}))),
  weighted(
    1,
    word.chain((kind) => of(kind, fc.constant({ text: 'of a later version' }))),
  ),
);

/** How many of a kind that may be meant are passed over, backwards; or anything at all, or what never came. */
const ref = fc.oneof(
  { weight: 12, arbitrary: fc.nat(5) },
  fc.constantFrom('anything' as const, 'never' as const),
);

const draft = (content: fc.Arbitrary<Content>) =>
  fc.record({
    author: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(people.gil, people.ben) },
      fc.constantFrom(...Object.values(people)),
    ),
    channel: fc.oneof({ weight: 4, arbitrary: fc.constant(GENERAL) }, fc.constantFrom(...channels)),
    content,
    hlc: fc.oneof(
      { weight: 12, arbitrary: fc.nat(200) },
      fc.constantFrom(NOW + CLOCK_AHEAD_MS, NOW + CLOCK_AHEAD_MS + 1, 2 ** 48 - 1),
    ),
    refs: fc.array(ref, { minLength: 1, maxLength: 3 }),
    prev: fc.array(ref, { maxLength: 1 }),
  });

/** Kinds that speak of one message only. */
const SINGLE: ReadonlySet<string> = new Set(['edit', 'reaction', 'seen', 'pin', 'tag', 'promote']);

/** Entries name earlier ones, mostly such as they may, and some that never came: later ones have no name yet. */
export const histories: fc.Arbitrary<readonly Written[]> = fc
  .constantFrom(1, 4, 12)
  .chain((busy) =>
    fc.array(draft(fc.oneof(...said, weighted(busy, done))), {
      minLength: 1,
      maxLength: 30,
      size: 'max',
    }),
  )
  .map((drafts) => {
    const talk = new Talk('drawn');
    for (const { author, channel, content, hlc, refs, prev } of drafts) {
      const { kind } = content;
      const made = talk.written.map(({ entry }) => entry);
      const meant = made.filter(({ body }) => (body.kind === 'message') === (kind !== 'undo'));
      const named = (one: (typeof refs)[number], among: typeof made): EntryId => {
        if (one === 'never') return never(`${made.length}`);
        if (one === 'anything') return made.at(-1)?.id ?? never('first');
        return among.at(-1 - (one % Math.max(1, among.length)))?.id ?? never('nothing yet');
      };
      const plain = kind === 'message' && content.content.thread === undefined;
      const wanted = plain ? [] : SINGLE.has(kind) ? refs.slice(0, 1) : refs;
      const body = {
        ...content,
        refs: wanted.map((one) => fromBase64url(named(one, meant))),
        prev: prev.map((one) => tipOf(named(one, made))),
      };
      talk.write(author, body, { channel, hlc });
    }
    return talk.written;
  });

/** All that a reading tells. */
export function everything(reading: Reading, written: readonly Written[]) {
  const ids = written.map(({ entry }) => entry.id).sort();
  return {
    channels: channels.map((channel) => reading.channel(channel, 1000)),
    newest: channels.map((channel) => reading.channel(channel, 2)),
    threads: ids.map((id) => reading.thread(id, 1000)),
    messages: ids.map((id) => [reading.message(id), reading.placeOf(id), reading.versions(id)]),
    index: reading.threads(),
    pinned: reading.tended('pin'),
    tagged: reading.tended({ tag: 'constructor' }, GENERAL),
    history: historyOfSpace(reading, 1000),
    waiting: Object.values(people).map((account) => {
      const catchUp = new CatchUp(account);
      const all = () => true;
      return [
        catchUp.mentions(reading, all),
        catchUp.replies(reading, all),
        catchUp.threads(reading, all, { fresh: 100, threads: 100 }),
      ];
    }),
    keptOut: reading.keptOut(),
  };
}
