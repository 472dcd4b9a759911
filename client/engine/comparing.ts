/**
 * Carries out anti-entropy: digests, whole documents in bulk, and the opening of sync sessions. To anti-entropy a
 * document's key is its address without the space, in hex; a channel's segments are grouped by 256.
 */
import {
  concatBytes,
  fractionOf,
  fromBase64url,
  fromHex,
  sha256,
  toBase64url,
  toHex,
} from '@snug/shared/crypto/bytes.ts';
import { type DocumentId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import * as v from 'valibot';
import type { WallClock } from '../mesh/clock.ts';
import type { Frame, SentFrame } from '../mesh/frames/frames.ts';
import {
  AntiEntropy,
  type AntiEntropyInput,
  type AntiEntropyOutput,
} from '../mesh/repair/anti-entropy.ts';
import { type DigestMessage, digestFrame, digestMessage } from '../mesh/repair/digest-message.ts';
import { DigestTree } from '../mesh/repair/digest-tree.ts';
import { type Address, encodeAddress, parseAddress } from '../space/address.ts';
import { type DocumentLog, joinHashes } from '../space/document-log.ts';
import type { Space } from '../space/space.ts';
import { BulkTransfers } from './bulk-transfers.ts';
import type { Shelf } from './shelf.ts';
import type { SyncSessions } from './sync-sessions.ts';

type DigestFrame = Extract<Frame, { type: 'digest' }>;
type BulkFrame = Extract<Frame, { type: 'bulk' }>;

/** Lines of digests that are read of one neighbour, a second and at once: a round in a space of thousands of documents, and more. */
const LINES_TOLD = { perSecond: 1_024, burst: 8_192 };
/** A part in bulk of so many bytes is part of a long absence, and the next is not far: within so long, ms. */
const MUCH = { bytes: 16 * 1024, apart: 2_000 };

export interface ComparingOptions {
  readonly me: PeerId;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly shelf: Shelf;
  readonly sessions: SyncSessions;
  /** What no other link has: hashes are named by it. */
  readonly binding: (peer: PeerId) => Uint8Array | undefined;
  /** Whether a neighbour is one to speak of this space with. */
  readonly mayTalk: (space: Space, peer: PeerId) => boolean;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** How long to wait, in this space, for what usually comes within `usual`, ms. */
  readonly patience: (space: SpaceId, usual: number) => number;
  /** The neighbour does not give what it says it holds. */
  readonly inVain: (peer: PeerId) => void;
  /** The neighbour holds exactly what is held here of the document, which has grown since that was last said. */
  readonly equal: (peer: PeerId, document: DocumentId) => void;
  /** What was missing has come, as far as anybody has told. */
  readonly caughtUp: () => void;
}

interface Known {
  readonly space: Space;
  readonly tree: DigestTree;
  /** Entries in each document when the tree was last told; negative where not all of them were stored. */
  readonly seen: Map<DocumentId, number>;
}

export class Comparing {
  readonly #o: ComparingOptions;
  readonly #antiEntropy: AntiEntropy;
  readonly #bulk: BulkTransfers;
  readonly #known = new Map<SpaceId, Known>();
  readonly #shared = new Map<PeerId, Set<SpaceId>>();
  /** The last digest with documents that could not be placed yet. */
  readonly #beyond = new Map<PeerId, Map<SpaceId, DigestFrame>>();
  /** How much of a document a neighbour was last known to hold the same of. */
  readonly #equal = new Map<PeerId, Map<DocumentId, number>>();
  readonly #told = new Map<PeerId, TokenBucket>();
  /** When much has come last. */
  #muchAt = Number.NEGATIVE_INFINITY;

  constructor(options: ComparingOptions) {
    this.#o = options;
    this.#bulk = new BulkTransfers(options.send);
    this.#antiEntropy = new AntiEntropy({
      me: options.me,
      now: options.clock.now(),
      random: () => fractionOf(options.randomBytes(4)),
      held: (space) => this.#known.get(space)?.tree,
      tag: (peer, hash) => {
        const binding = options.binding(peer) ?? new Uint8Array();
        return toHex(sha256(concatBytes(binding, fromHex(hash))).slice(0, 8));
      },
      patience: options.patience,
      rank: (document) => Number.parseInt(document.slice(0, 2), 16),
    });
  }

  /** When `tick` has something to do, ms; `undefined` while nobody is linked. */
  get wakeAt(): number | undefined {
    return this.#antiEntropy.wakeAt;
  }

  /** Begins with every space that is shared with the neighbour and is not compared yet; ends where it is no longer. */
  begin(peer: PeerId): void {
    const shared = this.#shared.get(peer) ?? new Set();
    this.#shared.set(peer, shared);
    for (const id of shared) {
      const space = this.#o.shelf.get(id);
      if (space && this.#o.mayTalk(space, peer)) continue;
      shared.delete(id);
      this.#handle({ is: 'apart', peer, space: id });
    }
    for (const space of this.#o.shelf) {
      if (!this.#o.mayTalk(space, peer)) continue;
      shared.add(space.record.id);
      this.#handle({ is: 'shared', peer, space: space.record.id });
    }
    // What could not be placed then may have its place now.
    const beyond = this.#beyond.get(peer);
    this.#beyond.delete(peer);
    for (const frame of beyond?.values() ?? []) this.digest(peer, frame);
  }

  /** Compares a space with a neighbour now, or within a second where that has just been done. */
  ask(peer: PeerId, space: Space): void {
    this.#handle({ is: 'compare', peer, space: space.record.id });
  }

  linkDown(peer: PeerId): void {
    this.#bulk.linkDown(peer);
    this.#shared.delete(peer);
    this.#beyond.delete(peer);
    this.#equal.delete(peer);
    this.#told.delete(peer);
    this.#perform(this.#antiEntropy.handle({ is: 'down', peer }, this.#o.clock.now()));
  }

  /** Something of a document is missing, or cannot be judged yet. */
  gap(peer: PeerId, space: Space, document: DocumentId): void {
    const log = space.held(document);
    if (log)
      this.#handle({ is: 'gap', peer, space: space.record.id, document: keyOf(log.address) });
  }

  /** Something of a document is missing that has no place here yet. */
  lacks(peer: PeerId, space: Space): void {
    this.#handle({ is: 'gap', peer, space: space.record.id });
  }

  /** Something of a session came. */
  progress(peer: PeerId, document: DocumentId): void {
    this.#about('progress', peer, document);
  }

  /** A session is over. */
  repaired(peer: PeerId, document: DocumentId): void {
    this.#about('repaired', peer, document);
  }

  /** A neighbour wants a document in bulk, or more of it. */
  wanted(peer: PeerId, log: DocumentLog, taken: number): void {
    this.#bulk.wanted(peer, log, taken, this.#o.clock.now());
  }

  /** Whether a long absence is being caught up on: much is coming, and more of it is known to be missing. */
  get isCatchingUp(): boolean {
    return Math.abs(this.#o.clock.now() - this.#muchAt) < MUCH.apart && this.#antiEntropy.isMending;
  }

  /** Whether much comes from a neighbour or goes to one just now. */
  get isBusy(): boolean {
    return this.isCatchingUp || this.#bulk.isGiving(this.#o.clock.now());
  }

  /** Part of a bulk transfer has been judged: the giver may send more. */
  taken(peer: PeerId, space: Space, log: DocumentLog, frame: BulkFrame): void {
    const was = this.isCatchingUp;
    const bytes = frame.entries.reduce((sum, { entry }) => sum + entry.length, 0);
    if (bytes >= MUCH.bytes) this.#muchAt = this.#o.clock.now();
    this.#taken(peer, space, log, frame);
    if (was && !this.isCatchingUp) this.#o.caughtUp();
  }

  #taken(peer: PeerId, space: Space, log: DocumentLog, { entries, upTo, last }: BulkFrame): void {
    // Nothing at all of what its digest promised is as good as no answer.
    if (entries.length === 0 && upTo === 0) return;
    if (last) return this.repaired(peer, log.id);
    this.progress(peer, log.id);
    // The acts come unasked from whoever no longer lists this device.
    const asked = this.#antiEntropy.mending(peer, space.record.id, keyOf(log.address));
    if (!asked && log !== space.spaceLog) return;
    this.#o.send(peer, { type: 'want', address: encodeAddress(log.address), taken: upTo });
  }

  tick(): void {
    const now = this.#o.clock.now();
    if (now < (this.#antiEntropy.wakeAt ?? Number.POSITIVE_INFINITY)) return;
    for (const space of this.#o.shelf) this.#look(space);
    this.#perform(this.#antiEntropy.handle({ is: 'tick' }, now));
  }

  digest(peer: PeerId, frame: DigestFrame): void {
    const id = v.safeParse(SpaceId, toBase64url(frame.space));
    const space = id.success ? this.#o.shelf.get(id.output) : undefined;
    if (!space || !this.#o.mayTalk(space, peer)) return;
    if (!this.#mayTell(peer, frame)) return;
    if (!this.#antiEntropy.shares(peer, space.record.id)) this.begin(peer);
    const message = this.#placed(peer, space, frame);
    this.#handle({ is: 'told', peer, space: space.record.id, message });
  }

  /** Whether what it says is looked at: each line costs something, whatever is made of it. */
  #mayTell(peer: PeerId, frame: DigestFrame): boolean {
    const now = this.#o.clock.now();
    const told = this.#told.get(peer) ?? new TokenBucket(LINES_TOLD, now);
    this.#told.set(peer, told);
    return told.take(1 + (frame.level === 'space' ? 0 : frame.lines.length), now);
  }

  /** The digest, saying nothing of what has no place here (yet). */
  #placed(peer: PeerId, space: Space, frame: DigestFrame): DigestMessage {
    const message = digestMessage(frame);
    if (message.level !== 'documents') return message;
    let beyond = false;
    const within = spaceInHex(space);
    const lines = message.lines.map((line) => {
      const address = line.count === 0 ? undefined : addressOf(within, line.key);
      if (line.count === 0 || (address && space.mayPlace(address))) return line;
      beyond = true;
      return { ...line, count: 0 };
    });
    if (beyond) {
      const spaces = this.#beyond.get(peer) ?? new Map<SpaceId, DigestFrame>();
      this.#beyond.set(peer, spaces.set(space.record.id, frame));
      this.#handle({ is: 'gap', peer, space: space.record.id });
    }
    return { ...message, lines };
  }

  #about(is: 'progress' | 'repaired', peer: PeerId, document: DocumentId): void {
    const address = this.#o.shelf.log(document)?.address;
    if (address) this.#handle({ is, peer, space: address.space, document: keyOf(address) });
  }

  #handle(input: Exclude<AntiEntropyInput, { is: 'tick' | 'down' }>): void {
    const space = this.#o.shelf.get(input.space);
    if (space) this.#look(space);
    else this.#known.delete(input.space);
    this.#perform(this.#antiEntropy.handle(input, this.#o.clock.now()));
  }

  /** Whatever has been let in or stored since shows in the tree. */
  #look(space: Space): void {
    const { id } = space.record;
    let known = this.#known.get(id);
    if (known?.space !== space) {
      known = { space, tree: new DigestTree(groupOf), seen: new Map() };
      this.#known.set(id, known);
    }
    for (const log of space.logs) {
      const stored = space.isStored(log);
      const count = stored ? log.count : -log.count;
      if ((known.seen.get(log.id) ?? 0) === count) continue;
      known.seen.set(log.id, count);
      const heads = toHex(sha256(joinHashes(log.heads)));
      // A digest says what is stored: what is held in memory only may be gone tomorrow.
      known.tree.set(keyOf(log.address), { heads, count: log.count }, stored);
    }
  }

  #perform(outputs: readonly AntiEntropyOutput[]): void {
    for (const output of outputs) {
      const { peer } = output;
      const space = this.#o.shelf.get(output.space);
      if (!space) continue;
      switch (output.do) {
        case 'tell':
          this.#o.send(peer, digestFrame(fromBase64url(output.space), output.message));
          break;
        case 'in-vain':
          this.#o.inVain(peer);
          break;
        case 'equal':
          this.#same(peer, space, output.document);
          break;
        case 'want':
        case 'session': {
          const log = placeOf(space, output.document);
          if (!log) break;
          // Whoever comes back gets all of it from those who let them in, and gives nothing before they know who these are.
          if (output.do === 'session' && space.serves(peer))
            this.#o.sessions.open(peer, log, this.#o.clock.now());
          else this.#o.send(peer, { type: 'want', address: encodeAddress(log.address), taken: 0 });
        }
      }
    }
  }

  #same(peer: PeerId, space: Space, document: string | undefined): void {
    const before = this.#equal.get(peer) ?? new Map<DocumentId, number>();
    this.#equal.set(peer, before);
    const one = document === undefined ? undefined : placeOf(space, document);
    for (const log of document === undefined ? space.logs : one ? [one] : []) {
      // Of all only what is stored was compared.
      if (before.get(log.id) === log.count || (!one && !space.isStored(log))) continue;
      before.set(log.id, log.count);
      this.#o.equal(peer, log.id);
    }
  }
}

/** Kind byte and what follows the space's id in an address. */
function keyOf(address: Address): string {
  const hex = toHex(encodeAddress(address));
  return hex.slice(0, 2) + hex.slice(66);
}

function placeOf(space: Space, key: string): DocumentLog | undefined {
  const address = addressOf(spaceInHex(space), key);
  return address && space.place(address);
}

function spaceInHex(space: Space): string {
  return toHex(fromBase64url(space.record.id));
}

function addressOf(spaceHex: string, key: string): Address | undefined {
  return parseAddress(fromHex(key.slice(0, 2) + spaceHex + key.slice(2)));
}

/** The space document by itself, all epochs' seals, and a channel's segments by 256: all but the last byte. */
function groupOf(key: string): string {
  return key.startsWith('02') ? key.slice(0, -2) : key.slice(0, 2);
}
