import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';
import type { Counters } from './counters.ts';
import { answerBinding } from './stun.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

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
  /** The address or name to bind to, `null` for all of both families. */
  readonly host: string | null;
  readonly counters: Pick<Counters, 'stunRequests' | 'stunAnswers'>;
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

/**
 * Answers Binding requests over UDP, IPv4 and, where the machine has it, IPv6. Rejects with the system's error if the
 * port cannot be had.
 */
export async function openStunResponder(options: Options): Promise<StunResponder> {
  const limiter = new SourceLimiter(options.now());
  const sockets: Socket[] = [];
  const open = (family: 4 | 6, port: number) =>
    new Promise<number>((resolve, reject) => {
      const socket =
        family === 4 ? createSocket('udp4') : createSocket({ type: 'udp6', ipv6Only: true });
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
      const any = family === 4 ? '0.0.0.0' : '::';
      socket.bind(port, options.host ?? any, () => {
        socket.removeAllListeners('error');
        socket.on('error', options.onError);
        sockets.push(socket);
        resolve(socket.address().port);
      });
    });

  const close = async () => {
    await Promise.all(
      sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  };
  const host = options.host;
  if (host !== null && isIPv6(host)) return { port: await open(6, options.port), close };
  const port = await open(4, options.port);
  // Best effort: a machine without IPv6, or a name without an IPv6 address, is no failure.
  if (host === null || !isIPv4(host)) await open(6, port).catch(() => 0);
  return { port, close };
}
