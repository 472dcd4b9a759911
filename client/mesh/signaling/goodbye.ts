/**
 * Why one end ends a link, in a word that both know: `full` has no room for the other, `surplus` has links enough without this
 * one, anything else is `other`. The reason beside it is for people.
 */
export const GOODBYES = ['other', 'full', 'surplus'] as const;
export type Goodbye = (typeof GOODBYES)[number];
