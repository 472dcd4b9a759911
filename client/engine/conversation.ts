/** A space's timeline as this device holds it, kept up with its channels and its membership. */
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { ChainRoles } from '../space/chain-roles.ts';
import { Pages } from '../space/pages/pages.ts';
import type { Space } from '../space/space.ts';
import type { Judge } from '../space/timeline/judge.ts';
import type { Reading } from '../space/timeline/reading.ts';
import { Timeline } from '../space/timeline/timeline.ts';

class Conversation {
  readonly #timeline = new Timeline();
  readonly #pages = new Pages();
  /** How many of a channel's entries are in it: a chain only grows. */
  readonly #taken = new Map<ChannelId, number>();
  #roles: ChainRoles | undefined;
  #judge: Judge | undefined;

  read(space: Space, now: number): Reading {
    return this.#timeline.read(this.#kept(space), now);
  }

  pages(space: Space): { readonly pages: Pages; readonly judge: Judge } {
    const judge = this.#kept(space);
    return { pages: this.#pages, judge };
  }

  /** Takes in what has come since, and says whose word counts. */
  #kept(space: Space): Judge {
    const { membership } = space;
    let roles = this.#roles;
    for (const channel of membership.channels) {
      const { entries } = space.channel(channel);
      const fresh = entries.slice(this.#taken.get(channel) ?? 0);
      if (fresh.length === 0) continue;
      this.#taken.set(channel, entries.length);
      this.#timeline.add(channel, fresh);
      this.#pages.add(channel, fresh);
      // What somebody who was removed wrote before may count from now on.
      if (fresh.some(({ author }) => roles?.isCut(author))) roles = undefined;
    }
    if (!this.#judge || roles?.membership !== membership) {
      roles = new ChainRoles(membership);
      this.#judge = judgeOf(space, roles);
      this.#roles = roles;
    }
    return this.#judge;
  }
}

function judgeOf(space: Space, roles: ChainRoles): Judge {
  return {
    rankOf: (entry, channel) => roles.roleOf(space.channel(channel), entry),
    accountOf: (peer) => roles.accountOf(peer),
    hasChannel: (channel) => roles.membership.channels.has(channel),
  };
}

const conversations = new WeakMap<Space, Conversation>();

function heldOf(space: Space): Conversation {
  const held = conversations.get(space);
  if (held) return held;
  const fresh = new Conversation();
  conversations.set(space, fresh);
  return fresh;
}

/** @param now the viewer's clock, ms since 1970 */
export function conversationOf(space: Space, now: number): Reading {
  return heldOf(space).read(space, now);
}

/** The space's pages, and whose word counts in them. */
export function pagesOf(space: Space) {
  return heldOf(space).pages(space);
}
