/**
 * STUN Binding, the server's half (RFC 8489; RFC 5389 is the same here): where did this packet come from, as seen
 * from outside. Bytes in, bytes out; the sockets are in `stun-responder.ts`.
 */
import { crc32 } from 'node:zlib';

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;

const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
const FINGERPRINT = 0x8028;
const FINGERPRINT_XOR = 0x5354554e;

/** Attributes below 0x8000 must be understood or refused. These are, in that nothing needs doing about them. */
const UNDERSTOOD = new Set([
  0x0006, // USERNAME
  0x0008, // MESSAGE-INTEGRITY
  0x0014, // REALM
  0x0015, // NONCE
  0x001c, // MESSAGE-INTEGRITY-SHA256
  0x0024, // PRIORITY
  0x0025, // USE-CANDIDATE
]);

/** Where a request came from. `address` is IPv4 dotted or IPv6 text. */
export interface Source {
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
}

/**
 * The answer to a Binding request, or `null` for anything else, which deserves no answer: a wrong cookie or length, an
 * attribute that runs over the end, a FINGERPRINT that is not the packet's. An attribute that must be understood and
 * is not gets error 420 (§6.3.1). The answer carries a FINGERPRINT if the request did, and is never longer than 56
 * bytes.
 *
 * @param refused whether to answer error 400 instead: such a request is not to be sent again (§14.8)
 */
export function answerBinding(
  request: Uint8Array,
  source: Source,
  refused = false,
): Uint8Array | null {
  const packet = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
  if (packet.length < HEADER_BYTES || packet.length % 4 !== 0) return null;
  if (packet.readUInt16BE(0) !== BINDING_REQUEST) return null;
  if (packet.readUInt16BE(2) !== packet.length - HEADER_BYTES) return null;
  if (packet.readUInt32BE(4) !== MAGIC_COOKIE) return null;

  const unknown: number[] = [];
  let fingerprinted = false;
  for (let at = HEADER_BYTES; at < packet.length; ) {
    // A FINGERPRINT is the last attribute (§14.7).
    if (fingerprinted) return null;
    const type = packet.readUInt16BE(at);
    const length = packet.readUInt16BE(at + 2);
    const end = at + 4 + length;
    if (end > packet.length) return null;
    if (type === FINGERPRINT) {
      if (length !== 4 || packet.readUInt32BE(at + 4) !== fingerprint(packet.subarray(0, at))) {
        return null;
      }
      fingerprinted = true;
    } else if (type < 0x8000 && !UNDERSTOOD.has(type)) {
      unknown.push(type);
    }
    at = end + ((4 - (length % 4)) % 4);
  }

  const transaction = packet.subarray(8, HEADER_BYTES);
  if (refused) {
    return message(BINDING_ERROR, transaction, [[ERROR_CODE, errorCode(400)]], fingerprinted);
  }
  if (unknown.length === 0) {
    const mapped = xorMappedAddress(source, transaction);
    if (mapped === null) return null;
    return message(BINDING_SUCCESS, transaction, [[XOR_MAPPED_ADDRESS, mapped]], fingerprinted);
  }
  const listed = Buffer.from(unknown.slice(0, 8).flatMap((type) => [type >> 8, type & 255]));
  return message(
    BINDING_ERROR,
    transaction,
    [
      [ERROR_CODE, errorCode(420)],
      [UNKNOWN_ATTRIBUTES, listed],
    ],
    fingerprinted,
  );
}

/** §14.8, without words. */
function errorCode(code: number): Buffer {
  return Buffer.from([0, 0, Math.trunc(code / 100), code % 100]);
}

function message(
  type: number,
  transaction: Uint8Array,
  attributes: readonly (readonly [type: number, value: Uint8Array])[],
  withFingerprint: boolean,
): Buffer {
  const parts: Buffer[] = [];
  for (const [attribute, value] of attributes) {
    const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    padded.writeUInt16BE(attribute, 0);
    padded.writeUInt16BE(value.length, 2);
    padded.set(value, 4);
    parts.push(padded);
  }
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(type, 0);
  // The length counts the FINGERPRINT before its value is computed (§14.7).
  header.writeUInt16BE(body.length + (withFingerprint ? 8 : 0), 2);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  header.set(transaction, 8);
  const whole = Buffer.concat([header, body]);
  if (!withFingerprint) return whole;
  const tail = Buffer.alloc(8);
  tail.writeUInt16BE(FINGERPRINT, 0);
  tail.writeUInt16BE(4, 2);
  tail.writeUInt32BE(fingerprint(whole), 4);
  return Buffer.concat([whole, tail]);
}

function fingerprint(before: Uint8Array): number {
  return (crc32(before) ^ FINGERPRINT_XOR) >>> 0;
}

/** §14.2. `null` if the address is not of its family. */
function xorMappedAddress(source: Source, transaction: Uint8Array): Buffer | null {
  const address = source.family === 4 ? ipv4Bytes(source.address) : ipv6Bytes(source.address);
  if (address === null) return null;
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(MAGIC_COOKIE, 0);
  mask.set(transaction, 4);
  const value = Buffer.alloc(4 + address.length);
  value.writeUInt8(source.family === 4 ? 0x01 : 0x02, 1);
  value.writeUInt16BE(source.port ^ (MAGIC_COOKIE >>> 16), 2);
  for (const [n, byte] of address.entries()) value[4 + n] = byte ^ (mask[n] ?? 0);
  return value;
}

function ipv4Bytes(text: string): number[] | null {
  const parts = text.split('.').map(Number);
  const fits = parts.length === 4 && parts.every((n) => Number.isInteger(n) && n >= 0 && n <= 255);
  return fits ? parts : null;
}

/** IPv6 text as Node gives it: a zone may follow a `%`, the last four bytes may be dotted (RFC 4291, §2.2). */
export function ipv6Bytes(text: string): number[] | null {
  let bare = text.split('%')[0] ?? '';
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (dotted !== null) {
    const tail = ipv4Bytes(dotted[2] ?? '');
    if (tail === null) return null;
    const [a = 0, b = 0, c = 0, d = 0] = tail;
    bare = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = bare.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const gap = 8 - head.length - tail.length;
  if (halves.length === 2 ? gap < 1 : gap !== 0) return null;
  const groups = [...head, ...Array.from({ length: gap }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
