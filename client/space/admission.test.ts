import { fromBase64url, fromHex, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import {
  encodeAct,
  encodeSeal,
  epochId,
  newEpochSecrets,
  sealEpochTo,
  sealsHash,
} from '@snug/shared/entries/acts.ts';
import { NO_HINT, SORT, signEntry, spaceIdOf } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChannelId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { logged } from './document-log.ts';
import {
  acting,
  adasSpace,
  admitAct,
  Copy,
  genesisBy,
  inviteAct,
  person,
  put,
  sealedBy,
  written,
} from './test/written-space.ts';

const CHANNEL = seeded(60, 16);
const channel = v.parse(ChannelId, toBase64url(CHANNEL));

/** Ada's space with Ben, an epoch and a channel. */
async function settled() {
  const { ada, copy, genesis } = await adasSpace();
  const ben = await person(2);
  await put(copy, ada, inviteAct(1));
  await put(copy, ada, await admitAct(copy.space, ben, 1));
  const secrets = newEpochSecrets(1);
  const id = epochId(copy.space, 1, secrets.rendezvous, secrets.content);
  const list = [ada, ben].map((d) => d.publicKey).sort(Buffer.compare);
  await put(copy, ada, {
    act: 'epoch',
    number: 1,
    id: fromBase64url(id),
    list,
    seals: sealsHash([]),
  });
  await put(copy, ada, { act: 'channel', channel: CHANNEL });
  const segment = (number: number) =>
    copy.at({ kind: 'segment', space: copy.space, channel, number });
  const epochLog = copy.at({ kind: 'epoch', space: copy.space, epoch: id });
  return {
    ada,
    ben,
    copy,
    genesis,
    secrets,
    epoch: { id, content: secrets.content },
    segment,
    epochLog,
  };
}

/** Fills a segment with `count` bodies, one after the other. Signatures are not looked at: 500 take a while. */
async function fill(world: Awaited<ReturnType<typeof settled>>, number: number, count: number) {
  const log = world.segment(number);
  const first = await sealedBy(world.ada, log, world.epoch);
  for (let i = 0; i < count; i++) {
    const bytes = first.bytes.slice();
    bytes.set(seeded(i, 64), 32);
    expect(world.copy.judge({ bytes, deps: log.deps }, log).is).toBe('new');
  }
  return log;
}

test('a space id is the hash of its genesis, so no other genesis begins it', async () => {
  const { genesis, copy } = await adasSpace();
  const other = await genesisBy(await person(5));
  expect(spaceIdOf(other)).not.toBe(copy.space);
  expect(await new Copy(copy.space).offer({ bytes: other, deps: [] })).toMatchObject({
    is: 'refused',
  });
  const changed = genesis.slice();
  changed[40] = (changed[40] ?? 0) ^ 1;
  expect(await new Copy(spaceIdOf(changed)).offer({ bytes: changed, deps: [] })).toMatchObject({
    is: 'refused',
  });
});

test('there is one genesis: what comes again is known, another is refused wherever it hangs', async () => {
  const { ada, genesis, copy } = await adasSpace();
  expect(await copy.offer({ bytes: genesis, deps: [] })).toMatchObject({ is: 'known' });
  const body = encodeAct({
    act: 'genesis',
    v: 1,
    nonce: seeded(9, 32),
    sealing: ada.sealingPublicKey,
    account: ada.peerId,
  });
  expect(await copy.offer(await written(ada, copy.log, SORT.act, body))).toMatchObject({
    is: 'refused',
    why: 'a space has one genesis',
  });
});

test('a genesis is under the account of the device that signed it: nobody begins a space as another', async () => {
  const eve = await person(9);
  const genesis = await genesisBy(eve, (await person(1)).peerId);
  expect(await new Copy(spaceIdOf(genesis)).offer({ bytes: genesis, deps: [] })).toMatchObject({
    is: 'refused',
  });
});

test('a sealed entry of the space document by somebody who is no member is refused', async () => {
  const { ben, copy, epoch } = await settled();
  const eve = await person(9);
  expect(await copy.offer(await sealedBy(eve, copy.log, epoch))).toMatchObject({ is: 'refused' });
  expect(await copy.offer(await sealedBy(ben, copy.log, epoch))).toMatchObject({ is: 'new' });
});

test('a space document holds acts and bodies, and each document its own sorts only', async () => {
  const world = await settled();
  const { ada, copy, epochLog, segment } = world;
  const seal = encodeSeal({ to: ada.publicKey, sealed: seeded(1, 64) });
  const tries = [
    [copy.log, SORT.seal, seal],
    [copy.log, SORT.opening, seeded(1, 32)],
    [copy.log, SORT.act, seeded(1, 40)],
    [epochLog, SORT.act, encodeAct({ act: 'channel', channel: CHANNEL })],
    [epochLog, SORT.opening, seeded(1, 32)],
    [epochLog, SORT.seal, seeded(1, 100)],
    [segment(0), SORT.seal, seal],
    [segment(0), SORT.act, encodeAct({ act: 'channel', channel: CHANNEL })],
    [segment(0), SORT.opening, seeded(1, 32)],
  ] as const;
  for (const [log, sort, body] of tries)
    expect(await copy.offer(await written(ada, log, sort, body), log)).toMatchObject({
      is: 'refused',
    });
  const body = await sealedBy(ada, epochLog, world.epoch);
  expect(await copy.offer(body, epochLog)).toMatchObject({ is: 'refused' });
});

test('an entry belongs in one document with one set of deps: elsewhere its signature is wrong', async () => {
  const world = await settled();
  const { ada, copy, segment, epochLog } = world;
  const arrival = await sealedBy(ada, segment(0), world.epoch);
  for (const log of [segment(1), epochLog, copy.log])
    expect(await copy.offer({ ...arrival, deps: log.deps }, log)).toMatchObject({
      is: 'refused',
      why: 'its signature is wrong',
    });
  const next = await copy.offer(arrival, segment(0));
  expect(next.is).toBe('new');
  expect(await copy.offer({ ...arrival, deps: segment(0).deps }, segment(0))).toMatchObject({
    is: 'refused',
  });
});

test('forged entries are refused: a changed byte, another’s key, no deps, deps twice', async () => {
  const world = await settled();
  const { copy, segment, ada, ben } = world;
  const log = segment(0);
  const { bytes, deps } = await sealedBy(ada, log, world.epoch);
  for (const at of [0, 40, 96, 100, 110, bytes.length - 1]) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect((await copy.offer({ bytes: changed, deps }, log)).is).toBe('refused');
  }
  const stolen = bytes.slice();
  stolen.set(ben.publicKey);
  expect((await copy.offer({ bytes: stolen, deps }, log)).is).toBe('refused');
  const [dep] = deps;
  if (!dep) throw new Error('no deps');
  for (const other of [[], [dep, dep]])
    expect((await copy.offer({ bytes, deps: other }, log)).is).toBe('refused');
  expect(log.count).toBe(0);
});

test('what builds on something that has not arrived waits, and is let in once it has', async () => {
  const world = await settled();
  const log = world.segment(0);
  const first = await sealedBy(world.ada, log, world.epoch);
  const entry = logged(first.bytes, first.deps, 2);
  if (!entry) throw new Error('no entry');
  const second = await sealedBy(world.ben, log, world.epoch, {}, [entry.hash]);
  expect(await world.copy.offer(second, log)).toMatchObject({ is: 'waiting' });
  expect(await world.copy.offer(first, log)).toMatchObject({ is: 'new' });
  expect(await world.copy.offer(second, log)).toMatchObject({ is: 'new' });
});

test('outside the space document an entry waits until its device has been admitted', async () => {
  const world = await settled();
  const { ada, copy, epochLog } = world;
  const cleo = await person(3);
  const body = await sealedBy(cleo, world.segment(0), world.epoch);
  const seal = await written(cleo, epochLog, SORT.seal, encodeSeal(await sealTo(world, cleo)));
  expect(await copy.offer(body, world.segment(0))).toMatchObject({ is: 'waiting' });
  expect(await copy.offer(seal, epochLog)).toMatchObject({ is: 'waiting' });
  await put(copy, ada, await admitAct(copy.space, cleo, 1));
  expect(await copy.offer(body, world.segment(0))).toMatchObject({ is: 'new' });
  expect(await copy.offer(seal, epochLog)).toMatchObject({ is: 'new' });
});

function sealTo(world: Awaited<ReturnType<typeof settled>>, device: DeviceKey) {
  const { copy, secrets } = world;
  return sealEpochTo({
    spaceId: copy.space,
    device: device.publicKey,
    sealing: device.sealingPublicKey,
    secrets,
  });
}

test('an entry waits until its channel is opened, a seal until its epoch is started', async () => {
  const world = await settled();
  const { ada, copy } = world;
  const other = seeded(61, 16);
  const log = copy.at({
    kind: 'segment',
    space: copy.space,
    channel: v.parse(ChannelId, toBase64url(other)),
    number: 0,
  });
  const body = await sealedBy(ada, log, world.epoch);
  expect(await copy.offer(body, log)).toMatchObject({ is: 'waiting' });
  await put(copy, ada, { act: 'channel', channel: other });
  expect(await copy.offer(body, log)).toMatchObject({ is: 'new' });

  const unknown = epochId(copy.space, 2, seeded(1, 32), seeded(2, 32));
  const seals = copy.at({ kind: 'epoch', space: copy.space, epoch: unknown });
  const seal = await written(ada, seals, SORT.seal, encodeSeal(await sealTo(world, ada)));
  expect(await copy.offer(seal, seals)).toMatchObject({ is: 'waiting' });
});

test('a segment after the first begins with an opening and holds no other', async () => {
  const world = await settled();
  const { ada, copy, segment } = world;
  const log = await fill(world, 0, 510);
  const far = log.entries.find((e) => e.startOp === 500);
  if (!far) throw new Error('too short');
  const body = await sealedBy(ada, segment(1), world.epoch);
  expect(await copy.offer(body, segment(1))).toMatchObject({ is: 'refused' });
  const opening = await written(ada, segment(1), SORT.opening, fromHex(far.hash));
  expect(await copy.offer(opening, segment(1))).toMatchObject({ is: 'new' });
  const second = await written(ada, segment(1), SORT.opening, fromHex(far.hash));
  expect(await copy.offer(second, segment(1))).toMatchObject({ is: 'refused' });
  const after = await sealedBy(ada, segment(1), world.epoch);
  expect(await copy.offer(after, segment(1))).toMatchObject({ is: 'new' });
  // Two may roll over at once: both openings are first.
  const root = segment(1).root?.hash;
  if (!root) throw new Error('no root');
  const beside = await written(world.ben, segment(1), SORT.opening, fromHex(far.hash), [root]);
  expect(await copy.offer(beside, segment(1))).toMatchObject({ is: 'new' });
});

test('an opening waits while what it names is not held, or has a `startOp` below 500', async () => {
  const world = await settled();
  const { ada, copy, segment } = world;
  const unknown = await written(ada, segment(1), SORT.opening, seeded(1, 32));
  expect(await copy.offer(unknown, segment(1))).toMatchObject({ is: 'waiting' });
  const log = await fill(world, 0, 499);
  const near = log.entries.find((e) => e.startOp === 499);
  if (!near) throw new Error('too short');
  const early = await written(ada, segment(1), SORT.opening, fromHex(near.hash));
  expect(await copy.offer(early, segment(1))).toMatchObject({ is: 'waiting' });
  // A segment cannot be skipped either.
  const skipped = await written(ada, segment(2), SORT.opening, fromHex(near.hash));
  expect(await copy.offer(skipped, segment(2))).toMatchObject({ is: 'waiting' });
});

test('an act is not let in elsewhere than in the space document, nor with a hint', async () => {
  const { ada, copy } = await settled();
  const act = await acting(ada, copy.log, { act: 'channel', channel: seeded(62, 16) });
  const hinted = act.bytes.slice();
  hinted[97] = 1;
  expect((await copy.offer({ ...act, bytes: hinted })).is).toBe('refused');
  await expect(
    signEntry({
      device: ada,
      documentId: copy.log.id,
      deps: copy.log.deps,
      sort: SORT.act,
      hint: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0),
      body: seeded(1, 10),
    }),
  ).rejects.toThrow(RangeError);
  expect(NO_HINT).toEqual(new Uint8Array(8));
});
