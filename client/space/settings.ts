/**
 * What a space's sealed settings say: its name, where it meets, its channels' names, what people are called. A pure fold over the
 * sealed entries of the space document: the last that counts wins. What does not fit its schema, or its author's
 * role, is kept out.
 */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { parseContent } from '@snug/shared/entries/kinds.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Chain } from './chain.ts';
import { type Membership, roleOf } from './membership.ts';

export interface Settings {
  readonly name: string | undefined;
  /** Signaling servers where it meets; absent: those of the invite, or of whoever founded it. */
  readonly servers: readonly string[] | undefined;
  /** Channel id → what it is called. */
  readonly channels: ReadonlyMap<string, { readonly name: string; readonly topic: string }>;
  /** Account → display name. */
  readonly names: ReadonlyMap<string, string>;
}

export function settingsOf(chain: Chain, membership: Membership, now: number): Settings {
  let name: string | undefined;
  let servers: readonly string[] | undefined;
  const channels = new Map<string, { name: string; topic: string }>();
  const names = new Map<string, string>();
  for (const { author, body } of chain.placed(now)) {
    const content = parseContent(body.kind, body.content);
    const admin = roleOf(membership, author) === 'admin';
    const account = membership.devices.get(author)?.account;
    if (content.kind === 'space' && admin) name = content.name;
    else if (content.kind === 'servers' && admin) servers = content.servers;
    else if (content.kind === 'profile' && account !== undefined) names.set(account, content.name);
    else if (content.kind === 'channel' && account !== undefined)
      channels.set(toBase64url(content.channel), {
        name: content.name,
        topic: content.topic ?? '',
      });
  }
  return { name, servers, channels, names };
}

/** The name of the person whose device this is; empty until their profile has arrived. */
export function nameOf(settings: Settings, membership: Membership, peer: PeerId): string {
  const account = membership.devices.get(peer)?.account;
  return (account !== undefined && settings.names.get(account)) || '';
}
