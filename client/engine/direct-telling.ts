/** How the other learns of a conversation, and how what was said in one comes along into another. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { invitePublicKey } from '@snug/shared/entries/acts.ts';
import type { Note } from '@snug/shared/entries/sealed-note.ts';
import { writeNote } from '../people/sealed-notes.ts';
import { writeInvite } from '../space/membership-acts.ts';
import type { Space } from '../space/space.ts';
import type { CommandContext } from './command-context.ts';
import { conversationOf } from './conversation.ts';

/** What somebody needs to come in: by an invite for them alone, the same until they have used it. Rejects as `CommandContext.acts`. */
export async function noteOf(context: CommandContext, space: Space): Promise<Note> {
  const { record } = space;
  const held = record.direct?.invite;
  const isLive =
    held !== undefined && space.membership.invites.has(toBase64url(invitePublicKey(held)));
  const secret = isLive
    ? held
    : await context.acts(space, () => writeInvite(space, { uses: 'single' }));
  if (!isLive && record.direct) {
    record.direct.invite = secret;
    record.direct.told = [];
    await space.save();
  }
  const { id, lobby, servers } = record;
  return { space: id, lobbySecret: lobby, inviteSecret: secret, servers };
}

/** Tells somebody by way of a space that both are in, once. Rejects as `CommandContext.seals`. */
export async function tellOf(
  context: CommandContext,
  space: Space,
  account: string,
  by: Space,
): Promise<void> {
  const { device, now } = context.o;
  const note = await noteOf(context, space);
  const { direct } = space.record;
  const told = direct?.told ?? [];
  if (!direct || told.includes(by.record.id)) return;
  await context.seals(by, async () => {
    const theirs = [...by.membership.devices.values()].filter((d) => d.account === account);
    await writeNote(by, device, theirs, note, now());
    direct.devices = theirs.map(({ peer }) => peer).slice(0, 16);
  });
  direct.told = [...told, by.record.id];
  await space.save();
}

/** Says what this device has said in one conversation again in another, in the same order. Rejects as `CommandContext.seals`. */
export async function bringAlong(context: CommandContext, from: Space, to: Space): Promise<void> {
  const { device, now } = context.o;
  const [channel] = to.membership.channels;
  if (channel === undefined) return;
  const reading = conversationOf(from, now());
  for (const old of from.membership.channels)
    for (const { id, author } of from.channel(old).placed(now())) {
      const said = author === device.peerId ? reading.message(id) : undefined;
      if (!said || said.deleted) continue;
      const content = { text: said.text };
      await context.writes(to, channel, { kind: 'message', content, refs: [] });
    }
}
