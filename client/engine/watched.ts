/** Which channel is on screen, in a tab that leads and in one that follows alike. */
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { SpaceRecord } from '../space/space-record.ts';

/** Fewest and most messages that a timeline shows. */
const NEWEST = { min: 50, max: 5000 };

export interface Watched {
  readonly space: SpaceId;
  readonly channel: ChannelId;
  readonly newest: number;
  /** What had been read when the channel was opened: it stays while the channel is on screen. */
  readonly readAtOpening: { readonly order: number; readonly id: string } | undefined;
  /** ms since 1970: what was said later was not said while one was away. */
  readonly openedAt: number;
}

export function watch(
  before: Watched | undefined,
  input: { readonly space: SpaceId; readonly channel: ChannelId; readonly newest: number },
  record: SpaceRecord,
  now: number,
): Watched {
  const same = before?.space === input.space && before.channel === input.channel;
  const wanted = Math.trunc(input.newest) || NEWEST.min;
  return {
    space: input.space,
    channel: input.channel,
    newest: Math.min(Math.max(wanted, NEWEST.min), NEWEST.max),
    readAtOpening: same ? before.readAtOpening : record.read[input.channel],
    openedAt: same ? before.openedAt : now,
  };
}
