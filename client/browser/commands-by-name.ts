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
  createChannel(input: Input<'createChannel'>) {
    return this.call('createChannel', input);
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
