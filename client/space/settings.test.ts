import { fromBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chain, type Opened, tipOf } from './chain.ts';
import { nameOf, settingsOf } from './settings.ts';
import { membershipOfRoles } from './test/membership-of-roles.ts';
import { person } from './test/written-space.ts';

const NOW = 1_000_000;
const [ada, gil, ben, mallory] = await Promise.all([1, 2, 3, 4].map(person)).then((all) =>
  all.map(({ peerId }) => peerId),
);
if (!ada || !gil || !ben || !mallory) throw new Error('four');

const membership = membershipOfRoles([
  [ada, 'admin'],
  [gil, 'gardener'],
  [ben, 'member'],
]);

const GARDEN = 'AAAAAAAAAAAAAAAAAAAAAQ';
const channel = fromBase64url(GARDEN);

let made = 0;
function entry(author: PeerId, kind: string, content: Body['content'], more: Partial<Body> = {}) {
  made++;
  const id = entryId(utf8(`setting ${made}`));
  const body: Body = { kind, content, hlc: 1000 + made, n: 1, prev: [], refs: [], ...more };
  return { id, author, body };
}

function settings(entries: readonly Opened[], of = membership) {
  const chain = new Chain();
  for (const one of entries) chain.add(one);
  return settingsOf(chain, of, NOW);
}

test('the space is named by its admins, the last of them; everybody names themselves', () => {
  const said = settings([
    entry(ada, 'space', { name: 'Lyre Street' }),
    entry(ben, 'space', { name: 'Mine' }),
    entry(gil, 'space', { name: 'Mine' }),
    entry(ben, 'profile', { name: 'Ben' }),
    entry(mallory, 'profile', { name: 'Ada' }),
  ]);
  expect(said.name).toBe('Lyre Street');
  expect([...said.names]).toEqual([[ben, 'Ben']]);
  expect(nameOf(said, membership, ben)).toBe('Ben');
  expect(nameOf(said, membership, mallory)).toBe('');
});

test('of a channel what is not said stays as it was, and an empty topic is none', () => {
  const said = [
    entry(gil, 'channel', { channel, name: 'garden', topic: 'beans' }),
    entry(gil, 'channel', { channel, archived: true }),
    entry(gil, 'channel', { channel, name: 'The garden' }),
  ];
  expect(settings(said).channels.get(GARDEN)).toMatchObject({
    name: 'The garden',
    topic: 'beans',
    archived: true,
  });
  const emptied = [...said, entry(gil, 'channel', { channel, topic: '', archived: false })];
  expect(settings(emptied).channels.get(GARDEN)).toMatchObject({ topic: '', archived: false });
});

test('a member names a channel until an admin or gardener has, whose word stands whatever the clocks say', () => {
  const bens = entry(ben, 'channel', { channel, name: 'of Ben', topic: 'of Ben', archived: true });
  expect(settings([bens]).channels.get(GARDEN)).toMatchObject({ name: 'of Ben', archived: false });
  const early = { hlc: 1 };
  const said = settings([entry(gil, 'channel', { channel, name: 'of Gil' }, early), bens]);
  expect(said.channels.get(GARDEN)).toMatchObject({ name: 'of Gil', topic: 'of Ben' });
  expect([...(said.channels.get(GARDEN)?.settled ?? [])]).toEqual(['name']);
});

test('what somebody who was removed said before stays: up to the tips that the removal names', () => {
  const first = entry(ben, 'profile', { name: 'Ben' });
  const second = entry(ben, 'channel', { channel, name: 'garden' }, { prev: [tipOf(first.id)] });
  const after = entry(ben, 'profile', { name: 'Ada' }, { prev: [tipOf(second.id)] });
  const removed = membershipOfRoles([[ada, 'admin']], [[ben, 'member', [second.id]]]);
  const said = settings([first, second, after], removed);
  expect(nameOf(said, removed, ben)).toBe('Ben');
  expect(said.channels.get(GARDEN)?.name).toBe('garden');
});

test('property: the settings do not depend on the order in which the entries came, or on who looked between', () => {
  const drawn = fc.record({
    author: fc.constantFrom(ada, gil, ben, mallory),
    hlc: fc.oneof(fc.nat(20), fc.constant(2 ** 48 - 1)),
    said: fc.constantFrom<[string, Body['content']]>(
      ['space', { name: 'a' }],
      ['space', { name: 'b' }],
      ['profile', { name: '__proto__' }],
      ['channel', { channel, name: 'a' }],
      ['channel', { channel, name: 'b', topic: 'b' }],
      ['channel', { channel, archived: true }],
      ['channel', { channel, topic: '' }],
      ['later', { channel }],
    ),
    key: fc.nat(100),
    looks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 12 }), (all) => {
      const entries = all.map(({ author, hlc, said: [kind, content] }) =>
        entry(author, kind, content, { hlc }),
      );
      const chain = new Chain();
      const order = all.map((one, i) => ({ ...one, i })).sort((a, b) => a.key - b.key);
      for (const { i, looks } of order) {
        const one = entries[i];
        if (one) chain.add(one);
        if (looks) settingsOf(chain, membership, 0);
      }
      expect(settingsOf(chain, membership, NOW)).toEqual(settings(entries));
    }),
  );
});
