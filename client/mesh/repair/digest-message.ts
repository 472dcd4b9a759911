/**
 * What two neighbours tell each other of a space that both hold: one hash over everything, and, where that differs,
 * pages of lines. A page covers the keys that begin with `within`, from behind `after` to its last line, or to the end
 * where it is `last`: whatever it covers and does not name is not held. So each can be read without the others.
 */
import { fromHex, toHex } from '@snug/shared/crypto/bytes.ts';
import type { SentFrame } from '../frames/frames.ts';
import type { DigestLine } from './digest-tree.ts';

export type DigestMessage =
  | { readonly level: 'space'; readonly hash: string }
  | {
      readonly level: 'groups' | 'documents';
      readonly within: string;
      readonly after: string;
      readonly lines: readonly DigestLine[];
      readonly last: boolean;
      /** Wants to hear what the other holds where that differs. Without, the lines are an answer and cover nothing else. */
      readonly asks: boolean;
    };

export type DigestPage = Exclude<DigestMessage, { level: 'space' }>;
type DigestFrame = Extract<SentFrame, { type: 'digest' }>;

/** Hashes and keys are hex. @param space the 32 bytes of its id */
export function digestFrame(space: Uint8Array, message: DigestMessage): DigestFrame {
  if (message.level === 'space')
    return { type: 'digest', space, level: 'space', hash: fromHex(message.hash) };
  const { level, within, after, lines, last, asks } = message;
  const cut = (key: string) => fromHex(key.slice(within.length));
  return {
    type: 'digest',
    space,
    level,
    within: fromHex(within),
    after: cut(after),
    lines: lines.map(({ key, hash, count }) => ({ key: cut(key), hash: fromHex(hash), count })),
    last,
    asks,
  };
}

export function digestMessage(frame: DigestFrame): DigestMessage {
  if (frame.level === 'space') return { level: 'space', hash: toHex(frame.hash) };
  const { level, last, asks } = frame;
  const within = toHex(frame.within);
  const after = frame.after.length > 0 ? within + toHex(frame.after) : '';
  const lines = frame.lines.map(({ key, hash, count }) => ({
    key: within + toHex(key),
    hash: toHex(hash),
    count,
  }));
  return { level, within, after, lines, last, asks };
}
