import type { Tie } from '../../engine/view.ts';
import type { Path } from '../shown.ts';

/** How this device's own links stand, in the words of the status line. */
export interface Tied {
  readonly tie: Tie;
  readonly words: string;
}

/** `offline`, `direct, 3 links` or `2 direct, 1 relayed`. */
export function tiedBy(links: readonly { readonly path: Path }[]): Tied {
  const direct = links.filter((link) => link.path === 'direct').length;
  const relayed = links.length - direct;
  if (links.length === 0) return { tie: 'offline', words: 'offline' };
  if (relayed > 0) {
    return {
      tie: direct > 0 ? 'direct' : 'relayed',
      words: `${direct} direct, ${relayed} relayed`,
    };
  }
  return { tie: 'direct', words: `direct, ${direct} ${direct === 1 ? 'link' : 'links'}` };
}

/** People here, oneself included, each counted once however many spaces they share. */
export function peopleHere(
  spaces: readonly { readonly members: readonly { account: string; tie: Tie; you: boolean }[] }[],
): number {
  const here = new Set<string>();
  for (const space of spaces) {
    for (const member of space.members) {
      if (!member.you && member.tie !== 'offline') here.add(member.account);
    }
  }
  return here.size + 1;
}
