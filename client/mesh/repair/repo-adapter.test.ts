import {
  type Message,
  NetworkAdapter,
  type PeerMetadata,
  type DocumentId as RepoDocumentId,
  type PeerId as RepoPeerId,
} from '@automerge/automerge-repo';
import { runNetworkAdapterTests } from '@automerge/automerge-repo/helpers/tests/network-adapter-tests.js';
import { documentNumber } from '@snug/shared/entries/test/data.ts';
import type { DocumentId, PeerId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import { MeshNetworkAdapter, type SyncMessage } from './repo-adapter.ts';

const [ben, cleo] = ['ben', 'cleo'] as unknown as [PeerId, PeerId];
const doc = documentNumber(1);
const other = documentNumber(2);

function connected() {
  const out: SyncMessage[] = [];
  const events: string[] = [];
  const adapter = new MeshNetworkAdapter((message) => out.push(message));
  adapter.on('peer-candidate', ({ peerId }) => events.push(`+${peerId}`));
  adapter.on('peer-disconnected', ({ peerId }) => events.push(`-${peerId}`));
  adapter.on('message', ({ senderId }) => events.push(`message of ${senderId}`));
  adapter.connect('ada' as RepoPeerId);
  return { adapter, out, events };
}

function sync(to: PeerId, documentId: DocumentId, type = 'sync'): Message {
  return {
    type,
    senderId: 'ada' as RepoPeerId,
    targetId: to as string as RepoPeerId,
    documentId: documentId as string as RepoDocumentId,
    data: Uint8Array.of(1),
  } as Message;
}

test('a neighbour is announced with their first session and withdrawn with their last, once each', () => {
  const { adapter, events } = connected();
  expect(adapter.open(ben, doc)).toBe(true);
  expect(adapter.open(ben, other)).toBe(false);
  expect(adapter.open(ben, doc)).toBe(false);
  adapter.close(ben, doc);
  adapter.close(ben, doc);
  expect(events).toEqual(['+ben']);
  adapter.close(ben, other);
  adapter.close(ben, other);
  adapter.close(cleo, doc);
  expect(events).toEqual(['+ben', '-ben']);
});

test('a session opened before the Repo connects is announced when it does', () => {
  const adapter = new MeshNetworkAdapter(() => {});
  const events: string[] = [];
  adapter.on('peer-candidate', ({ peerId }) => events.push(peerId));
  adapter.open(ben, doc);
  expect(events).toEqual([]);
  adapter.connect('ada' as RepoPeerId);
  expect(events).toEqual(['ben']);
});

test('a message outside a session goes nowhere, in either direction', () => {
  const { adapter, out, events } = connected();
  const data = Uint8Array.of(1);
  expect(adapter.deliver({ peer: ben, document: doc, data })).toBe(false);
  adapter.send(sync(ben, doc));
  adapter.open(ben, doc);
  expect(adapter.deliver({ peer: ben, document: other, data })).toBe(false);
  expect(adapter.deliver({ peer: cleo, document: doc, data })).toBe(false);
  adapter.send(sync(ben, other));
  adapter.send(sync(cleo, doc));
  expect(events).toEqual(['+ben']);
  expect(out).toEqual([]);
  expect(adapter.deliver({ peer: ben, document: doc, data })).toBe(true);
  adapter.send(sync(ben, doc));
  adapter.send(sync(ben, doc, 'request'));
  expect(out).toHaveLength(2);
  adapter.close(ben, doc);
  expect(adapter.deliver({ peer: ben, document: doc, data })).toBe(false);
  adapter.send(sync(ben, doc));
  expect(events).toEqual(['+ben', 'message of ben', '-ben']);
  expect(out).toHaveLength(2);
});

test("the Repo's own broadcasts and notices are not sent, session or not", () => {
  const { adapter, out } = connected();
  adapter.open(ben, doc);
  for (const type of ['ephemeral', 'doc-unavailable', 'remote-subscription-change'])
    adapter.send(sync(ben, doc, type));
  expect(out).toEqual([]);
});

test('nothing is delivered after `disconnect`, and every neighbour is withdrawn once', () => {
  const { adapter, events } = connected();
  adapter.open(ben, doc);
  adapter.open(cleo, doc);
  adapter.disconnect();
  adapter.disconnect();
  expect(events).toEqual(['+ben', '+cleo', '-ben', '-cleo']);
  expect(adapter.deliver({ peer: ben, document: doc, data: Uint8Array.of(1) })).toBe(false);
});

/**
 * The adapter as the conformance suite wants one: every session open from the start, to everybody on the wire. What it
 * never sends (the Repo's own broadcasts) and never tells (metadata, since its neighbours are all alike) the wire does.
 */
class SessionsStayOpen extends NetworkAdapter {
  readonly #wire: Set<SessionsStayOpen>;
  readonly #mesh = new MeshNetworkAdapter((message) => this.#carry(message));

  constructor(wire: Set<SessionsStayOpen>) {
    super();
    this.#wire = wire;
    this.#mesh.on('message', (message) => this.emit('message', message));
    this.#mesh.on('peer-candidate', ({ peerId }) =>
      this.emit('peer-candidate', { peerId, peerMetadata: this.#metadataOf(peerId) }),
    );
    this.#mesh.on('peer-disconnected', (peer) => this.emit('peer-disconnected', peer));
  }

  isReady(): boolean {
    return this.#mesh.isReady();
  }

  whenReady(): Promise<void> {
    return this.#mesh.whenReady();
  }

  connect(peerId: RepoPeerId, peerMetadata: PeerMetadata = {}): void {
    this.peerId = peerId;
    this.peerMetadata = peerMetadata;
    this.#mesh.connect(peerId, peerMetadata);
    this.#wire.add(this);
    // On a real wire nobody is met before `connect` has returned.
    queueMicrotask(() => {
      if (!this.#wire.has(this)) return;
      for (const far of this.#others()) {
        far.#open(this, doc);
        this.#open(far, doc);
      }
    });
  }

  disconnect(): void {
    this.#wire.delete(this);
    for (const far of this.#wire) far.#closeAll(this);
    this.#mesh.disconnect();
  }

  send(message: Message): void {
    const far = this.#others().find((one) => one.peerId === message.targetId);
    if (!far) return;
    if (message.type !== 'sync' && message.type !== 'request') {
      queueMicrotask(() => far.emit('message', message));
      return;
    }
    // A session about whatever document the Repo speaks of.
    if (message.documentId) {
      const named = message.documentId as string as DocumentId;
      this.#open(far, named);
      far.#open(this, named);
    }
    this.#mesh.send(message);
  }

  readonly #opened = new Map<SessionsStayOpen, Set<DocumentId>>();

  #open(far: SessionsStayOpen, document: DocumentId): void {
    const opened = this.#opened.get(far) ?? new Set();
    this.#opened.set(far, opened.add(document));
    if (far.peerId) this.#mesh.open(far.peerId as string as PeerId, document);
  }

  #closeAll(far: SessionsStayOpen): void {
    for (const document of this.#opened.get(far) ?? [])
      if (far.peerId) this.#mesh.close(far.peerId as string as PeerId, document);
    this.#opened.delete(far);
  }

  #carry({ peer, document, data }: SyncMessage): void {
    const far = this.#others().find((one) => one.peerId === (peer as string));
    const from = this.peerId as string as PeerId;
    if (far) queueMicrotask(() => far.#mesh.deliver({ peer: from, document, data }));
  }

  #others(): SessionsStayOpen[] {
    return [...this.#wire].filter((one) => one !== this);
  }

  #metadataOf(peer: RepoPeerId): PeerMetadata {
    return this.#others().find((one) => one.peerId === peer)?.peerMetadata ?? {};
  }
}

runNetworkAdapterTests(async () => {
  const wire = new Set<SessionsStayOpen>();
  const make = () => new SessionsStayOpen(wire);
  return { adapters: [make(), make(), make()] };
}, 'sessions that stay open');
