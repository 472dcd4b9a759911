import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { expect, test } from 'vitest';
import type { LoggedEntry } from '../document-log.ts';
import { founded, Holding, inviteKey, plain, someone, the } from '../test/acted-space.ts';
import { EVERYBODY_INVITES, INVITES, mayInvite } from './membership.ts';

const ada = someone(1);
const ben = someone(2);
const cleo = someone(3);
const eve = someone(5);
const mal = someone(6);
const nora = someone(8);
const omar = someone(9);

/** Ada's space with Ben, Cleo and Eve in it by her invite 1; Ben is an admin, too. */
function withThree() {
  const holding = founded(ada);
  holding.act(ada, the.invite(1));
  for (const one of [ben, cleo, eve]) holding.act(ada, the.admission(one, 1));
  holding.act(ada, the.role(ben, 'admin'));
  return holding;
}

const isLive = (holding: Holding, invite: number) =>
  holding.state.invites.has(toBase64url(inviteKey(invite)));
const isIn = (holding: Holding, one: { peer: typeof ada.peer }) =>
  holding.state.devices.has(one.peer);
const whyNot = (holding: Holding, one: { peer: typeof ada.peer }) =>
  holding.state.everListed.get(one.peer)?.why;

test('a reusable invite lets in many, a single-use one lets in one', () => {
  const holding = withThree();
  holding.act(ada, the.single(2));
  holding.act(cleo, the.admission(nora, 2));
  expect(isLive(holding, 2)).toBe(false);
  expect(holding.attempt(cleo, the.admission(omar, 2))).toBe('it cites no such invite');
  holding.act(cleo, the.admission(omar, 1));
  expect(isLive(holding, 1)).toBe(true);
});

test('an invite is revoked by its account or an admin, and lets nobody in after that', () => {
  const holding = withThree();
  holding.act(cleo, the.invite(2));
  expect(holding.attempt(eve, the.revocation(2))).toBe("only an admin revokes others' invites");
  holding.act(cleo, the.revocation(2));
  holding.act(eve, the.invite(3));
  holding.act(ben, the.revocation(3));
  for (const invite of [2, 3]) {
    expect(isLive(holding, invite)).toBe(false);
    expect(holding.attempt(ada, the.admission(nora, invite))).toBe('it cites no such invite');
  }
  expect(holding.attempt(ada, the.revocation(77))).toBe('it revokes no invite');
});

test('an admission concurrent with a revocation is provisional until a member who cites both countersigns', () => {
  const holding = withThree();
  const fork = holding.here;
  const revocation = holding.act(ada, the.revocation(1), fork);
  const admission = holding.act(cleo, the.admission(nora, 1), fork);
  const said = holding.act(nora, the.invite(7), [admission]);
  expect(isIn(holding, nora)).toBe(false);
  expect(holding.state.provisional.get(nora.peer)?.admission).toBe(admission.hash);
  expect(whyNot(holding, nora)).toBe('provisional');
  // Writing nothing that counts.
  expect(holding.state.annulled.has(said.hash)).toBe(true);
  expect(holding.attempt(nora, the.channel(1))).toBe('its author was no member of what it cites');
  // A member who cites only the one cannot know.
  expect(holding.attempt(eve, the.countersignature(admission), [admission])).toBe(
    'it countersigns no provisional admission',
  );
  expect(holding.attempt(eve, the.countersignature(admission), [revocation])).toBe(
    'it countersigns no provisional admission',
  );
  holding.act(eve, the.countersignature(admission));
  expect(isIn(holding, nora)).toBe(true);
  expect(holding.state.annulled.has(said.hash)).toBe(false);
});

test('nobody ends another’s invite by making one with its key on an old fork, nor those who came in by it', () => {
  const holding = founded(ada);
  holding.act(ada, the.invite(1));
  for (const one of [ben, cleo, eve]) holding.act(ada, the.admission(one, 1));
  const old = holding.here;
  holding.act(ada, the.invite(2));
  for (const one of [nora, omar]) holding.act(ada, the.admission(one, 2));
  // Eve makes it a single-use one, takes hers back, and is removed at last.
  const restated = holding.act(eve, the.single(2), old);
  holding.act(eve, the.revocation(2), [restated]);
  for (const one of [nora, omar]) expect(isIn(holding, one)).toBe(true);
  expect(holding.state.invites.get(toBase64url(inviteKey(2)))).toMatchObject({
    by: ada.peer,
    uses: 'reusable',
  });
  holding.act(ada, the.removal(eve));
  for (const one of [nora, omar]) expect(isIn(holding, one)).toBe(true);
});

test('an admission that a revocation cites stands, and one that cites a revocation is refused', () => {
  const holding = withThree();
  holding.act(cleo, the.admission(nora, 1));
  holding.act(ada, the.revocation(1));
  expect(isIn(holding, nora)).toBe(true);
  expect(holding.attempt(cleo, the.admission(omar, 1))).toBe('it cites no such invite');
});

test('two who come in at once by one single-use invite are both provisional', () => {
  const holding = withThree();
  holding.act(ada, the.single(2));
  const fork = holding.here;
  const [first, second] = [
    holding.act(cleo, the.admission(nora, 2), fork),
    holding.act(eve, the.admission(omar, 2), fork),
  ];
  // The same newcomer let in by two members at once is one use.
  holding.act(ben, the.admission(nora, 2), fork);
  expect([nora, omar].map((one) => whyNot(holding, one))).toEqual(['provisional', 'provisional']);
  holding.act(ben, the.countersignature(first));
  expect([nora, omar].map((one) => isIn(holding, one))).toEqual([true, false]);
  holding.act(ben, the.countersignature(second));
  expect(isIn(holding, omar)).toBe(true);
});

test('one newcomer let in by two members at once through a single-use invite is simply in', () => {
  const holding = withThree();
  holding.act(ada, the.single(2));
  const fork = holding.here;
  holding.act(cleo, the.admission(nora, 2), fork);
  holding.act(eve, the.admission(nora, 2), fork);
  expect(isIn(holding, nora)).toBe(true);
});

test('a removal voids all reusable invites made before it and every invite the removed issued or used', () => {
  const holding = withThree();
  holding.act(ada, the.single(2));
  holding.act(eve, the.single(3));
  holding.act(ada, the.single(4));
  holding.act(ada, the.admission(mal, 4));
  holding.act(ada, the.removal(eve));
  expect([1, 2, 3].map((invite) => isLive(holding, invite))).toEqual([false, true, false]);
  holding.act(ada, the.invite(5));
  expect(isLive(holding, 5)).toBe(true);
});

test('an admission beside a removal by an invite that it voids is provisional', () => {
  const holding = withThree();
  holding.act(eve, the.single(3));
  const fork = holding.here;
  holding.act(ada, the.removal(eve), fork);
  const byReusable = holding.act(cleo, the.admission(nora, 1), fork);
  const byHers = holding.act(cleo, the.admission(omar, 3), fork);
  expect([nora, omar].map((one) => whyNot(holding, one))).toEqual(['provisional', 'provisional']);
  holding.act(ben, the.countersignature(byReusable));
  expect([nora, omar].map((one) => isIn(holding, one))).toEqual([true, false]);
  holding.act(ben, the.countersignature(byHers));
  expect(isIn(holding, omar)).toBe(true);
});

test('a countersignature falls with its author, and the admission is provisional again', () => {
  const holding = withThree();
  const fork = holding.here;
  holding.act(ada, the.revocation(1), fork);
  const admission = holding.act(cleo, the.admission(nora, 1), fork);
  const both = holding.here;
  holding.act(eve, the.countersignature(admission), both);
  expect(isIn(holding, nora)).toBe(true);
  holding.act(ada, the.removal(eve), both);
  expect(whyNot(holding, nora)).toBe('provisional');
});

test('expiry is judged by the clock of the admitting member, never by the fold', () => {
  const holding = withThree();
  holding.act(ada, the.invite(2, { expires: 1 }));
  expect(holding.state.invites.get(toBase64url(inviteKey(2)))?.expires).toBe(1);
  holding.act(cleo, the.admission(nora, 2));
  expect(isIn(holding, nora)).toBe(true);
});

test('an old link lets nobody return who was removed', () => {
  const holding = withThree();
  holding.act(ada, the.removal(eve));
  expect(holding.attempt(ben, the.admission(eve, 1))).toBe('it cites no such invite');
  // Nor does a member who has not heard of the removal.
  const beforeRemoval = holding.log.entries.filter(({ act }) => act?.act !== 'remove').slice(-1);
  holding.attempt(cleo, the.admission(eve, 1), beforeRemoval);
  expect(isIn(holding, eve)).toBe(false);
});

test('the default is that all invite up to 20 accounts, beyond that admins', () => {
  const holding = withThree();
  for (let n = 0; holding.state.accounts.size < EVERYBODY_INVITES; n++)
    holding.act(ada, the.admission(someone(100 + n), 1));
  expect(mayInvite(holding.state, cleo.peer)).toBe(true);
  const fork = holding.here;
  holding.act(ada, the.admission(nora, 1));
  expect(mayInvite(holding.state, cleo.peer)).toBe(false);
  expect(holding.attempt(cleo, the.invite(2))).toBe('its author may not invite');
  // What was made while there were fewer stands.
  holding.act(cleo, the.invite(3), fork);
  expect(isLive(holding, 3)).toBe(true);
  holding.act(ben, the.invite(4));
});

test('an account has at most 64 live invites: revoked and used ones make room', () => {
  const holding = withThree();
  for (let n = 0; n < INVITES - 1; n++) holding.act(cleo, the.invite(100 + n));
  holding.act(cleo, the.single(300));
  expect(holding.attempt(cleo, the.invite(301))).toBe(`its author has ${INVITES} invites`);
  holding.act(cleo, the.revocation(100));
  holding.act(ada, the.admission(nora, 300));
  holding.act(cleo, the.invite(301));
  holding.act(cleo, the.invite(302));
  expect(holding.attempt(cleo, the.invite(303))).toBe(`its author has ${INVITES} invites`);
});

test('an open door is an admin’s to make, and off where history is closed to newcomers', () => {
  const holding = withThree();
  const door = (invite: number) => the.invite(invite, { door: 'open' });
  expect(holding.attempt(cleo, door(2))).toBe('its author may not invite');
  holding.act(ada, door(2));
  expect(holding.state.invites.get(toBase64url(inviteKey(2)))?.openDoor).toBe(true);
  holding.act(ada, the.history('closed'));
  expect(holding.attempt(ada, door(3))).toBe('an open door would show a closed history');
  holding.act(ada, the.history('open'));
  holding.act(ada, door(3));
});

test('of two settings of the history side by side the closed one counts', () => {
  const holding = withThree();
  holding.act(ada, the.history('closed'));
  const fork = holding.here;
  holding.act(ada, the.history('open'), fork);
  expect(holding.state.closedHistory).toBe(false);
  holding.act(ben, the.history('closed'), fork);
  expect(holding.state.closedHistory).toBe(true);
  expect(holding.attempt(cleo, the.history('open'))).toBe('only an admin may do that');
  holding.act(ada, the.history('open'));
  expect(holding.state.closedHistory).toBe(false);
});

test('what anybody holds of these acts comes to the same, in whatever order they came', () => {
  const holding = withThree();
  const fork = holding.here;
  const admission = holding.act(cleo, the.admission(nora, 1), fork);
  holding.act(ada, the.revocation(1), fork);
  holding.act(ben, the.removal(eve), fork);
  holding.act(ben, the.countersignature(admission));
  const entries: LoggedEntry[] = [...holding.log.entries];
  const other = new Holding(holding.space);
  // Later ones first, as far as they can be taken in.
  for (let left = entries; left.length > 0; ) {
    const next = left.findLast((entry) => entry.deps.every((dep) => other.log.has(dep)));
    if (!next) throw new Error('nothing can be taken in');
    other.offer(next);
    left = left.filter((entry) => entry !== next);
  }
  expect(plain(other.state)).toEqual(plain(holding.state));
});
