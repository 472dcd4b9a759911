/** A linked peer as the engine knows them: their frames' handles, what is owed them, and the order of their frames. */
import { concatBytes, fromHex, sha256 } from '@snug/shared/crypto/bytes.ts';
import type { ChangeHash, DocumentId, PeerId } from '@snug/shared/protocol/ids.ts';
import { FrameDecoder, FrameEncoder } from '../mesh/frames.ts';
import type { Path } from '../mesh/links-port.ts';

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

  constructor(peer: PeerId, binding: Uint8Array, path: Path) {
    this.peer = peer;
    this.binding = binding;
    this.path = path;
  }

  /** Frames are handled one after the other, because deps come before what builds on them. */
  inOrder(work: () => Promise<void>, onError: (error: unknown) => void): void {
    this.#queue = this.#queue.then(work).catch(onError);
  }

  /**
   * How this link names a change: first 8 bytes of a hash under its binding. Nobody who is not on the link can grind two
   * changes into one tag.
   */
  tag(hash: ChangeHash): Uint8Array {
    return sha256(concatBytes(this.binding, fromHex(hash))).slice(0, 8);
  }
}
