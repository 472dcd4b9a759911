/** An epoch's secrets, the id that commits to them, and their seals to devices. */
import * as v from 'valibot';
import {
  compareBytes,
  concatBytes,
  fromBase64url,
  randomBytes,
  sha256,
  toBase64url,
  uint32Bytes,
} from '../crypto/bytes.ts';
import { derive } from '../crypto/hkdf.ts';
import { openSealedTo, sealTo } from '../crypto/hpke.ts';
import { DOMAINS, domainBytes, LABELS } from '../crypto/labels.ts';
import { EpochId, type SpaceId } from '../protocol/ids.ts';
import { decodeCanonical, encodeCanonical } from './canonical-cbor.ts';
import { bytesOf } from './fields.ts';

const EpochSecretsSchema = v.strictObject({
  /** The first is 1; below 2^32. */
  number: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  /** Gives the topic and its signal key; keepers hold it too. */
  rendezvous: bytesOf(32),
  /** Gives the keys of bodies; members only. */
  content: bytesOf(32),
});
export type EpochSecrets = v.InferOutput<typeof EpochSecretsSchema>;

/** Body of an entry of sort `seal`. */
const SealSchema = v.strictObject({
  /** Ed25519 key of the device it is for. */
  to: bytesOf(32),
  sealed: v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= 48 && value.length <= 1024,
    'expected 48 to 1024 bytes',
  ),
});
export type Seal = v.InferOutput<typeof SealSchema>;

/** Fresh secrets for the epoch of this number. */
export function newEpochSecrets(number: number): EpochSecrets {
  return { number, rendezvous: randomBytes(32), content: randomBytes(32) };
}

/** Commits to number and secrets: nobody can find others with the same id, and the id gives none of them away. */
export function epochId(
  spaceId: SpaceId,
  number: number,
  rendezvous: Uint8Array,
  content: Uint8Array,
): EpochId {
  const digest = sha256(
    concatBytes(
      domainBytes(DOMAINS.epochId),
      fromBase64url(spaceId),
      uint32Bytes(number),
      derive(rendezvous, LABELS.rendezvousCommitment),
      derive(content, LABELS.contentCommitment),
    ),
  );
  return v.parse(EpochId, toBase64url(digest));
}

/** Canonical CBOR. */
export function encodeEpochSecrets({ number, rendezvous, content }: EpochSecrets): Uint8Array {
  return encodeCanonical({ number, rendezvous, content });
}

/** `undefined` for anything but canonically encoded secrets. Never throws. */
export function parseEpochSecrets(bytes: Uint8Array): EpochSecrets | undefined {
  const result = v.safeParse(EpochSecretsSchema, decodeCanonical(bytes));
  return result.success ? result.output : undefined;
}

/** Canonical CBOR of a seal, the body of its entry. */
export function encodeSeal({ to, sealed }: Seal): Uint8Array {
  return encodeCanonical({ to, sealed });
}

/** `undefined` for anything but a canonically encoded seal. Never throws. */
export function parseSeal(bytes: Uint8Array): Seal | undefined {
  const result = v.safeParse(SealSchema, decodeCanonical(bytes));
  return result.success ? result.output : undefined;
}

/** What an epoch act names as its `seals`: a hash of them in the order of their devices. */
export function sealsHash(seals: readonly Seal[]): Uint8Array {
  const ordered = [...seals].sort((a, b) => compareBytes(a.to, b.to));
  return sha256(
    concatBytes(
      domainBytes(DOMAINS.epochSeals),
      ...ordered.flatMap(({ to, sealed }) => [to, sha256(sealed)]),
    ),
  );
}

/**
 * Seals an epoch's secrets for one device.
 * @param parts.device its Ed25519 key; @param parts.sealing its X25519 key
 */
export async function sealEpochTo(parts: {
  readonly spaceId: SpaceId;
  readonly device: Uint8Array;
  readonly sealing: Uint8Array;
  readonly secrets: EpochSecrets;
}): Promise<Seal> {
  const { spaceId, device, sealing, secrets } = parts;
  const id = epochId(spaceId, secrets.number, secrets.rendezvous, secrets.content);
  const info = sealInfo(spaceId, id);
  return { to: device, sealed: await sealTo(sealing, encodeEpochSecrets(secrets), info, device) };
}

/** The secrets, if the seal is for this device and they are the ones that `epochId` commits to. Never rejects. */
export async function openEpochSeal(parts: {
  readonly spaceId: SpaceId;
  readonly epochId: EpochId;
  readonly device: { readonly publicKey: Uint8Array; readonly sealingSecret: Uint8Array };
  readonly sealed: Uint8Array;
}): Promise<EpochSecrets | undefined> {
  const { spaceId, device, sealed } = parts;
  const info = sealInfo(spaceId, parts.epochId);
  const plain = await openSealedTo(device.sealingSecret, sealed, info, device.publicKey);
  const secrets = plain && parseEpochSecrets(plain);
  if (secrets === undefined) return undefined;
  const id = epochId(spaceId, secrets.number, secrets.rendezvous, secrets.content);
  return id === parts.epochId ? secrets : undefined;
}

function sealInfo(spaceId: SpaceId, id: EpochId): Uint8Array {
  return concatBytes(domainBytes(DOMAINS.epochSeal), fromBase64url(spaceId), fromBase64url(id));
}
