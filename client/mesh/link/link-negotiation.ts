/** How the two ends of a link agree on a session's key and on direct paths: offers, answers and candidates, sans-I/O. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import {
  type Candidate,
  type CompactDescription,
  MAX_CANDIDATES,
} from '../signaling/compact-description.ts';
import type { SignalPayload } from '../signaling/signal-payload.ts';
import type { LinkOutput } from './link-inputs.ts';
import type { PathChoice } from './path-choice.ts';
import { type EphemeralKeys, type SessionKeys, sessionKeys } from './relay-path.ts';

export interface LinkNegotiationOptions {
  readonly me: PeerId;
  readonly peer: PeerId;
  /** 16 random bytes. */
  readonly session: Uint8Array;
  /** Whether this end began the session. */
  readonly initiator: boolean;
  readonly keys: EphemeralKeys;
  /** Both ride in the first offer. */
  readonly note?: Uint8Array;
  readonly urgent?: boolean;
}

type Described = Extract<SignalPayload, { is: 'offer' | 'answer' }>;

interface Local {
  readonly description: CompactDescription;
  readonly candidates: readonly Candidate[];
}

/**
 * Direct attempts that the other end may have this one make within a session, well above what its own pauses between them let it
 * offer: each is a WebRTC connection, and browsers stop making them after some hundreds.
 */
const ATTEMPTS = { burst: 8, perSecond: 0.5 } as const;

export class LinkNegotiation {
  readonly #options: LinkNegotiationOptions;
  readonly #choice: PathChoice;
  readonly #out: (output: LinkOutput) => void;
  readonly #attempts: TokenBucket;
  #keysSent = false;
  #keys: SessionKeys | undefined;
  /** Candidates that came before the offer they belong to. */
  #early: { attempt: number; candidates: readonly Candidate[] } | undefined;

  constructor(
    options: LinkNegotiationOptions,
    choice: PathChoice,
    out: (output: LinkOutput) => void,
    now: number,
  ) {
    this.#attempts = new TokenBucket(ATTEMPTS, now);
    this.#options = options;
    this.#choice = choice;
    this.#out = out;
  }

  /** `undefined` until the other end's part is known. */
  get keys(): SessionKeys | undefined {
    return this.#keys;
  }

  /** Whether the other end can know of the session from this one. */
  get begun(): boolean {
    return this.#keysSent || !this.#options.initiator;
  }

  signal(payload: SignalPayload): void {
    this.#out({ do: 'signal', payload });
  }

  /** False: it brings no key where one is needed, and the session cannot be. */
  take(payload: Exclude<SignalPayload, { is: 'bye' }>, now: number): boolean {
    const { initiator } = this.#options;
    const { attempts } = this.#choice;
    switch (payload.is) {
      case 'offer':
        if (initiator || payload.attempt <= attempts.latest) return true;
        if (!this.#learnKey(payload.ephemeral, now)) return false;
        this.#onOffer(payload, now);
        return true;
      case 'answer':
        if (!initiator || payload.attempt > attempts.latest) return true;
        if (!this.#learnKey(payload.ephemeral, now)) return false;
        this.#onAnswer(payload);
        return true;
      case 'candidates':
        this.#onCandidates(payload.attempt, payload.candidates);
        return true;
      case 'retry':
        if (initiator) this.#choice.askedToRetry(now);
        return true;
    }
  }

  /** Offers or answers, whichever is this end's part. */
  describe(attempt: number, local?: Local): void {
    if (this.#options.initiator) this.#offer(attempt, local);
    else this.signal({ is: 'answer', attempt, ...this.#described(local) });
  }

  /** WebRTC failed, perhaps before it described anything: the session still begins, over the relay. */
  attemptClosed(attempt: number): void {
    if (this.#choice.attempts.end(attempt) && !this.#keysSent) this.describe(attempt);
  }

  #learnKey(theirs: Uint8Array | undefined, now: number): boolean {
    if (this.#keys !== undefined) return true;
    const { session, me, peer, initiator, keys: mine } = this.#options;
    this.#keys = theirs && sessionKeys({ session, me, peer, initiator, mine, theirs });
    if (this.#keys === undefined) return false;
    this.#choice.keysKnown(now);
    return true;
  }

  #onOffer({ attempt, description: offer, candidates = [] }: Described, now: number): void {
    const choice = this.#choice;
    choice.theyWantRelayOnly(offer === undefined);
    if (offer === undefined || !choice.directAllowed || !this.#attempts.take(1, now)) {
      choice.attempts.skip(attempt);
      this.describe(attempt);
      return;
    }
    // Whoever offers anew has given up what was still coming up.
    for (const { number } of choice.attempts.connecting) choice.abandon(number, false);
    choice.attempts.begin(attempt, now);
    this.#out({ do: 'attempt', attempt, offer });
    const early = this.#early?.attempt === attempt ? this.#early.candidates : [];
    this.#early = undefined;
    this.#onCandidates(attempt, [...candidates, ...early]);
  }

  #onAnswer({ attempt, description, candidates = [] }: Described): void {
    this.#choice.theyWantRelayOnly(description === undefined);
    if (this.#choice.attempts.get(attempt)?.open !== false) return;
    if (description === undefined) this.#choice.abandon(attempt, false);
    else {
      this.#out({ do: 'answer', attempt, description });
      this.#onCandidates(attempt, candidates);
    }
  }

  #onCandidates(attempt: number, candidates: readonly Candidate[]): void {
    if (candidates.length === 0) return;
    if (this.#choice.attempts.get(attempt) !== undefined) {
      this.#out({ do: 'candidates', attempt, candidates });
    } else if (attempt > this.#choice.attempts.latest) {
      const before = this.#early?.attempt === attempt ? this.#early.candidates : [];
      const all = [...before, ...candidates].slice(0, MAX_CANDIDATES);
      this.#early = { attempt, candidates: all };
    }
  }

  #offer(attempt: number, local: Local | undefined): void {
    this.#choice.attempts.skip(attempt);
    const { note, urgent } = this.#keysSent ? {} : this.#options;
    this.signal({
      is: 'offer',
      attempt,
      ...this.#described(local),
      ...(note && { note }),
      ...(urgent && { urgent }),
    });
  }

  /** What this end's WebRTC says of itself, and the session's key the first time. */
  #described(local: Local | undefined): Partial<Local & { ephemeral: Uint8Array }> {
    const ephemeral = this.#keysSent ? undefined : this.#options.keys.publicKey;
    this.#keysSent = true;
    const { description, candidates } = local ?? {};
    return {
      ...(ephemeral && { ephemeral }),
      ...(description && { description }),
      ...(candidates && candidates.length > 0 && { candidates }),
    };
  }
}
