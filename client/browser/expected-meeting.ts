/**
 * An invite in the page's address says what will be wanted in a moment: a way to the server where it leads, and WebRTC, of which the
 * first use in a page takes longest. Both are begun while the engine starts, and given up where nothing comes of it.
 */
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import { EarlyConnection } from '../mesh/signaling/early-connection.ts';
import type { SignalingSocket } from '../mesh/signaling/signaling-client.ts';

export class ExpectedMeeting {
  /** Where it will be. */
  readonly server: string;
  readonly #connection: EarlyConnection;

  private constructor(server: string) {
    this.server = server;
    this.#connection = new EarlyConnection(server);
    wakeWebRtc();
  }

  /**
   * @param address the page's, with its fragment
   * @param server of this page. Others that an invite names are not called on before the person has agreed to that
   */
  static at(address: string, server: string): ExpectedMeeting | undefined {
    return invitesTo(server, address) ? new ExpectedMeeting(server) : undefined;
  }

  readonly connect = (url: string): SignalingSocket => this.#connection.connect(url);

  /** Gives up what has not been taken. */
  close(): void {
    this.#connection.close();
  }
}

/** Whether the address holds an invite to a space that meets at this server. */
export function invitesTo(server: string, address: string): boolean {
  if (!address.includes('#')) return false;
  const parsed = parseInviteLink(address);
  if (!parsed.ok) return false;
  const { servers } = parsed.invite;
  const { origin } = new URL(server);
  return servers.length === 0 || servers.some((url) => new URL(url).origin === origin);
}

/** A browser starts threads and processes of its own for the first connection: it offers nothing to anybody and is closed. */
function wakeWebRtc(): void {
  if (!('RTCPeerConnection' in globalThis)) return;
  try {
    const connection = new RTCPeerConnection();
    connection.createDataChannel('');
    const close = () => connection.close();
    connection.createOffer().then(close, close);
  } catch {
    // Switched off: links find that out for themselves.
  }
}
