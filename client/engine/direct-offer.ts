/** That somebody has told this person where the two may write to each other: what is known of it, and what to keep. */
import type { Note } from '@snug/shared/entries/sealed-note.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Found } from '../people/sealed-notes.ts';
import { settingsOf } from '../space/settings.ts';
import type { SpaceRecord } from '../space/space-record.ts';

/** Of a person's devices the first that a space lists asks in; each further one waits so much longer for it, ms. */
export const TURN_MS = 30_000;

export interface Offer {
  readonly note: Note;
  readonly account: string;
  readonly peers: readonly PeerId[];
  readonly servers: readonly string[];
  /** What they are called, as far as this person knows. */
  readonly name: string;
  /** Not before, ms since 1970. */
  readonly from: number;
}

/** @param own accounts of this person; @param now ms since 1970 */
export function offerOf(
  { note, author, space }: Found,
  own: ReadonlySet<string>,
  me: PeerId,
  now: number,
): Offer {
  const { devices } = space.membership;
  const { account } = author;
  const theirs = [...devices.values()].filter((device) => device.account === account);
  const mine = [...devices.values()].filter((device) => own.has(device.account));
  const turn = mine.findIndex(({ peer }) => peer === me);
  return {
    note,
    account,
    peers: [author.peer, ...theirs.map(({ peer }) => peer)].slice(0, 3),
    servers: space.record.servers,
    name: settingsOf(space.settings, space.membership, now).names.get(account) ?? '',
    from: now + Math.max(0, turn) * TURN_MS,
  };
}

/** A space in which this device asks to be let in. */
export function recordOf({ note, peers, servers, name }: Offer): SpaceRecord {
  return {
    id: note.space,
    name,
    lobby: note.lobbySecret,
    servers: note.servers.length > 0 ? [...note.servers] : [...servers],
    state: 'joining',
    invite: { secret: note.inviteSecret, heads: [], peers: [...peers] },
    epochs: [],
    read: {},
    unheld: [],
  };
}
