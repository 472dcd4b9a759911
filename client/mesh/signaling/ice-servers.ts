import type { IceServer } from '@snug/shared/protocol/signaling.ts';

/** RFC 7064 and RFC 7065, with a host and port that a browser takes too. */
const URL_FORM =
  /^(?:(stuns?)|turns?):(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\?transport=(?:udp|tcp))?$/i;

/**
 * What of a server's ICE servers can be used. One that a browser refuses makes it refuse the whole connection, and every
 * link would be relayed; so a TURN server without username and credential is dropped, and so is what is no STUN or
 * TURN URL.
 */
export function usableIceServers(servers: readonly IceServer[]): RTCIceServer[] {
  return servers.flatMap(({ urls, username, credential }) => {
    const known = username !== undefined && username !== '' && credential !== undefined;
    const usable = urls.filter((url) => {
      const [matches, stun, port, transport] = URL_FORM.exec(url) ?? [];
      if (matches === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535)
        return false;
      return stun === undefined ? known : transport === undefined;
    });
    if (usable.length === 0) return [];
    return [{ urls: usable, ...(known && { username, credential }) }];
  });
}
