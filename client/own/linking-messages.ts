/** What two devices of one person say to each other while one is linked: canonical CBOR maps, parsed when they come. */
import {
  type CborMap,
  decodeCanonical,
  encodeCanonical,
} from '@snug/shared/entries/canonical-cbor.ts';
import { AccountId, bytesOf } from '@snug/shared/entries/fields.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from '@snug/shared/entries/server-url.ts';
import { DisplayName } from '@snug/shared/entries/text.ts';
import * as v from 'valibot';

/** Most spaces that a new device is let into at once; the others follow as facts. */
export const MAX_LINKED_SPACES = 256;

/** A space, and the account under which this person is in it. */
const Place = v.object({ space: bytesOf(32), account: AccountId });

const Welcome = v.object({
  step: v.literal('welcome'),
  /** The own-devices space. */
  own: v.object({
    space: bytesOf(32),
    account: AccountId,
    lobby: bytesOf(32),
    servers: v.pipe(v.array(ServerUrl), v.maxLength(MAX_SPACE_SERVERS)),
  }),
  spaces: v.pipe(v.array(Place), v.maxLength(MAX_LINKED_SPACES)),
  /** What this person is called. */
  name: v.exactOptional(DisplayName),
});
export type Welcome = v.InferOutput<typeof Welcome>;

const Message = v.variant('step', [
  /** The new device: it holds the link, and will not change its nonce. */
  v.object({ step: v.literal('commit'), commitment: bytesOf(32), proof: bytesOf(32) }),
  /** The old device's nonce. */
  v.object({ step: v.literal('nonce'), nonce: bytesOf(32) }),
  /** The new device's nonce and sealing key, and what it is called. */
  v.object({
    step: v.literal('reveal'),
    nonce: bytesOf(32),
    sealing: bytesOf(32),
    name: DisplayName,
  }),
  /** The person has confirmed the words: what the new device comes into. */
  Welcome,
  /** The new device's consent to be listed, in the own-devices space and then in each of the spaces, in their order. */
  v.object({
    step: v.literal('consents'),
    consents: v.pipe(v.array(bytesOf(64)), v.minLength(1), v.maxLength(1 + MAX_LINKED_SPACES)),
  }),
  /** It is listed. */
  v.object({ step: v.literal('done') }),
  /** It ends here. */
  v.object({
    step: v.literal('bye'),
    why: v.picklist(['used', 'expired', 'differ', 'cancelled', 'full']),
  }),
]);
export type LinkingMessage = v.InferOutput<typeof Message>;

/** @throws RangeError for what {@link parseLinkingMessage} would not give back */
export function encodeLinkingMessage(message: LinkingMessage): Uint8Array {
  const map: CborMap = { ...message };
  return encodeCanonical(map);
}

/** `undefined` for anything else. Never throws. */
export function parseLinkingMessage(bytes: Uint8Array): LinkingMessage | undefined {
  const parsed = v.safeParse(Message, decodeCanonical(bytes));
  return parsed.success ? parsed.output : undefined;
}
