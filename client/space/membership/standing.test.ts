import { compareBytes, toHex } from '@snug/shared/crypto/bytes.ts';
import type { Act, Tips } from '@snug/shared/entries/acts.ts';
import { expect, test } from 'vitest';
import { founded, type Holding, type Someone, someone, the, tip } from '../test/acted-space.ts';
import { roleOfEntry } from './membership.ts';

const ada = someone(1);
const ben = someone(2);
const cleo = someone(3);
const eve = someone(5);

/** Ada's space; Ben and Eve are admins. */
function withEve() {
  const holding = founded(ada);
  holding.act(ada, the.invite(1));
  for (const one of [ben, cleo, eve]) holding.act(ada, the.admission(one, 1));
  holding.act(ada, the.role(ben, 'admin'));
  holding.act(ada, the.role(eve, 'admin'));
  return holding;
}

const tips = (one: Someone, ...numbers: number[]): Tips => [
  [one.key, numbers.map(tip).sort(compareBytes)],
];
const removal = (of: Someone, ...numbers: number[]): Act => ({
  act: 'remove',
  accounts: [of.peer],
  tips: tips(of, ...numbers),
});

/** As what an entry counts of a device that wrote one chain 1, 2, 3 …, each building on the one before. */
const counts = (holding: Holding, one: Someone, place: number) =>
  roleOfEntry(holding.state, one.peer, (cut) =>
    Array.from({ length: 10 }, (_, n) => n + 1).some(
      (later) => later >= place && cut.has(toHex(tip(later))),
    ),
  );

test('a removal names the tips that its author holds: what is beyond them goes out of view', () => {
  const holding = withEve();
  expect(counts(holding, cleo, 9)).toBe('member');
  holding.act(ada, removal(cleo, 3));
  expect([2, 3, 4].map((n) => counts(holding, cleo, n))).toEqual(['member', 'member', undefined]);
});

test('cuts only grow: what stays in view is the union of all tips named by any removal of that device that counts', () => {
  const holding = withEve();
  const fork = holding.here;
  holding.act(ada, removal(cleo, 3), fork);
  holding.act(ben, removal(cleo, 5), fork);
  expect([5, 6].map((n) => counts(holding, cleo, n))).toEqual(['member', undefined]);
  // One that does not count cuts nothing, and keeps nothing.
  holding.act(ada, the.removal(eve));
  holding.act(eve, removal(cleo, 8), fork);
  expect(counts(holding, cleo, 6)).toBeUndefined();
});

test('an admin’s later keep lets more stay in view, a member’s does not', () => {
  const holding = withEve();
  const keep: Act = { act: 'keep', tips: tips(cleo, 6) };
  expect(holding.attempt(ada, keep)).toBe('it keeps nothing of a removed device');
  holding.act(ada, removal(cleo, 3));
  expect(holding.attempt(someone(40), keep)).toBe('its author was no member of what it cites');
  holding.act(ben, keep);
  expect([6, 7].map((n) => counts(holding, cleo, n))).toEqual(['member', undefined]);
});

test('what an admin wrote up to their removal counts as an admin’s', () => {
  const holding = withEve();
  holding.act(ada, removal(eve, 3));
  expect([3, 4].map((n) => counts(holding, eve, n))).toEqual(['admin', undefined]);
});

test('what the demoted wrote beyond the tips that the demotion names counts as a member’s', () => {
  const holding = withEve();
  holding.act(ada, { act: 'role', account: eve.peer, role: 'member', tips: tips(eve, 3) });
  expect([3, 4].map((n) => counts(holding, eve, n))).toEqual(['admin', 'member']);
  holding.act(ada, the.role(cleo, 'gardener'));
  expect(counts(holding, cleo, 1)).toBe('gardener');
});

test('who is let in again counts from then on, and what they wrote before counts as it did', () => {
  const holding = withEve();
  holding.act(ada, removal(eve, 3));
  holding.act(ada, the.invite(2));
  holding.act(ada, the.admission(eve, 2));
  expect([3, 4].map((n) => counts(holding, eve, n))).toEqual(['admin', 'member']);
});

test('a device added meanwhile has no tips: nothing of it stays in view unless an admin keeps it', () => {
  const holding = withEve();
  const phone = someone(20);
  const fork = holding.here;
  holding.act(ada, removal(cleo, 3), fork);
  holding.act(cleo, the.device(phone, cleo.peer), fork);
  expect(counts(holding, phone, 1)).toBeUndefined();
  holding.act(ada, { act: 'keep', tips: tips(phone, 2) });
  expect([1, 3].map((n) => counts(holding, phone, n))).toEqual(['member', undefined]);
});

test('who is annulled or removed can be told why and by whom', () => {
  const holding = withEve();
  const why = (one: Someone) => holding.state.everListed.get(one.peer);
  expect(why(cleo)).toMatchObject({ role: 'member', why: undefined, removedBy: [] });
  expect(why(someone(50))).toBeUndefined();
  const fork = holding.here;
  holding.act(ada, the.removal(cleo), fork);
  holding.act(ben, the.removal(cleo), fork);
  expect(why(cleo)).toMatchObject({
    role: undefined,
    why: 'removed',
    removedBy: [ada.peer, ben.peer].sort(),
  });
  holding.act(eve, the.leave());
  expect(why(eve)?.why).toBe('left');
});

test('what somebody wrote whose admission fell does not count', () => {
  const holding = withEve();
  const fork = holding.here;
  holding.act(eve, the.admission(someone(50), 1), fork);
  expect(counts(holding, someone(50), 1)).toBe('member');
  holding.act(ada, the.removal(eve), fork);
  expect(holding.state.everListed.get(someone(50).peer)?.why).toBe('annulled');
  expect(counts(holding, someone(50), 1)).toBeUndefined();
});
