/** Commands about who belongs to a space and what they may do. */
import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { invitePublicKey } from '@snug/shared/entries/acts.ts';
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { isDirect } from '../people/parties.ts';
import { startEpoch } from '../space/epoch-start.ts';
import { INVITE_MS } from '../space/founding.ts';
import { INVITES, mayInvite, type Role, roleOf } from '../space/membership/membership.ts';
import { countersign, remove, revoke, setRole, writeInvite } from '../space/membership-acts.ts';
import type { Space } from '../space/space.ts';
import type { CommandContext } from './command-context.ts';
import { notFound, troubled } from './trouble.ts';
import type { Commands, Result } from './view.ts';

export class MembershipCommands {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async removeMember(input: { space: SpaceId; account: string }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    const { account } = input;
    if (!space?.membership.accounts.has(account)) return notThere();
    if (account === this.#account(space))
      return troubled('not-allowed', 'To go yourself, leave the space.');
    if (!this.#isAdmin(space)) return troubled('not-allowed', 'Only admins remove others.');
    return this.#act(space, () => remove(space, { accounts: [account] }));
  }

  async removeDevice(input: { space: SpaceId; device: PeerId }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    const device = space?.membership.devices.get(input.device);
    if (!space || !device || device.account !== this.#account(space))
      return troubled('not-found', 'That is none of your devices in this space.');
    if (device.peer === this.#context.o.device.peerId)
      return troubled('not-allowed', 'To take this device itself out, leave the space.');
    return this.#act(space, () => remove(space, { devices: [device.peer] }));
  }

  async setRole(input: { space: SpaceId; account: string; role: Role }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    const { account, role } = input;
    const has = space?.membership.accounts.get(account);
    if (!space || has === undefined) return notThere();
    if (!this.#isAdmin(space)) return troubled('not-allowed', 'Only admins give roles.');
    if (has === role) return { ok: true, value: null };
    const admins = [...space.membership.accounts.values()].filter((one) => one === 'admin');
    if (has === 'admin' && admins.length === 1)
      return troubled('not-allowed', 'Make somebody else an admin first: nobody could undo this.');
    return this.#act(space, () => setRole(space, account, role));
  }

  /** An invite of its own kind, whose secret is not kept here: only its link opens. */
  async makeInvite(
    space: Space,
    {
      uses = 'reusable',
      expiresIn = INVITE_MS,
    }: Pick<Parameters<Commands['invite']>[0], 'uses' | 'expiresIn'>,
  ): Promise<{ readonly secret: Uint8Array; readonly expires: number }> {
    const expires = this.#context.o.now() + Math.min(Math.max(expiresIn, 60_000), 10 * INVITE_MS);
    const secret = await this.#context.acts(space, () => writeInvite(space, { uses, expires }));
    return { secret, expires };
  }

  /** Why this person may not make one more invite, if they may not. */
  objectionToInvite(space: Space): ReturnType<typeof troubled> | undefined {
    const { membership } = space;
    if (isDirect(space, this.#context.o.now()))
      return troubled('not-allowed', 'Nobody else comes into direct messages.');
    if (!mayInvite(membership, this.#context.o.device.peerId))
      return troubled('not-allowed', 'In this space only admins invite.');
    const account = this.#account(space);
    const own = [...membership.invites.values()].filter(
      ({ by }) => membership.devices.get(by)?.account === account,
    );
    return own.length < INVITES
      ? undefined
      : troubled('not-allowed', `You have ${INVITES} invites already. Revoke one of them first.`);
  }

  async revokeInvite(input: { space: SpaceId; invite: string }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    const invite = space?.membership.invites.get(input.invite);
    if (!space || !invite) return troubled('not-found', 'There is no such invite any more.');
    const account = this.#account(space);
    const own =
      account !== undefined && space.membership.everListed.get(invite.by)?.account === account;
    if (!own && !this.#isAdmin(space))
      return troubled('not-allowed', "Only admins revoke others' invites.");
    const held = space.record.ownInvite;
    const forget = held && toBase64url(invitePublicKey(held.secret)) === input.invite;
    return this.#act(space, async () => {
      await revoke(space, fromBase64url(input.invite));
      if (!forget) return;
      delete space.record.ownInvite;
      await space.save();
    });
  }

  /** Makes good the admission of somebody who came in while their invite was taken away. */
  async confirmMember(input: { space: SpaceId; account: string }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    const waiting = [...(space?.membership.provisional.values() ?? [])].find(
      ({ account }) => account === input.account,
    );
    if (!space || !waiting) return notThere();
    return this.#act(space, () => countersign(space, waiting.peer));
  }

  /** Starts a new epoch because an admin wishes so. */
  async renewKeys(input: { space: SpaceId }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    if (!this.#isAdmin(space)) return troubled('not-allowed', 'Only admins change the keys.');
    return this.#act(space, () => startEpoch(space));
  }

  #act(space: Space, write: () => Promise<unknown>): Promise<Result<null>> {
    return this.#context.attempt(async () => {
      await this.#context.acts(space, write);
      this.#context.o.show('now');
      return null;
    });
  }

  #account(space: Space): string | undefined {
    return space.membership.devices.get(this.#context.o.device.peerId)?.account;
  }

  #isAdmin(space: Space): boolean {
    return roleOf(space.membership, this.#context.o.device.peerId) === 'admin';
  }
}

function notThere() {
  return troubled('not-found', 'There is nobody of that account in this space.');
}
