/**
 * The packets of a link, the same on a data channel and inside the relay's seal. Data carries a number in its
 * priority class; acknowledgements say how many packets of each class have come without a gap.
 * How they may change: `WIRE.md`.
 */
import { concatBytes, utf8 } from '@snug/shared/crypto/bytes.ts';
import { readVarint, varint } from '@snug/shared/crypto/varint.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Priority } from '../links-port.ts';
import { ROUTE_MESSAGE_BYTES } from '../routes/route-message.ts';
import { type Goodbye, goodbyeCode, goodbyeOf } from '../signaling/goodbye.ts';

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

/** As it comes: of a kind that only a later version knows, or of one of these. */
export type HeardPacket = Packet | { readonly is: 'unknown' };

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
        Uint8Array.of(KINDS.bye, goodbyeCode(packet.code)),
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

/** `undefined` for anything that no honest neighbour sends, whatever its version. */
export function decodePacket(bytes: Uint8Array): HeardPacket | undefined {
  const kind = bytes[0];
  if (kind === undefined || bytes.length > LINK_LIMITS.packetBytes) return undefined;
  if ((kind & DATA) !== 0) return decodeData(kind, bytes);
  switch (kind) {
    case KINDS.ack: {
      const chat = readVarint(bytes, 1);
      const bulk = chat && lastVarint(bytes, chat.end);
      if (chat === undefined || bulk === undefined) return undefined;
      return { is: 'ack', acks: { chat: chat.value, bulk } };
    }
    case KINDS.ping: {
      const token = readVarint(bytes, 1);
      const lost = token && lastVarint(bytes, token.end);
      if (token === undefined || lost === undefined) return undefined;
      return { is: 'ping', token: token.value, lost };
    }
    case KINDS.pong: {
      const token = lastVarint(bytes, 1);
      return token === undefined ? undefined : { is: 'pong', token };
    }
    case KINDS.bye: {
      const [, code] = bytes;
      if (code === undefined || bytes.length > 2 + REASON_BYTES) return undefined;
      const reason = new TextDecoder().decode(bytes.subarray(2));
      return { is: 'bye', code: goodbyeOf(code), reason };
    }
    case KINDS.control: {
      const body = bytes.subarray(1);
      return body.length > ROUTE_MESSAGE_BYTES ? undefined : { is: 'control', body };
    }
    default:
      return { is: 'unknown' };
  }
}

/** One that nothing follows. */
function lastVarint(bytes: Uint8Array, at: number): number | undefined {
  const read = readVarint(bytes, at);
  return read?.end === bytes.length ? read.value : undefined;
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
