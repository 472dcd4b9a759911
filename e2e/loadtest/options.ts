/** What a load test is asked to do. The same options, plan and messages go through every mode. */

export const MODES = ['mesh', 'router', 'star'] as const;

/**
 * `mesh`: Snug as shipped. `router`: a chat router at its best, each message up once and copied by the server to each other
 * member, with the same entries, signatures and seals. `star`: automerge-repo with its own WebSocket server, one document,
 * stock sync, neither signed nor sealed.
 */
export type Mode = (typeof MODES)[number];

/** How they come: all at once, one after another, or in a steady stream over the set-up time. */
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
  /** Seconds that are measured with nobody writing, after the messages; in `router` and `star` 3 at most. */
  readonly idle: number;
  readonly seed: number;
}
