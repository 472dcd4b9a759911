/**
 * The link by which a device is linked: `<origin>/#/link/<token>`. The token is base64url of a version byte and a canonical CBOR array:
 * a secret (32), the key of the device that made it (32), the servers where it waits, and 4 bytes of SHA-256 of the same array with an
 * empty string there.
 */
import * as v from 'valibot';
import { concatBytes, equalBytes, fromBase64url, sha256, toBase64url } from '../crypto/bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '../crypto/did-key.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { PeerId } from '../protocol/ids.ts';
import { type CborValue, decodeCanonical, encodeCanonical } from './canonical-cbor.ts';
import { bytesOf } from './fields.ts';
import { MAX_SPACE_SERVERS, normalServer, ServerUrl } from './server-url.ts';

export interface DeviceLink {
  /** 32 bytes, for one use. */
  readonly secret: Uint8Array;
  /** The device that waits. */
  readonly peer: PeerId;
  /** At most `MAX_SPACE_SERVERS`. None: the one that serves the page of the link. */
  readonly servers: readonly string[];
}

const VERSION = 1;
const CHECK_BYTES = 4;
const PATH = '#/link/';
/** Characters of the longest token that anybody makes. */
const MAX_TOKEN = 700;

const Token = v.strictTuple([
  bytesOf(32),
  bytesOf(32),
  v.pipe(v.array(ServerUrl), v.maxLength(MAX_SPACE_SERVERS)),
  bytesOf(CHECK_BYTES),
]);

/** @param page the address of the page, without fragment */
export function deviceLink(page: string, { secret, peer, servers }: DeviceLink): string {
  const fields = [secret, publicKeyFromPeerId(peer), [...servers]];
  const body = encodeCanonical([...fields, checkOf(fields)]);
  const token = toBase64url(concatBytes(Uint8Array.of(VERSION), body));
  return `${page.replace(/\/+$/, '')}/${PATH}${token}`;
}

function checkOf(fields: readonly CborValue[]): Uint8Array {
  const body = encodeCanonical([...fields, new Uint8Array(0)]);
  return sha256(concatBytes(domainBytes(DOMAINS.deviceLink), body)).slice(0, CHECK_BYTES);
}

/**
 * Reads a whole link or a token alone, as a person pasted it. `undefined` for anything else; `origin` is that of the link, which is the
 * server's address where the link names none. Never throws.
 */
export function parseDeviceLink(
  text: string,
): (DeviceLink & { readonly origin?: string }) | undefined {
  if (text.length > 4096) return undefined;
  const packed = text.replace(/\s+/g, '');
  const at = packed.indexOf(PATH);
  const token = at < 0 ? packed : packed.slice(at + PATH.length);
  if (token.length > MAX_TOKEN || token.length % 4 === 1 || !/^[A-Za-z0-9_-]+$/.test(token))
    return undefined;
  const bytes = fromToken(token);
  if (bytes?.[0] !== VERSION) return undefined;
  const fields = v.safeParse(Token, decodeCanonical(bytes.subarray(1)));
  if (!fields.success) return undefined;
  const [secret, key, servers, check] = fields.output;
  if (!equalBytes(check, checkOf([secret, key, servers]))) return undefined;
  const peer = v.safeParse(PeerId, peerIdFromPublicKey(key));
  if (!peer.success) return undefined;
  const origin = at < 0 ? undefined : normalServer(packed.slice(0, at));
  return { secret, peer: peer.output, servers, ...(origin === undefined ? {} : { origin }) };
}

function fromToken(token: string): Uint8Array | undefined {
  try {
    return fromBase64url(token);
  } catch {
    // Spare bits of the last character that nobody sets.
    return undefined;
  }
}
