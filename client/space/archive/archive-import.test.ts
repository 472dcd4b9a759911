import { concatBytes, fromHex } from '@snug/shared/crypto/bytes.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import { expect, test } from 'vitest';
import { Space } from '../space.ts';
import { MemoryStore, StoreError } from '../store.ts';
import { person } from '../test/written-space.ts';
import { recordFrom, takeIn } from './archive-import.ts';
import { bytesAsFile } from './file-bytes.ts';
import { recordBytes } from './record-stream.ts';
import { openSealedFile } from './sealed-file.ts';
import { archiveOf, heldOf, openArchive } from './space-archive.ts';
import {
  adasSpace,
  countOf,
  headsOf,
  NOW,
  reading,
  recordsOf,
  restored,
  say,
  textsOf,
} from './test/archived.ts';
import { fileOf } from './test/sealed.ts';

const PASSPHRASE = 'the beans by the south wall';

test('a space goes into a sealed file and comes back whole, on a device that held nothing of it', async () => {
  const { ben, space, channel, kitchen } = await adasSpace();
  const file = await fileOf(archiveOf(heldOf(space)), PASSPHRASE);
  const opened = await openSealedFile(bytesAsFile(file), {
    purpose: 'space',
    passphrase: PASSPHRASE,
  });
  if (!opened.ok) throw new Error(opened.message);
  const archive = await openArchive(opened.reader);
  if (!archive) throw new Error('no archive');
  const store = new MemoryStore();
  const record = recordFrom(archive.head);
  const back = new Space({ record, device: ben, store, onChange: () => {} });
  expect(await takeIn(back, archive, ben.peerId, NOW)).toEqual({
    fresh: countOf(space),
    known: 0,
    unplaced: 0,
    refused: 0,
    passedOver: 0,
    whole: true,
    listed: true,
  });
  expect(headsOf(back)).toEqual(headsOf(space));
  expect(textsOf(back, channel)).toEqual(['message 0', 'message 2', 'message 4']);
  expect(textsOf(back, kitchen)).toEqual(['message 1', 'message 3']);
  expect(back.record.lobby).toEqual(space.record.lobby);

  const again = new Space({ record: back.record, device: ben, store, onChange: () => {} });
  await again.load();
  expect(textsOf(again, channel)).toEqual(textsOf(space, channel));
});

test('taking the same file in twice adds nothing', async () => {
  const { ben, space } = await adasSpace();
  const { space: back } = await restored(await recordsOf(heldOf(space)), ben);
  const record = structuredClone(back.record);
  const outcome = await takeIn(
    back,
    await reading(await recordsOf(heldOf(space))),
    ben.peerId,
    NOW,
  );
  expect(outcome).toMatchObject({ fresh: 0, known: countOf(space), whole: true });
  expect(back.record).toEqual(record);
});

test('where half is held only the rest comes in, and what is newer here stays', async () => {
  const { ben, space, channel } = await adasSpace(4);
  const half = await recordsOf(heldOf(space));
  await say(space, channel, 'later');
  await say(space, channel, 'and later still');
  const { space: back } = await restored(half, ben);
  await say(back, channel, 'meanwhile, Ben');
  const before = countOf(back);
  const outcome = await takeIn(
    back,
    await reading(await recordsOf(heldOf(space))),
    ben.peerId,
    NOW,
  );
  expect(outcome).toMatchObject({ fresh: 2, known: before - 1, refused: 0 });
  expect(textsOf(back, channel).toSorted()).toEqual(
    [...textsOf(space, channel), 'meanwhile, Ben'].toSorted(),
  );
});

test('a segment is taken in after the one that its opening names', async () => {
  const { ben, space, channel } = await adasSpace(0);
  const segment = (number: number) =>
    space.log({ kind: 'segment', space: space.record.id, channel, number });
  const write = (number: number, text: string) =>
    space.writeSealed(
      segment(number),
      space.channel(channel),
      { kind: 'message', content: { text } },
      NOW,
    );
  await space.exclusively(async () => {
    let newest = await write(0, 'first');
    while (newest.startOp < ENTRY_LIMITS.openingStartOp) {
      // What nobody else holds is listed, and stored with each message.
      space.record.unheld = [];
      newest = await write(0, 'one of many');
    }
    await space.writeClear(segment(1), SORT.opening, fromHex(newest.hash));
    await write(1, 'in the next segment');
  });
  const documents = [...heldOf(space).documents].reverse();
  const { space: back, outcome } = await restored(
    await recordsOf({ ...heldOf(space), documents }),
    ben,
  );
  expect(outcome).toMatchObject({ refused: 0, unplaced: 0 });
  expect(textsOf(back, channel)).toEqual(textsOf(space, channel));
});

test('whoever is no member reads what the file holds, and is listed nowhere', async () => {
  const { space, channel } = await adasSpace();
  const { space: back, outcome } = await restored(await recordsOf(heldOf(space)), await person(9));
  expect(outcome.listed).toBe(false);
  expect(textsOf(back, channel)).toEqual(textsOf(space, channel));
});

test('no key of a device, no invite’s secret and nothing of what one has read leaves in a file', async () => {
  const { ada, space, secret } = await adasSpace();
  space.record.read.somewhere = { order: 1, id: 'what was read' };
  const bytes = concatBytes(...(await recordsOf(heldOf(space))));
  const holds = (part: Uint8Array) => Buffer.from(bytes).includes(Buffer.from(part));
  expect(holds(space.record.lobby)).toBe(true);
  for (const kept of [seeded(1, 32), ada.sealingSecret, secret, Buffer.from('what was read')])
    expect(holds(kept)).toBe(false);
});

test('of a file that ends too early everything up to there is in, and it is said not to be whole', async () => {
  const { ben, space, channel } = await adasSpace();
  const bytes = concatBytes(...(await recordsOf(heldOf(space))));
  const cut = bytes.subarray(0, bytes.length - 20);
  const { space: back, outcome } = await restored([cut], ben);
  expect(outcome.whole).toBe(false);
  expect(outcome.fresh).toBeGreaterThan(5);
  expect(outcome.fresh).toBeLessThan(countOf(space));
  const rest = await takeIn(back, await reading(await recordsOf(heldOf(space))), ben.peerId, NOW);
  expect(rest).toMatchObject({ whole: true, known: outcome.fresh });
  expect(textsOf(back, channel)).toEqual(textsOf(space, channel));
});

test('records of a later version are passed over', async () => {
  const { ben, space } = await adasSpace();
  const [first, ...entries] = await recordsOf(heldOf(space));
  if (!first) throw new Error('empty');
  const later = recordBytes(['files', 1, 'whatever']);
  const { outcome } = await restored([first, later, ...entries], ben);
  expect(outcome).toMatchObject({ passedOver: 1, fresh: countOf(space), whole: true });
});

test('where the store is full the import says so, and a second try goes on from there', async () => {
  const { ben, space, channel } = await adasSpace();
  class Filling extends MemoryStore {
    room = 3;
    override async append(...args: Parameters<MemoryStore['append']>): Promise<void> {
      if (this.room-- <= 0) throw new StoreError('full', 'no room');
      return super.append(...args);
    }
  }
  const store = new Filling();
  const archive = await reading(await recordsOf(heldOf(space)));
  const record = recordFrom(archive.head);
  const back = new Space({ record, device: ben, store, onChange: () => {} });
  const first = takeIn(back, archive, ben.peerId, NOW);
  await expect(first).rejects.toMatchObject({ failure: 'full' });
  store.room = 100;
  await takeIn(back, await reading(await recordsOf(heldOf(space))), ben.peerId, NOW);
  expect(textsOf(back, channel)).toEqual(textsOf(space, channel));
});
