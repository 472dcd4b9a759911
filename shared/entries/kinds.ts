/** The kinds of sealed entry and what each holds. */
import * as v from 'valibot';
import type { CborMap } from './canonical-cbor.ts';
import { bytesOf } from './fields.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from './server-url.ts';
import { ChannelName, ChannelTopic, DisplayName, MessageText, SpaceName } from './text.ts';

/** Keys that a later version adds to a kind are dropped by `v.object`: what is here keeps its meaning. */
const KINDS = {
  /** In a channel's segments. */
  message: v.object({ text: MessageText }),
  /** The rest in the space document. What the author's account is called in this space. */
  profile: v.object({ name: DisplayName }),
  space: v.object({ name: SpaceName }),
  channel: v.object({
    channel: bytesOf(16),
    name: ChannelName,
    topic: v.exactOptional(ChannelTopic),
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
