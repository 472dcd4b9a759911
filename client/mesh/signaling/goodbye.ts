/**
 * Why one end ends a link, in a word that both know: `full` has no room for the other, `surplus` has links enough without this
 * one, `failed` would try again, since only this session has come to nothing; anything else is `other`. The reason beside it is
 * for people.
 */
export const GOODBYES = ['other', 'full', 'surplus', 'failed'] as const;
export type Goodbye = (typeof GOODBYES)[number];

/** A word as both wires have it, a byte. */
export function goodbyeCode(goodbye: Goodbye): number {
  return GOODBYES.indexOf(goodbye);
}

/** A word that only a later version knows is `other` here: the end of the link is understood all the same. */
export function goodbyeOf(code: number): Goodbye {
  return GOODBYES[code] ?? 'other';
}
