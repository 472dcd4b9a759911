/** Whole spaces of several devices in one process, which hear of each other when a test says so. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { joinRequest } from '@snug/shared/entries/acts.ts';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { admit, conceive, found, ownInvite } from '../founding.ts';
import { Space } from '../space.ts';
import { MemoryStore } from '../store.ts';
import { person } from './written-space.ts';

export const NOW = 1_800_000_000_000;

/** One device and its copy of a space. */
export interface Member {
  readonly device: DeviceKey;
  readonly space: Space;
}

/** Ada's space with the channel that it begins with. */
export async function adasPlace(): Promise<{ ada: Member; channel: ChannelId }> {
  const device = await person(1);
  const { genesis, record } = await conceive(device, 'Lyre Street', []);
  const space = new Space({ record, device, store: new MemoryStore(), onChange: () => {} });
  const names = { space: 'Lyre Street', person: 'Ada' };
  const channel = await found(space, device, genesis, names, NOW);
  return { ada: { device, space }, channel };
}

/** Whoever has this seed, let in by a member and in possession of all that these hold. */
export async function letIn(by: Member, seed: number): Promise<Member> {
  const device = await person(seed);
  const { secret } = await ownInvite(by.space, NOW);
  const spaceId = by.space.record.id;
  await admit(by.space, await joinRequest({ inviteSecret: secret, spaceId, device }));
  const record = { ...by.space.record, epochs: [], unheld: [], read: {} };
  const space = new Space({ record, device, store: new MemoryStore(), onChange: () => {} });
  const member = { device, space };
  await give(by, member);
  return member;
}

/** Everything of the one's documents into the other's. */
export async function give(from: Member, to: Member): Promise<void> {
  for (const log of from.space.logs)
    if (log.count > 0)
      await to.space.receive(to.space.log(log.address), from.device.peerId, () => log.entries);
}

/** Until both hold the same, but for what is parked. */
export async function meet(one: Member, other: Member): Promise<void> {
  await give(one, other);
  await give(other, one);
}

export function say(member: Member, channel: ChannelId, text: string) {
  return member.space.exclusively(async () =>
    member.space.writeSealed(
      await member.space.writingSegment(channel),
      member.space.channel(channel),
      { kind: 'message', content: { text } },
      NOW,
    ),
  );
}

export function textsOf({ space }: Member, channel: ChannelId): readonly unknown[] {
  return space
    .channel(channel)
    .placed(NOW)
    .map(({ body }) => body.content.text);
}
