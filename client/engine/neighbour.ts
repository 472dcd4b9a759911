/** A linked peer as the engine knows them: their frames' handles, what is owed them, and the order of their frames. */
import { concatBytes, equalBytes, fromHex, sha256 } from '@snug/shared/crypto/bytes.ts';
import type { ChangeHash, PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { WallClock } from '../mesh/clock.ts';
import { FrameDecoder, FrameEncoder, type ResolveDevice } from '../mesh/frames/frames.ts';
import type { LinkName, Path } from '../mesh/links-port.ts';
import { UnnamedEntries } from './unnamed-entries.ts';

/** Bytes of frames that may wait to be handled: a large space in bulk, and no flood. */
const QUEUED_BYTES = 64 * 1024 * 1024;
/** What a waiting frame takes beside its bytes: else empty ones could wait without end. */
const QUEUED_FRAME_BYTES = 256;
/** For so long frames are handled one upon the other, ms; then others have their turn. */
const STRETCH_MS = 20;
/** Changes whose tags are remembered: else each entry that names nothing has hundreds of them hashed. */
const TAGS = 2_048;
/** Parts of a document in bulk that are let in at a time, with one that is still being looked at. */
const PARTS = 3;
/** Questions that are answered by more than they are long. */
const QUESTIONS = { perSecond: 20, burst: 200 };

export class Neighbour implements LinkName {
  readonly peer: PeerId;
  /** That of the link: another link with the same peer is another neighbour, whose frames have other handles. */
  readonly link: number;
  /** 32 bytes, the same at both ends, unlike any other link's. */
  readonly binding: Uint8Array;
  path: Path;
  readonly encoder: FrameEncoder;
  readonly decoder: FrameDecoder;
  readonly unnamed = new UnnamedEntries();
  /** First 8 bytes of ids of entries to acknowledge. */
  readonly acknowledge: Uint8Array[] = [];
  readonly #tags = new Map<ChangeHash, Uint8Array>();
  #queue: Promise<void> = Promise.resolve();
  #queuedBytes = 0;
  #stretchFrom = 0;
  /** Its link is being closed: nothing more of it is looked at. */
  misbehaved = false;
  readonly #questions = new TokenBucket(QUESTIONS, 0);
  /** The address of the document that was last brought in bulk, and when each of the parts that came last has been let in. */
  #brought: Uint8Array | undefined;
  #letIn: readonly Promise<void>[] = [];

  constructor({ peer, link }: LinkName, binding: Uint8Array, path: Path, resolve: ResolveDevice) {
    this.encoder = new FrameEncoder(resolve);
    this.decoder = new FrameDecoder(resolve);
    this.peer = peer;
    this.link = link;
    this.binding = binding;
    this.path = path;
  }

  /**
   * Frames are handled one after the other, because deps come before what builds on them, and those that wait when the neighbour
   * has misbehaved not at all. False, and the frame is dropped, when too much waits already.
   */
  inOrder(
    bytes: number,
    work: () => Promise<void> | undefined,
    onError: (error: unknown) => void,
    clock: Pick<WallClock, 'now' | 'setTimeout'>,
  ): boolean {
    const cost = bytes + QUEUED_FRAME_BYTES;
    if (this.#queuedBytes + cost > QUEUED_BYTES) return false;
    if (this.#queuedBytes === 0) this.#stretchFrom = clock.now();
    this.#queuedBytes += cost;
    this.#queue = this.#queue
      .then(() => this.#turn(clock))
      .then(() => (this.misbehaved ? undefined : work()))
      .catch(onError)
      .then(() => {
        this.#queuedBytes -= cost;
      });
    return true;
  }

  async #turn(clock: Pick<WallClock, 'now' | 'setTimeout'>): Promise<void> {
    if (clock.now() - this.#stretchFrom < STRETCH_MS) return;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 0));
    this.#stretchFrom = clock.now();
  }

  /** Resolves once everything that was brought in bulk has been let in. */
  get letIn(): Promise<void> {
    return this.#letIn.at(-1) ?? Promise.resolve();
  }

  /**
   * Begins with a part of a document in bulk while those before it are still being let in, so that some are verified while another
   * is stored; resolves when there is room for one more. Of another document everything may rest on what came before: it waits.
   *
   * @param work looks at what is held before its first `await`, and no sooner than this calls it; lets in what it brings after what
   *   was brought before
   */
  async bring(
    address: Uint8Array,
    work: () => Promise<void>,
    onError: (error: unknown) => void,
  ): Promise<void> {
    if (!this.#brought || !equalBytes(this.#brought, address)) await this.letIn;
    this.#brought = address;
    const parts = [...this.#letIn, work().catch(onError)];
    this.#letIn = parts.slice(-PARTS);
    if (parts.length > PARTS) await parts[0];
  }

  /** Takes one from the neighbour's questions of the moment (a token bucket); false when they have asked too many. */
  mayAsk(now: number): boolean {
    return this.#questions.take(1, now);
  }

  /**
   * How this link names a change: first 8 bytes of a hash under its binding. Nobody who is not on the link can grind two
   * changes into one tag.
   */
  tag(hash: ChangeHash): Uint8Array {
    const known = this.#tags.get(hash);
    if (known) return known;
    const tag = sha256(concatBytes(this.binding, fromHex(hash))).slice(0, 8);
    this.#tags.set(hash, tag);
    const [oldest] = this.#tags.keys();
    if (this.#tags.size > TAGS && oldest !== undefined) this.#tags.delete(oldest);
    return tag;
  }
}
