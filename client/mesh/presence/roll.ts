/**
 * The roll of a space: what was last heard of each device, and until when that is believed. Which of two messages is the later is
 * told by run and count, never by anybody's clock.
 */
import type { PresenceMark, PresenceStatement } from '@snug/shared/crypto/sealed-presence.ts';
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { PresenceMessage } from './attendance-inputs.ts';
import { BELIEVED, CLOCKS_AGREE_MS } from './statement-times.ts';

/** What is answered may be a while old already, and is believed for less. */
const ANSWERED = 1.5;
/** So long it is shown that somebody types, ms. */
const TYPING_SHOWN_MS = 7_000;
/** A message and the last "typing" before it may cross: for so long it is not believed, ms. */
const CROSSING_MS = 1_000;
/** What a device may send, a second and at once. */
const OF_DEVICE = { perSecond: 1, burst: 10 };
/** Most devices that are remembered, the longest unheard of forgotten first; and of each, runs that are over. */
const DEVICES = 4_096;
const RUNS = 8;

interface Heard {
  readonly mark: PresenceMark;
  /** Runs before this one: what was said in them is not listened to again. */
  readonly over: readonly number[];
  readonly message: PresenceMessage;
  /** By which neighbour it came. */
  readonly by: PeerId;
  readonly seconds: number;
  /**
   * Since when it is told to newcomers as what is so: since it came or, where it was answered to this device, who knows it from nobody
   * else, since it was said, or the dead would go round.
   */
  readonly freshFrom: number;
  /** 0 once they are gone. */
  until: number;
  typing: { readonly channel: ChannelId; readonly until: number } | undefined;
  readonly bucket: TokenBucket;
}

export class Roll {
  readonly #heard = new BoundedMap<PeerId, Heard>(DEVICES);
  readonly #spoke = new Map<string, number>();

  isPresent(peer: PeerId, now: number): boolean {
    return (this.#heard.get(peer)?.until ?? 0) > now;
  }

  present(now: number): PeerId[] {
    return [...this.#heard].flatMap(([peer, { until }]) => (until > now ? [peer] : []));
  }

  by(peer: PeerId): PeerId | undefined {
    return this.#heard.get(peer)?.by;
  }

  typing(channel: ChannelId, now: number): PeerId[] {
    return [...this.#heard].flatMap(([peer, { typing, until }]) =>
      until > now && typing?.channel === channel && typing.until > now ? [peer] : [],
    );
  }

  /** When somebody is gone, or types no more, unless they are heard before. */
  get expiresAt(): number | undefined {
    let soonest = Number.POSITIVE_INFINITY;
    for (const { until, typing } of this.#heard.values())
      if (until !== 0) soonest = Math.min(soonest, until, typing?.until ?? until);
    return Number.isFinite(soonest) ? soonest : undefined;
  }

  knows(device: PeerId, { run, count }: PresenceMark): boolean {
    const mark = this.#heard.get(device)?.mark;
    return mark?.run === run && mark.count === count;
  }

  /**
   * Whether a message comes after what was heard. A run that began earlier, by its device's clock, is listened to once the later
   * one is silent: the clock may have been set back. Of a run that is over nothing is listened to again.
   */
  isLater(device: PeerId, { run, count }: PresenceMark, now: number): boolean {
    const heard = this.#heard.get(device);
    if (!heard) return true;
    if (run === heard.mark.run) return count > heard.mark.count;
    return !heard.over.includes(run) && (run > heard.mark.run || heard.until <= now);
  }

  /** Whether it comes later in the very run that is heard now. */
  goesOn(device: PeerId, { run, count }: PresenceMark): boolean {
    const mark = this.#heard.get(device)?.mark;
    return mark?.run === run && count > mark.count;
  }

  /**
   * Takes down what a device has said, if it is later than what was heard and not too much; else `undefined`. Whether its run is
   * another than before. `saidAt`, ms, is when it was said at the earliest: however late it is brought, it is not believed for longer.
   */
  enter(
    message: PresenceMessage,
    mark: PresenceMark,
    { seconds, leaving, typing }: Omit<PresenceStatement, 'lost' | 'after'>,
    how: { readonly by: PeerId; readonly answered: boolean; readonly saidAt: number },
    now: number,
  ): { readonly anew: boolean } | undefined {
    const { device } = message;
    const before = this.#heard.get(device);
    // Only what was signed counts against a device: else others could silence it.
    const bucket = before?.bucket ?? new TokenBucket(OF_DEVICE, now);
    if (!this.isLater(device, mark, now) || !bucket.take(1, now)) return undefined;
    const anew = before !== undefined && before.mark.run !== mark.run;
    const { by, answered, saidAt } = how;
    const span = seconds * 1000;
    const until = Math.min(
      now + span * (answered ? ANSWERED : BELIEVED),
      saidAt + span * BELIEVED + CLOCKS_AGREE_MS,
    );
    const crosses = now - (this.#spoke.get(`${device} ${typing}`) ?? 0) < CROSSING_MS;
    this.#heard.refresh(device, {
      mark,
      over: anew ? [...before.over, before.mark.run].slice(-RUNS) : (before?.over ?? []),
      message,
      by,
      freshFrom: answered ? saidAt : now,
      seconds,
      until: leaving ? 0 : until,
      typing:
        typing === undefined || crosses || answered
          ? undefined
          : { channel: typing, until: now + TYPING_SHOWN_MS },
      bucket,
    });
    return { anew };
  }

  /** Messages of those who are here for certain, to tell a newcomer. */
  fresh(now: number): readonly PresenceMessage[] {
    return [...this.#heard.values()].flatMap(({ message, freshFrom, seconds, until }) =>
      until > now && now - freshFrom <= seconds * 1000 * ANSWERED ? [message] : [],
    );
  }

  /** Somebody who is here is believed no longer than this. */
  shorten(peer: PeerId, until: number, now: number): void {
    const heard = this.#heard.get(peer);
    if (heard && heard.until > now) heard.until = Math.min(heard.until, until);
  }

  /** There is nobody left by whom anybody could be heard. */
  clear(): void {
    for (const heard of this.#heard.values()) heard.until = 0;
  }

  /** A message of theirs has come. True if they were shown as typing it. */
  spoke(peer: PeerId, channel: ChannelId, now: number): boolean {
    for (const [key, at] of this.#spoke) if (now - at >= CROSSING_MS) this.#spoke.delete(key);
    this.#spoke.set(`${peer} ${channel}`, now);
    const heard = this.#heard.get(peer);
    if (heard?.typing?.channel !== channel) return false;
    heard.typing = undefined;
    return true;
  }

  /** True when the time of any has run out. */
  expire(now: number): boolean {
    let any = false;
    for (const heard of this.#heard.values()) {
      const gone = heard.until !== 0 && heard.until <= now;
      const still = heard.typing !== undefined && heard.typing.until <= now;
      if (gone) heard.until = 0;
      if (still) heard.typing = undefined;
      any ||= gone || still;
    }
    return any;
  }
}
