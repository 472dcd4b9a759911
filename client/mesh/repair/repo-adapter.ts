/**
 * The whole mesh as one automerge-repo network adapter. The Repo sees a neighbour only while a sync session with them
 * is open, and of documents only those in session: outside sessions it has no peers and makes no traffic. A message
 * that is of no open session goes nowhere, because one delivered after `peer-disconnected` would re-add the peer inside
 * the Repo for good.
 */

import {
  type Message,
  NetworkAdapter,
  type PeerMetadata,
  type DocumentId as RepoDocumentId,
  type PeerId as RepoPeerId,
} from '@automerge/automerge-repo/slim';
import type { DocumentId, PeerId } from '@snug/shared/protocol/ids.ts';

export interface SyncMessage {
  readonly peer: PeerId;
  readonly document: DocumentId;
  readonly data: Uint8Array;
}

export class MeshNetworkAdapter extends NetworkAdapter {
  readonly #outgoing: (message: SyncMessage) => void;
  /** Neighbour → documents in session with them. */
  readonly #sessions = new Map<string, Set<string>>();
  #connected = false;

  /** @param outgoing what the Repo wants sent within an open session */
  constructor(outgoing: (message: SyncMessage) => void) {
    super();
    this.#outgoing = outgoing;
  }

  isReady(): boolean {
    return true;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  connect(peerId: RepoPeerId, peerMetadata?: PeerMetadata): void {
    this.peerId = peerId;
    if (peerMetadata) this.peerMetadata = peerMetadata;
    this.#connected = true;
    for (const peer of this.#sessions.keys()) this.#announce(peer);
  }

  disconnect(): void {
    this.#connected = false;
    for (const peer of [...this.#sessions.keys()]) this.#withdraw(peer);
  }

  inSession(peer: string, document: string | undefined): boolean {
    return document !== undefined && (this.#sessions.get(peer)?.has(document) ?? false);
  }

  /** From now on the Repo may sync this document with this neighbour. True when the neighbour is new to the Repo. */
  open(peer: PeerId, document: DocumentId): boolean {
    const documents = this.#sessions.get(peer);
    if (documents) {
      documents.add(document);
      return false;
    }
    this.#sessions.set(peer, new Set([document]));
    if (this.#connected) this.#announce(peer);
    return true;
  }

  close(peer: PeerId, document: DocumentId): void {
    const documents = this.#sessions.get(peer);
    if (!documents?.delete(document)) return;
    if (documents.size === 0) this.#withdraw(peer);
  }

  /** Hands the Repo a message of an open session; false, and nothing done, if there is none. */
  deliver({ peer, document, data }: SyncMessage): boolean {
    if (!this.#connected || !this.peerId || !this.inSession(peer, document)) return false;
    this.emit('message', {
      type: 'sync',
      senderId: peer as string as RepoPeerId,
      targetId: this.peerId,
      documentId: document as string as RepoDocumentId,
      data,
    } as Message);
    return true;
  }

  send(message: Message): void {
    const { targetId, documentId, data } = message;
    if (message.type !== 'sync' && message.type !== 'request') return;
    if (!data || !this.inSession(targetId, documentId)) return;
    this.#outgoing({
      peer: targetId as string as PeerId,
      document: documentId as string as DocumentId,
      data,
    });
  }

  #announce(peer: string): void {
    this.emit('peer-candidate', {
      peerId: peer as RepoPeerId,
      peerMetadata: { isEphemeral: true },
    });
  }

  #withdraw(peer: string): void {
    this.#sessions.delete(peer);
    this.emit('peer-disconnected', { peerId: peer as RepoPeerId });
  }
}
