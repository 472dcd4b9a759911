import { createHmac } from 'node:crypto';
import type { IceServer } from '@snug/shared/protocol/signaling.ts';

export interface IceSettings {
  /** `stun:`, `turn:` and `turns:` URLs, in order of preference. */
  readonly urls: readonly string[];
  /** The secret shared with the TURN server, `null` when there is none. */
  readonly turnSecret: string | null;
  /** Seconds for which a credential holds. */
  readonly turnSeconds: number;
}

/** The most URLs that one `IceServer` may carry. */
const URLS_PER_SERVER = 8;

/**
 * What a client is told about ICE servers. TURN URLs get a credential of their own that lapses: user name
 * `<expiry, unix seconds>:<id>`, password the base64 of HMAC-SHA1 over it (draft-uberti-behave-turn-rest-00, which coturn
 * calls `use-auth-secret`). `id` should give random ones: with the peer id in it a TURN server would learn who is who.
 * `now` in ms since 1970.
 */
export function iceServers(
  settings: IceSettings,
  id: () => string,
  now: number,
): { iceServers: IceServer[]; iceSeconds: number } {
  const isTurn = (url: string) => url.startsWith('turn');
  const servers: IceServer[] = inGroups(settings.urls.filter((url) => !isTurn(url))).map(
    (urls) => ({ urls }),
  );
  const turn = settings.urls.filter(isTurn);
  const secret = settings.turnSecret;
  if (turn.length === 0 || secret === null) return { iceServers: servers, iceSeconds: 0 };
  const username = `${Math.floor(now / 1000) + settings.turnSeconds}:${id()}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  for (const urls of inGroups(turn)) servers.push({ urls, username, credential });
  return { iceServers: servers, iceSeconds: settings.turnSeconds };
}

function inGroups(urls: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at < urls.length; at += URLS_PER_SERVER) {
    groups.push(urls.slice(at, at + URLS_PER_SERVER));
  }
  return groups;
}
