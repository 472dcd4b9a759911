import { utf8 } from '@snug/shared/crypto/bytes.ts';
import type { CborMap, CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import { MAX_FACT_BYTES } from '@snug/shared/entries/fact.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Chain, type Opened } from '../space/chain.ts';
import { Space } from '../space/space.ts';
import { MemoryStore } from '../space/store.ts';
import { membershipOfRoles } from '../space/test/membership-of-roles.ts';
import { type Member, meet, NOW } from '../space/test/spaces.ts';
import { person } from '../space/test/written-space.ts';
import { FoldedFacts, factsOf } from './fact-fold.ts';
import { factKind, PETNAME, READ_POSITION } from './fact-kinds.ts';
import { Facts } from './facts.ts';
import { foundOwnSpace } from './founding.ts';
import { addOwnDevice } from './test/own-device.ts';

const laptop = await person(1);
const phone = await person(2);
const stranger = await person(3);
const membership = membershipOfRoles([
  [laptop.peerId, 'admin'],
  [phone.peerId, 'admin'],
]);
const GROCER = 'did:web:grocer.example';
const id = (n: number) => entryId(utf8(`fact ${n}`));

let made = 0;
function fact(content: CborMap, hlc = 1000 + made, author = laptop.peerId): Opened {
  made++;
  const body = { kind: 'fact', content, hlc, n: 1, prev: [], refs: [] };
  return { id: id(made), author, body };
}

function folded(entries: readonly Opened[]): FoldedFacts {
  const chain = new Chain();
  for (const entry of entries) chain.add(entry);
  return new FoldedFacts([chain], membership, NOW);
}

const values = <T>(facts: ReadonlyMap<string, { readonly value: T }>) =>
  [...facts].map(([key, { value }]) => [key, value]);

test('of what is said of one thing the last counts', () => {
  const facts = folded([
    fact({ of: 'petname', key: GROCER, value: 'Gil' }),
    fact({ of: 'petname', key: GROCER, value: 'Gil from the market' }),
    fact({ of: 'petname', key: laptop.peerId, value: 'Me' }),
  ]);
  expect(values(facts.all(PETNAME))).toEqual([
    [GROCER, 'Gil from the market'],
    [laptop.peerId, 'Me'],
  ]);
});

test('what was taken back holds no more, until it is said again', () => {
  const said = [
    fact({ of: 'petname', key: GROCER, value: 'Gil' }),
    fact({ of: 'petname', key: GROCER }),
  ];
  expect(folded(said).all(PETNAME).size).toBe(0);
  const again = fact({ of: 'petname', key: GROCER, value: 'Gilbert' });
  expect(
    folded([...said, again])
      .all(PETNAME)
      .get(GROCER)?.value,
  ).toBe('Gilbert');
});

test('a channel is read as far as any device has read it, whichever says so last', () => {
  const key = 'AAAAAAAAAAAAAAAAAAAAAQ';
  const far = { order: 90, id: id(1) };
  const near = { order: 10, id: id(2) };
  const said = [
    fact({ of: 'readPosition', key, value: far }),
    fact({ of: 'readPosition', key, value: near }, undefined, phone.peerId),
  ];
  expect(folded(said).all(READ_POSITION).get(key)?.value).toEqual(far);
});

test("a stranger's facts do not count, nor what does not fit its kind or is none", () => {
  const facts = folded([
    fact({ of: 'petname', key: GROCER, value: 'Gil' }),
    fact({ of: 'petname', key: GROCER, value: 'Mallory' }, undefined, stranger.peerId),
    fact({ of: 'petname', key: GROCER, value: 7 }),
    fact({ of: 'petname', key: GROCER, value: '\u202eliG' }),
    fact({ of: 'petname', key: '', value: 'Nobody' }),
    fact({ of: 'pet name', key: GROCER, value: 'Nobody' }),
    fact({ of: 'petname', key: GROCER, value: 'x'.repeat(MAX_FACT_BYTES) }),
    fact({ key: GROCER, value: 'Nobody' }),
  ]);
  expect(values(facts.all(PETNAME))).toEqual([[GROCER, 'Gil']]);
});

test('a key that means something to JavaScript is a key like any other', () => {
  const facts = folded([fact({ of: 'petname', key: '__proto__', value: 'Proto' })]);
  expect(values(facts.all(PETNAME))).toEqual([['__proto__', 'Proto']]);
});

test('the same facts come to the same in whatever order they arrive', () => {
  const count = factKind('setting', v.number(), (a, b) => a - b);
  const one = fc.record({
    of: fc.constantFrom('petname', 'setting', 'later'),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.option(fc.oneof(fc.constantFrom<CborValue>('Ada', 'Ben', 1, 2, 3)), {
      nil: undefined,
    }),
    hlc: fc.integer({ min: NOW - 3, max: NOW + 1_000_000 }),
    author: fc.constantFrom(laptop.peerId, phone.peerId, stranger.peerId),
  });
  const all = (facts: FoldedFacts) => [
    new Map(values(facts.all(PETNAME)) as [string, unknown][]),
    new Map(values(facts.all(count)) as [string, unknown][]),
  ];
  fc.assert(
    fc.property(fc.array(one, { maxLength: 24 }), fc.gen(), (said, gen) => {
      const entries = said.map(({ of, key, value, hlc, author }) =>
        fact({ of, key, ...(value === undefined ? {} : { value }) }, hlc, author),
      );
      const mixed = gen(fc.shuffledSubarray, entries, {
        minLength: entries.length,
        maxLength: entries.length,
      });
      expect(all(folded(mixed))).toEqual(all(folded(entries)));
    }),
  );
});

/** Facts of a device that founds the space when it is first needed. */
function factsOn(member: { readonly device: typeof laptop; space: Space | undefined }): Facts {
  const { device } = member;
  return new Facts({
    space: () => member.space,
    found: () =>
      foundOwnSpace(
        { device, servers: [], name: 'Ada', now: NOW },
        {
          add: async (record, fill) => {
            const fresh = new Space({
              record,
              device,
              store: new MemoryStore(),
              onChange: () => {},
            });
            member.space = fresh;
            return fill(fresh);
          },
        },
      ),
    seals: (space, work) => space.exclusively(work),
    now: () => NOW,
  });
}

test('the space is made when the first fact is said, and not before', async () => {
  const facts = factsOn({ device: laptop, space: undefined });
  expect(facts.all(PETNAME).size).toBe(0);
  await facts.remove(PETNAME, GROCER);
  expect(facts.exists).toBe(false);
  await facts.put(PETNAME, GROCER, 'Gil');
  expect(facts.exists).toBe(true);
  expect(facts.get(PETNAME, GROCER)).toBe('Gil');
  expect(facts.all(PETNAME).get(GROCER)?.by).toBe(laptop.peerId);
});

test('nothing is written where it is said already', async () => {
  const on = { device: laptop, space: undefined as Space | undefined };
  const facts = factsOn(on);
  const size = () => [...(on.space?.logs ?? [])].reduce((sum, log) => sum + log.count, 0);
  await facts.put(PETNAME, GROCER, 'Gil');
  const before = size();
  await facts.put(PETNAME, GROCER, 'Gil');
  await facts.remove(PETNAME, laptop.peerId);
  expect(size()).toBe(before);
  await facts.remove(PETNAME, GROCER);
  expect(size()).toBe(before + 1);
  expect(facts.all(PETNAME).size).toBe(0);
});

test('what is only said first gives way to what was said while it waited for its turn, or was taken back', async () => {
  const facts = factsOn({ device: laptop, space: undefined });
  await facts.putFirst(PETNAME, laptop.peerId, 'Me');
  expect(facts.get(PETNAME, laptop.peerId)).toBe('Me');
  const said = facts.put(PETNAME, GROCER, 'Gil');
  await Promise.all([said, facts.putFirst(PETNAME, GROCER, 'The grocer')]);
  expect(facts.get(PETNAME, GROCER)).toBe('Gil');
  await facts.remove(PETNAME, GROCER);
  await facts.putFirst(PETNAME, GROCER, 'The grocer');
  expect(facts.get(PETNAME, GROCER)).toBeUndefined();
});

test('what does not fit is not said', async () => {
  const facts = factsOn({ device: laptop, space: undefined });
  await expect(facts.put(PETNAME, GROCER, '\u202eliG')).rejects.toThrow(RangeError);
  await expect(facts.put(PETNAME, 'k'.repeat(257), 'Gil')).rejects.toThrow(RangeError);
  expect(facts.exists).toBe(false);
});

test('two devices that spoke while apart agree once they have met', async () => {
  const on = { device: laptop, space: undefined as Space | undefined };
  const facts = factsOn(on);
  await facts.put(PETNAME, GROCER, 'Gil');
  if (!on.space) throw new Error('no space');
  const one: Member = { device: laptop, space: on.space };
  const other = await addOwnDevice(one, phone);
  const elsewhere = factsOn(other);
  expect(elsewhere.get(PETNAME, GROCER)).toBe('Gil');
  await facts.put(PETNAME, GROCER, 'Gilbert');
  await elsewhere.put(PETNAME, GROCER, 'The grocer');
  await elsewhere.put(PETNAME, laptop.peerId, 'My laptop');
  await meet(one, other);
  const here = values(factsOf(one.space, PETNAME, NOW));
  expect(here).toHaveLength(2);
  expect(new Map(here as [string, string][])).toEqual(
    new Map(values(factsOf(other.space, PETNAME, NOW)) as [string, string][]),
  );
});
