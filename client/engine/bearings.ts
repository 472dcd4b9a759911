import type { ChannelId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Path } from '../mesh/links-port.ts';
import type { FileWorkView } from './archive-view.ts';
import type { StorageState } from './view.ts';

/** What a leading tab's engine knows of links and holders, for the tabs that follow it. */
export interface Bearings {
  readonly paths: readonly (readonly [PeerId, Path])[];
  /** Peers and the neighbour through whom something of theirs came last. */
  readonly through: readonly (readonly [PeerId, PeerId])[];
  /** Of each space, who is heard of along its tree, and who is typing where. */
  readonly present: readonly (readonly [SpaceId, readonly PeerId[]])[];
  readonly typing: readonly (readonly [ChannelId, readonly PeerId[]])[];
  /** Own messages and who holds them, as far as known. */
  readonly holders: readonly (readonly [string, readonly PeerId[]])[];
  /** Addresses of all documents held. */
  readonly documents: readonly Uint8Array[];
  readonly storage: StorageState;
  /** Exports and imports under way. */
  readonly fileWork: readonly FileWorkView[];
}
