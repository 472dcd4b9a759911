/**
 * Two people who begin to write to each other at once each make a space for it and tell the other. Both come to the same one of the
 * two, without asking: where both are in already, else the lower id.
 */
import type { SpaceId } from '@snug/shared/protocol/ids.ts';

/**
 * How far one's own side of a conversation with somebody has come. `shared`: both are in. `waiting`: begun here, and they are not in.
 * `asked`: begun there, and one has not been let in yet.
 */
export interface HeldConversation {
  readonly id: SpaceId;
  readonly is: 'shared' | 'waiting' | 'asked';
}

/** `keep`: nothing new. `enter`: ask in there, and leave these; what was said in `from` comes along. */
export type Choice =
  | { readonly do: 'keep' }
  | { readonly do: 'enter'; readonly leave: readonly SpaceId[]; readonly from?: SpaceId };

/** What to do when somebody tells of a space `offered`, while these are held with them. Pure. */
export function choose(held: readonly HeldConversation[], offered: SpaceId): Choice {
  const same = held.find(({ id }) => id === offered);
  if (same) return same.is === 'asked' ? { do: 'enter', leave: [] } : { do: 'keep' };
  if (held.some(({ is }) => is === 'shared')) return { do: 'keep' };
  const waiting = held.find(({ is }) => is === 'waiting');
  if (waiting && waiting.id < offered) return { do: 'keep' };
  // Whoever told of one and now of another has given the first up.
  const asked = held.filter(({ is }) => is === 'asked').map(({ id }) => id);
  return { do: 'enter', leave: asked, ...(waiting && { from: waiting.id }) };
}

/** Which of several is the one to write in. */
export function best(held: readonly HeldConversation[]): HeldConversation | undefined {
  const rank = { shared: 0, waiting: 1, asked: 2 } as const;
  return held.toSorted((a, b) => rank[a.is] - rank[b.is] || (a.id < b.id ? -1 : 1))[0];
}
