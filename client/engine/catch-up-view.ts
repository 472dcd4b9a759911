/** What waits for a person, as plain data. */
import type { EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { ListedMessageView } from './overview-view.ts';

/**
 * `asked`: they are named by `@@`; `named`: by `@`; `answered`: a reply to what they wrote; `thread`: something new in a thread in
 * which they take part.
 */
export type WaitsBecause = 'asked' | 'named' | 'answered' | 'thread';

export interface WaitingView {
  readonly because: WaitsBecause;
  readonly space: SpaceId;
  readonly spaceName: string;
  /** Of a thread the first that is new. */
  readonly message: ListedMessageView;
  /** Of a thread: how its first message begins, and how much is new there, up to ten. */
  readonly thread?: { readonly text: string; readonly fresh: number };
  /** What `caughtUp` is told when this has been dealt with. */
  readonly messages: readonly EntryId[];
}

export interface CatchUpView {
  /** What asks for an answer first, each kind newest first; at most 100. */
  readonly waiting: readonly WaitingView[];
  /** There is more than that. */
  readonly more: boolean;
}
