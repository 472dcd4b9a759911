/** What a page or a peer without one takes to have links: see `links-port.ts` for what is said to them and what they say. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { Clock } from '../clock.ts';
import type { WebRtc } from '../link/direct-path.ts';
import type { IceSettings, LinksCommand, LinksEvent, LinksStatus } from '../links-port.ts';
import type { SignalingSocket } from '../signaling/signaling-client.ts';
import { LinksOfDevice } from './links-of-device.ts';

export interface LinksOptions {
  readonly device: DeviceKey;
  readonly emit: (event: LinksEvent) => void;
  /** The server that this page came from. Preferred among a topic's; used where a topic names none. */
  readonly ownServer?: string;
  /** The server at which a topic is about to meet that nobody has joined yet: connected to at once. */
  readonly expected?: string;
  readonly connect?: (url: string) => SignalingSocket;
  /** `wrtc`: the W3C classes where they are not global. Where there are none at all everything is relayed. */
  readonly rtc?: { readonly wrtc?: WebRtc };
  readonly clock?: Clock;
  /** An error of our own: what it was about is lost, everything else goes on. Without it, it is thrown as uncaught. */
  readonly onProblem?: (problem: unknown) => void;
  readonly random?: (bytes: number) => Uint8Array;
  readonly ice?: Partial<IceSettings>;
  /** How long a first direct attempt may take before the relay comes in, ms; 8,000. */
  readonly directDeadlineMs?: number;
}

export interface Links {
  command(command: LinksCommand): void;
  status(): LinksStatus;
  /** Takes effect at once: links move off the direct path, or try it anew. */
  setIce(ice: Partial<IceSettings>): void;
  /** The device has other addresses now: every link tries anew, beside what it has. */
  networkChanged(): void;
  /** Says goodbye, and releases everything, within half a second. No event follows. */
  close(): Promise<void>;
}

export function createLinks(options: LinksOptions): Links {
  return new LinksOfDevice(options);
}
