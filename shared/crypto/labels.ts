/**
 * Every HKDF label, signature domain and hash domain there is, in one place, so that no two uses can share one and
 * no secret can serve for two things. (The server's challenge has its own domain, `snug/challenge/v1`, beside its
 * schema in `protocol/signaling.ts`.) A changed format gets a new version here; a published label never changes.
 */
import { type Bytes, utf8 } from './bytes.ts';

/** Labels of `derive`, by the secret they are used on. */
export const LABELS = {
  /** From an epoch's rendezvous secret. */
  topic: 'snug/topic/v1',
  signalKey: 'snug/signal-key/v1',
  rendezvousCommitment: 'snug/rendezvous-commitment/v1',
  /** From a lobby secret. */
  lobbyTopic: 'snug/lobby-topic/v1',
  lobbySignalKey: 'snug/lobby-signal-key/v1',
  /** From the inbox secret of a contact card. */
  inboxTopic: 'snug/inbox-topic/v1',
  inboxSignalKey: 'snug/inbox-signal-key/v1',
  /** From a signal key, which is itself never a cipher's key. */
  signalSeal: 'snug/signal-seal/v1',
  topicTag: 'snug/topic-tag/v1',
  /** From an epoch's content secret. */
  body: 'snug/body/v1',
  contentCommitment: 'snug/content-commitment/v1',
  presenceKey: 'snug/presence-key/v1',
  /** From the X25519 secret of two devices' sealing keys. */
  ack: 'snug/ack/v1',
  noteTagKey: 'snug/note-tag-key/v1',
  /** From a key of the tags on sealed notes. */
  noteTag: 'snug/note-tag/v1',
  /** From the secret of the invite that a note holds. */
  noteMark: 'snug/note-mark/v1',
  /** From the X25519 secret of a relayed session, by which end sends. */
  relayFromLower: 'snug/relay-from-lower/v1',
  relayFromHigher: 'snug/relay-from-higher/v1',
  /** From the key that a passphrase gives. */
  sealedFileKey: 'snug/sealed-file-key/v1',
  sealedFileCheck: 'snug/sealed-file-check/v1',
  /** From the secret of a link by which a device is linked. */
  deviceLinkTopic: 'snug/device-link-topic/v1',
  deviceLinkSignalKey: 'snug/device-link-signal-key/v1',
  deviceLinkProof: 'snug/device-link-proof/v1',
} as const;
export type Label = (typeof LABELS)[keyof typeof LABELS];

/** What a signature, a hash or a seal's `info` begins with. */
export const DOMAINS = {
  /** Signed by a device key. */
  entry: 'snug/entry/v1',
  genesis: 'snug/genesis/v1',
  signal: 'snug/signal/v1',
  joinConsent: 'snug/join-consent/v1',
  deviceConsent: 'snug/device-consent/v1',
  keeperConsent: 'snug/keeper-consent/v1',
  presence: 'snug/presence/v1',
  contactCard: 'snug/contact-card/v1',
  /** Signed by an invite key. */
  joinProof: 'snug/join-proof/v1',
  /** Hashed. */
  root: 'snug/root/v1',
  epochId: 'snug/epoch-id/v1',
  epochSeals: 'snug/epoch-seals/v1',
  spaceDocument: 'snug/space-document/v1',
  segmentDocument: 'snug/segment-document/v1',
  epochDocument: 'snug/epoch-document/v1',
  invite: 'snug/invite/v1',
  linkBinding: 'snug/link-binding/v1',
  deviceLists: 'snug/device-lists/v1',
  verificationPhrase: 'snug/verification-phrase/v1',
  deviceLink: 'snug/device-link/v1',
  deviceLinkCommitment: 'snug/device-link-commitment/v1',
  deviceLinkWords: 'snug/device-link-words/v1',
  /** Begins what an 8-byte MAC is made over. */
  receipt: 'snug/receipt/v1',
  /** HPKE `info`. */
  epochSeal: 'snug/epoch-seal/v1',
  note: 'snug/note/v1',
} as const;
export type Domain = (typeof DOMAINS)[keyof typeof DOMAINS];

const DOMAIN_BYTES = new Map<Domain | Label, Bytes>(
  [...Object.values(LABELS), ...Object.values(DOMAINS)].map((name) => [name, utf8(`${name}\0`)]),
);

/** A label or domain as bytes, not to be written into, ended by a zero byte, so that none is the beginning of another. */
export function domainBytes(domain: Domain | Label): Bytes {
  return DOMAIN_BYTES.get(domain) ?? utf8(`${domain}\0`);
}
