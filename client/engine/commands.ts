/** What a person can ask their device to do, by area. Every failure becomes a `Trouble` with a sentence for them. */
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import type { Space } from '../space/space.ts';
import { ArchiveCommands } from './archive-commands.ts';
import type { FileWorkView } from './archive-view.ts';
import { ChannelCommands } from './channel-commands.ts';
import { CommandContext, type CommandsOptions } from './command-context.ts';
import { readName } from './display-name.ts';
import { GardeningCommands } from './gardening-commands.ts';
import { MembershipCommands } from './membership-commands.ts';
import { MessageCommands } from './message-commands.ts';
import { SpaceCommands } from './space-commands.ts';
import type { Commands, PendingView } from './view.ts';
import type { Watched } from './watched.ts';

export class EngineCommands implements Commands {
  readonly #context: CommandContext;
  readonly #membership: MembershipCommands;
  readonly #spaces: SpaceCommands;
  readonly #channels: ChannelCommands;
  readonly #messages: MessageCommands;
  readonly #gardening: GardeningCommands;
  readonly #archives: ArchiveCommands;

  constructor(options: CommandsOptions) {
    this.#context = new CommandContext(options);
    this.#membership = new MembershipCommands(this.#context);
    this.#spaces = new SpaceCommands(this.#context, this.#membership);
    this.#channels = new ChannelCommands(this.#context);
    this.#messages = new MessageCommands(this.#context);
    this.#gardening = new GardeningCommands(this.#context);
    this.#archives = new ArchiveCommands(this.#context);
  }

  /** Reads back what was kept of this person. */
  async load(): Promise<void> {
    await this.#messages.load();
    this.#context.name = await readName(this.#context.o.store);
  }

  /** Exports and imports under way. */
  get fileWork(): readonly FileWorkView[] {
    return this.#archives.work;
  }

  /** What others call this person; absent before first run is done. */
  get name(): string | undefined {
    return this.#context.name;
  }

  get watched(): Watched | undefined {
    return this.#context.watched;
  }

  /** What has been said in a channel and waits to be written. */
  pending(channel: ChannelId): readonly PendingView[] {
    return this.#context.pending(channel);
  }

  /** Something of a space has changed. */
  changed(space: Space): void {
    this.#context.changed(space);
  }

  tick(): void {
    this.#context.tick();
  }

  /** Tells the others of a space what this person is called, as soon as anything can be written there. */
  async introduce(space: Space): Promise<void> {
    await this.#context.attempt(() => this.#spaces.introduce(space));
  }

  setName(input: Parameters<Commands['setName']>[0]) {
    return this.#spaces.setName(input);
  }

  createSpace(input: Parameters<Commands['createSpace']>[0]) {
    return this.#spaces.createSpace(input);
  }

  joinSpace(input: Parameters<Commands['joinSpace']>[0]) {
    return this.#spaces.joinSpace(input);
  }

  invite(input: Parameters<Commands['invite']>[0]) {
    return this.#spaces.invite(input);
  }

  revokeInvite(input: Parameters<Commands['revokeInvite']>[0]) {
    return this.#membership.revokeInvite(input);
  }

  confirmMember(input: Parameters<Commands['confirmMember']>[0]) {
    return this.#membership.confirmMember(input);
  }

  removeMember(input: Parameters<Commands['removeMember']>[0]) {
    return this.#membership.removeMember(input);
  }

  removeDevice(input: Parameters<Commands['removeDevice']>[0]) {
    return this.#membership.removeDevice(input);
  }

  setRole(input: Parameters<Commands['setRole']>[0]) {
    return this.#membership.setRole(input);
  }

  renewKeys(input: Parameters<Commands['renewKeys']>[0]) {
    return this.#membership.renewKeys(input);
  }

  leaveSpace(input: Parameters<Commands['leaveSpace']>[0]) {
    return this.#spaces.leaveSpace(input);
  }

  setServers(input: Parameters<Commands['setServers']>[0]) {
    return this.#spaces.setServers(input);
  }

  createChannel(input: Parameters<Commands['createChannel']>[0]) {
    return this.#channels.createChannel(input);
  }

  setChannel(input: Parameters<Commands['setChannel']>[0]) {
    return this.#channels.setChannel(input);
  }

  watch(input: Parameters<Commands['watch']>[0]) {
    return this.#channels.watch(input);
  }

  typing(input: Parameters<Commands['typing']>[0]) {
    return this.#channels.typing(input);
  }

  markRead(input: Parameters<Commands['markRead']>[0]) {
    return this.#channels.markRead(input);
  }

  say(input: Parameters<Commands['say']>[0]) {
    return this.#messages.say(input);
  }

  edit(input: Parameters<Commands['edit']>[0]) {
    return this.#messages.edit(input);
  }

  delete(input: Parameters<Commands['delete']>[0]) {
    return this.#messages.delete(input);
  }

  react(input: Parameters<Commands['react']>[0]) {
    return this.#messages.react(input);
  }

  markSeen(input: Parameters<Commands['markSeen']>[0]) {
    return this.#messages.markSeen(input);
  }

  pin(input: Parameters<Commands['pin']>[0]) {
    return this.#messages.pin(input);
  }

  tag(input: Parameters<Commands['tag']>[0]) {
    return this.#messages.tag(input);
  }

  move(input: Parameters<Commands['move']>[0]) {
    return this.#gardening.move(input);
  }

  promote(input: Parameters<Commands['promote']>[0]) {
    return this.#gardening.promote(input);
  }

  undo(input: Parameters<Commands['undo']>[0]) {
    return this.#gardening.undo(input);
  }

  search(input: Parameters<Commands['search']>[0]) {
    return this.#context.o.searching.search(input);
  }

  exportSpace(input: Parameters<Commands['exportSpace']>[0]) {
    return this.#archives.exportSpace(input);
  }

  exportText(input: Parameters<Commands['exportText']>[0]) {
    return this.#archives.exportText(input);
  }

  importSpace(input: Parameters<Commands['importSpace']>[0]) {
    return this.#archives.importSpace(input);
  }
}
