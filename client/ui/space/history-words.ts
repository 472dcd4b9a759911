import type { ActView, DeedView } from '../../engine/overview-view.ts';
import { nameOf } from '../pieces/names.ts';
import { countOf } from '../pieces/times-and-sizes.ts';

const who = (one: { readonly you: boolean; readonly byName: string }) =>
  one.you ? 'You' : nameOf(one.byName);

const tags = (list: readonly string[]) => list.map((tag) => `#${tag}`).join(' ');

/** What was done to messages, in a sentence without its end. */
export function deedWords(deed: DeedView): string {
  const what = deed.messages.length > 1 ? countOf(deed.messages.length, 'message') : 'a message';
  return `${who(deed)} ${deedVerb(deed.what, what)}`;
}

function deedVerb(done: DeedView['what'], what: string): string {
  switch (done.is) {
    case 'edit':
      return `edited ${what}`;
    case 'delete':
      return `deleted ${what}`;
    case 'pin':
      return `${done.on ? 'pinned' : 'unpinned'} ${what}`;
    case 'reaction':
      return done.on ? `reacted with ${done.emoji}` : `took ${done.emoji} back`;
    case 'seen':
      return ['took 👀 back', 'marked it 👀 seen', 'marked it 👀👀, will answer'][done.level] ?? '';
    case 'tag': {
      const put = done.on.length > 0 ? `tagged ${what} ${tags(done.on)}` : '';
      const taken = done.off.length > 0 ? `took ${tags(done.off)} off ${what}` : '';
      return [put, taken].filter(Boolean).join(' and ') || `tagged ${what}`;
    }
    case 'move':
      return done.thread === undefined
        ? `moved ${what} to #${done.channelName || 'another channel'}`
        : `moved ${what} into a thread${done.channelName ? ` in #${done.channelName}` : ''}`;
    case 'promote':
      return `made a thread the channel #${done.channelName || 'under way'}`;
  }
}

const ROLE = { admin: 'an admin', gardener: 'a gardener', member: 'a member' } as const;

/** What was done to who belongs to a space, in a sentence without its end. */
export function actWords(act: ActView): string {
  const name = 'name' in act.what ? nameOf(act.what.name) : '';
  return `${who(act)} ${actVerb(act.what, name)}`;
}

function actVerb(done: ActView['what'], name: string): string {
  switch (done.is) {
    case 'founded':
      return 'created the space';
    case 'left':
      return 'left';
    case 'revoked':
      return 'revoked an invite';
    case 'keys':
      return 'changed the keys';
    case 'keeper':
      return 'added a keeper';
    case 'history':
      return 'set what newcomers can read';
    case 'kept':
      return 'kept more of what a removed device wrote';
    case 'admitted':
      return `let ${name} in`;
    case 'removed':
      return `removed ${name}`;
    case 'confirmed':
      return `confirmed ${name}`;
    case 'device':
      return `added a device of ${name}`;
    case 'role':
      return `made ${name} ${ROLE[done.role]}`;
    case 'invite':
      return done.uses === 'single' ? 'made an invite for one' : 'made an invite';
    case 'channel':
      return `opened #${done.name || 'a channel'}`;
  }
}
