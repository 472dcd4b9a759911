/** What attendance takes in and wants done: all that passes between `attendance.ts` and the world. */
import type { PresenceMark, PresenceStatement } from '@snug/shared/crypto/sealed-presence.ts';
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';

/** A message as it travels: sealed and signed, said to be this device's. */
export interface PresenceMessage {
  readonly device: PeerId;
  readonly bytes: Uint8Array;
}

export interface AttendanceOptions {
  readonly me: PeerId;
  readonly random: () => number;
  /** When this run of the program began, ms since 1970. */
  readonly run: number;
  /** The tree's eager neighbours. */
  readonly eager: () => readonly PeerId[];
}

export type AttendanceInput =
  /** A linked peer shares the space from now on. */
  | { readonly is: 'neighbour'; readonly peer: PeerId }
  /** Its link is gone. `surplus`: closed as one too many, which says nothing of the peer. */
  | { readonly is: 'down'; readonly peer: PeerId; readonly surplus: boolean }
  /** A message that `admits` let pass has been opened, and its signature is right. */
  | {
      readonly is: 'heard';
      readonly from: PeerId;
      readonly message: PresenceMessage;
      readonly mark: PresenceMark;
      readonly statement: Omit<PresenceStatement, 'lost' | 'after'>;
      /** Those of the lost that are members. */
      readonly lost: readonly PeerId[];
      readonly after: readonly Uint8Array[];
      /** It came as an answer to what was asked. */
      readonly answers: boolean;
    }
  | { readonly is: 'asked'; readonly from: PeerId }
  /** What `say` asked for, sealed and signed. */
  | { readonly is: 'said'; readonly bytes: Uint8Array; readonly urgent: boolean }
  /** The owner of this device has touched a key. */
  | { readonly is: 'typing'; readonly channel: ChannelId }
  /** A message of this peer's has come: they are not typing it any more. */
  | { readonly is: 'spoke'; readonly peer: PeerId; readonly channel: ChannelId }
  /** This device is leaving. */
  | { readonly is: 'leave' }
  /** `wakeAt` has passed. */
  | { readonly is: 'tick' };

export type AttendanceOutput =
  /** Seal, sign and give back as `said`. `lost` and `after` are to be named in it. */
  | {
      readonly do: 'say';
      readonly mark: PresenceMark;
      readonly statement: Omit<PresenceStatement, 'lost' | 'after'>;
      readonly lost: readonly PeerId[];
      readonly after: readonly Uint8Array[];
      readonly urgent: boolean;
    }
  | {
      readonly do: 'send';
      readonly to: PeerId;
      readonly messages: readonly PresenceMessage[];
      readonly asks: boolean;
      readonly answers: boolean;
    }
  /** Who is here, or who is typing, is not what it was. */
  | { readonly do: 'changed' };
