/** Text that people write, made comparable and safe to set beside other text. */
import * as v from 'valibot';
import { TEXT_LIMITS } from '../protocol/limits.ts';

/** Unicode's explicit directional marks, embeddings, overrides and isolates (UAX #9 §2). */
const BIDI_CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const CONTROL_OR_BREAK = /[\p{Cc}\u2028\u2029]/u;
const CONTROL_BUT_NEWLINE_AND_TAB = /(?![\n\t])\p{Cc}/u;
/** What shows something: neither white space, nor a control, a format character or a filler. */
const VISIBLE = /[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u;

const wellFormed = v.check<string, string>(
  (text) => text.isWellFormed(),
  'contains half a character',
);
const visible = v.check<string, string>((text) => VISIBLE.test(text), 'must not be empty');

/** A one-line name: NFC, trimmed, at most `maxLength` UTF-16 code units, nothing that turns or hides its neighbours. */
const name = (maxLength: number) =>
  v.pipe(
    v.string(),
    wellFormed,
    v.transform((text) => text.normalize('NFC').trim()),
    visible,
    v.maxLength(maxLength, `must have at most ${maxLength} characters`),
    v.check((text) => !CONTROL_OR_BREAK.test(text), 'must be one line without control characters'),
    v.check((text) => !BIDI_CONTROL.test(text), 'must not contain marks that turn text around'),
  );

export const DisplayName = name(TEXT_LIMITS.displayName);
export const SpaceName = name(TEXT_LIMITS.spaceName);
export const ChannelName = name(TEXT_LIMITS.channelName);
/** A page's title: as a name, longer. */
export const PageTitle = name(120);
/** Topic of a channel: as a name, longer. */
export const ChannelTopic = name(250);
/** A tag: as a name, in lower case, so that "Garden" and "garden" are one. */
export const Tag = v.pipe(
  v.string(),
  wellFormed,
  v.transform((text) => text.toLowerCase()),
  name(40),
);

/**
 * One emoji by the grammar of UTS #51 §1.4.9: pictographs, skin tones, joined sequences, flags, keycaps. Its letters are the
 * code points that Unicode has set aside for pictographs, now and later, so that no version of a browser's tables decides.
 */
const ELEMENT =
  '(?:\\p{RI}\\p{RI}|\\p{Extended_Pictographic}(?:\\p{EMod}|\\uFE0F\\u20E3?|[\\u{E0020}-\\u{E007E}]+\\u{E007F})?)';
const EMOJI = new RegExp(`^(?:[0-9#*]\\uFE0F?\\u20E3|${ELEMENT}(?:\\u200D${ELEMENT})*)$`, 'u');

/** A reaction: one emoji, at most 40 UTF-16 code units. */
export const Emoji = v.pipe(
  v.string(),
  v.maxLength(40, 'must be one emoji'),
  v.check((text) => EMOJI.test(text), 'must be one emoji'),
);

/** A message: NFC, line ends as \n, no control characters but these and tabs. Not trimmed: code may be indented. */
export const MessageText = v.pipe(
  v.string(),
  wellFormed,
  // A byte order mark at the beginning would be lost in the CBOR decoder, and nobody sees it.
  v.transform((text) =>
    text
      .replace(/^\uFEFF+/, '')
      .replace(/\r\n?/g, '\n')
      .normalize('NFC'),
  ),
  visible,
  v.maxLength(TEXT_LIMITS.message, `must have at most ${TEXT_LIMITS.message} characters`),
  v.check((text) => !CONTROL_BUT_NEWLINE_AND_TAB.test(text), 'must not contain control characters'),
);

/**
 * What somebody puts into a page at one place: 1 to 8,000 UTF-16 code units, line ends as \n, no control characters but these and
 * tabs. Not normalised: others name its characters by where they stand.
 */
export const PageFragment = v.pipe(
  v.string(),
  wellFormed,
  v.minLength(1),
  v.maxLength(8_000, 'must have at most 8000 characters'),
  v.check(
    (text) => !text.startsWith('\uFEFF') && !CONTROL_BUT_NEWLINE_AND_TAB.test(text),
    'must not contain control characters',
  ),
);

/** Makes of what somebody typed or pasted what a {@link PageFragment} may hold. It may come out empty. */
export function asPageText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/\uFEFF|(?![\n\t])\p{Cc}/gu, '');
}
