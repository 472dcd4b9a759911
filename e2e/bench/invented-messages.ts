/** Messages that nobody wrote, in words as unevenly common as people's: the same for a seed each time. */
import { seeded } from '@snug/client/mesh/test/random.ts';
import type { SearchedMessage } from '@snug/client/search/searched-message.ts';
import { sha256, toBase64url, uint32Bytes } from '@snug/shared/crypto/bytes.ts';
import { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

/** Different words that may be said. By Zipf's law a hundred thousand messages use most of them. */
const WORDS = 60_000;
const AUTHORS = 50;
const CHANNELS = 20;
/** Of a message, mean. */
const LENGTH = 12;

export function* inventedMessages(count: number, seed: number): Generator<SearchedMessage> {
  const random = seeded(seed);
  const words = Array.from({ length: WORDS }, () => inventedWord(random));
  const idOf = (n: number, bytes: number) => toBase64url(sha256(uint32Bytes(n)).slice(0, bytes));
  const space = v.parse(SpaceId, idOf(seed % 1000, 32));
  for (let n = 0; n < count; n++) {
    const length = Math.max(1, Math.round(-Math.log(1 - random()) * LENGTH));
    const said = Array.from({ length }, () => words[zipf(random)] ?? '');
    if (random() < 0.05) said.push(`https://example.org/${inventedWord(random)}/${n}`);
    const at = 1_700_000_000_000 + n * 60_000;
    yield {
      id: v.parse(EntryId, idOf(n, 32)),
      space,
      channel: v.parse(ChannelId, idOf(n % CHANNELS, 16)),
      author: `did:key:author-${Math.floor(random() * AUTHORS)}`,
      text: said.join(' '),
      order: at,
      at,
    };
  }
}

/** A rank below `WORDS`: the first is said twice as often as the second. */
function zipf(random: () => number): number {
  return Math.floor(WORDS ** random()) - 1;
}

const ONSETS = 'b c d f g h j k l m n p r s t v w st tr ch sh pl'.split(' ');
const VOWELS = 'a e i o u ea ou'.split(' ');
const CODAS = ['', '', '', 'n', 's', 'r', 't', 'll', 'ng'];

function inventedWord(random: () => number): string {
  const one = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? '';
  const syllables = 1 + Math.floor(random() * 3.5);
  return Array.from({ length: syllables }, () => one(ONSETS) + one(VOWELS) + one(CODAS)).join('');
}
