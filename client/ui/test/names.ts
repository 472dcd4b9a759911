import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { ChannelId, EntryId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

/** Bytes that are the same each time for the same words. */
function bytesOf(words: string, length: number): Uint8Array {
  let state = 2166136261;
  for (let i = 0; i < words.length; i++) state = Math.imul(state ^ words.charCodeAt(i), 16777619);
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Ids as they really look, made from a word, for data that never leaves a test. */
export const peerNamed = (word: string): PeerId => peerIdFromPublicKey(bytesOf(word, 32));
export const spaceNamed = (word: string): SpaceId => v.parse(SpaceId, base64url(bytesOf(word, 32)));
export const channelNamed = (word: string): ChannelId =>
  v.parse(ChannelId, base64url(bytesOf(word, 16)));
export const entryNamed = (word: string): EntryId => v.parse(EntryId, base64url(bytesOf(word, 32)));
