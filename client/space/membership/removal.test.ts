import { expect, test } from 'vitest';
import { plain, someone, the } from '../test/acted-space.ts';
import {
  accountsOf,
  ada,
  annuls,
  ben,
  cleo,
  dora,
  eve,
  mal,
  mallory,
  withFive,
} from '../test/five-members.ts';
import { hasAdmin, roleOf } from './membership.ts';

test('acts of the removed concurrent with their removal do not count; those that the removal cites do', () => {
  const holding = withFive();
  const before = holding.act(eve, the.invite(2));
  const fork = holding.here;
  holding.act(ada, the.removal(eve), fork);
  const [invite, promotion] = [
    holding.act(eve, the.invite(3), fork),
    holding.act(eve, the.role(cleo, 'admin'), fork),
  ];
  expect(accountsOf(holding)).toEqual(['ada', 'ben', 'cleo', 'dora']);
  expect(annuls(holding, before)).toBe(false);
  expect([invite, promotion].every((act) => annuls(holding, act))).toBe(true);
  expect(roleOf(holding.state, cleo.peer)).toBe('member');
});

test('what the removed do on having heard of their removal is refused', () => {
  const holding = withFive();
  holding.act(ada, the.removal(eve));
  expect(holding.attempt(eve, the.invite(2))).toBe('its author was no member of what it cites');
  expect(holding.attempt(eve, the.removal(ada))).toBe('its author was no member of what it cites');
});

test('only admins remove others, and somebody who is there', () => {
  const holding = withFive();
  expect(holding.attempt(cleo, the.removal(dora))).toBe('only an admin removes others');
  expect(holding.attempt(ada, the.removal(mal))).toBe('it removes nobody');
});

test('an act falls with another if its author’s membership rests on the fallen one', () => {
  const holding = withFive();
  const fork = holding.here;
  const admission = holding.act(eve, the.admission(mal, 1), fork);
  const invite = holding.act(mal, the.invite(2), [admission]);
  const further = holding.act(mal, the.admission(mallory, 2), [invite]);
  const last = holding.act(mallory, the.channel(1), [further]);
  expect(accountsOf(holding)).toContain('mallory');
  holding.act(ada, the.removal(eve), fork);
  for (const act of [admission, invite, further, last]) expect(annuls(holding, act)).toBe(true);
  expect(accountsOf(holding)).toEqual(['ada', 'ben', 'cleo', 'dora']);
  expect(holding.state.everListed.get(mal.peer)?.why).toBe('annulled');
});

test('an act falls with another if its author’s role rests on the fallen one', () => {
  const holding = withFive();
  const fork = holding.here;
  const promotion = holding.act(eve, the.role(cleo, 'admin'), fork);
  const removal = holding.act(cleo, the.removal(dora), [promotion]);
  const invite = holding.act(cleo, the.invite(2), [promotion]);
  holding.act(ada, the.removal(eve), fork);
  expect(annuls(holding, removal)).toBe(true);
  // A member may invite, so this rests on no role.
  expect(annuls(holding, invite)).toBe(false);
  expect(accountsOf(holding)).toContain('dora');
});

test('an act falls with another if its author’s device rests on the fallen one', () => {
  const holding = withFive();
  const phone = someone(20);
  const fork = holding.here;
  const device = holding.act(eve, the.device(phone, eve.peer), fork);
  const invite = holding.act(phone, the.invite(2), [device]);
  holding.act(ada, the.removalOfDevice(eve), fork);
  expect([device, invite].every((act) => annuls(holding, act))).toBe(true);
  expect(holding.state.devices.has(phone.peer)).toBe(false);
});

test('an act falls with another if the invite that it uses rests on the fallen one', () => {
  const holding = withFive();
  const fork = holding.here;
  const invite = holding.act(eve, the.invite(2), fork);
  const admission = holding.act(cleo, the.admission(mal, 2), [invite]);
  holding.act(ada, the.removal(eve), fork);
  expect(annuls(holding, admission)).toBe(true);
  expect(holding.state.devices.has(mal.peer)).toBe(false);
});

test('merely citing a fallen act costs nothing', () => {
  const holding = withFive();
  const fork = holding.here;
  const fallen = holding.act(eve, the.channel(1), fork);
  const citing = holding.act(cleo, the.invite(2), [fallen]);
  const admission = holding.act(dora, the.admission(mal, 2), [citing]);
  holding.act(ada, the.removal(eve), fork);
  expect(annuls(holding, fallen)).toBe(true);
  expect([citing, admission].some((act) => annuls(holding, act))).toBe(false);
  expect(accountsOf(holding)).toContain('mal');
});

test('two admins who remove each other at once are both removed, on every peer', () => {
  const holding = withFive();
  const [adas, bens] = [holding.copy(), holding.copy()];
  adas.act(ada, the.removal(ben));
  bens.act(ben, the.removal(ada));
  const [first, second] = [adas.copy().hear(bens), bens.copy().hear(adas)];
  expect(plain(first.state)).toEqual(plain(second.state));
  expect(accountsOf(first)).toEqual(['cleo', 'dora', 'eve']);
});

test('A removes X while B removes Y: both are gone, on every peer', () => {
  const holding = withFive();
  const [adas, bens] = [holding.copy(), holding.copy()];
  adas.act(ada, the.removal(cleo));
  bens.act(ben, the.removal(dora));
  const [first, second] = [adas.copy().hear(bens), bens.copy().hear(adas)];
  expect(plain(first.state)).toEqual(plain(second.state));
  expect(accountsOf(first)).toEqual(['ada', 'ben', 'eve']);
});

test('removals in a circle all take effect, and nothing else that hangs on it does', () => {
  const holding = withFive();
  const fork = holding.here;
  holding.act(ada, the.removal(ben), fork);
  holding.act(ben, the.removal(eve), fork);
  holding.act(eve, the.removal(ada), fork);
  const beside = holding.act(eve, the.removal(dora), fork);
  expect(accountsOf(holding)).toEqual(['cleo', 'dora']);
  expect(annuls(holding, beside)).toBe(true);
});

test('whose remover was removed at once without answering stays: the removal does not count', () => {
  const holding = withFive();
  const fork = holding.here;
  holding.act(ada, the.removal(ben), fork);
  const fallen = holding.act(ben, the.removal(eve), fork);
  expect(accountsOf(holding)).toEqual(['ada', 'cleo', 'dora', 'eve']);
  expect(annuls(holding, fallen)).toBe(true);
});

test('who is let in again is a member, whatever they were before', () => {
  const holding = withFive();
  holding.act(ada, the.removal(eve));
  holding.act(ada, the.invite(2));
  holding.act(ada, the.admission(eve, 2));
  expect(roleOf(holding.state, eve.peer)).toBe('member');
  holding.act(ada, the.role(eve, 'gardener'));
  expect(roleOf(holding.state, eve.peer)).toBe('gardener');
});

test('an admission made beside a removal of the same account does not undo it', () => {
  const holding = withFive();
  holding.act(ada, the.removal(eve));
  holding.act(ada, the.invite(2));
  const fork = holding.here;
  const again = holding.act(cleo, the.admission(eve, 2), fork);
  expect(accountsOf(holding)).toContain('eve');
  holding.act(ben, the.removal(eve), [again]);
  holding.act(dora, the.admission(eve, 2), fork);
  expect(accountsOf(holding)).not.toContain('eve');
});

test('demotion counts as removal from the role: what took the role beside it does not count', () => {
  const holding = withFive();
  const fork = holding.here;
  const removal = holding.act(eve, the.removal(dora), fork);
  const channel = holding.act(eve, the.channel(1), fork);
  holding.act(ada, the.role(eve, 'gardener'), fork);
  expect(roleOf(holding.state, eve.peer)).toBe('gardener');
  expect(annuls(holding, removal)).toBe(true);
  expect(annuls(holding, channel)).toBe(false);
  expect(accountsOf(holding)).toContain('dora');
});

test('admins who demote each other at once are both demoted; a promotion beside a demotion does not undo it', () => {
  const holding = withFive();
  const fork = holding.here;
  holding.act(ada, the.role(ben, 'member'), fork);
  holding.act(ben, the.role(ada, 'gardener'), fork);
  expect(roleOf(holding.state, ada.peer)).toBe('gardener');
  expect(roleOf(holding.state, ben.peer)).toBe('member');
  const demotion = holding.act(eve, the.role(ada, 'member'));
  holding.act(eve, the.role(ada, 'admin'), [demotion]);
  expect(roleOf(holding.state, ada.peer)).toBe('admin');
});

test('removing an account covers all its devices, those added meanwhile too', () => {
  const holding = withFive();
  const [phone, tablet] = [someone(20), someone(21)];
  holding.act(eve, the.device(phone, eve.peer));
  const fork = holding.here;
  holding.act(ada, the.removal(eve), fork);
  const added = holding.act(phone, the.device(tablet, eve.peer), fork);
  holding.act(tablet, the.channel(1), [added]);
  for (const device of [eve, phone, tablet])
    expect(holding.state.devices.has(device.peer)).toBe(false);
  expect(holding.state.everListed.get(phone.peer)).toMatchObject({
    account: eve.peer,
    why: 'removed',
    removedBy: [ada.peer],
  });
});

test('an account takes a device of its own off the list, and not those of others', () => {
  const holding = withFive();
  const phone = someone(20);
  holding.act(cleo, the.device(phone, cleo.peer));
  expect(holding.attempt(dora, the.removalOfDevice(phone))).toBe('only an admin removes others');
  holding.act(cleo, the.removalOfDevice(phone));
  expect(holding.state.devices.has(phone.peer)).toBe(false);
  expect(roleOf(holding.state, cleo.peer)).toBe('member');
});

test('leaving is a removal by oneself: nothing made beside it counts, and the invites of others stay good', () => {
  const holding = withFive();
  const phone = someone(20);
  holding.act(cleo, the.device(phone, cleo.peer));
  holding.act(cleo, the.invite(2));
  const fork = holding.here;
  holding.act(cleo, the.leave(), fork);
  const beside = holding.act(phone, the.invite(3), fork);
  expect(accountsOf(holding)).not.toContain('cleo');
  expect(annuls(holding, beside)).toBe(true);
  expect(holding.state.everListed.get(cleo.peer)?.why).toBe('left');
  expect(holding.attempt(ada, the.admission(mal, 2))).toBe('it cites no such invite');
  holding.act(ada, the.admission(mal, 1));
});

test('no heir: a space left without an admin goes on as it is', () => {
  const holding = withFive();
  const fork = holding.here;
  holding.act(ada, the.removal(ben), fork);
  holding.act(ben, the.removal(eve), fork);
  holding.act(eve, the.removal(ada), fork);
  expect(hasAdmin(holding.state)).toBe(false);
  expect(holding.attempt(cleo, the.role(cleo, 'admin'))).toBe('only an admin gives roles');
  holding.act(cleo, the.invite(2));
  holding.act(dora, the.admission(mal, 2));
  holding.act(mal, the.channel(3));
  holding.act(mal, holding.epochAct(1));
  expect(holding.state.currentEpoch?.list.size).toBe(3);
});
