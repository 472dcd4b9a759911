import type { MemberView } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';

const byName = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Oneself first, then who is here, then the rest, each by name. */
export function inOrder<M extends MemberView>(members: readonly M[]): readonly M[] {
  const place = (member: M) => (member.you ? 0 : member.tie === 'offline' ? 2 : 1);
  return [...members].sort(
    (a, b) =>
      place(a) - place(b) ||
      byName.compare(nameOf(a.name), nameOf(b.name)) ||
      (a.account < b.account ? -1 : 1),
  );
}

/** The small line under a member's name: `you, admin`, `through Ravi`, or nothing. */
export function underName(member: MemberView): string {
  const words: string[] = [];
  if (member.you) words.push('you');
  if (member.role === 'admin') words.push('admin');
  if (member.tie === 'through others' && member.via) words.push(`through ${member.via}`);
  return words.join(', ');
}
