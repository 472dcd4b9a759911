import type { LinkStats } from '../shown.ts';

/** What went by which way, since each link came up. Bytes, both directions. */
export function carried(links: readonly LinkStats[]): { direct: number; relayed: number } {
  let [direct, relayed] = [0, 0];
  for (const link of links) {
    direct += link.direct.bytesIn + link.direct.bytesOut;
    relayed += link.relayed.bytesIn + link.relayed.bytesOut;
  }
  return { direct, relayed };
}

/** `18 ms away`, `18 to 64 ms away`, or that it is not known yet. */
export function howFar(links: readonly LinkStats[]): string {
  const known = links.flatMap((link) => (link.rttMs === undefined ? [] : [Math.round(link.rttMs)]));
  if (known.length === 0) return 'how far is not measured yet';
  const [near, far] = [Math.min(...known), Math.max(...known)];
  return near === far ? `${near} ms away` : `${near} to ${far} ms away`;
}

/** Why a link goes the way it goes, for a person. */
export const causes: Readonly<Record<LinkStats['cause'], string>> = {
  direct: 'Straight from this browser to theirs. No server sees it.',
  'trying-direct': 'The server passes on sealed bytes while a direct path is being tried.',
  'direct-timed-out':
    'No direct path came up in time, perhaps a slow network or a firewall. The server passes on sealed bytes only; a direct path is tried again.',
  'direct-failed':
    'Their network and yours let no direct path through. The server passes on sealed bytes only; a direct path is tried again.',
  'relay-only': 'Direct paths are switched off here. The server passes on sealed bytes only.',
  'channel-lost':
    'The direct path broke off, so the server passes on sealed bytes for now. A new direct path is being made.',
};
