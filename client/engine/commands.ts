/** What a person can ask their device to do, by area. Every failure becomes a `Trouble` with a sentence for them. */
import type { ChannelId, PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Facts } from '../own/facts.ts';
import { isDirect } from '../people/parties.ts';
import type { Space } from '../space/space.ts';
import type { ArchiveCommands } from './archive-commands.ts';
import type { FileWorkView } from './archive-view.ts';
import { CatchUpCommands } from './catch-up-commands.ts';
import { ChannelCommands } from './channel-commands.ts';
import { CommandContext, type CommandsOptions } from './command-context.ts';
import { ContactCommands } from './contact-commands.ts';
import { ContactInbox } from './contact-inbox.ts';
import { ContactKnocking } from './contact-knocking.ts';
import { DeviceCommands } from './device-commands.ts';
import { DirectMessages } from './direct-messages.ts';
import { readName } from './display-name.ts';
import { GardeningCommands } from './gardening-commands.ts';
import { MembershipCommands } from './membership-commands.ts';
import { MessageCommands } from './message-commands.ts';
import { OverviewCommands } from './overview-commands.ts';
import { PageCommands } from './page-commands.ts';
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
  readonly #overview: OverviewCommands;
  readonly #catchUp: CatchUpCommands;
  readonly #pages: PageCommands;
  /** Once it has been wanted: most who start never write or read a file. */
  #archives: ArchiveCommands | undefined;
  /** This person's devices: what the links say goes there too. */
  readonly devices: DeviceCommands;
  readonly #directs: DirectMessages;
  readonly #contacts: ContactCommands;
  readonly #inbox: ContactInbox;
  readonly #knocking: ContactKnocking;

  constructor(options: CommandsOptions) {
    this.#context = new CommandContext(options);
    this.#membership = new MembershipCommands(this.#context);
    this.#spaces = new SpaceCommands(this.#context, this.#membership);
    this.#channels = new ChannelCommands(this.#context);
    this.#messages = new MessageCommands(this.#context);
    this.#gardening = new GardeningCommands(this.#context);
    this.#overview = new OverviewCommands(this.#context, this.#gardening);
    this.#catchUp = new CatchUpCommands(this.#context, this.#channels);
    this.#pages = new PageCommands(this.#context);
    this.devices = new DeviceCommands(this.#context);
    const isBlocked = (account: string) => this.#contacts.book.get(account)?.isBlocked === true;
    this.#directs = new DirectMessages({
      context: this.#context,
      spaces: this.#spaces,
      clock: options.clock,
      isBlocked,
    });
    this.#inbox = new ContactInbox({
      context: this.#context,
      directs: this.#directs,
      links: options.links,
      isBlocked,
    });
    this.#knocking = new ContactKnocking(this.#context, options.links);
    this.#contacts = new ContactCommands(this.#context, this.#directs, this.#knocking);
  }

  /** Reads back what was kept of this person. */
  async load(): Promise<void> {
    await this.#messages.load();
    this.#context.name = await readName(this.#context.o.store);
  }

  /** What this person's devices share. */
  get facts(): Facts {
    return this.#context.facts;
  }

  /** Exports and imports under way. */
  get fileWork(): readonly FileWorkView[] {
    return this.#archives?.work ?? [];
  }

  /** Where strangers knock. */
  get inbox(): ContactInbox {
    return this.#inbox;
  }

  /** A knock of one's own was answered. */
  knockAnswered(topic: Topic, peer: PeerId, reason: string): void {
    void this.#knocking.answered(topic, peer, reason).catch(this.#context.o.onProblem);
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
    if (space.record.own) this.#context.facts.changed();
    this.devices.changed();
    this.#directs.changed(space);
    const { now, onProblem } = this.#context.o;
    if (space.record.own || isDirect(space, now()))
      void this.#contacts.bookChanged().catch(onProblem);
    // They have come in by another way.
    if (space.record.direct?.knock && space.membership.accounts.size > 1)
      void this.#knocking.stop(space).catch(onProblem);
  }

  /** Everything has been read back. */
  async begin(): Promise<void> {
    await this.#contacts.bookChanged();
    await this.#directs.begin();
    await this.#inbox.begin();
    await this.#knocking.begin();
  }

  tick(): void {
    this.#context.tick();
    this.devices.tick();
    this.#directs.tick();
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

  renameSpace(input: Parameters<Commands['renameSpace']>[0]) {
    return this.#spaces.renameSpace(input);
  }

  messagePerson(input: Parameters<Commands['messagePerson']>[0]) {
    return this.#contacts.messagePerson(input);
  }

  setContact(input: Parameters<Commands['setContact']>[0]) {
    return this.#contacts.setContact(input);
  }

  verificationPhrase(input: Parameters<Commands['verificationPhrase']>[0]) {
    return this.#contacts.verificationPhrase(input);
  }

  markVerified(input: Parameters<Commands['markVerified']>[0]) {
    return this.#contacts.markVerified(input);
  }

  makeCard() {
    return this.#inbox.makeCard();
  }

  withdrawCard() {
    return this.#inbox.withdrawCard();
  }

  knock(input: Parameters<Commands['knock']>[0]) {
    return this.#contacts.knock(input);
  }

  answerKnock({ account, accept }: Parameters<Commands['answerKnock']>[0]) {
    return this.#inbox.answer(account, accept);
  }

  readCard(input: Parameters<Commands['readCard']>[0]) {
    return this.#contacts.readCard(input);
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

  spaceHistory(input: Parameters<Commands['spaceHistory']>[0]) {
    return this.#overview.spaceHistory(input);
  }

  messageHistory(input: Parameters<Commands['messageHistory']>[0]) {
    return this.#overview.messageHistory(input);
  }

  threads(input: Parameters<Commands['threads']>[0]) {
    return this.#overview.threads(input);
  }

  tended(input: Parameters<Commands['tended']>[0]) {
    return this.#overview.tended(input);
  }

  locate(input: Parameters<Commands['locate']>[0]) {
    return this.#overview.locate(input);
  }

  linkDevice(input: Parameters<Commands['linkDevice']>[0]) {
    return this.devices.linkDevice(input);
  }

  confirmLinking() {
    return this.devices.confirmLinking();
  }

  endLinking(input: Parameters<Commands['endLinking']>[0]) {
    return this.devices.endLinking(input);
  }

  acceptLink(input: Parameters<Commands['acceptLink']>[0]) {
    return this.devices.acceptLink(input);
  }

  unlinkDevice(input: Parameters<Commands['unlinkDevice']>[0]) {
    return this.devices.unlinkDevice(input);
  }

  createPage(input: Parameters<Commands['createPage']>[0]) {
    return this.#pages.createPage(input);
  }

  pages(input: Parameters<Commands['pages']>[0]) {
    return this.#pages.pages(input);
  }

  readPage(input: Parameters<Commands['readPage']>[0]) {
    return this.#pages.readPage(input);
  }

  editPage(input: Parameters<Commands['editPage']>[0]) {
    return this.#pages.editPage(input);
  }

  putAwayPage(input: Parameters<Commands['putAwayPage']>[0]) {
    return this.#pages.putAwayPage(input);
  }

  pageHistory(input: Parameters<Commands['pageHistory']>[0]) {
    return this.#pages.pageHistory(input);
  }

  pageAt(input: Parameters<Commands['pageAt']>[0]) {
    return this.#pages.pageAt(input);
  }

  catchUp() {
    return this.#catchUp.catchUp();
  }

  caughtUp(input: Parameters<Commands['caughtUp']>[0]) {
    return this.#catchUp.caughtUp(input);
  }

  search(input: Parameters<Commands['search']>[0]) {
    return this.#context.o.searching.search(input);
  }

  async exportSpace(input: Parameters<Commands['exportSpace']>[0]) {
    return (await this.#archivesLoaded()).exportSpace(input);
  }

  async exportText(input: Parameters<Commands['exportText']>[0]) {
    return (await this.#archivesLoaded()).exportText(input);
  }

  async importSpace(input: Parameters<Commands['importSpace']>[0]) {
    return (await this.#archivesLoaded()).importSpace(input);
  }

  async #archivesLoaded(): Promise<ArchiveCommands> {
    const { ArchiveCommands } = await import('./archive-commands.ts');
    this.#archives ??= new ArchiveCommands(this.#context);
    return this.#archives;
  }
}
