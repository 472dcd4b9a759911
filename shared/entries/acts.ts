/** Acts in clear, in the space document, that a keeper can follow too: they name keys, not people. */
import * as v from 'valibot';
import { compareBytes } from '../crypto/bytes.ts';
import { ENTRY_LIMITS } from '../protocol/limits.ts';
import { decodeCanonical, encodeCanonical } from './canonical-cbor.ts';
import { AccountId, bytesOf, CborMapSchema, Milliseconds } from './fields.ts';

export * from './epoch.ts';
export * from './join.ts';

/** Most devices of an epoch's list. */
const MAX_LISTED_DEVICES = 1024;

const ascending = (list: readonly Uint8Array[]) =>
  list.every((device, i) => {
    const before = list[i - 1];
    return before === undefined || compareBytes(before, device) < 0;
  });

/** First of a space. The nonce makes the space's id unguessable and unlike any other. */
export const GenesisAct = v.strictObject({
  act: v.literal('genesis'),
  v: v.literal(1),
  nonce: bytesOf(32),
  /** X25519 key of the device that signs this. */
  sealing: bytesOf(32),
  account: AccountId,
});

/** A key by whose holder somebody may be admitted. */
const InviteAct = v.strictObject({
  act: v.literal('invite'),
  key: bytesOf(32),
  uses: v.literal('reusable'),
  expires: v.exactOptional(Milliseconds),
});

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

const RoleAct = v.strictObject({
  act: v.literal('role'),
  account: AccountId,
  role: v.picklist(['admin', 'member']),
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
    v.check((keys) => ascending(keys), 'expected keys in ascending order, no two alike'),
  ),
  /** `sealsHash` of the author's seals. */
  seals: bytesOf(32),
});

/** An opaque random id: name and topic are sealed. */
const ChannelAct = v.strictObject({ act: v.literal('channel'), channel: bytesOf(16) });

const KnownAct = v.variant('act', [GenesisAct, InviteAct, AdmitAct, RoleAct, EpochAct, ChannelAct]);
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
