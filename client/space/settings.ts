/**
 * What a space's sealed settings say: its name, where it meets, its channels' names, what people are called. A pure fold over the
 * sealed entries of the space document: the last that counts wins. What does not fit its schema, or its author's
 * role, is kept out.
 */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { type ParsedContent, parseContent } from '@snug/shared/entries/kinds.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Chain, Placed } from './chain.ts';
import { ChainRoles } from './chain-roles.ts';
import type { Membership } from './membership/membership.ts';

export interface ChannelSettings {
  readonly name: string;
  readonly topic: string;
  /** Kept and readable, out of the way. */
  readonly archived: boolean;
  /** What an admin or a gardener has said: members' words about it do not count any more. */
  readonly settled: ReadonlySet<'name' | 'topic'>;
}

export interface Settings {
  readonly name: string | undefined;
  /** Signaling servers where it meets; absent: those of the invite, or of whoever founded it. */
  readonly servers: readonly string[] | undefined;
  /** Channel id → what it is called. */
  readonly channels: ReadonlyMap<string, ChannelSettings>;
  /** The accounts that write to each other here alone, where the space is for that. */
  readonly direct: readonly string[] | undefined;
  /** Account → display name. */
  readonly names: ReadonlyMap<string, string>;
}

interface Folded {
  readonly membership: Membership;
  readonly placed: readonly Placed[];
  readonly size: number;
  readonly settings: Settings;
}

const folded = new WeakMap<Chain, Folded>();

/** @param now the viewer's clock, ms since 1970 */
export function settingsOf(chain: Chain, membership: Membership, now: number): Settings {
  const placed = chain.placed(now);
  const known = folded.get(chain);
  // The list is another when orders have changed, and else only grows.
  const same = known?.membership === membership && known.placed === placed;
  if (same && known.size === placed.length) return known.settings;
  const settings = fold(chain, membership, placed);
  folded.set(chain, { membership, placed, size: placed.length, settings });
  return settings;
}

function fold(chain: Chain, membership: Membership, placed: readonly Placed[]): Settings {
  const roles = new ChainRoles(membership);
  let name: string | undefined;
  let servers: readonly string[] | undefined;
  let direct: readonly string[] | undefined;
  const drafts = new Map<string, ChannelDraft>();
  const names = new Map<string, string>();
  for (const entry of placed) {
    const role = roles.roleOf(chain, entry);
    const account = roles.accountOf(entry.author);
    if (role === undefined || account === undefined) continue;
    const content = parseContent(entry.body.kind, entry.body.content);
    if (content.kind === 'space' && role === 'admin') name = content.name;
    else if (content.kind === 'servers' && role === 'admin') servers = content.servers;
    else if (content.kind === 'direct' && role === 'admin') direct = content.with;
    else if (content.kind === 'profile') names.set(account, content.name);
    else if (content.kind === 'channel') {
      const id = toBase64url(content.channel);
      const draft = drafts.get(id) ?? new ChannelDraft();
      drafts.set(id, draft);
      draft.say(content, role !== 'member');
    }
  }
  const channels = new Map([...drafts].map(([id, draft]) => [id, draft.settings]));
  return { name, servers, direct, channels, names };
}

/**
 * Name and topic of a channel may come from any member until an admin or a gardener has said something about them, whose
 * word then stands: else whoever set their clock ahead could take a channel's name away. Only they put a channel away.
 */
class ChannelDraft {
  readonly #settled = new Set<'name' | 'topic'>();
  readonly settings = { name: '', topic: '', archived: false, settled: this.#settled };

  say(content: Extract<ParsedContent, { kind: 'channel' }>, tends: boolean): void {
    for (const field of ['name', 'topic'] as const) {
      const said = content[field];
      if (said === undefined || (!tends && this.#settled.has(field))) continue;
      this.settings[field] = said;
      if (tends) this.#settled.add(field);
    }
    if (tends && content.archived !== undefined) this.settings.archived = content.archived;
  }
}

/** The name of the person whose device this is, or was; empty until their profile has arrived. */
export function nameOf(settings: Settings, membership: Membership, peer: PeerId): string {
  const account = membership.everListed.get(peer)?.account;
  return (account !== undefined && settings.names.get(account)) || '';
}
