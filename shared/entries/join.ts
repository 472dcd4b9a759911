/** Asking in: a newcomer shows that the link is held (the invite key signs) and that the device agrees (it signs too). */
import { ed25519 } from '@noble/curves/ed25519.js';
import * as v from 'valibot';
import { concatBytes, fromBase64url, utf8 } from '../crypto/bytes.ts';
import type { DeviceKey } from '../crypto/device-key.ts';
import { DOMAINS, type Domain, domainBytes } from '../crypto/labels.ts';
import { openSeedKey } from '../crypto/seed-signature.ts';
import { verifySignature } from '../crypto/verify.ts';
import type { SpaceId } from '../protocol/ids.ts';
import { decodeCanonical, encodeCanonical } from './canonical-cbor.ts';
import { AccountId, bytesOf } from './fields.ts';

const JoinRequestSchema = v.strictObject({
  device: bytesOf(32),
  sealing: bytesOf(32),
  account: AccountId,
  invite: bytesOf(32),
  proof: bytesOf(64),
  consent: bytesOf(64),
});
export type JoinRequest = v.InferOutput<typeof JoinRequestSchema>;

/** Longest encoded request. */
export const MAX_JOIN_REQUEST_BYTES = 1024;

/** The public half of an invite: what the `invite` act names. @param inviteSecret an Ed25519 seed, 32 bytes */
export function invitePublicKey(inviteSecret: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(inviteSecret);
}

/** @param parts.account the account that vouches for the device; by default the device itself */
export async function joinRequest(parts: {
  readonly inviteSecret: Uint8Array;
  readonly spaceId: SpaceId;
  readonly device: DeviceKey;
  readonly account?: AccountId;
}): Promise<JoinRequest> {
  const { inviteSecret, spaceId, device } = parts;
  const invite = await openSeedKey(inviteSecret);
  const asked = {
    device: device.publicKey,
    sealing: device.sealingPublicKey,
    account: parts.account ?? device.peerId,
    invite: invite.publicKey,
  };
  return v.parse(JoinRequestSchema, {
    ...asked,
    proof: await invite.sign(signedBytes(DOMAINS.joinProof, spaceId, asked)),
    consent: await device.sign(signedBytes(DOMAINS.joinConsent, spaceId, asked)),
  });
}

/** Whether both signatures are for this space; also of an `admit` act. Whether the invite is live is for the fold. */
export async function verifyJoinRequest(spaceId: SpaceId, request: JoinRequest): Promise<boolean> {
  const proven = signedBytes(DOMAINS.joinProof, spaceId, request);
  const consented = signedBytes(DOMAINS.joinConsent, spaceId, request);
  return (
    (await verifySignature(request.invite, proven, request.proof)) &&
    (await verifySignature(request.device, consented, request.consent))
  );
}

/** Canonical CBOR. */
export function encodeJoinRequest(request: JoinRequest): Uint8Array {
  const { device, sealing, account, invite, proof, consent } = request;
  return encodeCanonical({ device, sealing, account, invite, proof, consent });
}

/** `undefined` for anything but the canonical encoding of a request. Never throws. */
export function parseJoinRequest(bytes: Uint8Array): JoinRequest | undefined {
  if (bytes.length > MAX_JOIN_REQUEST_BYTES) return undefined;
  const result = v.safeParse(JoinRequestSchema, decodeCanonical(bytes));
  return result.success ? result.output : undefined;
}

function signedBytes(
  domain: Domain,
  spaceId: SpaceId,
  asked: Pick<JoinRequest, 'device' | 'sealing' | 'account' | 'invite'>,
): Uint8Array {
  return concatBytes(
    domainBytes(domain),
    fromBase64url(spaceId),
    asked.invite,
    asked.device,
    asked.sealing,
    utf8(asked.account),
  );
}
