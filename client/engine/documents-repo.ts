/**
 * The Automerge side of the engine: a Repo whose documents are built from the entries that the spaces hold. The entry
 * log is the truth and is stored before anything else happens, so the Repo's own saving has nothing to do. Documents
 * are loaded when a sync session or another tab of this browser wants them, and follow the log from then on.
 */
import * as Automerge from '@automerge/automerge/slim';
import {
  type Chunk,
  type NetworkAdapterInterface,
  Repo,
  type DocumentId as RepoDocumentId,
  type PeerId as RepoPeerId,
  type StorageAdapterInterface,
  type StorageKey,
} from '@automerge/automerge-repo/slim';
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import { readVarint } from '@snug/shared/crypto/varint.ts';
import { buildChange, splitChunks } from '@snug/shared/entries/canonical-change.ts';
import type { DocumentId, PeerId } from '@snug/shared/protocol/ids.ts';
import { MeshNetworkAdapter, type SyncMessage } from '../mesh/repair/repo-adapter.ts';
import type { DocumentLog, LoggedEntry } from '../space/document-log.ts';

/** Peer ids of this browser's other tabs begin so; a device's begin with `did:key:`. */
export const TAB_PREFIX = 'tab-';

type Logs = (document: DocumentId) => DocumentLog | undefined;

/** Shows the Repo each log as one stored chunk, and takes no writes: the entries are stored already. */
class LogStorage implements StorageAdapterInterface {
  readonly #logs: Logs;

  constructor(logs: Logs) {
    this.#logs = logs;
  }

  async load(): Promise<Uint8Array | undefined> {
    return undefined;
  }

  async loadRange([document, kind]: StorageKey): Promise<Chunk[]> {
    const log = kind === 'snapshot' && document ? this.#logs(document as DocumentId) : undefined;
    if (!log || log.count === 0) return [];
    return [{ key: [log.id, 'snapshot', 'log'], data: concatBytes(...log.changes()) }];
  }

  async save(): Promise<void> {}
  async remove(): Promise<void> {}
  async removeRange(): Promise<void> {}
}

export class DocumentsRepo {
  readonly #mesh: MeshNetworkAdapter;
  readonly #repo: Repo;

  constructor(options: {
    peer: PeerId;
    logs: Logs;
    /** Sync messages for a neighbour, within a session. */
    outgoing: (message: SyncMessage) => void;
    /** Adapters to this browser's other tabs. */
    tabs: readonly NetworkAdapterInterface[];
  }) {
    this.#mesh = new MeshNetworkAdapter(options.outgoing);
    this.#repo = new Repo({
      peerId: options.peer as string as RepoPeerId,
      storage: new LogStorage(options.logs),
      network: [this.#mesh, ...options.tabs],
      shareConfig: {
        announce: async (peer, document) => this.#mesh.inSession(peer, document),
        access: async (peer, document) =>
          peer.startsWith(TAB_PREFIX) || this.#mesh.inSession(peer, document),
      },
    });
  }

  /** Entries were let in: documents that are loaded follow. */
  follow(admitted: readonly { readonly log: DocumentLog; readonly entry: LoggedEntry }[]): void {
    for (const [log, group] of Map.groupBy(admitted, ({ log }) => log)) {
      const handle = this.#repo.handles[log.id as string as RepoDocumentId];
      if (!handle?.isReady()) continue;
      const changes = group.map(({ entry: { deps, startOp, bytes } }) =>
        buildChange({ deps, startOp, entry: bytes }),
      );
      handle.update(
        (doc) =>
          Automerge.applyChanges(
            doc,
            changes.map((c) => c.bytes),
          )[0],
      );
    }
  }

  async openSession(peer: PeerId, log: DocumentLog): Promise<void> {
    await this.#load(log);
    // A neighbour already known to the Repo is not announced again: it has to be told to look anew.
    if (!this.#mesh.open(peer, log.id)) await this.#repo.shareConfigChanged();
  }

  async closeSession(peer: PeerId, document: DocumentId): Promise<void> {
    this.#mesh.close(peer, document);
    await this.#repo.shareConfigChanged();
  }

  /** Loads the document and brings it level with the log, which may have grown while it was loading. */
  async #load(log: DocumentLog): Promise<void> {
    const handle = await this.#repo.find(log.id as string as RepoDocumentId);
    handle.update((doc) => {
      const have = new Set(Automerge.getHeads(doc));
      const level = have.size === log.heads.length && log.heads.every((head) => have.has(head));
      return level ? doc : Automerge.applyChanges(doc, [...log.changes()])[0];
    });
  }

  /**
   * The changes that a neighbour's sync message carries, cut apart but not read; `undefined` if it is no sync message,
   * carries anything but change chunks (a whole-document chunk, say), or a filter that Automerge would not have made.
   */
  changesIn(data: Uint8Array): readonly Uint8Array[] | undefined {
    try {
      const { changes, have } = Automerge.decodeSyncMessage(data);
      if (have.length > 1 || !have.every(({ bloom }) => isUsualFilter(bloom))) return undefined;
      return splitChunks(concatBytes(...changes));
    } catch {
      return undefined;
    }
  }

  /**
   * Lets the Repo read what a neighbour's message says of their heads and needs. Its changes are left out: they came in
   * by the log, like any others. So are its capabilities, so that no whole-document chunks are sent in answer.
   */
  deliver(message: SyncMessage): boolean {
    const { heads, need, have } = Automerge.decodeSyncMessage(message.data);
    const data = Automerge.encodeSyncMessage({ heads, need, have, changes: [] });
    return this.#mesh.deliver({ ...message, data });
  }

  async close(): Promise<void> {
    await this.#repo.shutdown();
  }
}

/** Automerge's own: 10 bits and 7 probes an entry. */
const FILTER = { bitsPerEntry: 10, probes: 7 } as const;

/**
 * Whether a Bloom filter has the proportions of Automerge's own, or is empty. Automerge believes the numbers that a
 * filter begins with: 10^7 probes in ten bytes hold the thread for a second, and 4 * 10^9 trap the wasm (measured, 3.5.0).
 */
function isUsualFilter(bloom: Uint8Array): boolean {
  if (bloom.length === 0) return true;
  const entries = readVarint(bloom, 0);
  const bits = entries && readVarint(bloom, entries.end);
  const probes = bits && readVarint(bloom, bits.end);
  if (!probes || bits.value !== FILTER.bitsPerEntry || probes.value !== FILTER.probes) return false;
  return bloom.length - probes.end === Math.ceil((entries.value * FILTER.bitsPerEntry) / 8);
}
