/** What an opened entry of a channel says, with the entries that it speaks of by their ids. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { type Mention, parseContent } from '@snug/shared/entries/kinds.ts';
import { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Opened } from '../chain.ts';

export interface MessageOperation {
  readonly is: 'message';
  readonly text: string;
  readonly mentions: readonly Mention[];
  /** The first message of the thread in which it was said. */
  readonly thread: EntryId | undefined;
  readonly reply: EntryId | undefined;
}

/** Something done to what is there: `targets` are the entries that it changes, each named once. */
export type Change = { readonly targets: readonly EntryId[] } & (
  | { readonly is: 'edit'; readonly text: string; readonly mentions: readonly Mention[] }
  | { readonly is: 'delete' }
  | { readonly is: 'reaction'; readonly emoji: string; readonly on: boolean }
  | { readonly is: 'seen'; readonly level: 0 | 1 | 2 }
  | { readonly is: 'pin'; readonly on: boolean }
  | { readonly is: 'tag'; readonly on: readonly string[]; readonly off: readonly string[] }
  | { readonly is: 'move'; readonly to: MoveTo; readonly act: string | undefined }
  | { readonly is: 'promote'; readonly channel: ChannelId }
  | { readonly is: 'undo' }
);

export type MoveTo = { readonly thread: EntryId } | { readonly channel: ChannelId };

export type Operation =
  | MessageOperation
  | Change
  /** Of a page: see `client/space/pages`. */
  | { readonly is: 'page' }
  /** Of a later version: kept and carried, not shown. */
  | { readonly is: 'unknown' }
  /** Does not fit its kind: kept out of the view and counted. */
  | { readonly is: 'invalid' };

const INVALID = { is: 'invalid' } as const;
const NO_MENTIONS: readonly Mention[] = [];

/** Reads an entry of a channel. Never throws. */
export function operationOf({ body }: Opened): Operation {
  const content = parseContent(body.kind, body.content);
  switch (content.kind) {
    case 'message': {
      const named = (index: number | undefined) =>
        index === undefined ? undefined : entryNamed(body.refs[index]);
      const [thread, reply] = [named(content.thread), named(content.reply)];
      const dangling =
        (content.thread !== undefined && !thread) || (content.reply !== undefined && !reply);
      if (dangling) return INVALID;
      return {
        is: 'message',
        text: content.text,
        mentions: content.mentions ?? NO_MENTIONS,
        thread,
        reply,
      };
    }
    case 'unknown':
    case 'invalid':
      return { is: content.kind };
    case 'page':
    case 'page change':
      return { is: 'page' };
    case 'profile':
    case 'space':
    case 'channel':
    case 'servers':
    case 'note':
    case 'direct':
    case 'lobby':
      // Settings have no place in a channel.
      return INVALID;
    default:
      return changeOf(content, body.refs) ?? INVALID;
  }
}

type ChangeContent = Extract<ReturnType<typeof parseContent>, { readonly kind: Change['is'] }>;

function changeOf(content: ChangeContent, refs: readonly Uint8Array[]): Change | undefined {
  const named = [...new Set(refs.flatMap((ref) => entryNamed(ref) ?? []))];
  const [first, ...others] = named;
  if (first === undefined) return undefined;
  const one = { targets: [first] };
  const many = { targets: named };
  switch (content.kind) {
    case 'delete':
    case 'undo':
      return { ...many, is: content.kind };
    case 'move': {
      const act = content.act && toBase64url(content.act);
      if (content.to === 'channel')
        return { ...many, is: 'move', to: { channel: channelNamed(content.channel) }, act };
      return others.length === 0
        ? undefined
        : { targets: others, is: 'move', to: { thread: first }, act };
    }
  }
  // The rest speak of one message.
  if (others.length > 0) return undefined;
  switch (content.kind) {
    case 'edit':
      return { ...one, is: 'edit', text: content.text, mentions: content.mentions ?? NO_MENTIONS };
    case 'reaction':
      return { ...one, is: 'reaction', emoji: content.emoji, on: content.on };
    case 'seen':
      return { ...one, is: 'seen', level: content.level };
    case 'pin':
      return { ...one, is: 'pin', on: content.on };
    case 'tag':
      return { ...one, is: 'tag', on: content.on, off: content.off };
    case 'promote':
      return { ...one, is: 'promote', channel: channelNamed(content.channel) };
  }
}

/** Refs and channels have their lengths from the schema, so their spellings are ids. */
function entryNamed(ref: Uint8Array | undefined): EntryId | undefined {
  return ref && v.parse(EntryId, toBase64url(ref));
}

function channelNamed(channel: Uint8Array): ChannelId {
  return v.parse(ChannelId, toBase64url(channel));
}
