import type { Server } from 'node:http';
import type { Counters } from './counters.ts';
import { errorFields, type Log } from './log.ts';
import type { Settings } from './settings.ts';
import { openStunResponder } from './stun-responder.ts';
import type { UdpPort } from './udp-port.ts';

/** A port cannot be had. The message says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Resolves to the port. Rejects with a `ListenError`. */
export function listenHttp(http: Server, settings: Settings, log: Log): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      const advice = 'Set PORT to a free port, or HOST to an address of this machine.';
      const message = `Cannot listen on TCP port ${settings.port}: ${reason(error)}. ${advice}`;
      reject(new ListenError(message));
    };
    http.once('error', failed);
    http.listen({ port: settings.port, ...(settings.host && { host: settings.host }) }, () => {
      http.off('error', failed);
      http.on('error', (error) => log('error', 'http', errorFields(error)));
      const bound = http.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : settings.port);
    });
  });
}

interface StunOptions {
  readonly counters: Counters;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * `null` where STUN is off, or its port, which was not asked for, cannot be had: then the log says what follows from it.
 * Rejects with a `ListenError`.
 */
export async function listenStun(
  { stun, host }: Settings,
  { counters, now, log }: StunOptions,
): Promise<UdpPort | null> {
  if (stun === null) return null;
  const { port, required } = stun;
  try {
    return await openStunResponder({
      port,
      host,
      counters,
      now,
      onError: (error) => log('error', 'stun', errorFields(error)),
    });
  } catch (error) {
    const why = reason(error);
    if (required) {
      throw new ListenError(
        `Cannot answer STUN on UDP port ${port}: ${why}. Set STUN_PORT to a free port, or to 0 for no STUN.`,
      );
    }
    log('warn', 'stun-off', {
      port,
      why,
      consequence: 'peers behind NATs need another STUN server (ICE_SERVERS) or will be relayed',
      remedy: 'set STUN_PORT to a free UDP port',
    });
    return null;
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return 'another program has it';
  if (code === 'EACCES') return 'this user may not';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return typeof code === 'string' ? code : 'unknown error';
}
