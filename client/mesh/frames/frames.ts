/**
 * What travels on a link, one frame at a time: a type byte, then a fixed layout for entries (they are most of the
 * traffic) or canonical CBOR for the rest. A frame is parsed once, by `FrameDecoder`; whatever does not fit is a
 * `MalformedFrame` and closes the link.
 *
 * Documents are named on the wire by an *address*: opaque bytes that the space layer turns into a document id. A
 * link's two ends each keep a table of short handles for addresses and devices (`frame-names.ts`).
 */
import type { Topic } from '@snug/shared/protocol/ids.ts';
import type { Priority } from '../links-port.ts';
import type { AnnouncedId } from './short-id.ts';

export { FrameDecoder } from './frame-decoder.ts';
export { FrameEncoder } from './frame-encoder.ts';
export {
  BULK_BYTES,
  BULK_ENTRIES,
  DIGEST_LINES,
  FRAME_IDS,
  FRAME_PRESENCE,
  FRAME_RECEIPTS,
  KNOCK_NOTE_BYTES,
  KNOCK_REASON,
  MalformedFrame,
  SESSION_MESSAGE_BYTES,
} from './frame-layout.ts';
export type { ResolveDevice } from './frame-names.ts';

export type Frame =
  /** An entry pushed along the tree. `tags` are 8-byte keyed hashes of its deps (as in BIP 152). */
  | {
      readonly type: 'entry';
      readonly address: Uint8Array;
      readonly tags: readonly Uint8Array[];
      readonly entry: Uint8Array;
    }
  /**
   * The tree's own: these entries are held here; these are wanted, maybe none, and the sender is to be eager; or it is to
   * be eager no more. `address` is that of the space document.
   */
  | {
      readonly type: 'announce' | 'graft';
      readonly address: Uint8Array;
      readonly ids: readonly AnnouncedId[];
    }
  | { readonly type: 'prune'; readonly address: Uint8Array }
  /** These entries (first 8 bytes of their ids) are stored here. */
  | { readonly type: 'acknowledge'; readonly ids: readonly Uint8Array[] }
  /** What is held of a space: one hash over everything, or one page of lines (see `digest-message.ts`). */
  | {
      readonly type: 'digest';
      readonly space: Uint8Array;
      readonly level: 'space';
      readonly hash: Uint8Array;
    }
  | {
      readonly type: 'digest';
      readonly space: Uint8Array;
      readonly level: 'groups' | 'documents';
      readonly within: Uint8Array;
      readonly after: Uint8Array;
      readonly lines: readonly {
        readonly key: Uint8Array;
        readonly hash: Uint8Array;
        readonly count: number;
      }[];
      readonly last: boolean;
      readonly asks: boolean;
    }
  /** Asks for all of a document in bulk; and once that is under way, says how much of it has been taken in. */
  | { readonly type: 'want'; readonly address: Uint8Array; readonly taken: number }
  /** Part of a document: `upTo` counts its entries from the first up to the last of these. */
  | {
      readonly type: 'bulk';
      readonly address: Uint8Array;
      readonly entries: readonly { readonly deps: Uint8Array; readonly entry: Uint8Array }[];
      readonly upTo: number;
      readonly last: boolean;
    }
  /** A sync session about one document. `open` and `accept` carry the sender's heads, 32 bytes each. */
  | {
      readonly type: 'session';
      readonly session: Uint8Array;
      readonly address: Uint8Array;
      readonly step: 'open' | 'accept' | 'message' | 'close';
      readonly bytes: Uint8Array;
    }
  /** The tags of this entry (first 8 bytes of its id) were ambiguous: send it again with its deps in full. */
  | { readonly type: 'deps'; readonly address: Uint8Array; readonly id: Uint8Array }
  /**
   * Who has stored an author's entries of a channel up to a tip, on their way to the author. `address` is that of the
   * channel's first segment, `author` and `device` are keys of 32 bytes, `tip` the first 4 bytes of an entry's id, `mac` 8 bytes
   * that the author can judge.
   */
  | { readonly type: 'receipts'; readonly groups: readonly ReceiptsFrameGroup[] }
  /**
   * What devices of a space say of themselves, sealed and signed; `address` is that of the space document. `asks` for all that the
   * other has heard; `answers` when it is that.
   */
  | {
      readonly type: 'presence';
      readonly address: Uint8Array;
      readonly asks: boolean;
      readonly answers: boolean;
      readonly messages: readonly { readonly device: Uint8Array; readonly bytes: Uint8Array }[];
    }
  /**
   * Asks to be let in where `topic` is the lobby, for the sake of the note: what rides in the offer of a link where there is none
   * yet. `number` names the knock on this link (32 bits).
   */
  | {
      readonly type: 'knock';
      readonly number: number;
      readonly topic: Topic;
      readonly note: Uint8Array;
    }
  /** The knock of that number has been let in, or has not for a `reason`, a word that is not empty. */
  | { readonly type: 'knockAnswer'; readonly number: number; readonly reason?: string }
  /** Between two devices of one person that are being linked, who both hold the secret of the topic. Read in `client/own`. */
  | { readonly type: 'linking'; readonly topic: Topic; readonly message: Uint8Array }
  /**
   * An entry whose device was named by the first bytes of its key, and no one member's begins so here (yet). Never sent:
   * it is what an entry frame was read as. `rest` is the entry after the key.
   */
  | {
      readonly type: 'unnamed';
      readonly address: Uint8Array;
      readonly tags: readonly Uint8Array[];
      readonly prefix: Uint8Array;
      readonly rest: Uint8Array;
    }
  /** A type that a later version may know: ignored. */
  | { readonly type: 'unknown' }
  | {
      readonly type: 'depsAnswer';
      readonly address: Uint8Array;
      readonly deps: Uint8Array;
      readonly entry: Uint8Array;
    };

/** What is sent: everything but what is not known where it comes. */
export type SentFrame = Exclude<Frame, { type: 'unknown' | 'unnamed' }>;

/**
 * Which frames overtake which. All that carry entries one by one share a class with what answers them, because handles
 * and order hold within a class only.
 */
export function priorityOf(frame: SentFrame): Priority {
  switch (frame.type) {
    case 'entry':
    case 'acknowledge':
    case 'deps':
    case 'depsAnswer':
    case 'announce':
    case 'graft':
    case 'prune':
    case 'receipts':
    case 'presence':
    case 'knock':
    case 'knockAnswer':
    case 'linking':
      return 'chat';
    case 'digest':
    case 'want':
    case 'bulk':
    case 'session':
      return 'bulk';
  }
}

/** What a frame is for, in the accounts of what a device sends and receives; what is rare counts as repair. */
export type TrafficClass = 'entries' | 'tree' | 'receipts' | 'presence' | 'repair';

export function trafficClassOf(frame: Frame): TrafficClass {
  switch (frame.type) {
    case 'entry':
    case 'unnamed':
      return 'entries';
    case 'announce':
    case 'graft':
    case 'prune':
      return 'tree';
    case 'acknowledge':
    case 'receipts':
      return 'receipts';
    case 'presence':
      return 'presence';
    case 'digest':
    case 'want':
    case 'bulk':
    case 'session':
    case 'deps':
    case 'depsAnswer':
    case 'knock':
    case 'knockAnswer':
    case 'linking':
    case 'unknown':
      return 'repair';
  }
}

export interface ReceiptsFrameGroup {
  readonly address: Uint8Array;
  readonly author: Uint8Array;
  /** How many links these have crossed, at most 255. */
  readonly hops: number;
  readonly tip: Uint8Array;
  readonly receipts: readonly { readonly device: Uint8Array; readonly mac: Uint8Array }[];
}
