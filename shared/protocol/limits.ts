/** Limits that both ends of a wire know. Sizes in bytes, rates per second, unless the name says otherwise. */

/** The signaling protocol's version. Both ends name theirs; they must be equal. */
export const PROTOCOL_VERSION = 1;

/** Signaling: what one socket may ask of a server. */
export const SIGNALING_LIMITS = {
  /** Largest Socket.IO message a server reads at all. */
  messageBytes: 64 * 1024,
  /** Largest sealed signal. */
  signalBytes: 4 * 1024,
  /** Largest relayed frame: one link packet and its seal. */
  relayFrameBytes: 18 * 1024,
  topicsPerPeer: 128,
  /** Most peers in one answer to `join`: more than a peer links to in a topic, so that a room of any size costs what a small one does. */
  sample: 10,
  /** Most peer ids in one `here` question. */
  hereQuestion: 32,
  /** Token bucket over all events but `relay`. */
  events: { perSecond: 40, burst: 240 },
  /** Token bucket over relayed bytes. */
  relayBytes: { perSecond: 512 * 1024, burst: 4 * 1024 * 1024 },
  /** Token bucket over relayed frames of any size, since a frame of one byte costs a server as much work as a large one. */
  relayFrames: { perSecond: 1000, burst: 8000 },
  /** After so many refused events within a minute the socket is disconnected. */
  violationsPerMinute: 60,
  /** A socket that has not authenticated after so long is disconnected. */
  authenticateMs: 10_000,
} as const;

/** Links: what one neighbour may send. */
export const LINK_LIMITS = {
  /** Largest packet on a data channel or in a relayed frame, before the relay's seal. */
  packetBytes: 16 * 1024,
  /**
   * Room that data leaves to acknowledgements and answers to pings, so that they find some however busy a path is: more
   * than the one packet by which data may overrun.
   */
  controlBytes: 24 * 1024,
  /** Largest frame, put together from packets. */
  frameBytes: 1024 * 1024,
  /** Unacknowledged bytes kept for a change of path before a sender must wait. */
  unacknowledgedBytes: 8 * 1024 * 1024,
  /** Most links a browser's device holds over all its spaces. */
  links: 16,
} as const;

/** Entries: the same for ever within a document version (`shared/entries`). */
export const ENTRY_LIMITS = {
  /** Largest sealed body or clear act. */
  bodyBytes: 64 * 1024,
  /** Most dependencies of one change. */
  deps: 16,
  /** Entries after which a writer begins the next segment. */
  segmentEntries: 1000,
  /** Least `startOp` of the entry that an opening of the next segment names. */
  openingStartOp: 500,
} as const;

/** Text that people write. Lengths in UTF-16 code units. */
export const TEXT_LIMITS = {
  displayName: 64,
  spaceName: 80,
  channelName: 80,
  message: 16_000,
} as const;
