/** The people whom this device has met, gathered from the contact book and its spaces. Pure. */
import type { ContactView, Tie } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';
import type { ShownSpace } from '../shown.ts';

export interface MetPerson {
  readonly account: string;
  /** What they call themselves; empty where it is not known. */
  readonly name: string;
  readonly petname?: string;
  /** In the contact book. */
  readonly kept: boolean;
  readonly blocked: boolean;
  readonly muted: boolean;
  /** See `ContactView`. */
  readonly verified?: 'yes' | 'changed';
  /** The best of the ties by which they are here. */
  readonly tie: Tie;
  /** Names of the spaces that both are in. */
  readonly spaces: readonly string[];
}

const TIES: readonly Tie[] = ['direct', 'relayed', 'through others', 'offline'];
const byName = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Everybody but oneself, by what one calls them. */
export function peopleMet(
  spaces: readonly ShownSpace[],
  contacts: readonly ContactView[],
): readonly MetPerson[] {
  const met = new Map<string, MetPerson>();
  for (const { account, name, petname, blocked, muted, verified } of contacts)
    met.set(account, {
      account,
      name,
      ...(petname === undefined ? {} : { petname }),
      ...(verified === undefined ? {} : { verified }),
      kept: true,
      blocked: blocked === true,
      muted: muted === true,
      tie: 'offline',
      spaces: [],
    });
  for (const space of spaces)
    for (const { account, name, you, tie } of space.members) {
      if (you) continue;
      const before = met.get(account) ?? {
        account,
        name: '',
        kept: false,
        blocked: false,
        muted: false,
        tie: 'offline' as const,
        spaces: [],
      };
      met.set(account, {
        ...before,
        name: name || before.name,
        tie: TIES.indexOf(tie) < TIES.indexOf(before.tie) ? tie : before.tie,
        spaces: space.direct ? before.spaces : [...before.spaces, space.name],
      });
    }
  return [...met.values()].sort(
    (a, b) => byName.compare(calledOf(a), calledOf(b)) || (a.account < b.account ? -1 : 1),
  );
}

export function calledOf({ petname, name }: Pick<MetPerson, 'petname' | 'name'>): string {
  return petname ?? nameOf(name);
}

/** Those that are direct, by what the other is called. */
export function conversationsOf(spaces: readonly ShownSpace[]): readonly ShownSpace[] {
  return spaces
    .filter(({ direct }) => direct)
    .sort((a, b) => byName.compare(nameOf(a.name), nameOf(b.name)) || (a.id < b.id ? -1 : 1));
}
