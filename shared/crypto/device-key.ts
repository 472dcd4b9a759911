/** A device's two keys: Ed25519 for signing, which is also its name, and X25519 for receiving secrets. */
import { ed25519 } from '@noble/curves/ed25519.js';
import * as v from 'valibot';
import type { PeerId } from '../protocol/ids.ts';
import { randomBytes } from './bytes.ts';
import { peerIdFromPublicKey } from './did-key.ts';
import { x25519PublicKey } from './x25519.ts';

const key32 = v.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === 32,
  'expected 32 bytes',
);

/** On plain-http pages the class itself is missing. */
const signingKey = v.custom<CryptoKey>(
  (value) =>
    typeof CryptoKey === 'function' &&
    value instanceof CryptoKey &&
    value.type === 'private' &&
    value.algorithm.name === 'Ed25519' &&
    value.usages.includes('sign'),
  'expected a private Ed25519 CryptoKey',
);

/** What a store holds: structured-clonable, secrets in clear. `raw` where WebCrypto has no Ed25519. */
export const StoredDeviceKey = v.variant('kind', [
  v.strictObject({
    kind: v.literal('webcrypto'),
    publicKey: key32,
    signing: signingKey,
    sealing: key32,
  }),
  v.strictObject({ kind: v.literal('raw'), signing: key32, sealing: key32 }),
]);
export type StoredDeviceKey = v.InferOutput<typeof StoredDeviceKey>;

export interface DeviceKey {
  readonly peerId: PeerId;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** X25519, 32 bytes. */
  readonly sealingPublicKey: Uint8Array;
  readonly sealingSecret: Uint8Array;
  /** Ed25519 (RFC 8032), 64 bytes. Two signatures of one message may differ. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Reads a key from storage; `undefined` if what is there is no device key. */
export function parseStoredDeviceKey(stored: unknown): StoredDeviceKey | undefined {
  const result = v.safeParse(StoredDeviceKey, stored);
  return result.success ? result.output : undefined;
}

/**
 * A new key, its signing half not extractable where the platform has Ed25519.
 * @param options.extractable true for keys that must be written to a file: then always `raw`
 */
export async function generateDeviceKey(
  options: { readonly extractable?: boolean } = {},
): Promise<StoredDeviceKey> {
  const sealing = randomBytes(32);
  const platform = options.extractable === true ? undefined : await generateWithWebCrypto();
  if (platform === undefined) return { kind: 'raw', signing: randomBytes(32), sealing };
  return { kind: 'webcrypto', ...platform, sealing };
}

async function generateWithWebCrypto() {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return undefined;
  try {
    const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    if (!('privateKey' in pair)) return undefined;
    const publicKey = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
    return { publicKey, signing: pair.privateKey };
  } catch {
    return undefined;
  }
}

/** Makes a stored key usable. `sign` rejects if the platform will not use its own key any more. */
export async function openDeviceKey(stored: StoredDeviceKey): Promise<DeviceKey> {
  const publicKey = stored.kind === 'raw' ? ed25519.getPublicKey(stored.signing) : stored.publicKey;
  return {
    peerId: peerIdFromPublicKey(publicKey),
    publicKey,
    sealingPublicKey: x25519PublicKey(stored.sealing),
    sealingSecret: stored.sealing,
    sign: async (message) =>
      stored.kind === 'raw'
        ? ed25519.sign(message, stored.signing)
        : new Uint8Array(
            await crypto.subtle.sign('Ed25519', stored.signing, new Uint8Array(message)),
          ),
  };
}
