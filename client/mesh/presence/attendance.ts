/**
 * Attendance: who is in a space just now, by what they say themselves, and who is typing. Sans-I/O; one for each space.
 *
 * A device says "here" every so often, the more seldom the more are here; it is passed on along the broadcast tree and believed for
 * two and a half such times. Each message is all that its sender says just now, so a later one takes the place of an earlier, and
 * which is later is told by a count within a run of the program. What may have been said long ago shows nobody: see
 * `statement-times.ts`.
 *
 * A link that breaks says so before that time is up: whoever was at its other end is doubted, and shown for some seconds only,
 * unless they are heard of again. A doubt can make somebody say "here" once more, and no more than that.
 */
import type { PresenceMark } from '@snug/shared/crypto/sealed-presence.ts';
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type {
  AttendanceInput,
  AttendanceOptions,
  AttendanceOutput,
  PresenceMessage,
} from './attendance-inputs.ts';
import { DOUBTED_MS, Doubts } from './doubts.ts';
import { Passing, sends } from './passing.ts';
import { Roll } from './roll.ts';
import { StatementTimes } from './statement-times.ts';
import { Undated } from './undated.ts';

/** Between two of a device's own, ms: at least this, and so long for each device that is here. */
export const HERE_MS = 30_000;
export const HERE_PER_PEER_MS = 4_000;
const HERE_MOST_MS = 3_600_000;
/** Between any two of one's own messages, and between two that say that one types, ms. */
const PAUSE_MS = 1_000;
const TYPING_PAUSE_MS = 3_000;
/** So long after the last key nobody types any more, ms. */
const TYPING_MS = 6_000;
/** Among more than these it is not said that one types. */
const TYPING_AMONG = 200;
/** A newcomer's first word comes this soon, and half as soon again by chance, ms. */
const FIRST_MS = 200;
/** Who has been here for less does not pass on what was answered to them: those around know it. */
const NEW_MS = 10_000;
/** Between two questions, and between two answers to one neighbour, ms. */
const ASK_MS = 3_000;
const ANSWER_MS = 30_000;
/** What a neighbour may send, a second and at once. */
const OF_NEIGHBOUR = { perSecond: 50, burst: 1_000 };

export class Attendance {
  readonly #o: AttendanceOptions;
  readonly #roll = new Roll();
  readonly #times: StatementTimes;
  readonly #undated = new Undated();
  readonly #neighbours = new Set<PeerId>();
  readonly #buckets = new Map<PeerId, TokenBucket>();
  readonly #doubts: Doubts;
  readonly #passing = new Passing();
  readonly #answeredAt = new Map<PeerId, number>();
  /** Somebody has been lost, so the tree may be in pieces: the next own message goes to every neighbour, and joins them. */
  #joins = false;
  #count = -1;
  #own: PresenceMessage | undefined;
  #sayAt: number | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  #among: number | undefined;
  readonly #unasked = new Set<PeerId>();
  #askAt = Number.NEGATIVE_INFINITY;
  #typing: { readonly channel: ChannelId; readonly until: number } | undefined;
  #typingSaid: { readonly channel: ChannelId; readonly at: number } | undefined;
  #left = false;
  #refused = 0;

  constructor(options: AttendanceOptions) {
    this.#o = options;
    this.#doubts = new Doubts(options.random);
    this.#times = new StatementTimes(options.random);
  }

  /** Messages that were not listened to: old, forged, or too many. */
  get refused(): number {
    return this.#refused;
  }

  /** Devices that have said that they are here, linked or not. */
  present(now: number): PeerId[] {
    return this.#roll.present(now);
  }

  isPresent(peer: PeerId, now: number): boolean {
    return this.#roll.isPresent(peer, now);
  }

  /** The neighbour by whom the peer was last heard. */
  by(peer: PeerId): PeerId | undefined {
    return this.#roll.by(peer);
  }

  typing(channel: ChannelId, now: number): PeerId[] {
    return this.#roll.typing(channel, now);
  }

  /** Devices here, this one included. */
  here(now: number): number {
    const unheard = [...this.#neighbours].filter((peer) => !this.isPresent(peer, now)).length;
    return 1 + this.present(now).length + unheard;
  }

  /** When there is something to say or to pass on. */
  get soonAt(): number | undefined {
    const passAt = this.#passing.at;
    return passAt !== undefined && (this.#sayAt === undefined || passAt < this.#sayAt)
      ? passAt
      : this.#sayAt;
  }

  get wakeAt(): number | undefined {
    const askAt = this.#unasked.size > 0 ? this.#askAt : undefined;
    const times = [this.soonAt, askAt, this.#doubts.wakeAt, this.#roll.expiresAt];
    return times.reduce(
      (least, at) => (at === undefined || (least !== undefined && least <= at) ? least : at),
      undefined,
    );
  }

  /** Whether a message is worth opening: it is later than what has been heard of its device, and not one of too many. */
  admits(from: PeerId, device: PeerId, mark: PresenceMark, now: number): 'news' | 'known' | 'no' {
    if (this.knows(device, mark)) return 'known';
    const bucket = this.#buckets.get(from) ?? new TokenBucket(OF_NEIGHBOUR, now);
    this.#buckets.set(from, bucket);
    if (bucket.take(1, now) && this.#roll.isLater(device, mark, now)) return 'news';
    this.#refused++;
    return 'no';
  }

  /** Whether this very message has been heard, or is one's own. */
  knows(device: PeerId, mark: PresenceMark): boolean {
    return (
      device === this.#o.me || this.#roll.knows(device, mark) || this.#undated.knows(device, mark)
    );
  }

  /** Whether this very message is what shows its device. */
  believes(device: PeerId, mark: PresenceMark): boolean {
    return this.#roll.knows(device, mark);
  }

  /** A message did not open, or its signature is wrong. */
  refuse(): void {
    this.#refused++;
  }

  handle(input: AttendanceInput, now: number): readonly AttendanceOutput[] {
    switch (input.is) {
      case 'neighbour':
        return this.#meet(input.peer, now);
      case 'down':
        return this.#lose(input.peer, input.surplus, now);
      case 'heard':
        return this.#hear(input, now);
      case 'asked':
        return this.#answer(input.from, now);
      case 'said':
        this.#own = { device: this.#o.me, bytes: input.bytes };
        this.#times.own(input.bytes, now);
        this.#passing.add(this.#own, undefined, this.#joins, now);
        this.#joins = false;
        return input.urgent ? this.#flush() : [];
      case 'typing':
        this.#type(input.channel, now);
        return [];
      case 'spoke':
        return this.#spokeUp(input.peer, input.channel, now);
      case 'leave':
        if (this.#left || this.#neighbours.size === 0) return [];
        this.#left = true;
        return [this.#say(now)];
      case 'tick':
        return this.#tick(now);
    }
  }

  #meet(peer: PeerId, now: number): readonly AttendanceOutput[] {
    if (this.#neighbours.has(peer)) return [];
    if (this.#neighbours.size === 0) {
      this.#among = now;
      this.#sayWithin(FIRST_MS, now);
    }
    this.#neighbours.add(peer);
    this.#doubts.settle(peer);
    this.#unasked.add(peer);
    return [...this.#ask(now), { do: 'changed' }];
  }

  /** A neighbour who was not heard of may know others who were not. One at a time: they mostly know the same. */
  #ask(now: number): readonly AttendanceOutput[] {
    for (const peer of this.#unasked) if (this.isPresent(peer, now)) this.#unasked.delete(peer);
    const [to] = this.#unasked;
    if (to === undefined || now < this.#askAt) return [];
    this.#unasked.delete(to);
    this.#askAt = now + ASK_MS;
    return [{ do: 'send', to, messages: [], asks: true, answers: false }];
  }

  #lose(peer: PeerId, surplus: boolean, now: number): readonly AttendanceOutput[] {
    if (!this.#neighbours.delete(peer)) return [];
    if (!surplus) this.#joins = true;
    this.#buckets.delete(peer);
    this.#undated.down(peer);
    this.#answeredAt.delete(peer);
    this.#unasked.delete(peer);
    if (this.#neighbours.size === 0) {
      this.#among = undefined;
      this.#sayAt = undefined;
      this.#askAt = Number.NEGATIVE_INFINITY;
      this.#roll.clear();
    } else if (this.#roll.isPresent(peer, now) && !surplus) {
      this.#roll.shorten(peer, now + DOUBTED_MS, now);
      this.#doubts.own(peer, now);
    }
    return [{ do: 'changed' }];
  }

  #hear(
    input: Extract<AttendanceInput, { is: 'heard' }>,
    now: number,
  ): readonly AttendanceOutput[] {
    const { from, message, mark, statement, lost, after, answers } = input;
    const { device, bytes } = message;
    if (device === this.#o.me) return [];
    const { seconds, leaving } = statement;
    const opened = { device, bytes, mark, seconds, after };
    // Whoever left their run left it after all that they said in it.
    const left = leaving && this.#roll.goesOn(device, mark) ? now : undefined;
    const saidAt = this.#times.of(opened, device === from, answers, now) ?? left;
    const how = saidAt === undefined ? undefined : { by: from, answered: answers, saidAt };
    const entered = how && this.#roll.enter(message, mark, statement, how, now);
    if (how ? !entered : !this.#undated.enter(from, device, mark, seconds, now)) {
      this.#refused++;
      return [];
    }
    const isNew = this.#among === undefined || now - this.#among < NEW_MS;
    if (!answers || !isNew) this.#passing.add(message, from, false, now);
    if (!entered) return [];
    this.#doubts.heard(device, entered.anew, now);
    if (lost.length > 0) this.#joins = true;
    for (const peer of lost) this.#doubt(peer, device, now);
    return [{ do: 'changed' }];
  }

  #doubt(peer: PeerId, by: PeerId, now: number): void {
    if (!this.#doubts.believes(by, peer, now)) return;
    if (peer === this.#o.me) return this.#sayWithin(PAUSE_MS, now);
    this.#doubts.settle(peer);
    // A link of one's own says more.
    if (!this.#neighbours.has(peer)) this.#roll.shorten(peer, now + DOUBTED_MS, now);
  }

  #answer(to: PeerId, now: number): readonly AttendanceOutput[] {
    const last = this.#answeredAt.get(to) ?? Number.NEGATIVE_INFINITY;
    if (!this.#neighbours.has(to) || now - last < ANSWER_MS) return [];
    this.#answeredAt.set(to, now);
    const others = this.#roll.fresh(now).filter(({ device }) => device !== to);
    return sends(to, this.#own ? [this.#own, ...others] : others, true);
  }

  #type(channel: ChannelId, now: number): void {
    this.#typing = { channel, until: now + TYPING_MS };
    if (this.#neighbours.size === 0 || this.here(now) > TYPING_AMONG) return;
    const said = this.#typingSaid;
    const recent = said?.channel === channel && now - said.at < TYPING_PAUSE_MS;
    if (!recent) this.#sayWithin(0, now);
  }

  #spokeUp(peer: PeerId, channel: ChannelId, now: number): readonly AttendanceOutput[] {
    if (peer === this.#o.me) {
      this.#typing = undefined;
      this.#typingSaid = undefined;
      return [];
    }
    return this.#roll.spoke(peer, channel, now) ? [{ do: 'changed' }] : [];
  }

  #sayWithin(ms: number, now: number): void {
    const at = Math.max(now + ms * (0.5 + this.#o.random() / 2), this.#saidAt + PAUSE_MS);
    if (this.#sayAt === undefined || at < this.#sayAt) this.#sayAt = at;
  }

  #say(now: number): AttendanceOutput {
    const interval = Math.min(Math.max(HERE_MS, this.here(now) * HERE_PER_PEER_MS), HERE_MOST_MS);
    this.#saidAt = now;
    this.#sayAt = this.#left ? undefined : now + interval * (0.75 + this.#o.random() / 2);
    const typing = this.#typing && this.#typing.until > now ? this.#typing.channel : undefined;
    if (typing !== undefined) this.#typingSaid = { channel: typing, at: now };
    this.#count = Math.max(this.#count + 1, Math.floor((now - this.#o.run) / 1000));
    const mark = { run: this.#o.run, count: this.#count };
    const seconds = this.#left ? 0 : Math.ceil(interval / 1000);
    const statement = { seconds, leaving: this.#left, ...(typing === undefined ? {} : { typing }) };
    this.#doubts.heard(this.#o.me, false, now);
    const lost = this.#doubts.toSay(now);
    const after = this.#times.toName(now);
    return { do: 'say', mark, statement, lost, after, urgent: this.#left };
  }

  #flush(): readonly AttendanceOutput[] {
    return this.#passing.take(this.#o.eager(), this.#neighbours);
  }

  #tick(now: number): readonly AttendanceOutput[] {
    const outputs: AttendanceOutput[] = [...this.#ask(now)];
    if (this.#doubts.due(now)) this.#sayWithin(0, now);
    if (this.#sayAt !== undefined && this.#sayAt <= now) outputs.push(this.#say(now));
    if (this.#passing.at !== undefined && this.#passing.at <= now) outputs.push(...this.#flush());
    return this.#roll.expire(now) ? [...outputs, { do: 'changed' }] : outputs;
  }
}
