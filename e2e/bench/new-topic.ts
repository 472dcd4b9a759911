import { randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

/** One that nobody has joined. */
export function newTopic(): Topic {
  return v.parse(Topic, toBase64url(randomBytes(32)));
}
