/** How each device that was ever listed stands, and up to where what it wrote counts. */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { Tips } from '@snug/shared/entries/acts.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { ActSet } from './act-set.ts';
import { compareActs, type HeldAct } from './held-acts.ts';
import type { Stated } from './listed-devices.ts';
import type { Cut, Role, Standing } from './membership.ts';

export const ROLES: readonly (Role | undefined)[] = [undefined, 'member', 'gardener', 'admin'];

/** @param listing the admission by which it is listed, if it is. `undefined` for a device that never was, or a keeper */
export function standingOf(
  place: Stated,
  device: PeerId,
  listing: HeldAct | undefined,
  kept: ReadonlyMap<PeerId, ReadonlySet<string>>,
): Standing | undefined {
  const { rights, set } = place;
  const admissions = (rights.acts.admissions.get(device) ?? [])
    .filter((admission) => set.has(admission.at) && admission.subjectAccount !== undefined)
    .sort(compareActs);
  const account = (listing ?? admissions[0])?.subjectAccount;
  if (account === undefined) return undefined;
  const removals = [...new Set(rights.acts.removalsReaching(device, account))].filter(
    (removal) => set.has(removal.at) && rights.counts(removal),
  );
  const cuts = cutsOf(place, device, kept.get(device), [
    ...removals,
    ...demotionsOf(place, account),
  ]);
  const role = listing && ROLES[rights.rankOf(account, set)];
  const removedBy = [...new Set(removals.flatMap((removal) => removal.account ?? []))].sort();
  const base = { account, role, cuts, removedBy };
  if (role !== undefined) return { ...base, why: undefined };
  if (removals.length > 0)
    return { ...base, why: removals.every((r) => r.account === account) ? 'left' : 'removed' };
  const doubtful = admissions.some((a) => rights.counts(a) && rights.isProvisional(a));
  return { ...base, why: doubtful ? 'provisional' : 'annulled' };
}

function demotionsOf({ rights, set }: Stated, account: string): readonly HeldAct[] {
  return (rights.acts.roles.get(account) ?? []).filter(
    (role) => role.lowers && set.has(role.at) && rights.counts(role),
  );
}

/** What removals and demotions leave: what is written up to their tips counts in the role that was had where they were made. */
function cutsOf(
  { rights }: Stated,
  device: PeerId,
  kept: ReadonlySet<string> | undefined,
  taking: readonly HeldAct[],
): readonly Cut[] {
  const cuts = new Map<string, Cut & { readonly tips: Set<string> }>();
  // Many may have been made on the same.
  const roles = new Map<ActSet, Role>();
  for (const { act, past } of taking) {
    const of = act.act === 'role' ? 'role' : 'removal';
    const role = roles.get(past) ?? ROLES[Math.max(1, rights.rank(device, past))] ?? 'member';
    roles.set(past, role);
    const cut = cuts.get(`${of} ${role}`) ?? { of, role, tips: new Set() };
    cuts.set(`${of} ${role}`, cut);
    for (const tip of 'tips' in act ? tipsOf(act.tips, device) : []) cut.tips.add(tip);
    if (of === 'removal') for (const tip of kept ?? []) cut.tips.add(tip);
  }
  return [...cuts.values()].filter(({ of, tips }) => of === 'removal' || tips.size > 0);
}

function tipsOf(tips: Tips | undefined, device: PeerId): readonly string[] {
  for (const [key, theirs] of tips ?? [])
    if (peerIdFromPublicKey(key) === device) return theirs.map(toHex);
  return [];
}

/** Further tips of removed devices, as admins have added them: cuts only grow. */
export function keptTips({ rights, set }: Stated): ReadonlyMap<PeerId, ReadonlySet<string>> {
  const kept = new Map<PeerId, Set<string>>();
  for (const held of rights.acts.keeps) {
    if (held.act.act !== 'keep' || !set.has(held.at) || !rights.counts(held)) continue;
    for (const [key, tips] of held.act.tips) {
      const device = peerIdFromPublicKey(key);
      const theirs = kept.get(device) ?? new Set();
      kept.set(device, theirs);
      for (const tip of tips) theirs.add(toHex(tip));
    }
  }
  return kept;
}
