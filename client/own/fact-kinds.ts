/** The kinds of fact that a person's devices share. A kind is a name and a schema; whoever needs another makes it. */
import type { CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import { AccountId, bytesOf } from '@snug/shared/entries/fields.ts';
import { ServerUrl } from '@snug/shared/entries/server-url.ts';
import { DisplayName, SpaceName } from '@snug/shared/entries/text.ts';
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

export interface Fact<T> {
  readonly key: string;
  readonly value: T;
  /** By the clock of the device that said it, ms since 1970. */
  readonly at: number;
  readonly by: PeerId;
}

export interface FactKind<T extends CborValue> {
  readonly name: string;
  readonly value: v.GenericSchema<unknown, T>;
  /** Negative where the first counts for less. Absent: the later counts. */
  readonly compare?: (a: T, b: T) => number;
  /** What `FoldedFacts` has found of this kind. */
  readonly found: WeakMap<object, ReadonlyMap<string, Fact<T>>>;
}

/** @param name 1 to 32 letters; of one kind only */
export function factKind<T extends CborValue>(
  name: string,
  value: v.GenericSchema<unknown, T>,
  compare?: (a: T, b: T) => number,
): FactKind<T> {
  const kind = { name, value, found: new WeakMap() };
  return compare ? { ...kind, compare } : kind;
}

/** What this person calls somebody. Key: the account. */
export const PETNAME = factKind('petname', DisplayName);

const ReadPosition = v.object({
  /** Place of the newest message seen in its channel's order, and its id. */
  order: v.pipe(v.number(), v.integer(), v.minValue(0)),
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});

type ReadPosition = v.InferOutput<typeof ReadPosition>;

/** Which of two is further on; nothing is least. */
export function compareRead(a: ReadPosition | undefined, b: ReadPosition | undefined): number {
  if (!a || !b) return (a ? 1 : 0) - (b ? 1 : 0);
  return a.order - b.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** How far a channel has been read: the furthest counts, whoever says it last. Key: the channel's id. */
export const READ_POSITION = factKind('readPosition', ReadPosition, compareRead);

/** A choice that holds on all devices. Key: its name. */
export const SETTING = factKind(
  'setting',
  v.union([v.boolean(), v.pipe(v.number(), v.integer()), v.pipe(v.string(), v.maxLength(1024))]),
);

/** A space that this person is in, as much of it as another device needs to come in. Key: the space's id. */
export const SPACE = factKind(
  'space',
  v.object({
    name: SpaceName,
    lobby: bytesOf(32),
    servers: v.pipe(v.array(ServerUrl), v.maxLength(3)),
    /** The account under which this person is in it. */
    account: AccountId,
  }),
);

/** One of this person's devices. Key: its peer id. */
export const DEVICE = factKind('device', v.object({ name: DisplayName }));

/** A device agrees to be listed in a space under an account. Key: `consentKey`. */
export const CONSENT = factKind(
  'consent',
  v.object({
    device: bytesOf(32),
    sealing: bytesOf(32),
    account: AccountId,
    consent: bytesOf(64),
  }),
);

export function consentKey(space: SpaceId, device: PeerId): string {
  return `${space} ${device}`;
}
