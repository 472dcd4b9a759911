/** What a device keeps of a space beside its entries: secrets, how it came in, what was read. Parsed when read back. */
import { EntryId, EpochId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

const secret = v.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === 32,
  'expected 32 bytes',
);

const HeldEpoch = v.object({
  id: EpochId,
  number: v.number(),
  rendezvous: secret,
  content: secret,
});
export type HeldEpoch = v.InferOutput<typeof HeldEpoch>;

export const SpaceRecord = v.object({
  id: SpaceId,
  /** As the invite or its creator called it; the sealed name replaces it. */
  name: v.string(),
  lobby: secret,
  servers: v.array(v.string()),
  /** `archive`: taken up from a file, and its members do not list this device. */
  state: v.picklist(['joining', 'open', 'refused', 'archive']),
  /** Why it was refused: a word that the view has a sentence for. */
  refusal: v.exactOptional(v.string()),
  /** How one came in; kept until one is in. */
  invite: v.exactOptional(
    v.object({
      secret,
      heads: v.array(v.custom<Uint8Array>((b) => b instanceof Uint8Array)),
      peers: v.array(PeerId),
    }),
  ),
  epochs: v.array(HeldEpoch),
  /** The invite that this device hands out. */
  ownInvite: v.exactOptional(v.object({ secret, expires: v.number() })),
  /** Channel → order and id of the newest message seen there. */
  read: v.record(v.string(), v.object({ order: v.number(), id: v.string() })),
  /** Own messages that no other device has acknowledged storing. */
  unheld: v.array(EntryId),
});
export type SpaceRecord = v.InferOutput<typeof SpaceRecord>;

/** Under which keys a store keeps the list of spaces and each record. */
export const SPACES_KEY = 'spaces';
export const spaceKey = (space: SpaceId): string => `space ${space}`;

/** `undefined` for what is no record: damaged, or from a version that this one cannot read. */
export function parseSpaceRecord(raw: unknown): SpaceRecord | undefined {
  const parsed = v.safeParse(SpaceRecord, raw);
  return parsed.success ? parsed.output : undefined;
}

export function parseSpaceList(raw: unknown): readonly SpaceId[] {
  const parsed = v.safeParse(v.array(SpaceId), raw);
  return parsed.success ? parsed.output : [];
}
