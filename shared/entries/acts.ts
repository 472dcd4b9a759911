/** Acts in clear, in the space document, that a keeper can follow too: they name keys, not people. */
import * as v from 'valibot';
import { ENTRY_LIMITS } from '../protocol/limits.ts';
import { ascendingTexts, DeviceKeys, isAscending, Tips } from './acts-fields.ts';
import { decodeCanonical, encodeCanonical } from './canonical-cbor.ts';
import { AccountId, bytesOf, CborMapSchema, Milliseconds } from './fields.ts';

export * from './acts-fields.ts';
export * from './epoch.ts';
export * from './join.ts';
export * from './join-device.ts';

/** Most devices of an epoch's list: as many as fit in an act. A space lets in fewer. */
const MAX_LISTED_DEVICES = 1800;

/** First of a space. The nonce makes the space's id unguessable and unlike any other. */
export const GenesisAct = v.strictObject({
  act: v.literal('genesis'),
  v: v.literal(1),
  nonce: bytesOf(32),
  /** X25519 key of the device that signs this. */
  sealing: bytesOf(32),
  account: AccountId,
  /** Id of the space that this one carries on, left without an admin. */
  continues: v.exactOptional(bytesOf(32)),
});

/** A key by whose holder somebody may be admitted. */
const InviteAct = v.strictObject({
  act: v.literal('invite'),
  key: bytesOf(32),
  uses: v.picklist(['reusable', 'single']),
  expires: v.exactOptional(Milliseconds),
  /** An open door: the epoch's secrets are sealed to the key, so that a keeper alone can let somebody in. */
  door: v.exactOptional(v.literal('open')),
});

/** Takes an invite back. */
const RevokeAct = v.strictObject({ act: v.literal('revoke'), invite: bytesOf(32) });

/** A join request that a member found good, restated whole so that everybody can check it. */
const AdmitAct = v.strictObject({
  act: v.literal('admit'),
  device: bytesOf(32),
  sealing: bytesOf(32),
  account: AccountId,
  invite: bytesOf(32),
  proof: bytesOf(64),
  consent: bytesOf(64),
});

/** Makes a provisional admission good: names the hash of the change that holds it. */
const CountersignAct = v.strictObject({ act: v.literal('countersign'), admission: bytesOf(32) });

/** A listed device vouches for a further one of its account. */
const DeviceAct = v.strictObject({
  act: v.literal('device'),
  device: bytesOf(32),
  sealing: bytesOf(32),
  account: AccountId,
  consent: bytesOf(64),
});

/** Lists a device that holds what it cannot read. */
const KeeperAct = v.strictObject({
  act: v.literal('keeper'),
  device: bytesOf(32),
  sealing: bytesOf(32),
  /** Bytes. */
  quota: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 48 - 1)),
  expires: v.exactOptional(Milliseconds),
  consent: bytesOf(64),
});

/** Takes accounts, single devices or keepers off the list, and says up to where theirs stays in view. */
const RemoveAct = v.pipe(
  v.strictObject({
    act: v.literal('remove'),
    accounts: v.exactOptional(ascendingTexts(AccountId)),
    devices: v.exactOptional(DeviceKeys),
    tips: v.exactOptional(Tips),
  }),
  v.check((act) => Boolean(act.accounts ?? act.devices), 'expected somebody to be removed'),
);

/** One's own account goes. */
const LeaveAct = v.strictObject({ act: v.literal('leave'), tips: v.exactOptional(Tips) });

/** Of an account. Where it takes a role away, the tips say up to where theirs counts as written in it. */
const RoleAct = v.strictObject({
  act: v.literal('role'),
  account: AccountId,
  role: v.picklist(['admin', 'gardener', 'member']),
  tips: v.exactOptional(Tips),
});

/** More of what a removed device wrote stays in view. */
const KeepAct = v.strictObject({ act: v.literal('keep'), tips: Tips });

/** Whether newcomers are given what was said before they came. */
const HistoryAct = v.strictObject({
  act: v.literal('history'),
  is: v.picklist(['open', 'closed']),
});

const EpochAct = v.strictObject({
  act: v.literal('epoch'),
  number: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  id: bytesOf(32),
  /** Ed25519 keys of the devices that the secrets are sealed to, ascending. */
  list: v.pipe(
    v.array(bytesOf(32)),
    v.minLength(1),
    v.maxLength(MAX_LISTED_DEVICES),
    v.check((list) => isAscending(list), 'expected keys in ascending order, no two alike'),
  ),
  /** `sealsHash` of the author's seals. */
  seals: bytesOf(32),
});

/** Says nothing but what it cites: where more lies side by side than one act can name, several of these gather it. */
const MergeAct = v.strictObject({ act: v.literal('merge') });

/** An opaque random id: name and topic are sealed. */
const ChannelAct = v.strictObject({ act: v.literal('channel'), channel: bytesOf(16) });

const KnownAct = v.variant('act', [
  GenesisAct,
  InviteAct,
  RevokeAct,
  AdmitAct,
  CountersignAct,
  DeviceAct,
  KeeperAct,
  RemoveAct,
  LeaveAct,
  RoleAct,
  KeepAct,
  HistoryAct,
  EpochAct,
  ChannelAct,
  MergeAct,
]);
const KNOWN: ReadonlySet<string> = new Set(KnownAct.options.map((o) => o.entries.act.literal));

export type Act = v.InferOutput<typeof KnownAct>;
/** An act of a later version: kept and passed on, without effect here. */
export interface UnknownAct {
  readonly act: 'unknown';
  readonly name: string;
}

const Named = v.intersect([
  CborMapSchema,
  v.looseObject({ act: v.pipe(v.string(), v.regex(/^[a-z0-9 -]{1,32}$/)) }),
]);

/** Canonical CBOR. @throws RangeError for what {@link parseAct} would not give back */
export function encodeAct(act: Act): Uint8Array {
  const bytes = encodeCanonical({ ...act });
  const back = parseAct(bytes);
  if (back === undefined || back.act === 'unknown') {
    throw new RangeError(`Not a well-formed act: ${act.act}.`);
  }
  return bytes;
}

/** `undefined` for anything but the canonical encoding of an act; a known act must fit its schema. Never throws. */
export function parseAct(bytes: Uint8Array): Act | UnknownAct | undefined {
  if (bytes.length > ENTRY_LIMITS.bodyBytes) return undefined;
  const named = v.safeParse(Named, decodeCanonical(bytes));
  if (!named.success) return undefined;
  const name = named.output.act;
  if (!KNOWN.has(name)) return { act: 'unknown', name };
  const known = v.safeParse(KnownAct, named.output);
  return known.success ? known.output : undefined;
}
