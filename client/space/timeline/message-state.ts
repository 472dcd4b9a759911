/**
 * What one message is now: a pure function of the message and the changes that name it. Of two changes to one thing the
 * later in the order counts; a deletion hides the text whenever it was written, until whoever deleted takes it back.
 *
 * In a mesh a deletion is a request: each member's device keeps the sealed entry, because others build on it, and stops showing it.
 * Whoever had read the message, or changed their program, has it still.
 */
import type { Mention } from '@snug/shared/entries/kinds.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { ChangeItem, EntryIndex, MessageItem } from './entry-index.ts';
import { addOnce } from './groups.ts';
import type { Rights } from './judge.ts';

/** So many different reactions, tags and people are told of one message; what is beyond is kept. */
export const SHOWN = { reactions: 32, tags: 32 } as const;

/** Who did something, and when by their own clock, ms since 1970. */
export interface Deed {
  readonly entry: EntryId;
  readonly account: string;
  readonly at: number;
}

export interface MessageState {
  readonly id: EntryId;
  /** The device that wrote it, and whose it is. */
  readonly author: PeerId;
  readonly account: string;
  readonly at: number;
  readonly order: number;
  readonly farOff: boolean;
  /** Empty once it is deleted. */
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly reply: EntryId | undefined;
  /** The edit that made it what it is. */
  readonly edited: Deed | undefined;
  /** By its author, or by an admin or gardener. */
  readonly deleted: Deed | undefined;
  /** Most used first; of one the accounts in the order in which they came to it. */
  readonly reactions: readonly { readonly emoji: string; readonly accounts: readonly string[] }[];
  /** 👀 and 👀👀: who has seen it, and who will answer. */
  readonly seen: readonly { readonly account: string; readonly level: 1 | 2 }[];
  readonly pinned: Deed | undefined;
  readonly tags: readonly string[];
}

/** One wording of a message. */
export interface Version extends Deed {
  readonly text: string;
}

export function stateOf(item: MessageItem, index: EntryIndex, rights: Rights): MessageState {
  const { operation, entry, standing } = item;
  const base = {
    id: item.id,
    author: entry.author,
    account: rights.accountOf(item),
    at: entry.body.hlc,
    order: standing.order,
    farOff: standing.farOff,
    text: operation.text,
    mentions: operation.mentions,
    reply: operation.reply,
    edited: undefined,
    deleted: undefined,
    reactions: [],
    seen: [],
    pinned: undefined,
    tags: [],
  };
  if (index.pointingAt(item.id).length === 0) return base;
  const changes = rights.effective(item);
  const deleted = changes.find(({ operation: { is } }) => is === 'delete');
  const bare = {
    ...base,
    ...tended(changes, rights),
    deleted: deleted && deedOf(deleted, rights),
  };
  if (deleted) return { ...bare, text: '', mentions: [] };
  const edit = changes.findLast(({ operation: { is } }) => is === 'edit');
  const edited =
    edit?.operation.is === 'edit'
      ? {
          text: edit.operation.text,
          mentions: edit.operation.mentions,
          edited: deedOf(edit, rights),
        }
      : {};
  return { ...bare, ...edited, reactions: reactions(changes, rights), seen: seen(changes, rights) };
}

export function deedOf(item: ChangeItem | MessageItem, rights: Rights): Deed {
  return { entry: item.id, account: rights.accountOf(item), at: item.entry.body.hlc };
}

/** All wordings of a message, oldest first; none of one that is deleted. */
export function versionsOf(item: MessageItem, rights: Rights): readonly Version[] {
  const changes = rights.effective(item);
  if (changes.some(({ operation: { is } }) => is === 'delete')) return [];
  return [
    { ...deedOf(item, rights), text: item.operation.text },
    ...changes.flatMap((change) =>
      change.operation.is === 'edit'
        ? [{ ...deedOf(change, rights), text: change.operation.text }]
        : [],
    ),
  ];
}

function tended(changes: readonly ChangeItem[], rights: Rights) {
  let pinned: Deed | undefined;
  const tags = new Set<string>();
  for (const change of changes) {
    const { operation } = change;
    if (operation.is === 'pin') pinned = operation.on ? deedOf(change, rights) : undefined;
    if (operation.is === 'tag') {
      for (const tag of operation.off) tags.delete(tag);
      for (const tag of operation.on) tags.add(tag);
    }
  }
  return { pinned, tags: [...tags].sort().slice(0, SHOWN.tags) };
}

function reactions(changes: readonly ChangeItem[], rights: Rights): MessageState['reactions'] {
  const given = new Map<string, Set<string>>();
  for (const change of changes) {
    const { operation } = change;
    if (operation.is !== 'reaction') continue;
    const account = rights.accountOf(change);
    if (operation.on) addOnce(given, operation.emoji, account);
    else given.get(operation.emoji)?.delete(account);
  }
  return [...given]
    .filter(([, accounts]) => accounts.size > 0)
    .sort(([, a], [, b]) => b.size - a.size)
    .slice(0, SHOWN.reactions)
    .map(([emoji, accounts]) => ({ emoji, accounts: [...accounts] }));
}

function seen(changes: readonly ChangeItem[], rights: Rights): MessageState['seen'] {
  const levels = new Map<string, 0 | 1 | 2>();
  for (const change of changes)
    if (change.operation.is === 'seen')
      levels.set(rights.accountOf(change), change.operation.level);
  return [...levels].flatMap(([account, level]) => (level === 0 ? [] : [{ account, level }]));
}
