/**
 * Carries out what the real anti-entropy of one simulated device decides: digests, documents in bulk, and sync sessions, of
 * which only the outcome and the bytes are simulated.
 */
import {
  AntiEntropy,
  type AntiEntropyInput,
  type AntiEntropyOutput,
} from '@snug/client/mesh/repair/anti-entropy.ts';
import type { DigestMessage } from '@snug/client/mesh/repair/digest-message.ts';
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Entry, Holding } from './documents.ts';
import {
  bulkBytes,
  digestBytes,
  sessionStepBytes,
  syncMessageBytes,
  wantBytes,
} from './frame-bytes.ts';
import { Alarm, type VirtualClock } from './virtual-clock.ts';

/** Entries in one bulk frame: some 64 KiB of them. */
const BULK_ENTRIES = 240;
/** A session that has taken so long is over, ms. */
const SESSION_MS = 10_000;

export type RepairFrame =
  | { readonly type: 'digest'; readonly space: SpaceId; readonly message: DigestMessage }
  | {
      readonly type: 'want';
      readonly space: SpaceId;
      readonly document: string;
      readonly taken: number;
    }
  | {
      readonly type: 'bulk';
      readonly space: SpaceId;
      readonly document: string;
      readonly entries: readonly Entry[];
      readonly upTo: number;
      readonly last: boolean;
    }
  | {
      readonly type: 'session';
      readonly space: SpaceId;
      readonly document: string;
      readonly step: 'open' | 'accept' | 'message' | 'close';
      /** What the sender holds, as its heads and Bloom filter tell; and what the other seemed to lack. */
      readonly held: ReadonlySet<Entry>;
      readonly inside: readonly Entry[];
    };

export interface MendingOptions {
  readonly me: PeerId;
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** Answers nobody who lacks something. */
  readonly withholds: boolean;
  readonly holding: (space: SpaceId) => Holding | undefined;
  readonly send: (peer: PeerId, frame: RepairFrame, bytes: number) => void;
  readonly receive: (entry: Entry, from: PeerId) => void;
  readonly inVain: (peer: PeerId) => void;
}

export class Mending {
  readonly #o: MendingOptions;
  readonly #antiEntropy: AntiEntropy;
  readonly #alarm: Alarm;
  /** One session a document at a time. */
  readonly #sessions = new Map<string, { readonly peer: PeerId; readonly at: number }>();

  constructor(options: MendingOptions) {
    this.#o = options;
    const { me, clock, random, holding } = options;
    this.#antiEntropy = new AntiEntropy({
      me,
      now: clock.now,
      random,
      held: (space) => holding(space)?.digests,
    });
    this.#alarm = new Alarm(clock, () => this.take({ is: 'tick' }));
  }

  stop(): void {
    this.#alarm.stop();
  }

  take(input: AntiEntropyInput): void {
    if (input.is === 'down')
      for (const [document, { peer }] of this.#sessions)
        if (peer === input.peer) this.#sessions.delete(document);
    for (const output of this.#antiEntropy.handle(input, this.#o.clock.now)) this.#perform(output);
    this.#alarm.set(this.#antiEntropy.wakeAt);
  }

  frame(peer: PeerId, frame: RepairFrame): void {
    const { space } = frame;
    switch (frame.type) {
      case 'digest':
        this.take({ is: 'told', peer, space, message: frame.message });
        return;
      case 'want':
        this.#bulk(peer, frame);
        return;
      case 'bulk': {
        const { document, upTo, last } = frame;
        if (frame.entries.length === 0 && upTo === 0) return;
        for (const entry of frame.entries) this.#o.receive(entry, peer);
        if (last) return this.take({ is: 'repaired', peer, space, document });
        this.take({ is: 'progress', peer, space, document });
        if (this.#antiEntropy.mending(peer, space, document))
          this.#want(peer, space, document, upTo);
        return;
      }
      case 'session':
        this.#session(peer, frame);
        return;
    }
  }

  #perform(output: AntiEntropyOutput): void {
    const { peer, space } = output;
    switch (output.do) {
      case 'tell': {
        const { message } = output;
        this.#o.send(peer, { type: 'digest', space, message }, digestBytes(space, message));
        return;
      }
      case 'want':
        this.#want(peer, space, output.document, 0);
        return;
      case 'session': {
        const { document } = output;
        if (this.#isBusy(document)) {
          this.take({ is: 'repaired', peer, space, document });
          return;
        }
        this.#sessions.set(document, { peer, at: this.#o.clock.now });
        this.#step(peer, space, document, 'open', []);
        return;
      }
      case 'in-vain':
        this.#o.inVain(peer);
        return;
      case 'equal':
        return;
    }
  }

  #want(peer: PeerId, space: SpaceId, document: string, taken: number): void {
    this.#o.send(peer, { type: 'want', space, document, taken }, wantBytes(taken));
  }

  /** The next part of a document; the one after waits until this has been taken in. */
  #bulk(peer: PeerId, { space, document, taken }: Extract<RepairFrame, { type: 'want' }>): void {
    if (this.#o.withholds) return;
    const all = this.#entries(space, document);
    const entries = all.slice(taken, taken + BULK_ENTRIES);
    const upTo = taken + entries.length;
    const last = upTo >= all.length;
    const frame: RepairFrame = { type: 'bulk', space, document, entries, upTo, last };
    this.#o.send(peer, frame, bulkBytes(entries.length));
  }

  #entries(space: SpaceId, document: string): readonly Entry[] {
    const holding = this.#o.holding(space);
    const model = holding?.space.documentOf(document);
    return (model && holding?.documents.get(model.id)?.entries) ?? [];
  }

  #isBusy(document: string): boolean {
    const session = this.#sessions.get(document);
    return session !== undefined && this.#o.clock.now - session.at < SESSION_MS;
  }

  #step(
    peer: PeerId,
    space: SpaceId,
    document: string,
    step: 'open' | 'accept' | 'message' | 'close',
    inside: readonly Entry[],
  ): void {
    const held = new Set(this.#entries(space, document));
    const bytes =
      step === 'open' || (step === 'close' && inside.length === 0)
        ? sessionStepBytes(1)
        : syncMessageBytes(held.size, inside.length);
    this.#o.send(peer, { type: 'session', space, document, step, held, inside }, bytes);
  }

  /** Open; accept, with what is held there; then what the other lacks, each way; and the end. */
  #session(peer: PeerId, frame: Extract<RepairFrame, { type: 'session' }>): void {
    const { space, document, step } = frame;
    for (const entry of frame.inside) this.#o.receive(entry, peer);
    if (frame.inside.length > 0) this.take({ is: 'progress', peer, space, document });
    const all = this.#entries(space, document);
    const lacking = this.#o.withholds ? [] : all.filter((entry) => !frame.held.has(entry));
    const mine = this.#sessions.get(document)?.peer === peer;
    switch (step) {
      case 'open':
        if (this.#isBusy(document) || all.length === 0)
          return this.#step(peer, space, document, 'close', []);
        this.#sessions.set(document, { peer, at: this.#o.clock.now });
        this.#step(peer, space, document, 'accept', []);
        return;
      case 'accept':
        if (mine) this.#step(peer, space, document, 'message', lacking);
        return;
      case 'message':
        if (!mine) return;
        this.#step(peer, space, document, 'close', lacking);
        this.#ended(peer, space, document);
        return;
      case 'close':
        if (mine) this.#ended(peer, space, document);
        return;
    }
  }

  #ended(peer: PeerId, space: SpaceId, document: string): void {
    this.#sessions.delete(document);
    this.take({ is: 'repaired', peer, space, document });
  }
}
