/** What receipts take in and want done: all that passes between `receipts.ts` and the world. */
import type { ChannelId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';

export interface Receipt {
  readonly space: SpaceId;
  readonly channel: ChannelId;
  readonly author: PeerId;
  readonly holder: PeerId;
  /** First 4 bytes of the id of the newest entry vouched for; one that fits several is tried on each. */
  readonly tip: Uint8Array;
  /** 8 bytes. */
  readonly mac: Uint8Array;
  /** Links that it has crossed. */
  readonly hops: number;
}

/** What a device vouches for of its own. */
export interface Vouched {
  readonly tip: Uint8Array;
  readonly mac: Uint8Array;
}

export interface ReceiptsOptions {
  readonly me: PeerId;
  readonly random: () => number;
  /** What can be vouched for: nothing while something of it is missing here, or not stored. */
  readonly vouch: (space: SpaceId, channel: ChannelId, author: PeerId) => Vouched | undefined;
  /** The tree's eager neighbours of a space. */
  readonly eager: (space: SpaceId) => readonly PeerId[];
  readonly isNeighbour: (space: SpaceId, peer: PeerId) => boolean;
  /** How many devices of the space are here. */
  readonly here: (space: SpaceId) => number;
}

export type ReceiptsInput =
  /** An entry of theirs in this channel has been stored here. */
  | {
      readonly is: 'stored';
      readonly space: SpaceId;
      readonly channel: ChannelId;
      readonly author: PeerId;
    }
  /** The newest that was heard of this peer came by this neighbour. */
  | {
      readonly is: 'way';
      readonly space: SpaceId;
      readonly to: PeerId;
      readonly by: PeerId;
    }
  /**
   * An author has been heard of; `channels` are those where there is something of theirs. `run` tells one run of their program
   * from the next, which has forgotten what it was told.
   */
  | {
      readonly is: 'author here';
      readonly space: SpaceId;
      readonly author: PeerId;
      readonly run: number;
      readonly channels: readonly ChannelId[];
    }
  /** Receipts came, all about documents and devices that this device knows. */
  | { readonly is: 'came'; readonly from: PeerId; readonly receipts: readonly Receipt[] }
  /** A linked peer shares the space from now on. */
  | { readonly is: 'neighbour'; readonly space: SpaceId; readonly peer: PeerId }
  | { readonly is: 'down'; readonly peer: PeerId }
  /** The space is held no more. */
  | { readonly is: 'left'; readonly space: SpaceId }
  /** `wakeAt` has passed. */
  | { readonly is: 'tick' };

export type ReceiptsOutput =
  | { readonly do: 'send'; readonly to: PeerId; readonly receipts: readonly Receipt[] }
  /** For this device as author, to be judged. */
  | { readonly do: 'judge'; readonly from: PeerId; readonly receipts: readonly Receipt[] };
