/**
 * Takes an archive into a space. Nothing in it is believed: each entry is judged again as if a neighbour had sent it, and a
 * secret counts only for an epoch that the judged acts have started. So taking the same file in twice, or one into a space of
 * which half is held, adds what was missing and nothing else.
 */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import { parseContent } from '@snug/shared/entries/kinds.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { roleOf } from '../membership/membership.ts';
import type { Space } from '../space.ts';
import type { SpaceRecord } from '../space-record.ts';
import type { ArchiveHead, ArchiveReader } from './space-archive.ts';

/** What came of it, in entries. */
export interface Imported {
  readonly fresh: number;
  /** Were here before. */
  readonly known: number;
  /** Needs something that the file does not hold; forgotten again. */
  readonly unplaced: number;
  /** What no peer would take. */
  readonly refused: number;
  /** Records of a later version, or of another space. */
  readonly passedOver: number;
  /** False where the file is damaged or cut off further on: what came before that is in. */
  readonly whole: boolean;
  /** Whether the space's members list this device: otherwise the space is an archive, which can be read. */
  readonly listed: boolean;
}

/**
 * The record under which a device takes a space up that it knows from a file only. `joining` until its members are found to
 * list this device: `takeIn` says so.
 */
export function recordFrom({ id, name, lobby, servers }: ArchiveHead): SpaceRecord {
  return {
    id,
    name,
    lobby,
    servers: [...servers],
    state: 'joining',
    epochs: [],
    read: {},
    unheld: [],
  };
}

/**
 * Takes everything of an archive into the space that it is of, batch by batch. Rejects with `StoreError`; what was in by then
 * stays, and a second try goes on from there.
 *
 * @param me this device: in its name the entries come, and wait for each other
 * @param now ms since 1970
 */
export async function takeIn(
  space: Space,
  archive: ArchiveReader,
  me: PeerId,
  now: number,
): Promise<Imported> {
  if (archive.head.id !== space.record.id)
    throw new RangeError('An archive is taken into the space that it is of.');
  const isNew = space.spaceLog.count === 0;
  const counts = { fresh: 0, known: 0, unplaced: 0, refused: 0 };
  let next = await archive.next();
  let isOpened = false;
  try {
    for (; typeof next !== 'string'; next = await archive.next()) {
      const { address, arrivals } = next;
      // By now the epochs are known: each batch is opened as it comes, not all of it at once in the end.
      if (address.kind === 'segment' && !isOpened) {
        isOpened = true;
        await adoptSecrets(space, archive.head);
      }
      const log = space.place(address);
      if (!log) {
        counts.unplaced += arrivals.length;
        continue;
      }
      for (const { verdict } of await space.receive(log, me, () => arrivals))
        counts[tallied(verdict.is)]++;
    }
  } finally {
    space.forget(me);
  }
  await adoptSecrets(space, archive.head);
  if (isNew) await adoptLobby(space, now);
  return {
    ...counts,
    passedOver: archive.passedOver,
    whole: next === 'end',
    listed: space.membership.devices.has(me),
  };
}

function tallied(verdict: string): 'fresh' | 'known' | 'unplaced' | 'refused' {
  switch (verdict) {
    case 'new':
      return 'fresh';
    case 'known':
      return 'known';
    case 'refused':
      return 'refused';
    default:
      return 'unplaced';
  }
}

/** Secrets of the epochs that the space has had, as far as they were not held. */
async function adoptSecrets(space: Space, { epochs }: ArchiveHead): Promise<void> {
  const { record, membership } = space;
  const held = new Set(record.epochs.map(({ id }) => id));
  const begun = new Set(membership.epochs.map(({ id }) => id));
  const fresh = epochs.filter(({ id }) => begun.has(id) && !held.has(id));
  if (fresh.length === 0) return;
  await space.adopt({ ...record, epochs: [...record.epochs, ...fresh] });
  await space.save();
}

/** What an admin has sealed as the lobby's secret counts for more than what the file says beside its entries. */
async function adoptLobby(space: Space, now: number): Promise<void> {
  const { record, membership } = space;
  const sealed = space.settings.placed(now).flatMap(({ author, body }) => {
    const content = parseContent(body.kind, body.content);
    return content.kind === 'lobby' && roleOf(membership, author) === 'admin'
      ? [content.secret]
      : [];
  });
  const newest = sealed.at(-1);
  if (newest === undefined || toHex(newest) === toHex(record.lobby)) return;
  record.lobby = newest;
  await space.save();
}
