/** What the simulator's figures say, for whoever reads them the first time: below the table, and in the help. */
import type { Measures } from '../bench/measure.ts';

/** By the id without its `@n`, which is how many peers it is of. */
const MEANINGS: Readonly<Record<string, string>> = {
  delivered:
    'part of the messages that the survivors (up for the last minute) hold, of all that came to any of them',
  W1: 'wire bytes a delivery: entries, and what the tree says of them; repair and control stand beside',
  W2: 'W1 with 100 peers ÷ W1 with 10, in calm rooms: nobody comes or goes, one writes',
  W3: 'copies of an entry that came to who had it, a delivery; @30 and @100 in calm rooms',
  W4: 'most links that a peer held',
  W5: 'most links that a device held over all its spaces',
  hops: 'how many links a pushed message crossed, in the mean',
  latency: 'from writing to holding, median of those who were there',
  relinked: 'from a neighbour’s death until there were as many links again, median',
  healed: 'from the end of the partition until everybody had what was written before',
  server: 'bytes a second and peer through the signaling server, coming and going included',
  R3idle: 'the same in a calm room of 100, without the first 30 s',
  C2: 'bytes a delivery, repair included, ÷ those of the same run with 100 peers',
};

function row(id: string, meaning: string): string {
  return `  ${id.padEnd(9)}  ${meaning}`;
}

/** All of them. */
export const MEANINGS_TEXT = Object.entries(MEANINGS)
  .map(([id, meaning]) => row(id, meaning))
  .join('\n');

/** Of those that are there, each once. */
export function meaningsOf(measures: Measures): string {
  const ids = new Set(Object.keys(measures).map((id) => id.replace(/@\d+$/, '')));
  return [...ids]
    .flatMap((id) => (MEANINGS[id] === undefined ? [] : [row(id, MEANINGS[id])]))
    .join('\n');
}
