import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { PROTOCOL_VERSION } from '@snug/shared/protocol/limits.ts';
import { Hello, type Problem } from '@snug/shared/protocol/signaling.ts';
import { type Rate, TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import * as v from 'valibot';
import { problem } from './answer.ts';
import { BACKLOG } from './backlog.ts';
import { countedAddress, originAllowed, strangeHost } from './hosts.ts';
import type { Limits, ServerSocket } from './session.ts';
import type { Settings } from './settings.ts';

type Connection = ServerSocket['conn'];

/** Connections over the limit that are still let in, to be told by a typed refusal that the server is full. */
const FULL_MARGIN = 64;
/** TCP connections beside those of peers: browsers that fetch the page, up to six at a time each, and who asks for figures. */
const PLAIN_CONNECTIONS = 1024;

/** TCP connections of any kind; the system ends further ones. */
export function mostConnections(
  { maxPeers }: Pick<Settings, 'maxPeers'>,
  plain: number = PLAIN_CONNECTIONS,
): number {
  return maxPeers + FULL_MARGIN + plain;
}

/**
 * Whether a request would put its connection in the place of one that is there, as Engine.IO's clients do that began by long
 * polling. The gate would not be asked, nor would the session notice.
 */
export function swapsConnections({ url = '/' }: IncomingMessage): boolean {
  // Read as Engine.IO reads it.
  const base = 'https://socket.io';
  return !URL.canParse(url, base) || new URL(url, base).searchParams.has('sid');
}

/**
 * Who gets in, and what a connection may do before and beneath the protocol's own events. Addresses are counted while
 * their connections last, and nothing of them is kept after.
 */
export class ConnectionGate {
  readonly #settings: Settings;
  readonly #packets: Rate;
  readonly #now: () => number;
  readonly #addresses = new Map<string, number>();
  readonly #greeted = new WeakSet<Connection>();

  constructor(settings: Settings, limits: Limits, now: () => number) {
    this.#settings = settings;
    const { events, relayFrames } = limits;
    // An event and its attachments are up to three packets; twice that, since the network may hold some up.
    this.#packets = {
      perSecond: 6 * (events.perSecond + relayFrames.perSecond),
      burst: 6 * (events.burst + relayFrames.burst),
    };
    this.#now = now;
  }

  /** Why a request may not become a connection, or `null`. */
  refusesRequest(request: IncomingMessage, connections: number): string | null {
    if (!originAllowed(request.headers, this.#settings)) {
      return 'Pages of this origin may not use this server (see its setting ORIGINS).';
    }
    if (connections >= this.#settings.maxPeers + FULL_MARGIN) return 'The server is full.';
    const address = this.#address(request);
    const held = address === null ? 0 : (this.#addresses.get(address) ?? 0);
    if (held >= this.#settings.maxPeersPerAddress) return 'Too many connections from one address.';
    return null;
  }

  /**
   * A connection is open: counts its address, and ends it, without words, if it sends packets, of whatever kind, faster than all
   * limits together allow, asks for a namespace, which this server has none of, or lets pile up what the backlog does not
   * know of.
   */
  opened(connection: Connection): void {
    const address = this.#address(connection.request);
    if (address !== null) {
      this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
      connection.once('close', () => {
        const left = (this.#addresses.get(address) ?? 1) - 1;
        if (left > 0) this.#addresses.set(address, left);
        else this.#addresses.delete(address);
      });
    }
    const bucket = new TokenBucket(this.#packets, this.#now());
    const stream = connection.request.socket;
    connection.on('packet', ({ data }: { data?: unknown }) => {
      const namespace = typeof data === 'string' && data.startsWith('0/');
      const piledUp = stream.writableLength > BACKLOG.stream;
      if (namespace || piledUp || !bucket.take(1, this.#now())) stream.destroy();
    });
  }

  /** Why a connection may not speak to this server, or `null`. */
  refusesSocket(socket: ServerSocket, connections: number): Problem | null {
    if (this.#greeted.has(socket.conn)) {
      return problem('bad-request', 'One connection, one greeting.');
    }
    this.#greeted.add(socket.conn);
    const hello = v.safeParse(Hello, socket.handshake.auth);
    if (!hello.success) {
      return problem('bad-request', 'Expected auth to be { version: a whole number }.');
    }
    const theirs = hello.output.version;
    if (theirs !== PROTOCOL_VERSION) {
      const advice =
        theirs < PROTOCOL_VERSION
          ? 'Reload the page to get the current one.'
          : 'This server has to be updated; use another until then.';
      return problem(
        'version',
        `This server speaks version ${PROTOCOL_VERSION} of the signaling protocol, not ${theirs}. ${advice}`,
      );
    }
    const strange = strangeHost(socket.handshake.headers, this.#settings, ownAddresses);
    if (strange !== null) {
      const name = strange.slice(0, 200);
      return problem(
        'bad-request',
        `This server does not know itself as ${name}. Its host has to set PUBLIC_HOST=${name}.`,
      );
    }
    if (connections > this.#settings.maxPeers) {
      return problem('server-full', 'This server has as many peers as it may. Try later.');
    }
    return null;
  }

  #address(request: IncomingMessage): string | null {
    return countedAddress(request.headers, request.socket.remoteAddress, this.#settings);
  }
}

/** Asked anew each time: addresses come and go. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map((own) => own.address),
  );
}
