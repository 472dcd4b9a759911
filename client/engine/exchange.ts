/**
 * Between links and spaces: turns a neighbour's frames into entries to judge, and what was let in into frames for the
 * others. Broadcast and anti-entropy decide, this carries out. It also keeps who is linked and who is here.
 */
import { concatBytes, fromBase64url, fromHex, sha256, toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { parseChange } from '@snug/shared/entries/canonical-change.ts';
import type { ChangeHash, DocumentId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { AntiEntropy, type AntiEntropyOutput } from '../mesh/anti-entropy.ts';
import { Broadcast } from '../mesh/broadcast.ts';
import {
  BULK_BYTES,
  BULK_ENTRIES,
  DIGEST_DOCUMENTS,
  type Frame,
  FrameDecoder,
  FrameEncoder,
  MalformedFrame,
} from '../mesh/frames.ts';
import type { LinksCommand, Path, Priority } from '../mesh/links-port.ts';
import type { SyncMessage } from '../mesh/repo-adapter.ts';
import { encodeAddress, parseAddress } from '../space/address.ts';
import type { Arrival } from '../space/admission.ts';
import { type DocumentLog, joinHashes, type LoggedEntry, splitHashes } from '../space/document-log.ts';
import type { Received, Space, SpaceChange } from '../space/space.ts';
import { StoreError } from '../space/store.ts';
import type { DocumentsRepo } from './documents-repo.ts';
import { SyncSessions } from './sync-sessions.ts';

/** Acknowledgements are gathered for so long, ms. */
const ACKNOWLEDGE_MS = 15;
/** A neighbour gets one bulk transfer of a document in this time, ms. */
const BULK_PAUSE_MS = 1_000;

interface Neighbour {
  readonly peer: PeerId;
  readonly binding: Uint8Array;
  path: Path;
  readonly encoder: FrameEncoder;
  readonly decoder: FrameDecoder;
  /** First 8 bytes of ids to acknowledge. */
  acknowledge: Uint8Array[];
  readonly bulkAt: Map<DocumentId, number>;
  /** Frames are handled one after the other, because deps come before what builds on them. */
  queue: Promise<void>;
}

export interface ExchangeOptions {
  readonly me: PeerId;
  readonly now: () => number;
  readonly random: () => number;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly setTimeout: (work: () => void, ms: number) => unknown;
  readonly links: (command: LinksCommand) => void;
  readonly space: (id: SpaceId) => Space | undefined;
  readonly spaces: () => Iterable<Space>;
  /** Automerge, which arrives after the first screen. */
  readonly repo: () => Promise<DocumentsRepo>;
  /** An entry's holders changed. */
  readonly onHolders: (space: Space, ids: readonly EntryId[]) => void;
  readonly onTies: () => void;
  readonly onStoreError: (error: StoreError) => void;
  readonly onProblem: (problem: unknown) => void;
}

export class Exchange {
  readonly #o: ExchangeOptions;
  readonly #neighbours = new Map<PeerId, Neighbour>();
  readonly #broadcast = new Broadcast();
  readonly #antiEntropy: AntiEntropy;
  readonly #sessions: SyncSessions;
  #acknowledging = false;

  constructor(options: ExchangeOptions) {
    this.#o = options;
    this.#antiEntropy = new AntiEntropy({
      me: options.me,
      random: options.random,
      now: options.now(),
    });
    this.#sessions = new SyncSessions({
      randomBytes: options.randomBytes,
      repo: options.repo,
      send: (peer, frame) => this.#send(peer, frame, 'bulk'),
      ended: (document) => this.#perform(this.#antiEntropy.repaired(document)),
    });
  }

  pathTo(peer: PeerId): Path | undefined {
    return this.#neighbours.get(peer)?.path;
  }

  get linked(): Iterable<PeerId> {
    return this.#neighbours.keys();
  }

  holders(id: EntryId): ReadonlySet<PeerId> {
    return this.#broadcast.holders(id);
  }

  up(peer: PeerId, binding: Uint8Array, path: Path): void {
    this.#neighbours.set(peer, {
      peer,
      binding,
      path,
      encoder: new FrameEncoder(),
      decoder: new FrameDecoder(),
      acknowledge: [],
      bulkAt: new Map(),
      queue: Promise.resolve(),
    });
    this.compare(peer);
    this.#o.onTies();
  }

  path(peer: PeerId, path: Path): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    neighbour.path = path;
    this.#o.onTies();
  }

  down(peer: PeerId): void {
    this.#neighbours.delete(peer);
    this.#broadcast.linkDown(peer);
    this.#antiEntropy.linkDown(peer);
    this.#sessions.linkDown(peer);
    for (const space of this.#o.spaces()) space.forget(peer);
    this.#o.onTies();
  }

  /** Starts comparing every space that is shared with a neighbour and is not compared yet. */
  compare(peer: PeerId): void {
    if (!this.#neighbours.has(peer)) return;
    for (const space of this.#o.spaces())
      if (this.#mayTalk(space, peer))
        this.#perform(this.#antiEntropy.shared(peer, space.record.id));
  }

  compareAll(): void {
    for (const peer of this.#neighbours.keys()) this.compare(peer);
  }

  tick(): void {
    this.#perform(this.#antiEntropy.tick(this.#o.now()));
    this.#sessions.tick(this.#o.now());
  }

  /** Pushes what was let in to every neighbour who should have it. */
  push(space: Space, admitted: SpaceChange['admitted']): void {
    for (const { log, entry, from } of admitted) {
      if (from) this.#broadcast.holds(from, entry.id);
      const members = [...this.#neighbours.keys()].filter((peer) => space.serves(peer));
      for (const peer of this.#broadcast.targets(entry.id, members)) this.#pushTo(peer, log, entry);
    }
  }

  /** The Repo wants this sent within a session. */
  syncMessage(message: SyncMessage): void {
    this.#sessions.outgoing(message);
  }

  #pushTo(peer: PeerId, log: DocumentLog, entry: LoggedEntry): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    const tags = entry.deps.map((dep) => tagOf(neighbour.binding, dep));
    const address = encodeAddress(log.address);
    if (tags.length === 0) return;
    this.#send(peer, { type: 'entry', address, tags, entry: entry.bytes }, 'chat');
  }

  /** A frame came. Whatever is wrong with it is the neighbour's doing and ends the link with a reason. */
  frame(peer: PeerId, bytes: Uint8Array): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    let frame: Frame;
    try {
      frame = neighbour.decoder.decode(bytes);
    } catch (error) {
      const why = error instanceof MalformedFrame ? error.message : 'unreadable';
      return this.#misbehaved(peer, `malformed frame: ${why}`);
    }
    neighbour.queue = neighbour.queue
      .then(() => this.#handle(neighbour, frame))
      .catch((error: unknown) => {
        if (error instanceof StoreError) this.#o.onStoreError(error);
        else this.#o.onProblem(error);
      });
  }

  async #handle(from: Neighbour, frame: Frame): Promise<void> {
    const { peer } = from;
    switch (frame.type) {
      case 'acknowledge':
        return this.#acknowledged(peer, frame.ids);
      case 'digest':
        return this.#digest(peer, frame);
      case 'entry': {
        const place = this.#place(peer, frame.address);
        if (place) await this.#entry(from, place, frame.tags, frame.entry);
        return;
      }
      case 'want': {
        const place = this.#place(peer, frame.address);
        if (place?.space.serves(peer)) this.#bulk(from, place.log);
        return;
      }
      case 'bulk': {
        const place = this.#place(peer, frame.address);
        if (!place) return;
        const arrivals = frame.entries.map((e) => ({ bytes: e.entry, deps: splitHashes(e.deps) }));
        await this.#receive(from, place, () => arrivals);
        this.#antiEntropy.progress(place.log.id, this.#o.now());
        if (frame.last) this.#perform(this.#antiEntropy.repaired(place.log.id));
        return;
      }
      case 'session': {
        const place = this.#place(peer, frame.address);
        if (!place?.space.serves(peer)) return;
        return this.#session(from, place, frame);
      }
      case 'deps': {
        const place = this.#place(peer, frame.address);
        if (!place?.space.serves(peer)) return;
        const name = toBase64url(frame.id).slice(0, 10);
        const asked = place.log.entries.find((entry) => entry.id.startsWith(name));
        if (!asked) return;
        const deps = joinHashes(asked.deps);
        const { address } = frame;
        return this.#send(peer, { type: 'depsAnswer', address, deps, entry: asked.bytes }, 'chat');
      }
      case 'depsAnswer': {
        const place = this.#place(peer, frame.address);
        if (!place) return;
        const arrivals = [{ bytes: frame.entry, deps: splitHashes(frame.deps) }];
        await this.#receive(from, place, () => arrivals);
        return;
      }
    }
  }

  /** The space and log that an address names, if this neighbour may speak of them. */
  #place(peer: PeerId, bytes: Uint8Array): { space: Space; log: DocumentLog } | undefined {
    const address = parseAddress(bytes);
    const space = address && this.#o.space(address.space);
    if (!address || !space || !this.#mayTalk(space, peer)) return undefined;
    if (address.kind === 'segment' && !space.membership.channels.has(address.channel)) {
      // Its channel may have been opened a moment ago by an act that is still on its way.
      this.#antiEntropy.gap(peer, space.record.id, space.spaceLog.id, this.#o.now());
      return undefined;
    }
    return { space, log: space.log(address) };
  }

  /** Members talk; and a newcomer listens to whoever let them in, until they know who the members are. */
  #mayTalk(space: Space, peer: PeerId): boolean {
    return (
      space.serves(peer) || (space.record.state === 'joining' && space.welcomers.has(peer))
    );
  }

  async #entry(
    from: Neighbour,
    { space, log }: { space: Space; log: DocumentLog },
    tags: readonly Uint8Array[],
    bytes: Uint8Array,
  ): Promise<void> {
    let resolved: ReturnType<DocumentLog['resolve']>;
    const results = await this.#receive(from, { space, log }, () => {
      resolved = log.resolve(tags, (hash) => tagOf(from.binding, hash));
      return Array.isArray(resolved) ? [{ bytes, deps: resolved }] : [];
    }, false);
    const address = encodeAddress(log.address);
    const [result] = results;
    if (result?.verdict.is === 'refused' || resolved === 'ambiguous') {
      // The tags may have stood for other deps: only a failure with the deps in full is misbehaviour.
      const id = sha256(bytes).slice(0, 8);
      this.#send(from.peer, { type: 'deps', address, id }, 'chat');
    } else if (!result) {
      this.#antiEntropy.gap(from.peer, space.record.id, log.id, this.#o.now());
    }
  }

  async #receive(
    from: Neighbour,
    { space, log }: { space: Space; log: DocumentLog },
    arrivals: () => readonly Arrival[],
    punish = true,
  ): Promise<readonly Received[]> {
    const results = await space.receive(log, from.peer, arrivals);
    const held: EntryId[] = [];
    for (const { verdict } of results) {
      if (verdict.is === 'new') held.push(verdict.entry.id);
      else if (verdict.is === 'known') held.push(verdict.id);
      else if (verdict.is === 'waiting')
        this.#antiEntropy.gap(from.peer, space.record.id, log.id, this.#o.now());
      else if (punish) this.#misbehaved(from.peer, `an entry was refused: ${verdict.why}`);
    }
    const news = held.filter((id) => this.#broadcast.holds(from.peer, id));
    if (news.length > 0) this.#o.onHolders(space, news);
    for (const id of held) from.acknowledge.push(fromBase64url(id).slice(0, 8));
    this.#acknowledgeSoon();
    this.#sessions.progressed(log);
    return results;
  }

  #acknowledgeSoon(): void {
    if (this.#acknowledging) return;
    this.#acknowledging = true;
    this.#o.setTimeout(() => {
      this.#acknowledging = false;
      for (const neighbour of this.#neighbours.values()) {
        while (neighbour.acknowledge.length > 0) {
          const ids = neighbour.acknowledge.splice(0, 512);
          this.#send(neighbour.peer, { type: 'acknowledge', ids }, 'chat');
        }
      }
    }, ACKNOWLEDGE_MS);
  }

  #acknowledged(peer: PeerId, ids: readonly Uint8Array[]): void {
    const news: EntryId[] = [];
    for (const short of ids) {
      const id = this.#broadcast.named(toBase64url(short).slice(0, 10));
      if (id && this.#broadcast.holds(peer, id)) news.push(id);
    }
    if (news.length > 0) for (const space of this.#o.spaces()) this.#o.onHolders(space, news);
  }

  #digest(peer: PeerId, frame: Extract<Frame, { type: 'digest' }>): void {
    const space = this.#o.space(toBase64url(frame.space) as SpaceId);
    if (!space || !this.#mayTalk(space, peer)) return;
    const now = this.#o.now();
    const lines = frame.documents.flatMap(({ address: bytes, heads, count }) => {
      const address = parseAddress(bytes);
      if (address?.space !== space.record.id) return [];
      if (address.kind === 'segment' && !space.membership.channels.has(address.channel)) return [];
      if (address.kind === 'epoch' && !space.membership.epochs.some((e) => e.id === address.epoch))
        return [];
      const log = space.log(address);
      const theirs = { heads: toHex(heads), count };
      const ours = log.count > 0 ? { heads: toHex(log.headsHash), count: log.count } : undefined;
      return [{ document: log.id, theirs, ours }];
    });
    this.#perform(this.#antiEntropy.digest(peer, space.record.id, lines, now));
    if (!frame.question) return;
    // Whoever names the space document wants all; after a repair only one document is in question.
    const whole = lines.length === 0 || lines.some((line) => line.document === space.spaceLog.id);
    this.#sendDigest(peer, space, whole ? undefined : lines.map((line) => line.document), false);
  }

  #sendDigest(
    peer: PeerId,
    space: Space,
    documents: readonly string[] | undefined,
    question: boolean,
  ): void {
    const logs = [...space.logs].filter((log) =>
      documents ? documents.includes(log.id) : log.count > 0 || log.address.kind === 'space',
    );
    for (let at = 0; at === 0 || at < logs.length; at += DIGEST_DOCUMENTS) {
      const lines = logs.slice(at, at + DIGEST_DOCUMENTS).map((log) => ({
        address: encodeAddress(log.address),
        heads: log.headsHash,
        count: log.count,
      }));
      const id = fromBase64url(space.record.id);
      this.#send(peer, { type: 'digest', space: id, question, documents: lines }, 'bulk');
    }
  }

  #bulk(to: Neighbour, log: DocumentLog): void {
    const now = this.#o.now();
    const last = to.bulkAt.get(log.id);
    if (last !== undefined && now - last < BULK_PAUSE_MS) return;
    to.bulkAt.set(log.id, now);
    const address = encodeAddress(log.address);
    let entries: { deps: Uint8Array; entry: Uint8Array }[] = [];
    let bytes = 0;
    const flush = (isLast: boolean) => {
      this.#send(to.peer, { type: 'bulk', address, entries, last: isLast }, 'bulk');
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

  async #session(
    from: Neighbour,
    { space, log }: { space: Space; log: DocumentLog },
    frame: Extract<Frame, { type: 'session' }>,
  ): Promise<void> {
    this.#antiEntropy.progress(log.id, this.#o.now());
    if (frame.step !== 'message') {
      const heads = frame.bytes.length % 32 === 0 ? splitHashes(frame.bytes) : [];
      return this.#sessions.step(from.peer, log, frame.session, frame.step, heads, this.#o.now());
    }
    if (!this.#sessions.isOpen(from.peer, log, frame.session)) return;
    const repo = await this.#o.repo();
    const chunks = repo.changesIn(frame.bytes);
    const changes = chunks?.map(parseChange);
    if (!changes || changes.includes(undefined))
      return this.#misbehaved(from.peer, 'a sync message held something else than entries');
    const arrivals = changes.flatMap((change) =>
      // The root is everybody's own.
      !change || change.hash === log.root?.hash ? [] : [{ bytes: change.entry, deps: change.deps }],
    );
    await this.#receive(from, { space, log }, () => arrivals);
    repo.deliver({ peer: from.peer, document: log.id, data: frame.bytes });
  }

  #perform(outputs: readonly AntiEntropyOutput[]): void {
    for (const output of outputs) {
      if (output.do === 'equal') {
        this.#equal(output.peer, output.document as DocumentId);
        continue;
      }
      const space = this.#o.space(output.space as SpaceId);
      if (!space) continue;
      if (output.do === 'digest') {
        this.#sendDigest(output.peer, space, output.documents, output.question);
        continue;
      }
      const log = space.held(output.document as DocumentId);
      if (!log) continue;
      if (output.do === 'want')
        this.#send(output.peer, { type: 'want', address: encodeAddress(log.address) }, 'bulk');
      else this.#sessions.open(output.peer, log, this.#o.now());
    }
  }

  /** Same heads: the neighbour holds every entry of the document that we hold. */
  #equal(peer: PeerId, document: DocumentId): void {
    for (const space of this.#o.spaces()) {
      const log = space.held(document);
      if (!log) continue;
      const own = log.entries.filter((entry) => entry.author === this.#o.me);
      const news = own.filter(({ id }) => this.#broadcast.holds(peer, id)).map(({ id }) => id);
      if (news.length > 0) this.#o.onHolders(space, news);
    }
  }

  #send(peer: PeerId, frame: Frame, priority: Priority): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    this.#o.links({ do: 'send', peer, frame: neighbour.encoder.encode(frame), priority });
  }

  #misbehaved(peer: PeerId, reason: string): void {
    this.#o.links({ do: 'close', peer, reason, misbehaved: true });
  }
}

/** First 8 bytes of a hash under a link's binding: nobody who is not on the link can grind two deps into one tag. */
function tagOf(binding: Uint8Array, hash: ChangeHash): Uint8Array {
  return sha256(concatBytes(binding, fromHex(hash))).slice(0, 8);
}
