import { expect, test } from 'vitest';
import { spacesOf } from '../shown.ts';
import { member, space } from '../test/lyre-street.ts';
import { conversations } from '../test/people-scenes.ts';
import { calledOf, conversationsOf, peopleMet } from './people.ts';
import { inSpaces, underContact } from './words.ts';

const spaces = spacesOf([space, { ...space, name: 'Repair café' }, ...conversations]);
const ines = member('Ines Park', 'direct').account;

test('everybody met in a space is there once, and oneself is not', () => {
  const people = peopleMet(spaces, []);
  expect(people.map(({ account }) => account)).toHaveLength(
    new Set(space.members.map(({ account }) => account)).size - 1,
  );
  expect(people.every(({ kept }) => !kept)).toBe(true);
});

test('who is in the contact book is there though no space is shared, under the name that one gave them', () => {
  const [only] = peopleMet([], [{ account: ines, name: 'Ines Park', petname: 'Inesita' }]);
  expect(only && calledOf(only)).toBe('Inesita');
  expect(only).toMatchObject({ kept: true, tie: 'offline', spaces: [] });
});

test('a conversation of two is no space that one shares', () => {
  const found = peopleMet(spaces, []).find(({ account }) => account === ines);
  expect(found?.spaces).toEqual(['Lyre Street', 'Repair café']);
});

test('of somebody who is met in several ways the best tie is told', () => {
  const twice = spacesOf([
    { ...space, members: [member('Ines Park', 'relayed')] },
    { ...space, members: [member('Ines Park', 'direct')] },
    { ...space, members: [member('Ines Park', 'offline')] },
  ]);
  expect(peopleMet(twice, [])[0]?.tie).toBe('direct');
});

test('conversations stand by the name of the other', () => {
  expect(conversationsOf(spaces).map(({ name }) => name)).toEqual([
    'Inesita',
    'Lotte Brandt',
    'Ravi Anand',
  ]);
});

test('the line under a name says what was said of them, and where they are met', () => {
  const person = peopleMet(spaces, [
    { account: ines, name: 'Ines Park', verified: 'changed', muted: true },
  ]);
  const found = person.find(({ account }) => account === ines);
  expect(found && underContact(found)).toBe(
    'to be verified again · muted · Lyre Street and Repair café',
  );
  expect(inSpaces(['A', 'B', 'C', 'D'])).toBe('A, B and 2 more');
});
