/** Searching a hundred thousand messages while somebody types: how long each key waits, and what the index takes of memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { localDays } from '@snug/client/search/days.ts';
import { chunksOf, indexFrom } from '@snug/client/search/kept-index.ts';
import { parseQuery } from '@snug/client/search/query.ts';
import { SearchIndex } from '@snug/client/search/search-index.ts';
import { type Directory, wantedOf } from '@snug/client/search/wanted.ts';
import { inventedMessages } from './invented-messages.ts';
import type { Measures } from './measure.ts';
import { percentiles } from './quantiles.ts';
import { measured } from './targets.ts';

const MESSAGES = 100_000;
const QUERIES = 300;
/** As many as a page of results shows. */
const PAGE = 30;
const SEED = 20_261_124;

export async function search(): Promise<Measures> {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  // What buffers held is given back by the time of the second.
  const collect = () => {
    gc();
    gc();
  };
  const messages = [...inventedMessages(MESSAGES, SEED)];
  const directory: Directory = { people: [], channels: [] };

  let index = new SearchIndex({ seed: 1 });
  const build = timed(() => {
    for (const message of messages) index.put(message);
  });

  const days = localDays(Date.now());
  const keys: number[] = [];
  // The beginnings of words, one key at a time, that somebody looking for some message types.
  for (let i = 0; i < QUERIES; i++) {
    const words = (messages[(i * 7919) % MESSAGES]?.text ?? '').split(' ').slice(0, 1 + (i % 3));
    const typed = words.join(' ');
    for (let length = 1; length <= typed.length; length++)
      keys.push(
        timed(() => {
          const query = parseQuery(typed.slice(0, length), days);
          index.search(wantedOf(query, directory).wanted, { limit: PAGE });
        }),
      );
  }
  const { p50, p95, max } = percentiles(keys);

  let chunks: Uint8Array[] = [];
  const write = timed(() => {
    chunks = [...chunksOf(index)];
  });
  const read = timed(() => {
    index = indexFrom(chunks, 1) ?? index;
  });
  const counted = index.bytes;
  collect();
  const full = held();
  index = new SearchIndex({ seed: 1 });
  collect();
  const memory = full - held();
  return {
    SEARCH: measured('SEARCH', p95, {
      compared: { p50, longest: max },
      detail: {
        what: 'from a key to the newest results, p95',
        messages: MESSAGES,
        keys: keys.length,
        buildMs: build,
        writeMs: write,
        readMs: read,
        keptBytes: chunks.reduce((sum, { length }) => sum + length, 0),
      },
    }),
    SEARCHmemory: measured('SEARCHmemory', memory / 1e6, {
      compared: { 'as it counts itself': counted / 1e6, 'build, s': build / 1000 },
      detail: { what: `heap and buffers of an index of ${MESSAGES} messages` },
    }),
  };
}

function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** ms that some work takes. */
function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
