/** The contact book: what this person has said of others, on whichever of their devices. */
import { bytesOf } from '@snug/shared/entries/fields.ts';
import { DisplayName } from '@snug/shared/entries/text.ts';
import * as v from 'valibot';
import { factsOf } from '../own/fact-fold.ts';
import { factKind, PETNAME } from '../own/fact-kinds.ts';
import type { Space } from '../space/space.ts';

/** Somebody who is kept in the book. Key here and below: the account. */
export const CONTACT = factKind(
  'contact',
  v.object({
    /** What they call themselves, as it was known last; empty where it was not. */
    name: v.union([v.literal(''), DisplayName]),
  }),
);
/** One of its own for each, so that what is said on two devices at once does not undo one another. */
export const BLOCKED = factKind('contactBlocked', v.literal(true));
export const MUTED = factKind('contactMuted', v.literal(true));
/** The device lists, hashed, of which two people have found the same words on their screens. */
export const VERIFIED = factKind('contactVerified', bytesOf(32));

export interface Contact {
  readonly account: string;
  readonly name: string;
  /** What this person calls them. */
  readonly petname: string | undefined;
  readonly isBlocked: boolean;
  readonly isMuted: boolean;
  /** See {@link VERIFIED}; `undefined`: never. */
  readonly verified: Uint8Array | undefined;
}

export type ContactBook = ReadonlyMap<string, Contact>;

/** @param own the own-devices space, where there is one; @param now the viewer's clock, ms since 1970 */
export function contactsOf(own: Space | undefined, now: number): ContactBook {
  if (!own) return new Map();
  const contacts = factsOf(own, CONTACT, now);
  const petnames = factsOf(own, PETNAME, now);
  const blocked = factsOf(own, BLOCKED, now);
  const muted = factsOf(own, MUTED, now);
  const verified = factsOf(own, VERIFIED, now);
  const accounts = new Set(
    [contacts, petnames, blocked, muted, verified].flatMap((facts) => [...facts.keys()]),
  );
  return new Map(
    [...accounts].map((account) => [
      account,
      {
        account,
        name: contacts.get(account)?.value.name ?? '',
        petname: petnames.get(account)?.value,
        isBlocked: blocked.has(account),
        isMuted: muted.has(account),
        verified: verified.get(account)?.value,
      },
    ]),
  );
}
