/**
 * A sealed signal: what two devices of a topic say to each other to make a link. Encrypted under a key derived from
 * the topic's signal key, so no server reads it; signed by the sender's device key, so no other member can change
 * the DTLS fingerprint within.
 *
 * `nonce 12 ‖ ChaCha20-Poly1305(from 32 ‖ signature 64 ‖ session 16 ‖ from's nonce 16 ‖ to 4 ‖ to's nonce 4 ‖
 * sequence varint ‖ heads length 1 ‖ heads ‖ payload)`: 166 bytes and the heads, around the payload. Of the addressee
 * and its nonce only the beginnings travel, to say what is wrong; the signature covers both whole.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { PeerId, Topic } from '../protocol/ids.ts';
import { SIGNALING_LIMITS } from '../protocol/limits.ts';
import { concatBytes, equalBytes, fromBase64url, randomBytes } from './bytes.ts';
import type { DeviceKey } from './device-key.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from './did-key.ts';
import { derive } from './hkdf.ts';
import { DOMAINS, domainBytes, LABELS } from './labels.ts';
import { readVarint, varint } from './varint.ts';
import { verifySignature } from './verify.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BEGINNING_BYTES = 4;
const MAX_HEADS_BYTES = 32;
/** from ‖ signature ‖ session ‖ from's nonce ‖ beginnings. */
const FIXED_BYTES = 32 + 64 + 16 + 16 + 2 * BEGINNING_BYTES;

export interface SignalParts {
  /** 16 random bytes, one value for one attempt to make a link. */
  readonly session: Uint8Array;
  /** Counts the signals of one run of the sender's program, from 0. */
  readonly sequence: number;
  /** 16 bytes, fresh for each run of the sender's program. */
  readonly fromNonce: Uint8Array;
  /** Tag of the space document's heads, 0 to 32 bytes, usually 8. */
  readonly heads: Uint8Array;
  readonly payload: Uint8Array;
}

export type OpenedSignal =
  | ({ readonly ok: true; readonly from: PeerId } & SignalParts)
  | {
      readonly ok: false;
      readonly reason:
        | 'malformed'
        | 'undecryptable'
        | 'not-for-me'
        | 'stale-nonce'
        | 'bad-signature';
      /** Whom it claims to be from: not proven, for logs only. */
      readonly from?: PeerId;
    };

/** @throws RangeError if a part has a wrong length or the whole is over `SIGNALING_LIMITS.signalBytes`. */
export async function sealSignal(
  parts: SignalParts & {
    readonly signalKey: Uint8Array;
    readonly device: DeviceKey;
    readonly to: PeerId;
    readonly topic: Topic;
    /** 16 bytes, as the addressee announced it. */
    readonly toNonce: Uint8Array;
  },
): Promise<Uint8Array> {
  const { signalKey, device, to, topic, toNonce } = parts;
  const { session, sequence, fromNonce, heads, payload } = parts;
  if (session.length !== 16 || fromNonce.length !== 16 || toNonce.length !== 16) {
    throw new RangeError('Expected session and both nonces to have 16 bytes.');
  }
  if (heads.length > MAX_HEADS_BYTES) throw new RangeError('Expected at most 32 bytes of heads.');
  const recipient = publicKeyFromPeerId(to);
  const signed = signedBytes(device.publicKey, recipient, topic, toNonce, parts);
  const plain = concatBytes(
    device.publicKey,
    await device.sign(signed),
    session,
    fromNonce,
    recipient.subarray(0, BEGINNING_BYTES),
    toNonce.subarray(0, BEGINNING_BYTES),
    varint(sequence),
    Uint8Array.of(heads.length),
    heads,
    payload,
  );
  if (plain.length + NONCE_BYTES + TAG_BYTES > SIGNALING_LIMITS.signalBytes) {
    throw new RangeError(`A signal may have ${SIGNALING_LIMITS.signalBytes} bytes once sealed.`);
  }
  const nonce = randomBytes(NONCE_BYTES);
  return concatBytes(nonce, cipher(signalKey, topic, nonce).encrypt(plain));
}

/**
 * Opens what came as a signal. An `ok` one was made by `from` for this device, this run of it and this topic;
 * whether it is a replay is for a `ReplayWindow` by (from, fromNonce) to say. Never rejects.
 */
export async function openSignal(received: {
  readonly signalKey: Uint8Array;
  readonly topic: Topic;
  readonly me: PeerId;
  readonly myNonce: Uint8Array;
  readonly sealed: Uint8Array;
}): Promise<OpenedSignal> {
  const { signalKey, topic, me, myNonce, sealed } = received;
  const tooShort = sealed.length < NONCE_BYTES + TAG_BYTES + FIXED_BYTES + 2;
  if (tooShort || sealed.length > SIGNALING_LIMITS.signalBytes) {
    return { ok: false, reason: 'malformed' };
  }
  const plain = decrypt(signalKey, topic, sealed);
  if (plain === undefined) return { ok: false, reason: 'undecryptable' };
  const read = readPlain(plain);
  if (read === undefined) return { ok: false, reason: 'malformed' };
  const from = peerIdFromPublicKey(read.device);
  const recipient = publicKeyFromPeerId(me);
  if (!equalBytes(read.to, recipient.subarray(0, BEGINNING_BYTES))) {
    return { ok: false, reason: 'not-for-me', from };
  }
  if (!equalBytes(read.toNonce, myNonce.subarray(0, BEGINNING_BYTES))) {
    return { ok: false, reason: 'stale-nonce', from };
  }
  const signed = signedBytes(read.device, recipient, topic, myNonce, read.parts);
  if (!(await verifySignature(read.device, signed, read.signature))) {
    return { ok: false, reason: 'bad-signature', from };
  }
  return { ok: true, from, ...read.parts };
}

function cipher(signalKey: Uint8Array, topic: Topic, nonce: Uint8Array) {
  const topicBytes = fromBase64url(topic);
  return chacha20poly1305(derive(signalKey, LABELS.signalSeal, topicBytes), nonce, topicBytes);
}

function decrypt(signalKey: Uint8Array, topic: Topic, sealed: Uint8Array): Uint8Array | undefined {
  try {
    return cipher(signalKey, topic, sealed.subarray(0, NONCE_BYTES)).decrypt(
      sealed.subarray(NONCE_BYTES),
    );
  } catch {
    return undefined;
  }
}

function readPlain(plain: Uint8Array) {
  const sequence = readVarint(plain, FIXED_BYTES);
  if (sequence === undefined) return undefined;
  const headsLength = plain[sequence.end];
  if (headsLength === undefined || headsLength > MAX_HEADS_BYTES) return undefined;
  const headsAt = sequence.end + 1;
  const payloadAt = headsAt + headsLength;
  if (payloadAt > plain.length) return undefined;
  return {
    device: plain.slice(0, 32),
    signature: plain.slice(32, 96),
    to: plain.slice(128, 132),
    toNonce: plain.slice(132, 136),
    parts: {
      session: plain.slice(96, 112),
      fromNonce: plain.slice(112, 128),
      sequence: sequence.value,
      heads: plain.slice(headsAt, payloadAt),
      payload: plain.slice(payloadAt),
    },
  };
}

/** Each part has a fixed length or says its own, so the whole reads in one way only. */
function signedBytes(
  from: Uint8Array,
  to: Uint8Array,
  topic: Topic,
  toNonce: Uint8Array,
  parts: SignalParts,
): Uint8Array {
  return concatBytes(
    domainBytes(DOMAINS.signal),
    from,
    to,
    fromBase64url(topic),
    parts.session,
    parts.fromNonce,
    toNonce,
    varint(parts.sequence),
    Uint8Array.of(parts.heads.length),
    parts.heads,
    parts.payload,
  );
}
