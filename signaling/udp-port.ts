import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Source } from './stun.ts';

export interface UdpPortOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** The address or name to bind to, `null` for all of the machine's. */
  readonly host: string | null;
  /** The machine's addresses, for tests. */
  readonly addresses?: () => readonly string[];
  readonly onPacket: (packet: Buffer, source: Source, back: Answer) => void;
  readonly onError: (error: Error) => void;
}

/** Sends a packet to where one came from, and from where that one came to; calls back once it has gone. */
export type Answer = (packet: Uint8Array, sent: () => void) => void;

/** How often the machine's addresses are looked at anew, ms. */
const ADDRESSES_MS = 30_000;

/** Those of the interfaces of this machine that a client could ask. Link-local ones need a zone and are left out. */
function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .map(({ address }) => address)
    .filter((address) => !/^fe[89ab]/i.test(address));
}

/**
 * A UDP port on each address of the machine, with a socket of its own: one that is bound to all of them answers from
 * whichever address the way back leaves by, and a client ignores an answer from where it did not ask.
 */
export class UdpPort {
  readonly #options: UdpPortOptions;
  readonly #sockets = new Map<string, Socket>();
  #port: number;
  #look: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: UdpPortOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** Rejects with the system's error if the port cannot be had on any address. */
  static async open(options: UdpPortOptions): Promise<UdpPort> {
    const port = new UdpPort(options);
    await port.#openAll();
    port.#look = setInterval(() => port.#follow(), ADDRESSES_MS);
    port.#look.unref();
    return port;
  }

  /** As it turned out to be. */
  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#look);
    await Promise.all([...this.#sockets.keys()].map((host) => this.#shut(host)));
  }

  async #openAll(): Promise<void> {
    const { host } = this.#options;
    let failure: unknown = new Error('This machine has no address to answer on.');
    for (const address of this.#addresses()) {
      try {
        this.#port = await this.#open(address);
      } catch (error) {
        failure = error;
      }
    }
    if (this.#sockets.size === 0) throw failure;
    // Best effort: a name may have an IPv6 address too.
    if (host !== null && isIP(host) === 0) await this.#open(host, 6).catch(() => 0);
  }

  #addresses(): readonly string[] {
    const { host, addresses = machineAddresses } = this.#options;
    return host === null ? addresses() : [host];
  }

  /** Addresses come and go. */
  #follow(): void {
    if (this.#options.host !== null) return;
    const present = this.#addresses();
    for (const address of this.#sockets.keys())
      if (!present.includes(address)) void this.#shut(address);
    // An address that cannot be bound now, perhaps because it is not up yet, is tried again the next time.
    for (const address of present)
      if (!this.#sockets.has(address)) void this.#open(address).catch(() => {});
  }

  #open(host: string, family: 4 | 6 = isIPv6(host) ? 6 : 4): Promise<number> {
    const { onPacket, onError } = this.#options;
    return new Promise((resolve, reject) => {
      const key = isIP(host) === 0 ? `${host} ${family}` : host;
      const socket = createSocket(
        family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' },
      );
      socket.once('error', (error) => {
        socket.close();
        reject(error);
      });
      socket.on('message', (packet, { address, port }) => {
        onPacket(packet, { family, address, port }, (answer, sent) =>
          socket.send(answer, port, address, (error) => {
            // The source's network may be gone or refuse; that concerns nobody but the source.
            if (error === null) sent();
          }),
        );
      });
      socket.bind(this.#port, host, () => {
        socket.removeAllListeners('error');
        socket.on('error', onError);
        if (this.#closed || this.#sockets.has(key)) {
          socket.close();
          return reject(new Error('no longer wanted'));
        }
        this.#sockets.set(key, socket);
        resolve(socket.address().port);
      });
    });
  }

  #shut(host: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = this.#sockets.get(host);
      this.#sockets.delete(host);
      if (socket) socket.close(() => resolve());
      else resolve();
    });
  }
}
