import type { SpaceState } from '../engine/view.ts';
import { countOf } from './pieces/times-and-sizes.ts';
import type { ShownSpace } from './shown.ts';

/** Whether what a space holds can be read here, written or not. */
export function isReadable(state: SpaceState): boolean {
  return state === 'open' || state === 'removed' || state === 'archive';
}

/** How one stands in a space, in a line beside its name. */
export function standingIn({
  state,
  members,
  here,
}: Pick<ShownSpace, 'state' | 'members' | 'here'>): string {
  switch (state) {
    case 'open':
      return `${countOf(members.length, 'member')}, ${here} here`;
    case 'joining':
      return 'waiting to be let in';
    case 'refused':
      return 'not let in';
    case 'removed':
      return 'no longer a member';
    case 'archive':
      return 'from a file, to read';
  }
}
