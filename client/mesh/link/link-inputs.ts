/** What a link takes in and what it wants done: all that passes between `link.ts` and the world. */

import type { Path, Priority } from '../links-port.ts';
import type { Candidate, CompactDescription } from '../signaling/compact-description.ts';
import type { Goodbye } from '../signaling/goodbye.ts';
import type { SignalPayload } from '../signaling/signal-payload.ts';
import type { Ending } from './ending.ts';

export type LinkInput =
  | { readonly is: 'start' }
  | { readonly is: 'signal'; readonly payload: SignalPayload }
  | {
      readonly is: 'described';
      readonly attempt: number;
      readonly description: CompactDescription;
      readonly candidates: readonly Candidate[];
    }
  | {
      readonly is: 'gathered';
      readonly attempt: number;
      readonly candidates: readonly Candidate[];
    }
  | { readonly is: 'opened'; readonly attempt: number }
  | { readonly is: 'packet'; readonly attempt: number; readonly bytes: Uint8Array }
  /** `problem` in the platform's own words, if it had any. */
  | { readonly is: 'closed'; readonly attempt: number; readonly problem?: string }
  /** The server that relayed is gone: what was under way by it may be lost, and another may relay now. */
  | { readonly is: 'relay-lost' }
  | { readonly is: 'relayed'; readonly frame: Uint8Array }
  | { readonly is: 'send'; readonly frame: Uint8Array; readonly priority: Priority }
  /** A message to the other end's links, at most `ROUTE_MESSAGE_BYTES`: goes now, or not at all. */
  | { readonly is: 'control'; readonly body: Uint8Array }
  /** Ends the link. `code` is `other` if nothing is said. */
  | { readonly is: 'close'; readonly reason: string; readonly code?: Goodbye }
  /** The other end has begun anew, or its offer goes before ours: ends without a word. */
  | { readonly is: 'give-way' }
  | { readonly is: 'network-changed' }
  | { readonly is: 'relay-only'; readonly relayOnly: boolean }
  /** `wakeAt` has passed, or a path has room again. */
  | { readonly is: 'tick' };

export type LinkOutput =
  /** Make a direct path: the offering end's if there is no `offer`. */
  | { readonly do: 'attempt'; readonly attempt: number; readonly offer?: CompactDescription }
  | { readonly do: 'answer'; readonly attempt: number; readonly description: CompactDescription }
  | {
      readonly do: 'candidates';
      readonly attempt: number;
      readonly candidates: readonly Candidate[];
    }
  | { readonly do: 'abandon'; readonly attempt: number; readonly linger: boolean }
  | { readonly do: 'signal'; readonly payload: SignalPayload }
  | { readonly do: 'send-direct'; readonly attempt: number; readonly packet: Uint8Array }
  | { readonly do: 'send-relayed'; readonly frame: Uint8Array }
  | { readonly do: 'up'; readonly binding: Uint8Array; readonly path: Path }
  | { readonly do: 'path'; readonly path: Path }
  | { readonly do: 'frame'; readonly frame: Uint8Array }
  | { readonly do: 'control'; readonly body: Uint8Array }
  | { readonly do: 'down'; readonly reason: string; readonly ending: Ending };
