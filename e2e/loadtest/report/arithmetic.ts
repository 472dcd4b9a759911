/**
 * What follows from a run by arithmetic: other sizes of room, when the mesh's set-up has paid for itself, a month. The functions
 * that say so are put into the page as text, too, and so use nothing from outside of themselves.
 */
import type { Options } from '../options.ts';
import { makePlan } from '../plan.ts';
import type { LoadtestResult, ModeResult } from '../result.ts';
import { ofKind } from './amounts.ts';

/** What a mode costs its server, in bytes in and out, as measured. */
export interface Rates {
  /** Connecting and joining, each time somebody comes. */
  readonly setUpPerSession: number;
  /** With STUN; absent where the run ended before one was due. */
  readonly heartbeatPerPeerSecond?: number;
  /** Of a message, once, however many get it: its way up. */
  readonly upPerMessage: number;
  /** Of a message, for each who gets it: its way down and what is answered. */
  readonly perDelivery: number;
  /** Of a message, for each who gets it over a relayed link, up and down. */
  readonly perRelayedDelivery: number;
  /** Bytes of text that a message of the run had on average. */
  readonly textBytes: number;
}

export interface Community {
  readonly members: number;
  /** On average, over day and night. */
  readonly online: number;
  readonly messagesPerDay: number;
  /** Average bytes of a message's text. */
  readonly textBytes: number;
  /** Of each member. */
  readonly sessionsPerDay: number;
  readonly pricePerGB: number;
  /** Share, in [0, 1], of the pairs of members that cannot connect directly. */
  readonly relayed: number;
}

export interface Month {
  readonly setUp: number;
  readonly heartbeat: number;
  readonly chat: number;
  /** All bytes, in and out. */
  readonly total: number;
  readonly price: number;
}

/** Of the room, the same in all modes: where there are no browsers, peers without one take their place. */
export function membersOf({ peers, browsers }: Options): number {
  return peers + browsers;
}

/** Bytes of text that a message had on average: its texts are ASCII, and the same options are the same plan. */
export function textBytesOf({ options }: LoadtestResult): number {
  if (options.size !== 'mixed') return options.size;
  const { messages } = makePlan(options);
  const sum = messages.reduce((bytes, { text }) => bytes + text.length, 0);
  return messages.length > 0 ? sum / messages.length : 0;
}

/**
 * Connecting and joining, with what a newcomer is sent to catch up before anything is written. Where a mesh has relayed peers,
 * their part of its warm-up is in it, too; and what it asks of STUN.
 */
function setUpOf({ server }: ModeResult): number {
  const { session, setUp } = server;
  return ofKind(session, 'setUp') + ofKind(session, 'stun') + ofKind(setUp, 'chat');
}

/**
 * One copy of a message goes up and weighs what one copy weighs on its way down; whatever else comes up is answers, so many
 * bytes for each who gets it. Hence the figures of one room tell those of another size, and give the measured one exactly.
 */
export function ratesOf(result: LoadtestResult, mode: ModeResult): Rates {
  const members = membersOf(result.options);
  const per = (bytes: number, count: number) => (count > 0 ? bytes / count : 0);
  const { writing, idleBytesPerSecond } = mode.server;
  const down = per(writing.out.chat, mode.delivered);
  const up = per(writing.in.chat, mode.delivered);
  const copy = mode.mode === 'mesh' ? 0 : Math.min(up * (members - 1), down);
  return {
    setUpPerSession: per(setUpOf(mode), members),
    ...(idleBytesPerSecond !== undefined && { heartbeatPerPeerSecond: idleBytesPerSecond }),
    upPerMessage: copy,
    perDelivery: down + up - per(copy, members - 1),
    perRelayedDelivery: 2 * (mode.mesh?.bytesPerDelivery ?? 0),
    textBytes: textBytesOf(result),
  };
}

/** Server bytes of chat for each who gets a message, in a room of so many (2 at least). */
export function bytesPerDelivery(rates: Rates, members: number): number {
  return rates.upPerMessage / (members - 1) + rates.perDelivery;
}

/** The rates a month is reckoned with: relayed deliveries of the run give way to the community's own share of them. */
export function ratesOfMonth(result: LoadtestResult, mode: ModeResult): Rates {
  const rates = ratesOf(result, mode);
  return mode.mode === 'mesh' && result.options.relayed > 0 ? { ...rates, perDelivery: 0 } : rates;
}

export interface Costs {
  readonly setUp: number;
  readonly perMessage: number;
}

/** As measured, of this room. */
export function costsOf({ options }: LoadtestResult, mode: ModeResult): Costs {
  const { writing } = mode.server;
  return {
    setUp: setUpOf(mode),
    perMessage: options.messages > 0 ? ofKind(writing, 'chat') / options.messages : 0,
  };
}

/** After how many messages `ours` has cost no more than `other`, set-up included: 0 when from the start, Infinity when never. */
export function breakEven(ours: Costs, other: Costs): number {
  const ahead = ours.setUp - other.setUp;
  if (ahead <= 0) return ours.perMessage <= other.perMessage ? 0 : Number.POSITIVE_INFINITY;
  const saved = other.perMessage - ours.perMessage;
  return saved > 0 ? Math.ceil(ahead / saved) : Number.POSITIVE_INFINITY;
}

/** What a community's server carries in 30 days. Every member gets every message, then or later. */
export function month(rates: Rates, community: Community): Month {
  const days = 30;
  const more = community.textBytes - rates.textBytes;
  const copy = (bytes: number, copies: number) =>
    bytes > 0 ? Math.max(0, bytes + copies * more) : 0;
  const perDelivery =
    copy(rates.perDelivery, 1) + community.relayed * copy(rates.perRelayedDelivery, 2);
  const perMessage = copy(rates.upPerMessage, 1) + Math.max(0, community.members - 1) * perDelivery;
  const chat = days * community.messagesPerDay * perMessage;
  const setUp = days * community.members * community.sessionsPerDay * rates.setUpPerSession;
  const heartbeat = days * 86_400 * community.online * (rates.heartbeatPerPeerSecond ?? 0);
  const total = setUp + heartbeat + chat;
  return { setUp, heartbeat, chat, total, price: (total / 1e9) * community.pricePerGB };
}
