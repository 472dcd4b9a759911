/** The kinds of sealed entry and what each holds. */
import * as v from 'valibot';
import type { CborMap } from './canonical-cbor.ts';
import { AccountId, bytesOf } from './fields.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from './server-url.ts';
import {
  ChannelName,
  ChannelTopic,
  DisplayName,
  Emoji,
  MessageText,
  SpaceName,
  Tag,
} from './text.ts';

/** Most people that one message names, and most tags that one entry puts on or takes off. */
export const MAX_MENTIONS = 32;
export const MAX_TAGS = 16;

/** Which of the body's `refs` is meant. */
const RefIndex = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15));
const Tags = v.pipe(v.array(Tag), v.maxLength(MAX_TAGS));

/** `@name` waits in the other's Catch up list; `@@name`, urgent, asks for attention now. */
const Mention = v.object({ account: AccountId, urgent: v.exactOptional(v.boolean()) });
const Mentions = v.exactOptional(v.pipe(v.array(Mention), v.maxLength(MAX_MENTIONS)));
export type Mention = Readonly<v.InferOutput<typeof Mention>>;

/** The entries of one act of several, such as the moving of forty messages, share a random id. */
const act = v.exactOptional(bytesOf(8));

/** Keys that a later version adds to a kind are dropped by `v.object`: what is here keeps its meaning. */
const KINDS = {
  /** From here on in a channel's segments. Said in a thread it names the thread's first message, a reply what it answers. */
  message: v.object({
    text: MessageText,
    thread: v.exactOptional(RefIndex),
    reply: v.exactOptional(RefIndex),
    mentions: Mentions,
  }),
  /** The rest of these speak of the messages in `refs`. What one's own message says from now on. */
  edit: v.object({ text: MessageText, mentions: Mentions }),
  /** One's own message, or as an admin or gardener another's, is no longer shown. */
  delete: v.object({}),
  reaction: v.object({ emoji: Emoji, on: v.boolean() }),
  /** 1: seen; 2: seen, will answer; 0: taken back. */
  seen: v.object({ level: v.picklist([0, 1, 2]) }),
  pin: v.object({ on: v.boolean() }),
  tag: v.object({ on: Tags, off: Tags }),
  /** Into the thread of the first of `refs`, or to the top level of a channel. */
  move: v.variant('to', [
    v.object({ to: v.literal('thread'), act }),
    v.object({ to: v.literal('channel'), channel: bytesOf(16), act }),
  ]),
  /** A thread becomes a channel: its messages stand at the top level there. */
  promote: v.object({ channel: bytesOf(16) }),
  /** The acts in `refs` have no effect any more. */
  undo: v.object({}),
  /** From here on in the space document. What the author's account is called in this space. */
  profile: v.object({ name: DisplayName }),
  space: v.object({ name: SpaceName }),
  /** What is absent stays as it was. An empty topic is none. */
  channel: v.object({
    channel: bytesOf(16),
    name: v.exactOptional(ChannelName),
    topic: v.exactOptional(v.union([v.literal(''), ChannelTopic])),
    archived: v.exactOptional(v.boolean()),
  }),
  /** Signaling servers where the space meets. */
  servers: v.object({
    servers: v.pipe(v.array(ServerUrl), v.minLength(1), v.maxLength(MAX_SPACE_SERVERS)),
  }),
  /** The lobby's secret, for members who came before it was rotated. */
  lobby: v.object({ secret: bytesOf(32) }),
} as const;

export type Kind = keyof typeof KINDS;
type KnownContent = {
  [K in Kind]: { readonly kind: K } & Readonly<v.InferOutput<(typeof KINDS)[K]>>;
}[Kind];

export type ParsedContent =
  | KnownContent
  /** A kind from a later version. */
  | { readonly kind: 'unknown' }
  /** A known kind whose content does not fit: kept out of the view and counted. */
  | { readonly kind: 'invalid' };

/** Reads the content of a body. Text comes out in NFC, names trimmed. Never throws. */
export function parseContent(kind: string, content: CborMap): ParsedContent {
  switch (kind) {
    case 'message':
      return read(kind, KINDS.message, content);
    case 'edit':
      return read(kind, KINDS.edit, content);
    case 'delete':
      return read(kind, KINDS.delete, content);
    case 'reaction':
      return read(kind, KINDS.reaction, content);
    case 'seen':
      return read(kind, KINDS.seen, content);
    case 'pin':
      return read(kind, KINDS.pin, content);
    case 'tag':
      return read(kind, KINDS.tag, content);
    case 'move':
      return read(kind, KINDS.move, content);
    case 'promote':
      return read(kind, KINDS.promote, content);
    case 'undo':
      return read(kind, KINDS.undo, content);
    case 'profile':
      return read(kind, KINDS.profile, content);
    case 'space':
      return read(kind, KINDS.space, content);
    case 'channel':
      return read(kind, KINDS.channel, content);
    case 'servers':
      return read(kind, KINDS.servers, content);
    case 'lobby':
      return read(kind, KINDS.lobby, content);
    default:
      return { kind: 'unknown' };
  }
}

function read<K extends Kind, S extends v.GenericSchema<unknown, object>>(
  kind: K,
  schema: S,
  content: CborMap,
): ({ readonly kind: K } & v.InferOutput<S>) | { readonly kind: 'invalid' } {
  const result = v.safeParse(schema, content);
  return result.success ? { ...result.output, kind } : { kind: 'invalid' };
}
