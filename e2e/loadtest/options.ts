/** What a load test is asked to do. The same options, plan and messages go through every mode. */
import type { Mode } from './modes.ts';

/** How they come: all at once, each when the one before is in, or in a stream, at random times that nobody waits for. */
export const JOIN_PATTERNS = ['at-once', 'one-by-one', 'stream'] as const;
export type JoinPattern = (typeof JOIN_PATTERNS)[number];

export interface Options {
  /** Peers without a browser. */
  readonly peers: number;
  /** Real Chromium peers beside them, mesh only. */
  readonly browsers: number;
  readonly messages: number;
  /** Messages a second, of all writers together. */
  readonly rate: number;
  /** Bytes of each message's text, or a distribution as in chats: most short, some long. */
  readonly size: number | 'mixed';
  /** How many of the peers write. */
  readonly writers: number | 'all';
  readonly modes: readonly Mode[];
  readonly join: JoinPattern;
  /** Share of the peers, in [0, 1], that cannot connect directly to anybody: mesh only, others do not connect directly at all. */
  readonly relayed: number;
  /** So many of the peers join when half of the messages have been written. */
  readonly late: number;
  /** Seconds that are measured with nobody writing, after the messages: as many in every mode. */
  readonly idle: number;
  readonly seed: number;
}
