/**
 * Sync sessions: a while in which the Repo may talk to one neighbour about one document. A session ends when each side
 * holds the heads that the other named at its opening, or at its deadline; one session a document at a time. Afterwards
 * the digests are compared again, so whatever a session lost is seen.
 */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import type { ChangeHash, DocumentId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { SESSION_MESSAGE_BYTES, type SentFrame } from '../mesh/frames/frames.ts';
import type { SyncMessage } from '../mesh/repair/repo-adapter.ts';
import { encodeAddress } from '../space/address.ts';
import { type DocumentLog, joinHashes } from '../space/document-log.ts';
import type { DocumentsRepo } from './documents-repo.ts';

/** The part of the Repo that this needs. */
export type SessionRepo = Pick<DocumentsRepo, 'openSession' | 'closeSession'>;

/** Longest that a session stays open once it has begun here, ms. */
export const SESSION_MS = 10_000;
/** Longest that it may take to begin, ms: a first session waits for Automerge, which is large. */
export const BEGIN_MS = 20_000;
/** A neighbour opens one session about a document in this time, ms. */
const AGAIN_MS = 1_000;

interface Session {
  readonly id: Uint8Array;
  readonly peer: PeerId;
  readonly log: DocumentLog;
  /** ms, on the clock of `tick`. */
  deadline: number;
  /** `begun`: the Repo has been told of it, and its time runs from the next tick. */
  state: 'waiting' | 'begun' | 'running';
  /** Heads that the neighbour named; unknown until they accept. */
  theirs: readonly ChangeHash[] | undefined;
  closed: { us: boolean; them: boolean };
}

export class SyncSessions {
  readonly #sessions = new Map<DocumentId, Session>();
  readonly #randomBytes: (n: number) => Uint8Array;
  readonly #repo: () => Promise<SessionRepo>;
  readonly #send: (peer: PeerId, frame: SentFrame) => void;
  readonly #onProblem: (problem: unknown) => void;
  readonly #ended: (peer: PeerId, document: DocumentId) => void;
  /** When a neighbour last opened a session about a document. */
  readonly #openedAt = new Map<string, number>();

  constructor(options: {
    randomBytes: (n: number) => Uint8Array;
    repo: () => Promise<SessionRepo>;
    send: (peer: PeerId, frame: SentFrame) => void;
    ended: (peer: PeerId, document: DocumentId) => void;
    onProblem: (problem: unknown) => void;
  }) {
    this.#randomBytes = options.randomBytes;
    this.#repo = options.repo;
    this.#send = options.send;
    this.#ended = options.ended;
    this.#onProblem = options.onProblem;
  }

  /** Nothing where one is open already; in the place of one that has not been answered. */
  open(peer: PeerId, log: DocumentLog, now: number): void {
    const before = this.#sessions.get(log.id);
    if (before?.theirs || before?.peer === peer) return;
    if (before) this.#step(before.peer, log, before.id, 'close');
    const id = this.#randomBytes(8);
    this.#sessions.set(log.id, {
      id,
      peer,
      log,
      deadline: now + BEGIN_MS,
      state: 'waiting',
      theirs: undefined,
      closed: { us: false, them: false },
    });
    this.#step(peer, log, id, 'open', joinHashes(log.heads));
  }

  isOpen(peer: PeerId, log: DocumentLog, id: Uint8Array): boolean {
    const session = this.#sessions.get(log.id);
    return session?.peer === peer && toHex(session.id) === toHex(id);
  }

  async step(
    peer: PeerId,
    log: DocumentLog,
    id: Uint8Array,
    step: 'open' | 'accept' | 'close',
    heads: readonly ChangeHash[],
    now: number,
  ): Promise<void> {
    if (step === 'open') {
      // Automerge finds no document where nothing is held; that is what bulk is for.
      if (this.#sessions.has(log.id) || log.count === 0 || this.#again(peer, log, now))
        return this.#step(peer, log, id, 'close');
      const session: Session = {
        id,
        peer,
        log,
        deadline: now + BEGIN_MS,
        state: 'waiting',
        theirs: heads,
        closed: { us: false, them: false },
      };
      this.#sessions.set(log.id, session);
      this.#step(peer, log, id, 'accept', joinHashes(log.heads));
      await this.#begin(session);
      return;
    }
    const session = this.#sessions.get(log.id);
    if (!session || !this.isOpen(peer, log, id)) return;
    if (step === 'accept' && !session.theirs) {
      session.theirs = heads;
      await this.#begin(session);
    } else if (step === 'close') {
      session.closed.them = true;
      // Refused before it was accepted: there is nothing to wait for.
      if (!session.theirs || session.closed.us) this.#end(session);
    }
  }

  /** Whether the neighbour opens one session right after the other, which would leave no room for anybody else's. */
  #again(peer: PeerId, log: DocumentLog, now: number): boolean {
    const key = `${peer} ${log.id}`;
    const before = this.#openedAt.get(key);
    if (before !== undefined && now - before < AGAIN_MS) return true;
    this.#openedAt.set(key, now);
    return false;
  }

  /** The Repo wants this sent. */
  outgoing({ peer, document, data }: SyncMessage): void {
    const session = this.#sessions.get(document);
    if (session?.peer !== peer) return;
    // Too much for a session: it ends, and bulk takes over.
    if (data.length > SESSION_MESSAGE_BYTES) return this.#abandon(session);
    const address = encodeAddress(session.log.address);
    this.#send(peer, {
      type: 'session',
      session: session.id,
      address,
      step: 'message',
      bytes: data,
    });
  }

  /** Something was let into a document: the session about it may have what it wanted. */
  progressed(log: DocumentLog): void {
    const session = this.#sessions.get(log.id);
    if (!session?.theirs || session.closed.us) return;
    if (!session.theirs.every((head) => log.has(head))) return;
    session.closed.us = true;
    this.#step(session.peer, log, session.id, 'close');
    if (session.closed.them) this.#end(session);
  }

  tick(now: number): void {
    for (const session of this.#sessions.values()) {
      if (session.state === 'begun') {
        session.state = 'running';
        session.deadline = now + SESSION_MS;
      }
      if (session.deadline > now) continue;
      this.#abandon(session);
    }
  }

  /** A neighbour asks for a session and is not one to have it. */
  refuse(peer: PeerId, log: DocumentLog, id: Uint8Array): void {
    this.#step(peer, log, id, 'close');
  }

  /** The neighbour is no longer one to speak of this space with. */
  apart(peer: PeerId, space: SpaceId): void {
    for (const session of [...this.#sessions.values()])
      if (session.peer === peer && session.log.address.space === space) this.#abandon(session);
  }

  linkDown(peer: PeerId): void {
    for (const key of this.#openedAt.keys())
      if (key.startsWith(`${peer} `)) this.#openedAt.delete(key);
    for (const session of [...this.#sessions.values()])
      if (session.peer === peer) this.#end(session);
  }

  async #begin(session: Session): Promise<void> {
    const current = () => this.#sessions.get(session.log.id) === session;
    const repo = await this.#repo();
    if (!current()) return;
    session.state = 'begun';
    try {
      await repo.openSession(session.peer, session.log);
    } catch (problem) {
      if (current()) this.#abandon(session);
      throw problem;
    }
    if (current()) return this.progressed(session.log);
    // It ended while the document was loading, and the Repo has only now been told of it.
    if (this.#sessions.get(session.log.id)?.peer !== session.peer)
      await repo.closeSession(session.peer, session.log.id);
  }

  #abandon(session: Session): void {
    this.#step(session.peer, session.log, session.id, 'close');
    this.#end(session);
  }

  #end(session: Session): void {
    this.#sessions.delete(session.log.id);
    // One that was never begun must not make Automerge load only to be told of its end.
    if (session.state !== 'waiting') void this.#closeInRepo(session).catch(this.#onProblem);
    this.#ended(session.peer, session.log.id);
  }

  async #closeInRepo(session: Session): Promise<void> {
    const repo = await this.#repo();
    await repo.closeSession(session.peer, session.log.id);
  }

  #step(
    peer: PeerId,
    log: DocumentLog,
    session: Uint8Array,
    step: 'open' | 'accept' | 'close',
    bytes: Uint8Array = new Uint8Array(),
  ): void {
    const address = encodeAddress(log.address);
    this.#send(peer, { type: 'session', session, address, step, bytes });
  }
}
