/** How many of a channel's newest messages a page shows at first. */
export const FIRST_SHOWN = 60;
/** And at most: what `watch` takes. */
export const MOST_SHOWN = 5000;
const STEP = 180;

/** How many to show when earlier ones are asked for. */
export const withEarlier = (newest: number): number => Math.min(MOST_SHOWN, newest + STEP);

/** What there is above the first message: `more` that can be shown, more that is only `kept`, or nothing. */
export function earlierFor(shown: {
  readonly more: boolean;
  readonly newest: number;
}): 'more' | 'kept' | undefined {
  if (!shown.more) return undefined;
  return shown.newest < MOST_SHOWN ? 'more' : 'kept';
}
