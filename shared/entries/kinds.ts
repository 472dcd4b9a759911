/** The kinds of sealed entry and what each holds. */
import * as v from 'valibot';
import type { CborMap } from './canonical-cbor.ts';
import { AccountId, bytesOf } from './fields.ts';
import { MAX_SEALED_NOTE_BYTES, NOTE_TAG_BYTES } from './sealed-note.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from './server-url.ts';
import {
  ChannelName,
  ChannelTopic,
  DisplayName,
  Emoji,
  MessageText,
  PageFragment,
  PageTitle,
  SpaceName,
  Tag,
} from './text.ts';

/** Most people that one message names, and most tags that one entry puts on or takes off. */
export const MAX_MENTIONS = 32;
export const MAX_TAGS = 16;

/** Most devices that one note is for: those of an account. */
export const MAX_NOTE_DEVICES = 16;

const SealedNote = v.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length <= MAX_SEALED_NOTE_BYTES,
  `expected at most ${MAX_SEALED_NOTE_BYTES} bytes`,
);

/** Most messages from which a page starts; most places of a page that one change fills, and most stretches that it takes out. */
export const MAX_PAGE_SOURCES = 256;
export const MAX_PAGE_INSERTS = 32;
export const MAX_PAGE_REMOVES = 128;
/** Most changes among whose text these places are. */
export const MAX_PAGE_ORIGINS = 64;
/** Stands for the page's beginning where a change would stand. */
export const PAGE_START = 255;

/** A place in a page: after so many characters (UTF-16) of what the change that `of` lists there has put in. */
const Origin = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(PAGE_START));
const Characters = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 20));

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
  /** A text that many write: what it is called, and the messages from which it starts. In `refs` the thread's first message, if any. */
  page: v.object({
    title: PageTitle,
    sources: v.pipe(v.array(bytesOf(32)), v.maxLength(MAX_PAGE_SOURCES)),
  }),
  /**
   * Of the page that `refs` names first, after the changes that it names then. `insert` is `[origin, characters, text]`,
   * `remove` is `[origin, characters before it, characters]`; origins are places in `of`, the first halves of changes' ids.
   */
  'page change': v.object({
    title: v.exactOptional(PageTitle),
    /** Put away, or brought back. */
    away: v.exactOptional(v.boolean()),
    of: v.pipe(v.array(bytesOf(16)), v.maxLength(MAX_PAGE_ORIGINS)),
    insert: v.pipe(
      v.array(v.tuple([Origin, Characters, PageFragment])),
      v.maxLength(MAX_PAGE_INSERTS),
    ),
    remove: v.pipe(
      v.array(v.tuple([Origin, Characters, Characters])),
      v.maxLength(MAX_PAGE_REMOVES),
    ),
  }),
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
  /** To single devices, sealed to each: where somebody may write to the author alone. The tags are of `sealed-note.ts`. */
  note: v.object({
    to: v.pipe(
      v.array(v.object({ tag: bytesOf(NOTE_TAG_BYTES), sealed: SealedNote })),
      v.minLength(1),
      v.maxLength(MAX_NOTE_DEVICES),
    ),
  }),
  /** This space is where these write to each other, and nobody else is to come in. */
  direct: v.object({ with: v.pipe(v.array(AccountId), v.minLength(2), v.maxLength(8)) }),
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
    case 'page':
      return read(kind, KINDS.page, content);
    case 'page change':
      return read(kind, KINDS['page change'], content);
    case 'profile':
      return read(kind, KINDS.profile, content);
    case 'space':
      return read(kind, KINDS.space, content);
    case 'channel':
      return read(kind, KINDS.channel, content);
    case 'servers':
      return read(kind, KINDS.servers, content);
    case 'note':
      return read(kind, KINDS.note, content);
    case 'direct':
      return read(kind, KINDS.direct, content);
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
