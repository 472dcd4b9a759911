/** What the headers of a request say about where it was sent and where it comes from. */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface HostSettings {
  /** Origins whose pages may use this server beside its own. */
  readonly origins: readonly string[] | '*';
  /** Names, with the port where it is not the scheme's own, by which this server is reached. */
  readonly publicHosts: readonly string[];
  /** Whether a reverse proxy stands in front, whose `X-Forwarded-*` are to be believed. */
  readonly trustProxy: boolean;
}

/** The last of a comma list: what the nearest proxy added, whatever the client had put before it. */
function lastOf(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header.at(-1) : header;
  const last = text?.split(',').at(-1)?.trim();
  return last === undefined || last === '' ? null : last;
}

/** An address as it is, where some proxies add the port: `192.0.2.1:50000`, `[2001:db8::1]:50000`. */
function withoutPort(address: string): string {
  return address.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1').replace(/^\[([^\]]*)\](?::\d+)?$/, '$1');
}

/** The host that a client believes to speak to, lower case, or `null` if it did not say. */
export function requestedHost(headers: IncomingHttpHeaders, settings: HostSettings): string | null {
  const forwarded = settings.trustProxy ? lastOf(headers['x-forwarded-host']) : null;
  return (forwarded ?? headers.host ?? '').toLowerCase() || null;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;

/** Whether a server bound to this address or name is reached from its own machine only. */
export function isLoopback(host: string | null): boolean {
  return host !== null && (host === '::1' || LOOPBACK.test(host));
}

/** Addresses that nobody on the internet has: RFC 1918, 3927, 4193, 4291, 6598 and loopback. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  PRIVATE.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4');
}

/**
 * The host that a request names and under which this server may not answer, or `null`. A server that did not know its
 * names would take part in any login that another server passes on to it. So without public hosts it goes only by names
 * and addresses that no server elsewhere on the internet can have: loopback, single labels, `.local`, private addresses
 * and its own.
 *
 * @param ownAddresses of this machine's interfaces
 */
export function strangeHost(
  headers: IncomingHttpHeaders,
  settings: HostSettings,
  ownAddresses: () => readonly string[],
): string | null {
  const host = requestedHost(headers, settings);
  if (host === null || settings.publicHosts.length > 0) return null;
  if (host.length > 260) return host;
  const name = host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
  const family = isIP(name);
  const near =
    family === 0
      ? /^(?=.*[a-z])[a-z0-9_-]+$|^[a-z0-9_.-]+\.(?:local|localhost)$/.test(name)
      : PRIVATE.check(name, family === 6 ? 'ipv6' : 'ipv4') || ownAddresses().includes(name);
  return near ? null : host;
}

/**
 * The hosts one of which a peer must have signed in its answer to the challenge. Without public hosts it is the one
 * the request names, which the gate has found to be no `strangeHost`. With public hosts only these count, and loopback
 * names, which never lead to another machine.
 */
export function challengeHosts(
  headers: IncomingHttpHeaders,
  settings: HostSettings,
): readonly string[] {
  const host = requestedHost(headers, settings);
  if (settings.publicHosts.length === 0) return host === null ? [] : [host];
  if (host !== null && (LOOPBACK.test(host) || settings.publicHosts.includes(host))) return [host];
  return settings.publicHosts;
}

/** Whether a page of this origin may connect. A request without `Origin` does not come from a page. */
export function originAllowed(headers: IncomingHttpHeaders, settings: HostSettings): boolean {
  const origin = headers.origin;
  if (origin === undefined || settings.origins === '*') return true;
  if (settings.origins.includes(origin.toLowerCase())) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return host === requestedHost(headers, settings) || settings.publicHosts.includes(host);
}

/**
 * What connections are counted by: the client's address, an IPv6 one by its first 64 bits, since a household has as
 * many as it likes. `null` for this machine itself, which is not counted.
 */
export function countedAddress(
  headers: IncomingHttpHeaders,
  remoteAddress: string | undefined,
  settings: HostSettings,
): string | null {
  const forwarded = settings.trustProxy ? lastOf(headers['x-forwarded-for']) : null;
  const address = withoutPort(forwarded ?? remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (address === '::1' || address.startsWith('127.')) return null;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  while (tail !== undefined && groups.length < 4) groups.push('0');
  return groups.slice(0, 4).join(':');
}
