/**
 * The packets of a link, the same on a data channel and inside the relay's seal. Data carries a number in its
 * priority class; acknowledgements say how many packets of each class have come without a gap.
 */
import { concatBytes, utf8 } from '@snug/shared/crypto/bytes.ts';
import { readVarint, varint } from '@snug/shared/crypto/varint.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Priority } from '../links-port.ts';
import { ROUTE_MESSAGE_BYTES } from '../routes/route-message.ts';
import { GOODBYES, type Goodbye } from '../signaling/goodbye.ts';

/** How many packets of each class have come in order. */
export type Acks = Readonly<Record<Priority, number>>;

export type Packet =
  | {
      readonly is: 'data';
      readonly priority: Priority;
      /** Counts the packets of its class, from 0. */
      readonly number: number;
      readonly acks?: Acks;
      readonly first: boolean;
      readonly last: boolean;
      /** Bytes of the whole frame; stands in the first of several packets. */
      readonly total?: number;
      readonly body: Uint8Array;
    }
  | { readonly is: 'ack'; readonly acks: Acks }
  /** Wants a `pong`. `lost` is the latest direct attempt that the sender has given up, 0 for none. */
  | { readonly is: 'ping'; readonly token: number; readonly lost: number }
  | { readonly is: 'pong'; readonly token: number }
  | { readonly is: 'bye'; readonly code: Goodbye; readonly reason: string }
  /**
   * Between the links' own two sides, see `route-message.ts`: neither numbered nor sent again, and no frame. At most
   * `ROUTE_MESSAGE_BYTES`.
   */
  | { readonly is: 'control'; readonly body: Uint8Array };

const DATA = 0x80;
const BULK = 1;
const FIRST = 2;
const LAST = 4;
const ACKS = 8;
const KINDS = { ack: 1, ping: 2, pong: 3, bye: 4, control: 5 } as const;

/** Flags and four varints at their longest. */
const HEADER_BYTES = 1 + 4 * 8;
/** Most bytes of a frame in one packet. */
export const BODY_BYTES = LINK_LIMITS.packetBytes - HEADER_BYTES;
const REASON_BYTES = 600;

export function encodePacket(packet: Packet): Uint8Array {
  switch (packet.is) {
    case 'data': {
      const flags =
        DATA |
        (packet.priority === 'bulk' ? BULK : 0) |
        (packet.first ? FIRST : 0) |
        (packet.last ? LAST : 0) |
        (packet.acks ? ACKS : 0);
      const head = [Uint8Array.of(flags), varint(packet.number)];
      if (packet.acks) head.push(varint(packet.acks.chat), varint(packet.acks.bulk));
      if (packet.total !== undefined) head.push(varint(packet.total));
      return concatBytes(...head, packet.body);
    }
    case 'ack':
      return concatBytes(
        Uint8Array.of(KINDS.ack),
        varint(packet.acks.chat),
        varint(packet.acks.bulk),
      );
    case 'ping':
      return concatBytes(Uint8Array.of(KINDS.ping), varint(packet.token), varint(packet.lost));
    case 'pong':
      return concatBytes(Uint8Array.of(KINDS.pong), varint(packet.token));
    case 'bye':
      return concatBytes(
        Uint8Array.of(KINDS.bye, GOODBYES.indexOf(packet.code)),
        utf8(packet.reason).slice(0, REASON_BYTES),
      );
    case 'control':
      return concatBytes(Uint8Array.of(KINDS.control), packet.body);
  }
}

/** Whether an encoded packet carries a piece of a frame. */
export function carriesFrame(packet: Uint8Array): boolean {
  return ((packet[0] ?? 0) & DATA) !== 0;
}

/** `undefined` for anything that `encodePacket` does not make. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  const kind = bytes[0];
  if (kind === undefined || bytes.length > LINK_LIMITS.packetBytes) return undefined;
  if ((kind & DATA) !== 0) return decodeData(kind, bytes);
  if (kind === KINDS.bye) {
    const code = GOODBYES[bytes[1] ?? -1];
    if (code === undefined || bytes.length > 2 + REASON_BYTES) return undefined;
    return { is: 'bye', code, reason: new TextDecoder().decode(bytes.subarray(2)) };
  }
  if (kind === KINDS.control) {
    const body = bytes.subarray(1);
    return body.length > ROUTE_MESSAGE_BYTES ? undefined : { is: 'control', body };
  }
  const first = readVarint(bytes, 1);
  if (first === undefined) return undefined;
  if (kind === KINDS.pong) {
    return first.end === bytes.length ? { is: 'pong', token: first.value } : undefined;
  }
  const second = readVarint(bytes, first.end);
  if (second === undefined || second.end !== bytes.length) return undefined;
  if (kind === KINDS.ack) return { is: 'ack', acks: { chat: first.value, bulk: second.value } };
  if (kind === KINDS.ping) return { is: 'ping', token: first.value, lost: second.value };
  return undefined;
}

function decodeData(flags: number, bytes: Uint8Array): Packet | undefined {
  if ((flags & ~(DATA | BULK | FIRST | LAST | ACKS)) !== 0) return undefined;
  const first = (flags & FIRST) !== 0;
  const last = (flags & LAST) !== 0;
  const number = readVarint(bytes, 1);
  if (number === undefined) return undefined;
  let at = number.end;
  let acks: Acks | undefined;
  if ((flags & ACKS) !== 0) {
    const chat = readVarint(bytes, at);
    const bulk = chat && readVarint(bytes, chat.end);
    if (chat === undefined || bulk === undefined) return undefined;
    acks = { chat: chat.value, bulk: bulk.value };
    at = bulk.end;
  }
  let total: number | undefined;
  if (first && !last) {
    const read = readVarint(bytes, at);
    if (read === undefined) return undefined;
    total = read.value;
    at = read.end;
  }
  return {
    is: 'data',
    priority: (flags & BULK) !== 0 ? 'bulk' : 'chat',
    number: number.value,
    ...(acks && { acks }),
    first,
    last,
    ...(total !== undefined && { total }),
    body: bytes.subarray(at),
  };
}
