/** How the others of a space are reached just now. */
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Path } from '../mesh/links-port.ts';

/** Who can be reached, as links tell it and they themselves. */
export interface Reach {
  readonly me: PeerId;
  pathTo(peer: PeerId): Path | undefined;
  /** The neighbour through whom something of a peer's came last. */
  through(peer: PeerId): PeerId | undefined;
  /** Says so along the broadcast tree, whether linked or not. */
  isHere(peer: PeerId): boolean;
  /** Devices whose owners are typing in a channel. */
  typingIn(channel: ChannelId): readonly PeerId[];
}
