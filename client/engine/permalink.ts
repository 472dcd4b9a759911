/** The address of one message: `<page>#/space/<space>/<channel>/<entry>`. It names, and lets nobody in. */
import { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

const Permalink = v.object({ space: SpaceId, channel: ChannelId, message: EntryId });
export type Permalink = v.InferOutput<typeof Permalink>;

/** Longer than any page's address with a permalink behind it. */
const MAX_LENGTH = 2_000;

/** @param page the page's address without fragment */
export function permalinkTo(page: string, { space, channel, message }: Permalink): string {
  return `${page}#/space/${space}/${channel}/${message}`;
}

/** A whole link, or what follows its `#`; `undefined` for anything else. Never throws. */
export function parsePermalink(text: string): Permalink | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, space, channel, message] = /#?\/space\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
  const parsed = v.safeParse(Permalink, { space, channel, message });
  return parsed.success ? parsed.output : undefined;
}
