/** Where members meet and by what they know each other there, from the secrets that they share. */
import * as v from 'valibot';
import { Topic } from '../protocol/ids.ts';
import { concatBytes, toBase64url } from './bytes.ts';
import { derive } from './hkdf.ts';
import { LABELS } from './labels.ts';

/** @param rendezvousSecret of an epoch, 32 bytes */
export function topicFor(rendezvousSecret: Uint8Array): Topic {
  return v.parse(Topic, toBase64url(derive(rendezvousSecret, LABELS.topic)));
}

/** @param rendezvousSecret of an epoch, 32 bytes */
export function signalKeyFor(rendezvousSecret: Uint8Array): Uint8Array {
  return derive(rendezvousSecret, LABELS.signalKey);
}

/** @param lobbySecret 32 bytes */
export function lobbyTopicFor(lobbySecret: Uint8Array): Topic {
  return v.parse(Topic, toBase64url(derive(lobbySecret, LABELS.lobbyTopic)));
}

/** @param lobbySecret 32 bytes */
export function lobbySignalKeyFor(lobbySecret: Uint8Array): Uint8Array {
  return derive(lobbySecret, LABELS.lobbySignalKey);
}

/** @param inboxSecret of a contact card, 32 bytes */
export function inboxTopicFor(inboxSecret: Uint8Array): Topic {
  return v.parse(Topic, toBase64url(derive(inboxSecret, LABELS.inboxTopic)));
}

/** @param inboxSecret of a contact card, 32 bytes */
export function inboxSignalKeyFor(inboxSecret: Uint8Array): Uint8Array {
  return derive(inboxSecret, LABELS.inboxSignalKey);
}

/**
 * By which one end of a link says that it is in a topic, and only those who are in it too understand: 8 bytes under
 * the topic's signal key. The speaker's nonce comes first, so a tag cannot be sent back to whoever made it.
 * @param speakerNonce the link nonce of the end that sends the tag; @param listenerNonce that of the other. Both 16 bytes
 */
export function topicTag(
  signalKey: Uint8Array,
  speakerNonce: Uint8Array,
  listenerNonce: Uint8Array,
): Uint8Array {
  return derive(signalKey, LABELS.topicTag, concatBytes(speakerNonce, listenerNonce), 8);
}
