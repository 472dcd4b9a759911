/** Numbers of the wire that both ends of a link go by. */
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';

export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

/** The first byte of a frame. */
export const TYPE = {
  entry: 1,
  acknowledge: 2,
  digest: 3,
  want: 4,
  bulk: 5,
  session: 6,
  deps: 7,
  depsAnswer: 8,
  announce: 9,
  graft: 10,
  prune: 11,
  receipts: 12,
  presence: 13,
  knock: 14,
  knockAnswer: 15,
  linking: 16,
} as const;

/** Most lines of one digest; what is more takes several. */
export const DIGEST_LINES = 256;
/** Most entries in one bulk frame, and about how many bytes of them. */
export const BULK_ENTRIES = 400;
export const BULK_BYTES = 64 * 1024;
/** Largest sync message of a session. */
export const SESSION_MESSAGE_BYTES = 256 * 1024;
/** Most ids in one announcement or graft. */
export const FRAME_IDS = 256;
/** Most receipts in one frame, and most groups that they are in. */
export const FRAME_RECEIPTS = 512;
/** Most presence messages in one frame, each of at most 255 bytes. */
export const FRAME_PRESENCE = 64;
/** Largest note of a knock, and longest reason of a refusal, in UTF-16 code units. */
export const KNOCK_NOTE_BYTES = 1024;
export const KNOCK_REASON = 64;
/** Largest message by which a device is linked: it names every space of a person. */
export const LINKING_BYTES = 64 * 1024;
/** Bytes of a device's key, and the first of them by which it is named where the other end knows it. */
export const DEVICE = 32;
export const DEVICE_PREFIX = 8;
/** Bytes of an entry before its body: device 32, signature 64, sort 1, hint 8; and of the longest. */
export const ENTRY_HEAD = 105;
export const ENTRY_BYTES = ENTRY_HEAD + ENTRY_LIMITS.bodyBytes;
