/** The seam of anti-entropy: what it is told, what it wants done, and what it is made with. */
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { DigestMessage } from './digest-message.ts';
import type { DigestTree } from './digest-tree.ts';

export type AntiEntropyInput =
  /** A linked peer with whom the space is shared from now on. Nothing new where it is shared already. */
  | { readonly is: 'shared'; readonly peer: PeerId; readonly space: SpaceId }
  /** It is shared no longer: the members changed, or one of the two has left it. */
  | { readonly is: 'apart'; readonly peer: PeerId; readonly space: SpaceId }
  | { readonly is: 'down'; readonly peer: PeerId }
  /** A digest came. */
  | {
      readonly is: 'told';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly message: DigestMessage;
    }
  /**
   * Something of the document, or of the space where none is named, is missing or cannot be judged or placed yet:
   * compare if it stays so.
   */
  | {
      readonly is: 'gap';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly document?: string;
    }
  /** Compare the space with this neighbour; within a second where that has just been done. */
  | { readonly is: 'compare'; readonly peer: PeerId; readonly space: SpaceId }
  /** Part of a bulk transfer or session came. */
  | {
      readonly is: 'progress' | 'repaired';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly document: string;
    }
  /** `wakeAt` has passed. */
  | { readonly is: 'tick' };

export type AntiEntropyOutput =
  | {
      readonly do: 'tell';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly message: DigestMessage;
    }
  /** Ask for all of the document in bulk, or open a session about it; its end is told by `repaired`. */
  | {
      readonly do: 'want' | 'session';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly document: string;
    }
  /** The neighbour says that it holds what is missing here, and was asked for it in vain: others should take its place. */
  | { readonly do: 'in-vain'; readonly peer: PeerId; readonly space: SpaceId }
  /** The neighbour holds exactly what is held here of the document; of all that is told of, where none is named. */
  | {
      readonly do: 'equal';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly document?: string;
    };

export interface AntiEntropyOptions {
  readonly me: PeerId;
  readonly now: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly held: (space: SpaceId) => DigestTree | undefined;
  /**
   * What stands for a hash on the link with this peer, 16 hex digits: keyed by the link, or a member could grind two
   * states that look the same to others. The first 16 of the hash where it is absent.
   */
  readonly tag?: (peer: PeerId, hash: string) => string;
  /** How long to wait, in this space, for what usually comes within `usual`, ms; so long where it is absent. */
  readonly patience?: (space: SpaceId, usual: number) => number;
  /** Documents of a lower rank are mended first. Of one rank: those held in part, greatest key first; then upwards. */
  readonly rank?: (document: string) => number;
}
