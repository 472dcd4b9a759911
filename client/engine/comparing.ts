/** Carries out anti-entropy: digests, whole documents in bulk, and the opening of sync sessions. */
import { fromBase64url, toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { type DocumentId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { AntiEntropy, type AntiEntropyOutput } from '../mesh/anti-entropy.ts';
import type { WallClock } from '../mesh/clock.ts';
import {
  BULK_BYTES,
  BULK_ENTRIES,
  DIGEST_DOCUMENTS,
  type Frame,
  type SentFrame,
} from '../mesh/frames.ts';
import { encodeAddress, parseAddress } from '../space/address.ts';
import { type DocumentLog, joinHashes } from '../space/document-log.ts';
import type { Space } from '../space/space.ts';
import type { Neighbour } from './neighbour.ts';
import type { Shelf } from './shelf.ts';
import type { SyncSessions } from './sync-sessions.ts';

/** A neighbour gets one bulk transfer of a document in this time, ms. */
const BULK_PAUSE_MS = 1_000;

export interface ComparingOptions {
  readonly me: PeerId;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly shelf: Shelf;
  readonly sessions: SyncSessions;
  /** Whether a neighbour is one to speak of this space with. */
  readonly mayTalk: (space: Space, peer: PeerId) => boolean;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** The neighbour holds exactly what is held here of the document. */
  readonly equal: (peer: PeerId, document: DocumentId) => void;
}

export class Comparing {
  readonly #o: ComparingOptions;
  readonly #antiEntropy: AntiEntropy;
  /** `peer space` where a digest named what could not be placed yet. */
  readonly #beyond = new Set<string>();

  constructor(options: ComparingOptions) {
    this.#o = options;
    this.#antiEntropy = new AntiEntropy({
      me: options.me,
      random: () => (options.randomBytes(1)[0] ?? 0) / 256,
      now: options.clock.now(),
    });
  }

  /** Begins with every space that is shared with the neighbour and is not compared yet. */
  begin(peer: PeerId): void {
    for (const space of this.#o.shelf)
      if (this.#o.mayTalk(space, peer))
        this.#perform(this.#antiEntropy.shared(peer, space.record.id));
  }

  /** Tells the neighbour all that is held of a space, and asks the same. */
  ask(peer: PeerId, space: Space): void {
    this.#sendDigest(peer, space, undefined, true);
  }

  linkDown(peer: PeerId): void {
    this.#antiEntropy.linkDown(peer);
    for (const key of this.#beyond) if (key.startsWith(`${peer} `)) this.#beyond.delete(key);
  }

  /** Something of a document is missing, or cannot be judged yet. */
  gap(peer: PeerId, space: Space, document: DocumentId): void {
    this.#antiEntropy.gap(peer, space.record.id, document, this.#o.clock.now());
  }

  /** Something of a repair arrived. */
  progress(peer: PeerId, document: DocumentId): void {
    this.#antiEntropy.progress(peer, document, this.#o.clock.now());
  }

  repaired(peer: PeerId, document: DocumentId): void {
    this.#perform(this.#antiEntropy.repaired(peer, document));
  }

  tick(): void {
    this.#perform(this.#antiEntropy.tick(this.#o.clock.now()));
  }

  digest(peer: PeerId, frame: Extract<Frame, { type: 'digest' }>): void {
    const id = v.safeParse(SpaceId, toBase64url(frame.space));
    const space = id.success ? this.#o.shelf.get(id.output) : undefined;
    if (!space || !this.#o.mayTalk(space, peer)) return;
    const lines = frame.documents.flatMap(({ address: bytes, heads, count }) => {
      const address = parseAddress(bytes);
      if (address?.space !== space.record.id) return [];
      const log = space.place(address);
      if (!log) {
        // A segment too far ahead, say: once what comes before it is here, everything is asked for again.
        this.#beyond.add(beyondKey(peer, space.record.id));
        return [];
      }
      const theirs = { heads: toHex(heads), count };
      const ours = log.count > 0 ? { heads: toHex(log.headsHash), count: log.count } : undefined;
      return [{ document: log.id, theirs, ours }];
    });
    const now = this.#o.clock.now();
    this.#perform(this.#antiEntropy.digest(peer, space.record.id, lines, now));
    if (!frame.question) return;
    // Whoever names the space document wants all; after a repair only one document is in question.
    const whole = lines.length === 0 || lines.some((line) => line.document === space.spaceLog.id);
    this.#sendDigest(peer, space, whole ? undefined : lines.map((line) => line.document), false);
  }

  /** Sends all of a document, in causal order. */
  bulk(to: Neighbour, log: DocumentLog): void {
    const now = this.#o.clock.now();
    const last = to.bulkAt.get(log.id);
    if (last !== undefined && now - last < BULK_PAUSE_MS) return;
    to.bulkAt.set(log.id, now);
    const address = encodeAddress(log.address);
    let entries: { deps: Uint8Array; entry: Uint8Array }[] = [];
    let bytes = 0;
    const flush = (isLast: boolean) => {
      this.#o.send(to.peer, { type: 'bulk', address, entries, last: isLast });
      entries = [];
      bytes = 0;
    };
    for (const entry of log.entries) {
      entries.push({ deps: joinHashes(entry.deps), entry: entry.bytes });
      bytes += entry.bytes.length + 32 * entry.deps.length;
      if (entries.length >= BULK_ENTRIES || bytes >= BULK_BYTES) flush(false);
    }
    flush(true);
  }

  #sendDigest(
    peer: PeerId,
    space: Space,
    documents: readonly string[] | undefined,
    question: boolean,
  ): void {
    // A digest says what is stored: what is held in memory only may be gone tomorrow.
    const stored = [...space.logs].filter((log) => space.isStored(log));
    const logs = stored.filter((log) =>
      documents ? documents.includes(log.id) : log.count > 0 || log.address.kind === 'space',
    );
    for (let at = 0; at === 0 || at < logs.length; at += DIGEST_DOCUMENTS) {
      const lines = logs.slice(at, at + DIGEST_DOCUMENTS).map((log) => ({
        address: encodeAddress(log.address),
        heads: log.headsHash,
        count: log.count,
      }));
      const id = fromBase64url(space.record.id);
      this.#o.send(peer, { type: 'digest', space: id, question, documents: lines });
    }
  }

  #perform(outputs: readonly AntiEntropyOutput[]): void {
    for (const output of outputs) {
      if (output.do === 'equal') {
        this.#o.equal(output.peer, output.document);
        continue;
      }
      const space = this.#o.shelf.get(output.space);
      if (!space) continue;
      if (output.do === 'digest') {
        const all = this.#beyond.delete(beyondKey(output.peer, output.space));
        this.#sendDigest(output.peer, space, all ? undefined : output.documents, output.question);
        continue;
      }
      const log = space.held(output.document);
      if (!log) continue;
      if (output.do === 'want')
        this.#o.send(output.peer, { type: 'want', address: encodeAddress(log.address) });
      else this.#o.sessions.open(output.peer, log, this.#o.clock.now());
    }
  }
}

function beyondKey(peer: PeerId, space: SpaceId): string {
  return `${peer} ${space}`;
}
