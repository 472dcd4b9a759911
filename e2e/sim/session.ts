/** One link's life, from the offer on, as its two ends share it. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Link } from './network.ts';

export interface Session {
  readonly topic: Topic;
  readonly urgent: boolean;
  /** Once both are ready for it. */
  link: Link | undefined;
}

/** One end of a session. Side 0 offers. */
export interface End {
  readonly session: Session;
  readonly side: 0 | 1;
  readonly peer: PeerId;
  /** Of the neighbour's run. */
  nonce: Uint8Array;
  state: 'offering' | 'connecting' | 'up' | 'ended';
  /** How many signals of the session have come from the other end. */
  heard: number;
}
