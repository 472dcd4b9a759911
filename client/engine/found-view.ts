/** A message that was searched for, as a person sees it in a list of such. Pure. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { highlightsIn } from '../search/highlights.ts';
import type { FoundMessage } from '../search/search-index.ts';
import type { Phrase } from '../search/words.ts';
import { nameOf, type Settings } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import { conversationOf } from './conversation.ts';
import { permalinkTo } from './permalink.ts';
import type { FoundMessageView } from './search-view.ts';

/** Longest part of a message that is told, and how much of it stands before the first word that was found; UTF-16 code units. */
const EXCERPT = 280;
const BEFORE = 80;

export interface Telling {
  readonly me: PeerId;
  readonly page: string;
  readonly phrases: readonly Phrase[];
  readonly space: Space;
  readonly settings: Settings;
  /** The viewer's clock, ms since 1970. */
  readonly now: number;
}

/** Nothing where the message has gone since it was found. */
export function foundView(telling: Telling, found: FoundMessage): readonly FoundMessageView[] {
  const { space, settings, page, me, now, phrases } = telling;
  const reading = conversationOf(space, now);
  const message = reading.message(found.id);
  const place = reading.placeOf(found.id);
  if (!message || !place) return [];
  const own = space.membership.everListed.get(me)?.account;
  const { id, author, account, at } = message;
  return [
    {
      id,
      space: found.space,
      spaceName: settings.name ?? space.record.name,
      channel: place.channel,
      channelName: settings.channels.get(place.channel)?.name ?? '',
      ...(place.thread === undefined ? {} : { thread: place.thread }),
      author,
      authorName: nameOf(settings, space.membership, author),
      own: author === me || account === own,
      at,
      ...excerptOf(message.text, phrases),
      permalink: permalinkTo(page, { space: found.space, channel: place.channel, message: id }),
    },
  ];
}

/** What stands around the first word that was found, and where the words stand in that. */
export function excerptOf(
  text: string,
  phrases: readonly Phrase[],
): Pick<FoundMessageView, 'text' | 'highlights'> {
  const all = highlightsIn(text, phrases);
  const first = all[0]?.start ?? 0;
  const start =
    text.length <= EXCERPT || first <= BEFORE ? 0 : beginningAt(text, first - BEFORE, first);
  const end = Math.min(text.length, start + EXCERPT);
  const [before, after] = [start > 0 ? '…' : '', end < text.length ? '…' : ''];
  return {
    // A character of two units may have been cut in two.
    text: `${before}${text.slice(start, end).toWellFormed()}${after}`,
    highlights: all
      .filter((one) => one.start >= start && one.end <= end)
      .map((one) => ({
        start: one.start - start + before.length,
        end: one.end - start + before.length,
      })),
  };
}

/** Behind the first space of this part, if there is one. */
function beginningAt(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s/u);
  return space < 0 ? from : from + space + 1;
}
