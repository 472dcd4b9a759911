import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Rate, TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { Counters } from './counters.ts';
import { answerBinding } from './stun.ts';

/** Requests a second. A source is an address; behind a large NAT many peers share one. */
export const STUN_LIMITS = {
  perSource: { perSecond: 50, burst: 500 },
  total: { perSecond: 4000, burst: 8000 },
  /** Sources remembered; the one first seen is forgotten for the next. */
  sources: 10_000,
} as const;

/** Lets requests through by source and in all, in memory that does not grow with the number of sources. */
export class SourceLimiter {
  readonly #sources = new Map<string, TokenBucket>();
  readonly #total: TokenBucket;
  readonly #limits: { perSource: Rate; total: Rate; sources: number };

  constructor(
    now: number,
    limits: { perSource: Rate; total: Rate; sources: number } = STUN_LIMITS,
  ) {
    this.#limits = limits;
    this.#total = new TokenBucket(limits.total, now);
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#sources.size;
  }

  take(source: string, now: number): boolean {
    let bucket = this.#sources.get(source);
    if (bucket === undefined) {
      const oldest = this.#sources.keys().next();
      if (this.#sources.size >= this.#limits.sources && !oldest.done) {
        this.#sources.delete(oldest.value);
      }
      bucket = new TokenBucket(this.#limits.perSource, now);
      this.#sources.set(source, bucket);
    }
    // The source's own first: one that asks too often must not use up what is there for all.
    return bucket.take(1, now) && this.#total.take(1, now);
  }
}

export interface StunResponder {
  /** The UDP port it answers on. */
  readonly port: number;
  close(): Promise<void>;
}

interface Options {
  /** 0 for any free one. */
  readonly port: number;
  /** The address or name to bind to, `null` for all of the machine's. */
  readonly host: string | null;
  readonly counters: Pick<Counters, 'stunRequests' | 'stunAnswers'>;
  readonly now: () => number;
  readonly onError: (error: Error) => void;
  /** The machine's addresses, for tests. */
  readonly addresses?: () => readonly string[];
}

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
 * Answers Binding requests over UDP. Each address of the machine has a socket of its own: one that is bound to all of them
 * answers from whichever address the way back leaves by, and a client ignores an answer from where it did not ask. Rejects
 * with the system's error if the port cannot be had on any of them.
 */
export async function openStunResponder(options: Options): Promise<StunResponder> {
  const limiter = new SourceLimiter(options.now());
  const sockets = new Map<string, Socket>();
  let closed = false;

  const open = (host: string, port: number, family: 4 | 6 = isIPv6(host) ? 6 : 4) =>
    new Promise<number>((resolve, reject) => {
      const key = isIP(host) === 0 ? `${host} ${family}` : host;
      const socket = createSocket(
        family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' },
      );
      socket.once('error', (error) => {
        socket.close();
        reject(error);
      });
      socket.on('message', (packet, { address, port: from }) => {
        options.counters.stunRequests++;
        if (!limiter.take(address, options.now())) return;
        const answer = answerBinding(packet, { family, address, port: from });
        if (answer === null) return;
        socket.send(answer, from, address, (error) => {
          // The source's network may be gone or refuse; that concerns nobody but the source.
          if (error === null) options.counters.stunAnswers++;
        });
      });
      socket.bind(port, host, () => {
        socket.removeAllListeners('error');
        socket.on('error', options.onError);
        if (closed || sockets.has(key)) {
          socket.close();
          return reject(new Error('no longer wanted'));
        }
        sockets.set(key, socket);
        resolve(socket.address().port);
      });
    });
  const shut = (host: string) =>
    new Promise<void>((resolve) => {
      const socket = sockets.get(host);
      sockets.delete(host);
      if (socket) socket.close(() => resolve());
      else resolve();
    });

  const { host } = options;
  const addresses = () => (host === null ? (options.addresses ?? machineAddresses)() : [host]);
  let { port } = options;
  let failure: unknown = new Error('This machine has no address to answer STUN on.');
  for (const address of addresses()) {
    try {
      port = await open(address, port);
    } catch (error) {
      failure = error;
    }
  }
  if (sockets.size === 0) throw failure;
  // Best effort: a name may have an IPv6 address too.
  if (host !== null && isIP(host) === 0) await open(host, port, 6).catch(() => 0);

  const look = setInterval(() => {
    if (host !== null) return;
    const present = addresses();
    for (const address of sockets.keys()) if (!present.includes(address)) void shut(address);
    // An address that cannot be bound now, perhaps because it is not up yet, is tried again the next time.
    for (const address of present)
      if (!sockets.has(address)) void open(address, port).catch(() => {});
  }, ADDRESSES_MS);
  look.unref();

  return {
    port,
    close: async () => {
      closed = true;
      clearInterval(look);
      await Promise.all([...sockets.keys()].map(shut));
    },
  };
}
