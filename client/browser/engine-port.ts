/**
 * What a tab and its engine say to each other across the threads. Both are this program, so nothing here is parsed;
 * everything is structured-clonable, and frames are transferred.
 */
import type { StoredDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { Bearings } from '../engine/bearings.ts';
import type { Commands, EngineView, PendingView, Result, Trouble } from '../engine/view.ts';
import type { LinksCommand, LinksEvent, LinksStatus } from '../mesh/links-port.ts';

export type CommandName = keyof Commands;

/** A call of one command. `draft` names it, so that one handed over twice is carried out once. */
export interface Call {
  readonly name: CommandName;
  readonly input: unknown;
  readonly draft: string;
}

export type ToEngine =
  | {
      readonly do: 'start';
      readonly mode: 'lead' | 'follow';
      readonly server: string;
      readonly page: string;
      readonly persisted: boolean;
      /** This tab's name among the browser's tabs. */
      readonly tab: string;
    }
  | { readonly do: 'call'; readonly id: number; readonly call: Call }
  | { readonly do: 'links'; readonly event: LinksEvent }
  /** Persistence was granted. */
  | { readonly do: 'persisted' }
  /** Another tab follows: tell it the bearings, now and whenever they change. */
  | { readonly do: 'followed' }
  /** For a follower. */
  | { readonly do: 'bearings'; readonly bearings: Bearings }
  | { readonly do: 'watch'; readonly watched: Parameters<Commands['watch']>[0] }
  | { readonly do: 'pending'; readonly pending: readonly PendingView[] }
  | { readonly do: 'ping' }
  | { readonly do: 'close' }
  /** Says goodbye for good, then closes. */
  | { readonly do: 'leave' };

export type FromEngine =
  /** A leading engine runs under this key: it can be asked from now on, and links can be made. */
  | { readonly is: 'device'; readonly stored: StoredDeviceKey }
  | { readonly is: 'view'; readonly view: EngineView }
  | { readonly is: 'answer'; readonly id: number; readonly result: Result<unknown> }
  | { readonly is: 'links'; readonly command: LinksCommand }
  | { readonly is: 'bearings'; readonly bearings: Bearings }
  | { readonly is: 'failed'; readonly trouble: Trouble }
  /** Another tab holds the lease: this engine writes no more. */
  | { readonly is: 'lease-lost' }
  | { readonly is: 'pong' }
  | { readonly is: 'closed' };

/** What tabs of one browser tell each other over a `BroadcastChannel`. */
export type TabMessage =
  | { readonly tell: 'call'; readonly from: string; readonly id: number; readonly call: Call }
  | {
      readonly tell: 'answer';
      readonly to: string;
      readonly id: number;
      readonly result: Result<unknown>;
    }
  | { readonly tell: 'bearings'; readonly bearings: Bearings; readonly links: LinksStatus }
  /** A follower that has just come asks for the bearings. */
  | { readonly tell: 'hello' }
  /** Whoever leads answers. */
  | { readonly tell: 'ping'; readonly from: string }
  | { readonly tell: 'pong'; readonly to: string }
  /** A tab leads from now on; whoever led before steps down. */
  | { readonly tell: 'lead'; readonly from: string }
  /** The tab that led is closing. */
  | { readonly tell: 'gone' }
  /** Whoever leads is to erase everything. */
  | { readonly tell: 'wipe' }
  /** That was tried: a tab that shows what was there begins anew. */
  | { readonly tell: 'wiped'; readonly result: Result<null> };
