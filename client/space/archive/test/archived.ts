/** A space to be written down, and devices that take it up again. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { joinRequest } from '@snug/shared/entries/acts.ts';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { admit, conceive, found, openChannel, ownInvite } from '../../founding.ts';
import { Space } from '../../space.ts';
import { MemoryStore } from '../../store.ts';
import { person } from '../../test/written-space.ts';
import { recordFrom, takeIn } from '../archive-import.ts';
import {
  type ArchivedSpace,
  type ArchiveReader,
  archiveOf,
  openArchive,
} from '../space-archive.ts';

export const NOW = 1_800_000_000_000;

/** Ada's space with two channels, Ben let in, and `count` messages of hers. */
export async function adasSpace(count = 5) {
  const [ada, ben] = [await person(1), await person(2)];
  const { genesis, record } = await conceive(ada, 'Lyre Street', ['https://snug.example']);
  const space = new Space({ record, device: ada, store: new MemoryStore(), onChange: () => {} });
  const names = { space: 'Lyre Street', person: 'Ada' };
  const channel = await found(space, ada, genesis, names, NOW);
  const kitchen = await space.exclusively(() => openChannel(space, 'kitchen', NOW));
  const { secret } = await ownInvite(space, NOW);
  await admit(space, await joinRequest({ inviteSecret: secret, spaceId: record.id, device: ben }));
  for (let n = 0; n < count; n++) await say(space, n % 2 === 0 ? channel : kitchen, `message ${n}`);
  return { ada, ben, space, channel, kitchen, secret };
}

export const say = (space: Space, channel: ChannelId, text: string) =>
  space.exclusively(async () =>
    space.writeSealed(
      await space.writingSegment(channel),
      space.channel(channel),
      { kind: 'message', content: { text } },
      NOW,
    ),
  );

export const textsOf = (space: Space, channel: ChannelId) =>
  space
    .channel(channel)
    .placed(NOW)
    .map(({ body }) => body.content.text);

/** What is to be sealed of a space. */
export async function recordsOf(space: ArchivedSpace): Promise<readonly Uint8Array[]> {
  const records: Uint8Array[] = [];
  for await (const record of archiveOf(space)) records.push(record);
  return records;
}

/** The archive in these records; the file around it is tested beside it. */
export async function reading(records: Iterable<Uint8Array>): Promise<ArchiveReader> {
  const pieces = [...records];
  const reader = await openArchive({ next: async () => pieces.shift() ?? 'end' });
  if (!reader) throw new Error('no archive');
  return reader;
}

/** A device that takes a space up from its archive and knows nothing else of it. */
export async function restored(
  records: Iterable<Uint8Array>,
  device: DeviceKey,
  store = new MemoryStore(),
) {
  const archive = await reading(records);
  const record = recordFrom(archive.head);
  const space = new Space({ record, device, store, onChange: () => {} });
  return { space, store, outcome: await takeIn(space, archive, device.peerId, NOW) };
}

export const countOf = (space: Space) => [...space.logs].reduce((sum, log) => sum + log.count, 0);
export const headsOf = (space: Space) =>
  Object.fromEntries(
    [...space.logs].filter((log) => log.count > 0).map((log) => [log.id, log.heads]),
  );
