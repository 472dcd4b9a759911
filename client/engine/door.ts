/** The door of a space, from both sides: who is let in, and what becomes of one's own knocking. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { parseJoinRequest, verifyJoinRequest } from '@snug/shared/entries/acts.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { admit } from '../space/founding.ts';
import type { Space } from '../space/space.ts';

/** Why somebody is not let in: a word that travels, and that `space-view.ts` has a sentence for. */
export type Objection =
  | 'not-here'
  | 'not-a-member'
  | 'bad-invite'
  | 'unknown-invite'
  | 'expired-invite';

/** So many strangers must say the same before it is believed: anybody who ever held a link may stand at the door. */
const STRANGERS = 3;

/** Judges a peer who asks to be linked, and lets a newcomer with a live invite in. `now` judges expiry. */
export async function answerKnock(
  space: Space,
  peer: PeerId,
  note: Uint8Array | undefined,
  now: number,
): Promise<Objection | undefined> {
  if (space.record.state !== 'open') return 'not-here';
  if (space.serves(peer)) return undefined;
  const request = note && parseJoinRequest(note);
  if (!request || peerIdFromPublicKey(request.device) !== peer) return 'not-a-member';
  if (!(await verifyJoinRequest(space.record.id, request))) return 'bad-invite';
  // An account of several devices is vouched for by that account, which comes with device linking.
  if (request.account !== peer) return 'bad-invite';
  const invite = space.membership.invites.get(toBase64url(request.invite));
  if (!invite) return 'unknown-invite';
  if (invite.expires !== undefined && invite.expires < now) return 'expired-invite';
  await admit(space, request);
  return undefined;
}

/** Own knocks that were answered by a refusal. */
export class Refusals {
  /** Peers who refused, by space and reason. */
  readonly #by = new Map<Space, Map<string, PeerId[]>>();

  /**
   * Whether this settles it: the space then is `refused`. One who is named in the invite is believed when they say that
   * it has expired; that they do not know it they may say because they have not heard of it yet.
   */
  refused(space: Space, peer: PeerId, reason: string): boolean {
    if (space.record.state !== 'joining' || !isSettling(reason)) return false;
    const reasons = this.#by.get(space) ?? new Map<string, PeerId[]>();
    this.#by.set(space, reasons);
    const before = reasons.get(reason) ?? [];
    const named = space.record.invite?.peers.includes(peer) ?? false;
    // A stranger counts once, whatever they repeat.
    const peers = named || !before.includes(peer) ? [...before, peer] : before;
    reasons.set(reason, peers);
    if (!(named && reason !== 'unknown-invite') && peers.length < STRANGERS) return false;
    space.record.state = 'refused';
    space.record.refusal = reason;
    return true;
  }
}

function isSettling(reason: string): boolean {
  return reason === 'expired-invite' || reason === 'bad-invite' || reason === 'unknown-invite';
}
