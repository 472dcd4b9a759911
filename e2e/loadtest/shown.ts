/** A peer's channel in the end, held to what was written and to what came to it. */
import type { Shown } from './observations.ts';
import type { ChannelShown } from './participant.ts';

/**
 * @param numbers of all texts that may
 * @param came numbers of those that were told to have come
 */
export function heldToPlan(
  peer: number,
  { texts, whole }: ChannelShown,
  numbers: ReadonlyMap<string, number>,
  came: ReadonlySet<number>,
): Shown {
  const there = new Set<number>();
  let repeated = 0;
  let strange = 0;
  for (const text of texts) {
    const number = numbers.get(text);
    if (number === undefined) strange++;
    else if (there.has(number)) repeated++;
    else there.add(number);
  }
  const lacking = !whole ? 0 : [...came].filter((number) => !there.has(number)).length;
  return { peer, repeated, lacking, strange };
}
