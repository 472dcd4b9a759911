/** Which devices a place lists, by which admission. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Place } from './act-history.ts';
import { compareActs, type HeldAct } from './held-acts.ts';
import { DEVICES } from './membership.ts';

/** What is asked of a place here. */
export type Stated = Pick<Place, 'rights' | 'set'>;

export interface ListedDevices {
  /** Devices of accounts, in the order in which they came. */
  readonly members: ReadonlyMap<PeerId, HeldAct>;
  readonly keepers: ReadonlyMap<PeerId, HeldAct>;
}

const listed = new WeakMap<Stated, ListedDevices>();

/**
 * All that a place lists. Of an account that added devices side by side, more than it may have, the first count: an epoch has to
 * name them all.
 */
export function listedDevices(place: Stated): ListedDevices {
  const known = listed.get(place);
  if (known) return known;
  const { rights, set } = place;
  const found: HeldAct[] = [];
  for (const device of rights.acts.admissions.keys()) {
    const admission = rights.listing(device, set);
    if (admission) found.push(admission);
  }
  const members = new Map<PeerId, HeldAct>();
  const keepers = new Map<PeerId, HeldAct>();
  const perAccount = new Map<string, number>();
  for (const admission of found.sort(compareActs)) {
    const { subject, subjectAccount } = admission;
    if (subject === undefined) continue;
    if (subjectAccount === undefined) {
      keepers.set(subject, admission);
      continue;
    }
    const count = 1 + (perAccount.get(subjectAccount) ?? 0);
    perAccount.set(subjectAccount, count);
    if (count <= DEVICES) members.set(subject, admission);
  }
  const all = { members, keepers };
  listed.set(place, all);
  return all;
}
