import { describe, expect, it } from 'vitest';
import { isReadable, standingIn } from './space-standing.ts';

const members = ['Ines', 'Jo'].map((name) => ({
  id: name,
  account: name,
  devices: [],
  name,
  you: name === 'Jo',
  role: 'member' as const,
  tie: 'direct' as const,
}));

describe('how one stands in a space', () => {
  it('counts who belongs to it and who is here, where one is in', () => {
    expect(standingIn({ state: 'open', members, here: 2 })).toBe('2 members, 2 here');
  });

  it('says of whoever is not in why not, and counts nobody', () => {
    const words = (['joining', 'refused', 'removed', 'archive'] as const).map((state) =>
      standingIn({ state, members, here: 0 }),
    );
    expect(words).toEqual([
      'waiting to be let in',
      'not let in',
      'no longer a member',
      'from a file, to read',
    ]);
  });
});

it('what was held stays readable for somebody who was removed, and in an archive', () => {
  expect((['open', 'removed', 'archive'] as const).every(isReadable)).toBe(true);
  expect((['joining', 'refused'] as const).some(isReadable)).toBe(false);
});
