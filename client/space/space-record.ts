/** What a device keeps of a space beside its entries: secrets, how it came in, what was read. Parsed when read back. */
import { AccountId } from '@snug/shared/entries/fields.ts';
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
  /** What this person's devices share among themselves: not shown among the spaces. */
  own: v.exactOptional(v.literal(true)),
  /** Where this person and somebody else write to each other alone, and what was told whom of it. */
  direct: v.exactOptional(
    v.object({
      /** The other's account, as the space where they were met calls it. */
      with: AccountId,
      /** The invite that was made for them, and the spaces in which they were told of it. */
      invite: v.exactOptional(secret),
      told: v.exactOptional(v.array(SpaceId)),
      /** Devices that may come in by it. Absent: those that are asked for are not known. */
      devices: v.exactOptional(v.pipe(v.array(PeerId), v.maxLength(16))),
      /** At whose inbox one knocks until one is heard, and with what words. */
      knock: v.exactOptional(
        v.object({
          inbox: secret,
          device: secret,
          sealing: secret,
          servers: v.array(v.string()),
          text: v.string(),
        }),
      ),
      /** Begun here at the same time as this one there: what was said in it moves here, and it goes. */
      instead: v.exactOptional(SpaceId),
    }),
  ),
  /** Kept out of sight, and nobody is met there: of somebody who is blocked. */
  hidden: v.exactOptional(v.literal(true)),
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
  /** Devices of this person that list this one, or are about to: it comes in without an invite. Kept until it is in. */
  vouching: v.exactOptional(v.array(PeerId)),
  epochs: v.array(HeldEpoch),
  /** The invite that this device hands out. */
  ownInvite: v.exactOptional(v.object({ secret, expires: v.number() })),
  /** Channel → order and id of the newest message seen there. */
  read: v.record(v.string(), v.object({ order: v.number(), id: v.string() })),
  /** What has been dealt with of what waited for this person: everything up to a place in the order, and beyond it these. */
  caughtUp: v.exactOptional(
    v.object({
      upTo: v.exactOptional(v.object({ order: v.number(), id: v.string() })),
      messages: v.array(EntryId),
    }),
  ),
  /** Own messages that no other device has acknowledged storing. */
  unheld: v.array(EntryId),
});
export type SpaceRecord = v.InferOutput<typeof SpaceRecord>;

/** Whether a person sees it among their spaces and direct messages. */
export function isShown({ own, hidden, direct, state }: SpaceRecord): boolean {
  return !own && !hidden && !(direct?.instead !== undefined && state === 'joining');
}

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
