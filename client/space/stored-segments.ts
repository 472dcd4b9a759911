/** How many of a channel's segments a store holds: it is asked about few of them, in few turns, however many there are. */
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { documentIdOf, SEGMENTS } from './address.ts';
import type { Store } from './store.ts';

/** About so many are asked about at once. */
const AT_ONCE = 16;
const AT_FIRST = 20;

/** Segments are stored from the first on without a hole; how many. Rejects with `StoreError`. */
export async function segmentsStored(
  store: Pick<Store, 'has'>,
  space: SpaceId,
  channel: ChannelId,
): Promise<number> {
  const isStored = (number: number) =>
    store.has(documentIdOf({ kind: 'segment', space, channel, number }));
  let [held, free] = [-1, SEGMENTS];
  while (free - held > 1) {
    const asked = between(held, free);
    const stored = await Promise.all(asked.map(isStored));
    const first = stored.includes(false) ? stored.indexOf(false) : stored.length;
    [held, free] = [asked[first - 1] ?? held, asked[first] ?? free];
  }
  return free;
}

/** Numbers to ask about, rising: at first ever further apart, since most channels are short; then evenly. */
function between(held: number, free: number): readonly number[] {
  const first = free === SEGMENTS;
  const apart = Math.ceil((free - held) / AT_ONCE);
  const after = (i: number) => held + (first ? 2 ** i : (i + 1) * apart);
  const asked = Array.from({ length: first ? AT_FIRST : AT_ONCE }, (_, i) => after(i));
  return asked.filter((number) => number < free);
}
