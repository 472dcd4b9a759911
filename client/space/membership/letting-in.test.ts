import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { type Act, epochId, newEpochSecrets } from '@snug/shared/entries/acts.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { expect, test } from 'vitest';
import {
  acting,
  adasSpace,
  admitAct,
  Copy,
  futureAct,
  inviteAct,
  person,
  put,
} from '../test/written-space.ts';
import { EVERYBODY_INVITES, INVITES, mayInvite, roleOf } from './membership.ts';

type World = Awaited<ReturnType<typeof withBen>>;

/** Ada's space; Ben was let in by her invite 1. */
async function withBen() {
  const { ada, copy, genesis } = await adasSpace();
  const ben = await person(2);
  await put(copy, ada, inviteAct(1));
  await put(copy, ada, await admitAct(copy.space, ben, 1));
  return { ada, ben, copy, genesis };
}

function epochAct(world: World, number: number, list: readonly DeviceKey[], seed = number): Act {
  const secrets = {
    ...newEpochSecrets(number),
    content: seeded(seed, 32),
    rendezvous: seeded(seed + 50, 32),
  };
  const id = epochId(world.copy.space, number, secrets.rendezvous, secrets.content);
  return {
    act: 'epoch',
    number,
    id: fromBase64url(id),
    list: list.map((d) => d.publicKey).sort(Buffer.compare),
    seals: seeded(3, 32),
  };
}

async function why(copy: Copy, device: DeviceKey, act: Act): Promise<string> {
  const verdict = await copy.offer(await acting(device, copy.log, act));
  return verdict.is === 'refused' ? verdict.why : verdict.is;
}

test('the creator is admin, whoever is let in by an invite is a member', async () => {
  const { ada, ben, copy } = await withBen();
  const state = copy.membership;
  expect([...state.accounts]).toEqual([
    [ada.peerId, 'admin'],
    [ben.peerId, 'member'],
  ]);
  expect(roleOf(state, ben.peerId)).toBe('member');
  expect(state.devices.get(ben.peerId)?.sealing).toEqual(ben.sealingPublicKey);
});

test('an act of somebody who was no member of what it cites is refused', async () => {
  const { copy } = await withBen();
  const eve = await person(9);
  for (const act of [inviteAct(2), { act: 'channel', channel: seeded(1, 16) } as const])
    expect(await why(copy, eve, act)).toBe('its author was no member of what it cites');
});

test('an act counts by what it cites, not by what has arrived since', async () => {
  const { ada, ben, copy } = await withBen();
  const [, invite] = copy.log.entries;
  // Ben is a member by now, but what this cites is from before.
  const early = await acting(ben, copy.log, inviteAct(2), [invite?.hash ?? (ben.peerId as never)]);
  expect(await copy.offer(early)).toMatchObject({ is: 'refused' });
  const late = await acting(ben, copy.log, inviteAct(2));
  // And what Ada does to the roles beside it does not reach it.
  await put(copy, ada, { act: 'role', account: ben.peerId, role: 'admin' });
  expect(await copy.offer(late)).toMatchObject({ is: 'new' });
});

test('everybody invites while the space is small, beyond that admins only', async () => {
  const { ada, copy } = await withBen();
  const others: DeviceKey[] = [];
  for (let i = 0; copy.membership.accounts.size <= EVERYBODY_INVITES; i++) {
    const other = await person(100 + i);
    others.push(other);
    await put(copy, ada, await admitAct(copy.space, other, 1));
  }
  const last = others.at(-1);
  if (!last) throw new Error('nobody');
  expect(mayInvite(copy.membership, last.peerId)).toBe(false);
  expect(await why(copy, last, inviteAct(2))).toBe('its author may not invite');
  await put(copy, ada, { act: 'role', account: last.peerId, role: 'admin' });
  await put(copy, last, inviteAct(2));
});

test('an account has at most 64 invites', async () => {
  const { ada, copy } = await withBen();
  for (let i = 2; i <= INVITES; i++) await put(copy, ada, inviteAct(i));
  expect(await why(copy, ada, inviteAct(INVITES + 1))).toBe('its author has 64 invites');
});

test("nobody restates another's invite key: neither its inviter nor its expiry can be changed", async () => {
  const { ada, ben, copy } = await withBen();
  await put(copy, ada, inviteAct(2, 5_000));
  expect(await why(copy, ben, inviteAct(2, 9_000))).toBe('that invite exists already');
  expect(
    copy.membership.invites.get(toBase64url((inviteAct(2) as { key: Uint8Array }).key)),
  ).toEqual({
    by: ada.peerId,
    expires: 5_000,
    uses: 'reusable',
    openDoor: false,
  });
});

test('an admission needs an invite in what it cites', async () => {
  const { ben, copy } = await withBen();
  const cleo = await person(3);
  expect(await why(copy, ben, await admitAct(copy.space, cleo, 7))).toBe('it cites no such invite');
});

test('an admission needs both signatures: of the invite and of the newcomer, for this space', async () => {
  const { ben, copy } = await withBen();
  const cleo = await person(3);
  const good = await admitAct(copy.space, cleo, 1);
  const elsewhere = await admitAct(toBase64url(seeded(1, 32)) as typeof copy.space, cleo, 1);
  const bad: Act[] = [
    { ...good, proof: seeded(1, 64) },
    { ...good, consent: seeded(1, 64) },
    { ...good, sealing: seeded(1, 32) },
    { ...good, account: ben.peerId },
    { ...good, device: ben.publicKey },
    elsewhere,
  ];
  for (const act of bad) expect(await why(copy, ben, act)).toBe('its signature is wrong');
  await put(copy, ben, good);
});

test('a device is admitted under its own account, so nobody becomes a device of an admin', async () => {
  const { ada, ben, copy } = await withBen();
  const cleo = await person(3);
  const act = await admitAct(copy.space, cleo, 1, ada.peerId);
  expect(await why(copy, ben, act)).toBe('a device is admitted under its own account');
});

test('two members may admit one newcomer at once', async () => {
  const { ada, ben, copy } = await withBen();
  const cleo = await person(3);
  const act = await admitAct(copy.space, cleo, 1);
  const { deps } = copy.log;
  await put(copy, ada, act, deps);
  await put(copy, ben, act, deps);
  expect(copy.membership.devices.size).toBe(3);
  expect(copy.log.heads).toHaveLength(2);
});

test('only an admin gives roles, and only to accounts of the space', async () => {
  const { ada, ben, copy } = await withBen();
  const promote = { act: 'role', account: ben.peerId, role: 'admin' } as const;
  expect(await why(copy, ben, promote)).toBe('only an admin gives roles');
  expect(await why(copy, ada, { ...promote, account: 'did:web:nobody.example' })).toBe(
    'it gives a role to nobody',
  );
  await put(copy, ada, promote);
  await put(copy, ben, { act: 'role', account: ada.peerId, role: 'member' });
  expect(roleOf(copy.membership, ada.peerId)).toBe('member');
  expect(await why(copy, ada, promote)).toBe('only an admin gives roles');
});

test('an epoch counts only with the next number and exactly the devices of what it cites', async () => {
  const world = await withBen();
  const { ada, ben, copy } = world;
  expect(await why(copy, ben, epochAct(world, 2, [ada, ben]))).toBe('its number is not 1');
  expect(await why(copy, ben, epochAct(world, 1, [ada]))).toMatch(/list/);
  expect(await why(copy, ben, epochAct(world, 1, [ada, ben, await person(9)]))).toMatch(/list/);
  await put(copy, ben, epochAct(world, 1, [ada, ben]));
  expect(await why(copy, ada, epochAct(world, 1, [ada, ben], 77))).toBe('its number is not 2');
});

test('of two epochs with one number the one with the lower id is current, whichever came first', async () => {
  const world = await withBen();
  const { ada, ben, copy } = world;
  const deps = copy.log.deps;
  const acts = [epochAct(world, 1, [ada, ben], 5), epochAct(world, 1, [ada, ben], 6)];
  const currents = new Set<string | undefined>();
  for (const order of [acts, [...acts].reverse()]) {
    const other = new Copy(copy.space);
    for (const { bytes, deps } of copy.log.entries) await other.offer({ bytes, deps });
    for (const act of order) await put(other, ada, act, deps);
    currents.add(other.membership.epochs[0]?.id);
  }
  const lowest = acts.map((a) => (a.act === 'epoch' ? toBase64url(a.id) : '')).sort()[0];
  expect([...currents]).toEqual([lowest]);
});

test('acts of a later version are kept, cited and without effect', async () => {
  const { ada, ben, copy } = await withBen();
  const before = copy.membership;
  expect(await copy.offer(await futureAct(ben, copy.log, 'hand over'))).toMatchObject({
    is: 'new',
  });
  expect(copy.membership).toEqual(before);
  await put(copy, ada, inviteAct(2));
  expect(await copy.offer(await futureAct(await person(9), copy.log, 'hand over'))).toMatchObject({
    is: 'refused',
  });
});
