/** Signing by an Ed25519 key that is a seed somebody was handed, as in an invite link: sooner where WebCrypto has Ed25519. */
import { ed25519 } from '@noble/curves/ed25519.js';
import * as v from 'valibot';
import { type Bytes, concatBytes, fromBase64url, fromHex } from './bytes.ts';

/** RFC 8410 §7: what stands before the 32 bytes of a seed in PKCS #8. */
const PKCS8 = fromHex('302e020100300506032b657004220420');
const PublicHalf = v.object({ x: v.pipe(v.string(), v.length(43)) });

export interface SeedKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** RFC 8032, 64 bytes: of one message always the same. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** @param seed 32 bytes */
export async function openSeedKey(seed: Uint8Array): Promise<SeedKey> {
  return (await byWebCrypto(seed)) ?? byNoble(seed);
}

function byNoble(seed: Uint8Array): SeedKey {
  return {
    publicKey: ed25519.getPublicKey(seed),
    sign: async (message) => ed25519.sign(message, seed),
  };
}

/** `undefined` where the platform has no Ed25519, as on plain-http pages. */
async function byWebCrypto(seed: Uint8Array): Promise<SeedKey | undefined> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return undefined;
  try {
    const key = await subtle.importKey('pkcs8', concatBytes(PKCS8, seed), 'Ed25519', true, [
      'sign',
    ]);
    const { x } = v.parse(PublicHalf, await subtle.exportKey('jwk', key));
    const sign = async (message: Uint8Array): Promise<Bytes> =>
      new Uint8Array(await subtle.sign('Ed25519', key, new Uint8Array(message)));
    return { publicKey: fromBase64url(x), sign };
  } catch {
    return undefined;
  }
}
