/**
 * A contact card: what somebody needs to knock at a person with whom they share no space. It is given as a link,
 * `<origin>/#/contact/<token>`; the token is base64url of a version byte and a canonical CBOR array: name, devices (signing and
 * sealing key each), inbox secret, servers, and the first device's signature over the same array with an empty string there.
 */
import * as v from 'valibot';
import { concatBytes, fromBase64url, toBase64url } from '../crypto/bytes.ts';
import type { DeviceKey } from '../crypto/device-key.ts';
import { peerIdFromPublicKey } from '../crypto/did-key.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { verifySignature } from '../crypto/verify.ts';
import type { PeerId } from '../protocol/ids.ts';
import { type CborValue, encodeCanonical, tryDecodeCanonical } from './canonical-cbor.ts';
import { bytesOf } from './fields.ts';
import type { NoteParty } from './sealed-note.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from './server-url.ts';
import { DisplayName } from './text.ts';

export interface ContactCard {
  /** What they call themselves. */
  readonly name: string;
  /** At least one; the first is also the account. */
  readonly devices: readonly NoteParty[];
  /** 32 bytes: where they wait for knocks. */
  readonly inboxSecret: Uint8Array;
  readonly servers: readonly string[];
}

/** Characters of the longest token. */
export const MAX_CARD_LENGTH = 1_200;
const VERSION = 1;
const PATH = '#/contact/';

const Card = v.strictTuple([
  DisplayName,
  v.pipe(v.array(v.strictTuple([bytesOf(32), bytesOf(32)])), v.minLength(1), v.maxLength(3)),
  bytesOf(32),
  v.pipe(v.array(ServerUrl), v.minLength(1), v.maxLength(MAX_SPACE_SERVERS)),
  bytesOf(64),
]);

/** The account whose card it is. */
export function accountOfCard({ devices }: ContactCard): PeerId | undefined {
  return devices[0] && peerIdFromPublicKey(devices[0].device);
}

/** A link on a page's own origin. @param device the first of the card's devices. @throws RangeError for what no card may hold */
export async function contactLink(
  page: string,
  device: DeviceKey,
  card: Omit<ContactCard, 'devices'>,
): Promise<string> {
  const fields = [
    card.name,
    [[device.publicKey, device.sealingPublicKey]],
    card.inboxSecret,
    [...card.servers],
  ];
  const whole = [...fields, await device.sign(signedBytes(fields))];
  const fits = v.safeParse(Card, whole);
  if (!fits.success) throw new RangeError(`Not a contact card: ${fits.issues[0].message}.`);
  const token = toBase64url(concatBytes(Uint8Array.of(VERSION), encodeCanonical(whole)));
  return `${page.replace(/#.*$/, '')}${PATH}${token}`;
}

/** `undefined` for anything but a card that its own first device has signed. Takes a link or a token. Never rejects. */
export async function parseContactLink(text: string): Promise<ContactCard | undefined> {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf(PATH);
  const token = at < 0 ? trimmed : trimmed.slice(at + PATH.length);
  if (token.length > MAX_CARD_LENGTH || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  const bytes = bytesOfToken(token);
  const decoded = bytes?.[0] === VERSION ? tryDecodeCanonical(bytes.subarray(1)) : undefined;
  const read = decoded?.ok ? v.safeParse(Card, decoded.value) : undefined;
  if (!read?.success) return undefined;
  const [name, keys, inboxSecret, servers, signature] = read.output;
  const [first] = keys;
  const fields = [name, keys.map((pair) => [...pair]), inboxSecret, servers];
  if (!first || !(await verifySignature(first[0], signedBytes(fields), signature)))
    return undefined;
  const devices = keys.map(([device, sealing]) => ({ device, sealing }));
  return { name, devices, inboxSecret, servers };
}

/** A slip at the end of a token may leave no whole byte. */
function bytesOfToken(token: string): Uint8Array | undefined {
  try {
    return fromBase64url(token);
  } catch {
    return undefined;
  }
}

function signedBytes(fields: readonly CborValue[]): Uint8Array {
  const body = encodeCanonical([...fields, new Uint8Array(0)]);
  return concatBytes(domainBytes(DOMAINS.contactCard), body);
}
