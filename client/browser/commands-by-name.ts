/** A peer's commands as calls by their names, for whoever knows to whom such a call goes. */
import type { Commands } from '../engine/view.ts';
import type { CommandName } from './engine-port.ts';

export type Input<N extends CommandName> = Parameters<Commands[N]>[0];

export abstract class CommandsByName implements Omit<Commands, 'watch'> {
  protected abstract call<N extends CommandName>(name: N, input: Input<N>): ReturnType<Commands[N]>;

  /** There is going to be something worth keeping here. */
  protected abstract keeping(): void;

  setName(input: Input<'setName'>) {
    return this.call('setName', input);
  }
  createSpace(input: Input<'createSpace'>) {
    this.keeping();
    return this.call('createSpace', input);
  }
  joinSpace(input: Input<'joinSpace'>) {
    this.keeping();
    return this.call('joinSpace', input);
  }
  invite(input: Input<'invite'>) {
    return this.call('invite', input);
  }
  revokeInvite(input: Input<'revokeInvite'>) {
    return this.call('revokeInvite', input);
  }
  confirmMember(input: Input<'confirmMember'>) {
    return this.call('confirmMember', input);
  }
  removeMember(input: Input<'removeMember'>) {
    return this.call('removeMember', input);
  }
  removeDevice(input: Input<'removeDevice'>) {
    return this.call('removeDevice', input);
  }
  setRole(input: Input<'setRole'>) {
    return this.call('setRole', input);
  }
  renewKeys(input: Input<'renewKeys'>) {
    return this.call('renewKeys', input);
  }
  leaveSpace(input: Input<'leaveSpace'>) {
    return this.call('leaveSpace', input);
  }
  setServers(input: Input<'setServers'>) {
    return this.call('setServers', input);
  }
  renameSpace(input: Input<'renameSpace'>) {
    return this.call('renameSpace', input);
  }
  messagePerson(input: Input<'messagePerson'>) {
    return this.call('messagePerson', input);
  }
  setContact(input: Input<'setContact'>) {
    return this.call('setContact', input);
  }
  verificationPhrase(input: Input<'verificationPhrase'>) {
    return this.call('verificationPhrase', input);
  }
  markVerified(input: Input<'markVerified'>) {
    return this.call('markVerified', input);
  }
  makeCard(input: Input<'makeCard'>) {
    this.keeping();
    return this.call('makeCard', input);
  }
  withdrawCard(input: Input<'withdrawCard'>) {
    return this.call('withdrawCard', input);
  }
  knock(input: Input<'knock'>) {
    this.keeping();
    return this.call('knock', input);
  }
  answerKnock(input: Input<'answerKnock'>) {
    return this.call('answerKnock', input);
  }
  readCard(input: Input<'readCard'>) {
    return this.call('readCard', input);
  }
  createChannel(input: Input<'createChannel'>) {
    return this.call('createChannel', input);
  }
  linkDevice(input: Input<'linkDevice'>) {
    this.keeping();
    return this.call('linkDevice', input);
  }
  confirmLinking(input: Input<'confirmLinking'>) {
    return this.call('confirmLinking', input);
  }
  endLinking(input: Input<'endLinking'>) {
    return this.call('endLinking', input);
  }
  acceptLink(input: Input<'acceptLink'>) {
    this.keeping();
    return this.call('acceptLink', input);
  }
  unlinkDevice(input: Input<'unlinkDevice'>) {
    return this.call('unlinkDevice', input);
  }
  say(input: Input<'say'>) {
    return this.call('say', input);
  }
  setChannel(input: Input<'setChannel'>) {
    return this.call('setChannel', input);
  }
  edit(input: Input<'edit'>) {
    return this.call('edit', input);
  }
  delete(input: Input<'delete'>) {
    return this.call('delete', input);
  }
  react(input: Input<'react'>) {
    return this.call('react', input);
  }
  markSeen(input: Input<'markSeen'>) {
    return this.call('markSeen', input);
  }
  pin(input: Input<'pin'>) {
    return this.call('pin', input);
  }
  tag(input: Input<'tag'>) {
    return this.call('tag', input);
  }
  move(input: Input<'move'>) {
    return this.call('move', input);
  }
  promote(input: Input<'promote'>) {
    return this.call('promote', input);
  }
  undo(input: Input<'undo'>) {
    return this.call('undo', input);
  }
  spaceHistory(input: Input<'spaceHistory'>) {
    return this.call('spaceHistory', input);
  }
  messageHistory(input: Input<'messageHistory'>) {
    return this.call('messageHistory', input);
  }
  threads(input: Input<'threads'>) {
    return this.call('threads', input);
  }
  tended(input: Input<'tended'>) {
    return this.call('tended', input);
  }
  locate(input: Input<'locate'>) {
    return this.call('locate', input);
  }
  catchUp(input: Input<'catchUp'>) {
    return this.call('catchUp', input);
  }
  caughtUp(input: Input<'caughtUp'>) {
    return this.call('caughtUp', input);
  }
  createPage(input: Input<'createPage'>) {
    return this.call('createPage', input);
  }
  pages(input: Input<'pages'>) {
    return this.call('pages', input);
  }
  readPage(input: Input<'readPage'>) {
    return this.call('readPage', input);
  }
  editPage(input: Input<'editPage'>) {
    return this.call('editPage', input);
  }
  putAwayPage(input: Input<'putAwayPage'>) {
    return this.call('putAwayPage', input);
  }
  pageHistory(input: Input<'pageHistory'>) {
    return this.call('pageHistory', input);
  }
  pageAt(input: Input<'pageAt'>) {
    return this.call('pageAt', input);
  }
  search(input: Input<'search'>) {
    return this.call('search', input);
  }
  exportSpace(input: Input<'exportSpace'>) {
    return this.call('exportSpace', input);
  }
  exportText(input: Input<'exportText'>) {
    return this.call('exportText', input);
  }
  importSpace(input: Input<'importSpace'>) {
    this.keeping();
    return this.call('importSpace', input);
  }
  typing(input: Input<'typing'>) {
    return this.call('typing', input);
  }
  markRead(input: Input<'markRead'>) {
    return this.call('markRead', input);
  }
}
