/** Messages for tests. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { SearchedMessage } from '../searched-message.ts';

export const spaceNumber = (n: number) => v.parse(SpaceId, toBase64url(seeded(9000 + n, 32)));
export const channelNumber = (n: number) => v.parse(ChannelId, toBase64url(seeded(8000 + n, 16)));
export const messageNumber = (n: number) => v.parse(EntryId, toBase64url(seeded(n, 32)));

/** Message `n`, by Ada in the first channel at minute `n`, unless something else is said. */
export function said(
  n: number,
  text: string,
  more: Partial<SearchedMessage> = {},
): SearchedMessage {
  return {
    id: messageNumber(n),
    space: spaceNumber(0),
    channel: channelNumber(0),
    author: 'did:key:ada',
    text,
    order: n,
    at: n * 60_000,
    ...more,
  };
}
