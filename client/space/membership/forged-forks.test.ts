import { expect, test } from 'vitest';
import { the } from '../test/acted-space.ts';
import { accountsOf, ada, ben, cleo, dora, eve, mal, withFive } from '../test/five-members.ts';
import { roleOf } from './membership.ts';

test('a forger of old forks can at most take down those who removed them', () => {
  const holding = withFive();
  const old = holding.here;
  holding.act(ada, the.removal(eve));
  holding.act(ben, the.channel(1));
  for (const whom of [ada, ben, cleo, dora]) holding.act(eve, the.removal(whom), old);
  holding.act(eve, the.role(cleo, 'admin'), old);
  expect(accountsOf(holding)).toEqual(['ben', 'cleo', 'dora'].sort());
  expect(roleOf(holding.state, cleo.peer)).toBe('member');
});

test('a forger of old forks brings nobody in to undo their removal', () => {
  const holding = withFive();
  const old = holding.here;
  holding.act(ada, the.removal(eve));
  const admission = holding.act(eve, the.admission(mal, 1), old);
  const promotion = holding.act(eve, the.role(mal, 'admin'), [admission]);
  holding.act(mal, the.removal(ada), [promotion]);
  expect(holding.state.devices.has(eve.peer)).toBe(false);
  expect(holding.state.devices.has(mal.peer)).toBe(false);
});

test('who removed somebody stays rid of them though their own rights are taken on an old fork', () => {
  const holding = withFive();
  const old = holding.here;
  holding.act(ben, the.role(cleo, 'admin'));
  holding.act(cleo, the.removal(eve));
  // Eve removes the one on whose word Cleo is an admin.
  holding.act(eve, the.removal(ben), old);
  expect(holding.state.devices.has(eve.peer)).toBe(false);
  // And takes Cleo's invite back, and her role.
  holding.act(eve, the.revocation(1), old);
  expect(holding.state.devices.has(eve.peer)).toBe(false);
  expect(roleOf(holding.state, cleo.peer)).toBeDefined();
});

test('all removals of one account by one removed author are one: who is let in again on any of them stays in', () => {
  const holding = withFive();
  const old = holding.here;
  holding.act(ada, the.removal(eve));
  holding.act(eve, the.removal(ada), old);
  expect(accountsOf(holding)).not.toContain('ada');
  holding.act(ben, the.invite(9));
  holding.act(ben, the.admission(ada, 9));
  expect(accountsOf(holding)).toContain('ada');
  for (let i = 0; i < 3; i++) {
    holding.act(eve, the.removal(ada), old);
    expect(accountsOf(holding)).toContain('ada');
  }
  // Whoever else removes her still does.
  holding.act(ben, the.removal(ada));
  expect(accountsOf(holding)).not.toContain('ada');
});

test('all demotions of one account by one removed author are one, too', () => {
  const holding = withFive();
  const old = holding.here;
  holding.act(ada, the.removal(eve));
  holding.act(eve, the.role(ada, 'member'), old);
  expect(roleOf(holding.state, ada.peer)).toBe('member');
  holding.act(ben, the.role(ada, 'admin'));
  holding.act(eve, the.role(ada, 'member'), old);
  holding.act(eve, the.role(ada, 'gardener'), old);
  expect(roleOf(holding.state, ada.peer)).toBe('admin');
});
