import { expect, test } from 'vitest';
import { randomBytes, toBase64url } from './bytes.ts';
import { lobbySignalKeyFor, lobbyTopicFor, signalKeyFor, topicFor, topicTag } from './topic.ts';

test('who knows the secret finds the topic, and nothing derived from one secret is alike', () => {
  const secret = randomBytes(32);
  expect(topicFor(secret)).toBe(topicFor(secret.slice()));
  expect(topicFor(secret)).not.toBe(topicFor(randomBytes(32)));
  const derived = [
    topicFor(secret),
    lobbyTopicFor(secret),
    toBase64url(signalKeyFor(secret)),
    toBase64url(lobbySignalKeyFor(secret)),
    toBase64url(secret),
  ];
  expect(new Set(derived).size).toBe(derived.length);
});

test('the ends of a link know the topic by the tag, which holds for this link and direction only', () => {
  const [key, a, b, c] = [randomBytes(32), randomBytes(16), randomBytes(16), randomBytes(16)];
  const tag = topicTag(key, a, b);
  expect(tag).toHaveLength(8);
  expect(topicTag(key.slice(), a, b)).toEqual(tag);
  expect(topicTag(key, b, a)).not.toEqual(tag);
  expect(topicTag(key, a, c)).not.toEqual(tag);
  expect(topicTag(randomBytes(32), a, b)).not.toEqual(tag);
});
