/** A linked peer as the engine knows them: their frames' handles, what is owed them, and the order of their frames. */
import { concatBytes, fromHex, sha256 } from '@snug/shared/crypto/bytes.ts';
import type { ChangeHash, DocumentId, PeerId } from '@snug/shared/protocol/ids.ts';
import { FrameDecoder, FrameEncoder } from '../mesh/frames.ts';
import type { Path } from '../mesh/links-port.ts';

/** Bytes of frames that may wait to be handled: a large space in bulk, and no flood. */
const QUEUED_BYTES = 64 * 1024 * 1024;
/** Questions that are answered by more than they are long. */
const QUESTIONS = { perSecond: 20, burst: 200 };

export class Neighbour {
  readonly peer: PeerId;
  /** 32 bytes, the same at both ends, unlike any other link's. */
  readonly binding: Uint8Array;
  path: Path;
  readonly encoder = new FrameEncoder();
  readonly decoder = new FrameDecoder();
  /** First 8 bytes of ids of entries to acknowledge. */
  readonly acknowledge: Uint8Array[] = [];
  /** When a document was last sent in bulk. */
  readonly bulkAt = new Map<DocumentId, number>();
  #queue: Promise<void> = Promise.resolve();
  #queuedBytes = 0;
  #questions = QUESTIONS.burst;
  #askedAt = 0;

  constructor(peer: PeerId, binding: Uint8Array, path: Path) {
    this.peer = peer;
    this.binding = binding;
    this.path = path;
  }

  /**
   * Frames are handled one after the other, because deps come before what builds on them. False, and the frame is
   * dropped, when too much waits already.
   */
  inOrder(bytes: number, work: () => Promise<void>, onError: (error: unknown) => void): boolean {
    if (this.#queuedBytes + bytes > QUEUED_BYTES) return false;
    this.#queuedBytes += bytes;
    this.#queue = this.#queue
      .then(work)
      .catch(onError)
      .then(() => {
        this.#queuedBytes -= bytes;
      });
    return true;
  }

  /** Takes one from the neighbour's questions of the moment (a token bucket); false when they have asked too many. */
  mayAsk(now: number): boolean {
    const earned = (Math.max(0, now - this.#askedAt) / 1000) * QUESTIONS.perSecond;
    this.#questions = Math.min(QUESTIONS.burst, this.#questions + earned);
    this.#askedAt = now;
    if (this.#questions < 1) return false;
    this.#questions--;
    return true;
  }

  /**
   * How this link names a change: first 8 bytes of a hash under its binding. Nobody who is not on the link can grind two
   * changes into one tag.
   */
  tag(hash: ChangeHash): Uint8Array {
    return sha256(concatBytes(this.binding, fromHex(hash))).slice(0, 8);
  }
}
