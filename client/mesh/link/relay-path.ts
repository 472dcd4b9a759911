/** The relayed path of a session: packets sealed end to end, so that the server that passes them on reads nothing. */
import { concatBytes, sha256 } from '@snug/shared/crypto/bytes.ts';
import { DOMAINS, domainBytes } from '@snug/shared/crypto/labels.ts';
import { type RelayCipher, relayCipher } from '@snug/shared/crypto/relay-cipher.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { decodePacket, type HeardPacket } from './packet.ts';

export interface EphemeralKeys {
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
}

export interface SessionKeys {
  /** The same 32 bytes at both ends; neither end, nor anybody else, chose them alone. */
  readonly binding: Uint8Array;
  readonly relay: RelayPath;
}

export class RelayPath {
  readonly #cipher: RelayCipher;

  constructor(cipher: RelayCipher) {
    this.#cipher = cipher;
  }

  seal(packet: Uint8Array): Uint8Array {
    return this.#cipher.seal(packet);
  }

  /** `forged`: not of this session, or a replay; nothing the neighbour is to blame for. */
  open(frame: Uint8Array): HeardPacket | 'forged' | 'malformed' {
    const plain = this.#cipher.open(frame);
    if (plain === undefined) return 'forged';
    return decodePacket(plain) ?? 'malformed';
  }
}

/** `undefined` if the other end's key is no honest one. */
export function sessionKeys(parts: {
  readonly session: Uint8Array;
  readonly me: PeerId;
  readonly peer: PeerId;
  /** Whether this end began the session. */
  readonly initiator: boolean;
  readonly mine: EphemeralKeys;
  readonly theirs: Uint8Array;
}): SessionKeys | undefined {
  const { session, me, peer, initiator, mine, theirs } = parts;
  const cipher = relayCipher({
    mySecret: mine.secret,
    theirPublic: theirs,
    myPeer: me,
    theirPeer: peer,
    session,
  });
  if (cipher === undefined) return undefined;
  const keys = initiator ? [mine.publicKey, theirs] : [theirs, mine.publicKey];
  const binding = sha256(concatBytes(domainBytes(DOMAINS.linkBinding), session, ...keys));
  return { binding, relay: new RelayPath(cipher) };
}
