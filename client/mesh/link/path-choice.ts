/**
 * Which path carries a link, sans-I/O. Direct is always tried first; the relay comes in when that has failed or passed
 * its deadline, and at once when an open channel is lost. While relayed the end that began the session keeps trying
 * direct. Each end chooses for itself what it sends on and takes what comes on either.
 *
 * | state      | is it when                | meanwhile                           | ends by                                    |
 * | ---------- | ------------------------- | ----------------------------------- | ------------------------------------------ |
 * | offered    | no path, no keys          | the first attempt is being made     | keys: connecting; `noAnswerMs`: dead       |
 * | connecting | no path, keys known       | attempts; the relay is asked, late  | one opens: direct; the relay is heard:     |
 * |            |                           | or once no attempt is left          | relayed; `#neverUpAt`: dead                |
 * | direct     | `#path`, heard of late    | heartbeats; overtaken attempts stay | a later one opens: direct, by that one; it |
 * |            |                           | for `retireMs`                      | closes: relayed; `suspectMs`: suspect      |
 * | suspect    | direct, silent            | the relay is asked, each `probeMs`  | heard here: direct; only there: relayed    |
 * | relayed    | `#path`                   | one end tries direct, with back-off | an attempt opens: direct                   |
 *
 * With a path, whichever, `deadMs` without a word is the end. Without the session's keys nothing becomes the path: an attempt
 * that is open before they are known waits for them.
 */

import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { DECIDE_MS, type LinkStats, type Path } from '../links-port.ts';
import { DirectAttempts } from './direct-attempts.ts';
import type { Ending } from './ending.ts';

export type PathDecision =
  /** Make a direct path, and offer it. */
  | { readonly is: 'attempt'; readonly attempt: number }
  | { readonly is: 'abandon'; readonly attempt: number; readonly linger: boolean }
  /** Ask the end that began the session for a further attempt. */
  | { readonly is: 'ask-retry' }
  | { readonly is: 'move'; readonly path: Path; readonly first: boolean }
  /** `attempt` is the direct path to ask on; `undefined` the relay. */
  | { readonly is: 'ping'; readonly attempt: number | undefined }
  | { readonly is: 'dead'; readonly reason: string; readonly ending: Ending };

export interface PathChoiceOptions {
  /** Whether this end began the session. */
  readonly initiator: boolean;
  /** Whether this platform has WebRTC. */
  readonly webrtc: boolean;
  readonly relayOnly: boolean;
  /** How long the first attempt may take before the relay comes in, ms. */
  readonly directDeadlineMs: number;
  /**
   * Whether a first contact that finds no direct path is worth a server's bytes; always, where absent. Two peers that both
   * reach a third need none: what they say travels through it.
   */
  readonly relayNeeded?: () => boolean;
}

export const LINK_TIMES = {
  heartbeatMs: 5_000,
  /** Of the end that did not begin the session: later, so that it answers rather than asks as well. */
  otherHeartbeatMs: 6_000,
  /** Silence on the direct path after which the relay is asked whether the neighbour lives. */
  suspectMs: 7_000,
  deadMs: 12_000,
  probeMs: 1_000,
  /** A stranger's offer may wait for a decision, and the answer takes a while to come. */
  noAnswerMs: DECIDE_MS + 3_000,
  neverUpMs: 25_000,
  /** The same where no attempt is under way, and only the relay could bring it up. */
  silentRelayMs: 8_000,
  /** An attempt that has not opened by now never will. */
  attemptMs: 20_000,
  /** How long an overtaken direct path stays, for what is under way on it. */
  retireMs: 2_000,
  retryAfterLossMs: 250,
  leastRetryMs: 500,
  /** While relayed, from the end of one attempt to the next: at first, then twice as long each time, and at most. */
  retryMs: 5_000,
  mostRetryMs: 60_000,
} as const;

/** How often the other end may have this one try a further direct path, beside whatever carries the link. */
const ASKED = { burst: 4, perSecond: 0.1 } as const;

export class PathChoice {
  readonly attempts = new DirectAttempts();
  readonly #options: PathChoiceOptions;
  readonly #startedAt: number;
  readonly #asked: TokenBucket;
  #decisions: PathDecision[] = [];
  #path: Path | undefined;
  #attempt = 0;
  #relayOnly: boolean;
  #theirRelayOnly = false;
  #keysAt: number | undefined;
  #channelLost = false;
  #heardAt: number;
  #relayHeardAt = Number.NEGATIVE_INFINITY;
  #relayedSince = 0;
  #sentAt = 0;
  #probedAt = Number.NEGATIVE_INFINITY;
  #retryAt: number | undefined;
  #retries = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  /** When to do what the other end has asked for. */
  #anewAt: number | undefined;

  constructor(options: PathChoiceOptions, now: number) {
    this.#options = options;
    this.#relayOnly = options.relayOnly;
    this.#startedAt = now;
    this.#asked = new TokenBucket(ASKED, now);
    this.#heardAt = now;
  }

  /** `undefined` until the link is up. */
  get path(): Path | undefined {
    return this.#path;
  }

  /** The attempt that carries the link; `undefined` if the relay does. */
  get attempt(): number | undefined {
    return this.#path === 'direct' ? this.#attempt : undefined;
  }

  get directAllowed(): boolean {
    return this.#options.webrtc && !this.#relayOnly;
  }

  get cause(): LinkStats['cause'] {
    if (this.#path === 'direct') return 'direct';
    if (!this.directAllowed || this.#theirRelayOnly) return 'relay-only';
    if (this.#channelLost) return 'channel-lost';
    const connecting = this.attempts.connecting[0];
    if (connecting === undefined) return 'direct-failed';
    const late = this.#relayedSince >= connecting.startedAt + this.#options.directDeadlineMs;
    return late ? 'direct-timed-out' : 'trying-direct';
  }

  // What happens

  start(now: number): void {
    this.#tryDirect(now);
  }

  /** From now on either path can be used. */
  keysKnown(now: number): void {
    this.#keysAt = now;
  }

  /** The other end gave a description, or none because it wants no direct path. */
  theyWantRelayOnly(relayOnly: boolean): void {
    this.#theirRelayOnly = relayOnly;
  }

  opened(attempt: number, now: number): void {
    const live = this.attempts.get(attempt);
    if (live === undefined || live.open) return;
    live.open = true;
    this.heard(attempt, now);
  }

  /** @param attempt on which something came; `undefined` for the relay */
  heard(attempt: number | undefined, now: number): void {
    this.#heardAt = now;
    const live = attempt === undefined ? undefined : this.attempts.get(attempt);
    if (live !== undefined) live.heardAt = now;
    if (attempt === undefined) this.#relayHeardAt = now;
  }

  sent(attempt: number | undefined, now: number): void {
    if (attempt === this.attempt) this.#sentAt = now;
  }

  abandon(attempt: number, linger: boolean): void {
    if (this.attempts.end(attempt)) this.#decisions.push({ is: 'abandon', attempt, linger });
  }

  abandonAll(linger: boolean): void {
    for (const { number } of this.attempts.all) this.abandon(number, linger);
  }

  /** Something has changed: a further attempt now, beside whatever carries the link. */
  tryAnew(now: number): void {
    this.#retries = 0;
    this.#anewAt = undefined;
    if (this.#path === undefined || !this.directAllowed) return;
    if (!this.#options.initiator) {
      this.#decisions.push({ is: 'ask-retry' });
      return;
    }
    for (const { number } of this.attempts.connecting) this.abandon(number, false);
    this.#theirRelayOnly = false;
    this.#tryDirect(now);
  }

  /** The other end wants a further attempt. One that asks on and on gets one now and then. */
  askedToRetry(now: number): void {
    if (this.#asked.take(1, now))
      this.#anewAt ??= Math.max(now, this.#triedAt + LINK_TIMES.leastRetryMs);
  }

  setRelayOnly(relayOnly: boolean, now: number): void {
    if (relayOnly === this.#relayOnly) return;
    this.#relayOnly = relayOnly;
    if (relayOnly) this.abandonAll(false);
    else this.tryAnew(now);
  }

  // What follows

  /** What is to be done now, in order. */
  decide(now: number): readonly PathDecision[] {
    this.#expire(now);
    if (this.#anewAt !== undefined && now >= this.#anewAt) this.tryAnew(now);
    this.#choose(now);
    this.#retry(now);
    this.#beat(now);
    const decisions = this.#decisions;
    this.#decisions = [];
    return decisions;
  }

  /** When to `decide` at the latest. */
  get wakeAt(): number {
    const at = [this.#retryAt, this.#anewAt].filter((time) => time !== undefined);
    for (const attempt of this.attempts.all) {
      if (attempt.retireAt !== undefined) at.push(attempt.retireAt);
      if (!attempt.open) at.push(attempt.startedAt + LINK_TIMES.attemptMs);
    }
    const probesFrom = this.#probesFrom();
    if (probesFrom !== undefined) {
      at.push(Math.max(probesFrom, this.#probedAt + LINK_TIMES.probeMs));
    }
    if (this.#path !== undefined) {
      at.push(this.#heardAt + LINK_TIMES.deadMs, this.#sentAt + this.#heartbeatMs);
    } else if (this.#keysAt === undefined) at.push(this.#startedAt + LINK_TIMES.noAnswerMs);
    else at.push(this.#neverUpAt(this.#keysAt));
    return Math.min(...at);
  }

  #tryDirect(now: number): void {
    const attempt = this.attempts.latest + 1;
    this.#triedAt = now;
    this.attempts.begin(attempt, now);
    this.#decisions.push({ is: 'attempt', attempt });
  }

  #expire(now: number): void {
    for (const attempt of this.attempts.all) {
      const late = !attempt.open && now >= attempt.startedAt + LINK_TIMES.attemptMs;
      const retired = attempt.retireAt !== undefined && now >= attempt.retireAt;
      if (late || retired) this.abandon(attempt.number, true);
    }
    const dead = this.#deadOf(now);
    if (dead !== undefined) this.#decisions.push({ is: 'dead', ...dead });
    this.#leaveBlackHole(now);
  }

  #deadOf(now: number): { readonly reason: string; readonly ending: Ending } | undefined {
    if (this.#path !== undefined) {
      if (now < this.#heardAt + LINK_TIMES.deadMs) return undefined;
      return { reason: `nothing was heard for ${LINK_TIMES.deadMs / 1000} s`, ending: 'lost' };
    }
    if (this.#keysAt === undefined) {
      if (now < this.#startedAt + LINK_TIMES.noAnswerMs) return undefined;
      return { reason: 'no answer', ending: 'no-answer' };
    }
    if (now < this.#neverUpAt(this.#keysAt)) return undefined;
    return { reason: 'neither a direct nor a relayed path came up', ending: 'lost' };
  }

  /** The other end may have ended the session, and the word of it been lost. */
  #neverUpAt(keysAt: number): number {
    const direct = this.attempts.connecting.length > 0;
    return keysAt + (direct ? LINK_TIMES.neverUpMs : LINK_TIMES.silentRelayMs);
  }

  /** The neighbour answers over the relay and no longer here: what goes on this path is lost. */
  #leaveBlackHole(now: number): void {
    const suspectAt = this.#suspectAt();
    if (suspectAt === undefined || now < suspectAt + LINK_TIMES.probeMs) return;
    if (this.#relayHeardAt >= suspectAt) this.abandon(this.#attempt, false);
  }

  /** The back-off runs from the end of one attempt to the next. */
  #retry(now: number): void {
    const may = this.#options.initiator && this.directAllowed && !this.#theirRelayOnly;
    if (this.#path !== 'relayed' || !may || this.attempts.connecting.length > 0) {
      this.#retryAt = undefined;
      return;
    }
    this.#retryAt ??=
      now + Math.min(LINK_TIMES.retryMs * 2 ** this.#retries, LINK_TIMES.mostRetryMs);
    if (now < this.#retryAt) return;
    this.#retryAt = undefined;
    this.#retries++;
    this.#tryDirect(now);
  }

  #choose(now: number): void {
    if (this.#keysAt === undefined) return;
    const { best } = this.attempts;
    if (best !== undefined) {
      if (best.number !== this.attempt) this.#moveToDirect(best.number, now);
    } else if (this.#path === 'direct') {
      this.#channelLost = true;
      this.#moveToRelay(now);
      this.#retryAt = now + LINK_TIMES.retryAfterLossMs;
    } else if (this.#path === undefined && this.#relayHeardAt > Number.NEGATIVE_INFINITY) {
      this.#moveToRelay(now);
    }
  }

  #moveToDirect(attempt: number, now: number): void {
    for (const other of this.attempts.all) {
      if (other.number < attempt) other.retireAt ??= now + LINK_TIMES.retireMs;
    }
    this.#attempt = attempt;
    this.#channelLost = false;
    this.#retries = 0;
    this.#move('direct', now);
  }

  #moveToRelay(now: number): void {
    this.#relayedSince = now;
    this.#move('relayed', now);
    this.#ping(undefined, now);
  }

  #move(path: Path, now: number): void {
    const first = this.#path === undefined;
    this.#path = path;
    this.#sentAt = now;
    this.#decisions.push({ is: 'move', path, first });
  }

  /** Where one end wants no direct path there is no other. */
  get #relayNeeded(): boolean {
    if (!this.directAllowed || this.#theirRelayOnly) return true;
    return this.#options.relayNeeded?.() ?? true;
  }

  get #heartbeatMs(): number {
    return this.#options.initiator ? LINK_TIMES.heartbeatMs : LINK_TIMES.otherHeartbeatMs;
  }

  #suspectAt(): number | undefined {
    const live = this.#path === 'direct' ? this.attempts.get(this.#attempt) : undefined;
    return live && live.heardAt + LINK_TIMES.suspectMs;
  }

  /** From when on the relay is asked, each second, for a sign of life. */
  #probesFrom(): number | undefined {
    if (this.#path === 'direct') return this.#suspectAt();
    if (this.#path === 'relayed') {
      return this.#relayHeardAt < this.#relayedSince ? this.#relayedSince : undefined;
    }
    if (this.#keysAt === undefined || !this.#relayNeeded) return undefined;
    if (this.attempts.connecting.length === 0) return this.#keysAt;
    return this.#keysAt + this.#options.directDeadlineMs;
  }

  #beat(now: number): void {
    const from = this.#probesFrom();
    const probes = from !== undefined && now >= from;
    if (probes && now >= this.#probedAt + LINK_TIMES.probeMs) this.#ping(undefined, now);
    if (this.#path === undefined || now < this.#sentAt + this.#heartbeatMs) return;
    this.#ping(this.attempt, now);
  }

  #ping(attempt: number | undefined, now: number): void {
    if (attempt === undefined) this.#probedAt = now;
    if (attempt === this.attempt) this.#sentAt = now;
    this.#decisions.push({ is: 'ping', attempt });
  }
}
