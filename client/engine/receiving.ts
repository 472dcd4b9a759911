/** Has entries judged, whichever way they came, and sees to what follows for their sender: thanks, a repair, or the end of the link. */
import { parseChange } from '@snug/shared/entries/canonical-change.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { WallClock } from '../mesh/clock.ts';
import type { Frame } from '../mesh/frames/frames.ts';
import { parseAddress } from '../space/address.ts';
import type { Arrival } from '../space/admission.ts';
import { type DocumentLog, splitHashes } from '../space/document-log.ts';
import type { Received, Space } from '../space/space.ts';
import type { Acknowledging } from './acknowledging.ts';
import type { Comparing } from './comparing.ts';
import type { DocumentsRepo } from './documents-repo.ts';
import type { Shelf } from './shelf.ts';
import type { SyncSessions } from './sync-sessions.ts';
import type { Arrivals } from './traffic.ts';

/** A document that a neighbour may speak of. */
export interface Place {
  readonly space: Space;
  readonly log: DocumentLog;
}

export interface ReceivingOptions {
  readonly me: PeerId;
  readonly clock: WallClock;
  readonly shelf: Shelf;
  readonly repo: () => Promise<DocumentsRepo>;
  readonly acknowledging: Acknowledging;
  readonly comparing: Comparing;
  readonly sessions: SyncSessions;
  /** Somebody else's entry came that was new, or was held already. */
  readonly arrived: (how: keyof Arrivals) => void;
  /** Ends the link, with the reason. */
  readonly misbehaved: (peer: PeerId, reason: string) => void;
}

export class Receiving {
  readonly #o: ReceivingOptions;

  constructor(options: ReceivingOptions) {
    this.#o = options;
  }

  /** The space and log that an address names, if this neighbour may speak of them. */
  place(peer: PeerId, bytes: Uint8Array): Place | undefined {
    const address = parseAddress(bytes);
    const space = address && this.#o.shelf.get(address.space);
    if (!address || !space || !mayTalk(space, peer)) return undefined;
    const log = space.place(address);
    if (log) return { space, log };
    // The act that began it may still be on its way; what is dropped here meanwhile is found by comparing all.
    this.#o.comparing.gap(peer, space, space.spaceLog.id);
    this.#o.comparing.lacks(peer, space);
    return undefined;
  }

  /** Entries with their deps in full. */
  async inFull(
    from: PeerId,
    place: Place,
    entries: readonly { readonly deps: Uint8Array; readonly entry: Uint8Array }[],
  ): Promise<void> {
    const arrivals = entries.map((e) => ({ bytes: e.entry, deps: splitHashes(e.deps) }));
    this.#follow(from, place, await place.space.receiveInFull(place.log, from, arrivals));
  }

  /** @param refused what an entry that no peer will ever take says of its sender */
  async receive(
    from: PeerId,
    { space, log }: Place,
    arrivals: () => readonly Arrival[],
    refused?: 'misbehaviour' | 'forgiven',
  ): Promise<readonly Received[]> {
    const results = await space.receive(log, from, arrivals);
    this.#follow(from, { space, log }, results, refused);
    return results;
  }

  /** A further copy came of what is held and stored: nothing of it is to be judged. */
  known(from: PeerId, { space, log }: Place, id: EntryId): void {
    this.#o.arrived('again');
    this.#known(from, space, log, id);
  }

  #follow(
    from: PeerId,
    { space, log }: Place,
    results: readonly Received[],
    refused: 'misbehaviour' | 'forgiven' = 'misbehaviour',
  ): void {
    // Pushes alone are forgiven.
    const way = refused === 'forgiven' ? 'pushed' : 'repaired';
    for (const { verdict } of results) {
      if (verdict.is === 'new') this.#o.arrived(way);
      else if (verdict.is === 'known') this.#o.arrived('again');
      if (verdict.is === 'known') this.#known(from, space, log, verdict.id);
      else if (verdict.is === 'waiting') this.#o.comparing.gap(from, space, log.id);
      else if (verdict.is === 'refused' && refused === 'misbehaviour')
        this.#o.misbehaved(from, `an entry was refused: ${verdict.why}`);
    }
    this.#o.sessions.progressed(log);
  }

  #known(from: PeerId, space: Space, log: DocumentLog, id: EntryId): void {
    const author = log.byId(id)?.author;
    if (author === this.#o.me) this.#o.acknowledging.shown(from, space, id);
    // They may not have heard it the first time.
    else if (author === from) this.#o.acknowledging.stored(space, from, id);
  }

  /** A frame of a sync session came. */
  async session(
    from: PeerId,
    place: Place,
    frame: Extract<Frame, { type: 'session' }>,
  ): Promise<void> {
    const { log } = place;
    const { sessions } = this.#o;
    this.#o.comparing.progress(from, log.id);
    if (frame.step !== 'message') {
      const heads = frame.bytes.length % 32 === 0 ? splitHashes(frame.bytes) : [];
      return sessions.step(from, log, frame.session, frame.step, heads, this.#o.clock.now());
    }
    if (!sessions.isOpen(from, log, frame.session)) return;
    const repo = await this.#o.repo();
    const changes = repo.changesIn(frame.bytes)?.map(parseChange);
    if (!changes || changes.includes(undefined))
      return this.#o.misbehaved(from, 'a sync message held something else than entries');
    const arrivals = changes.flatMap((change) =>
      // The root is everybody's own.
      !change || change.hash === log.root?.hash ? [] : [{ bytes: change.entry, deps: change.deps }],
    );
    await this.receive(from, place, () => arrivals);
    repo.deliver({ peer: from, document: log.id, data: frame.bytes });
  }
}

/** Members talk; and a newcomer listens to whomever they have asked to let them in, until they know who the members are. */
export function mayTalk(space: Space, peer: PeerId): boolean {
  return space.serves(peer) || (space.record.state === 'joining' && space.welcomers.has(peer));
}
