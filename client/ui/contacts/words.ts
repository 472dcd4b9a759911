import type { MetPerson } from './people.ts';

/** Names of spaces that are listed; more are counted. */
const SPACES = 2;

/** The line under somebody's name among the contacts: what was said of them, and where they are met. */
export function underContact({ blocked, muted, verified, spaces }: MetPerson): string {
  const said = [
    verified === 'yes' ? 'verified' : '',
    verified === 'changed' ? 'to be verified again' : '',
    blocked ? 'blocked' : '',
    muted ? 'muted' : '',
  ].filter(Boolean);
  return [...said, inSpaces(spaces)].filter(Boolean).join(' · ');
}

/** `Lyre Street`, `Lyre Street and 42 stairs`, `Lyre Street, 42 stairs and 2 more`. */
export function inSpaces(spaces: readonly string[]): string {
  const named = spaces.map((name) => name || 'a space without a name yet');
  if (named.length <= SPACES) return named.join(' and ');
  return `${named.slice(0, SPACES).join(', ')} and ${named.length - SPACES} more`;
}
