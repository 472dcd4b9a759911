/**
 * What is let in. Shape, bounds and signature are functions of the bytes alone; an act in the space document is
 * judged by the state of what it cites; elsewhere an entry waits until its device is known to have been admitted.
 * What one peer refuses, every peer refuses: whatever depends on what has arrived so far waits instead.
 */
import { equalBytes, fromBase64url, sha256, toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import {
  parseAct,
  parseSeal,
  verifyDeviceConsent,
  verifyJoinRequest,
  verifyKeeperConsent,
} from '@snug/shared/entries/acts.ts';
import { decodeEntry, SORT, verifyEntry, verifyGenesis } from '@snug/shared/entries/entry.ts';
import { ChangeHash, type EntryId, type EpochId, type SpaceId } from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { type DocumentLog, type LoggedEntry, logged } from './document-log.ts';
import { hasSealFor } from './epoch-secrets.ts';
import { epochOf } from './membership/epochs.ts';
import { channelOf, historyOf } from './membership/fold.ts';
import { refusal } from './membership/letting-in.ts';
import type { Membership } from './membership/membership.ts';
import type { Parking } from './parking.ts';
import type { Missing } from './waiting-room.ts';

/** An entry as it came: bytes, and the changes that its sender says it was built on. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly deps: readonly ChangeHash[];
  /** Where it has been worked out from the bytes already. */
  readonly id?: EntryId;
}

export type Verdict =
  /** `taken`: what it builds on that was parked until now, and has come in with it. */
  | { readonly is: 'new'; readonly entry: LoggedEntry; readonly taken: readonly LoggedEntry[] }
  | { readonly is: 'known'; readonly id: EntryId }
  /** Something it needs has not arrived; `missing` is what it waits for first. */
  | { readonly is: 'waiting'; readonly why: string; readonly missing: Missing }
  /** Its device is no longer listed: it is taken in with something of a listed device that builds on it, or not at all. */
  | { readonly is: 'parked'; readonly why: string; readonly entry: LoggedEntry }
  /** No peer will ever take it: its sender misbehaves. */
  | { readonly is: 'refused'; readonly why: string };

/** What judging needs to know beside the document itself. */
export interface Surroundings {
  readonly membership: Membership;
  /** The log of segment `number` of the same channel, where it is held. */
  segment(number: number): DocumentLog | undefined;
  readonly parking?: Parking;
}

/**
 * True when all signatures fit: of a genesis under its own tag, of everything else over document and deps; and of an
 * act that lists somebody those of the newcomer and of the invite's holder.
 */
export async function verified(
  log: Pick<DocumentLog, 'address' | 'id'>,
  arrival: Arrival,
): Promise<boolean> {
  if (log.address.kind === 'space' && arrival.deps.length === 0)
    return equalBytes(sha256(arrival.bytes), fromBase64url(log.address.space))
      ? verifyGenesis(arrival.bytes)
      : false;
  if (arrival.deps.length === 0) return false;
  if (!(await verifyEntry({ documentId: log.id, deps: arrival.deps, bytes: arrival.bytes })))
    return false;
  const entry = decodeEntry(arrival.bytes);
  if (log.address.kind !== 'space' || entry?.sort !== SORT.act) return true;
  return isConsented(log.address.space, entry.body);
}

/** Whether those whom an act lists have agreed to it. */
async function isConsented(space: SpaceId, body: Uint8Array): Promise<boolean> {
  const act = parseAct(body);
  switch (act?.act) {
    case 'admit':
      return verifyJoinRequest(space, act);
    case 'device':
      return verifyDeviceConsent(space, act);
    case 'keeper':
      return verifyKeeperConsent(space, act);
    default:
      return true;
  }
}

/**
 * Judges one arrival that has been `verified`, and adds it to the log when it
 * may come in. Synchronous, so that a batch is judged as one.
 */
export function judge(log: DocumentLog, arrival: Arrival, around: Surroundings): Verdict {
  const entry = decodeEntry(arrival.bytes);
  if (!entry) return { is: 'refused', why: 'it is no entry' };
  const { parking } = around;
  const lacking = arrival.deps.find((dep) => !log.has(dep) && !parking?.get(log, dep));
  if (lacking !== undefined)
    return waiting('its deps have not arrived', { a: 'change', id: lacking });
  const taken = parking?.behind(log, arrival.deps) ?? [];
  const startOp = Math.max(
    log.startOp(arrival.deps.filter((dep) => log.has(dep))) ?? 1,
    ...taken.map((entry) => entry.startOp + 1),
  );
  const candidate = logged(arrival.bytes, arrival.deps, startOp, arrival.id);
  if (!candidate) return { is: 'refused', why: 'it is no entry' };
  if (log.byId(candidate.id)) return { is: 'known', id: candidate.id };
  const objection =
    log.address.kind === 'space'
      ? objectInSpace(log, candidate)
      : log.address.kind === 'epoch'
        ? objectInEpoch(log, candidate, around, log.address.epoch)
        : objectInSegment(log, candidate, around, log.address.number);
  if (objection) return objection;
  for (const entry of [...taken, candidate]) {
    parking?.remove(entry);
    log.add(entry);
  }
  return { is: 'new', entry: candidate, taken };
}

type Objection = Extract<Verdict, { is: 'waiting' | 'parked' | 'refused' }>;
const refused = (why: string): Objection => ({ is: 'refused', why });
const waiting = (why: string, missing: Missing): Objection => ({ is: 'waiting', why, missing });

/** What may have waited for an entry that has been let in: itself, and what it admits or begins. */
export function* brought({ hash, author, act }: LoggedEntry): Generator<Missing> {
  yield { a: 'change', id: hash };
  if (act?.act === 'genesis') yield { a: 'device', id: author };
  if (act?.act === 'admit' || act?.act === 'device')
    yield { a: 'device', id: peerIdFromPublicKey(act.device) };
  if (act?.act === 'channel') yield { a: 'channel', id: channelOf(act) };
  if (act?.act === 'epoch') yield { a: 'epoch', id: epochOf(act) };
}

function objectInSpace(log: DocumentLog, candidate: LoggedEntry): Objection | undefined {
  if (candidate.deps.length === 0) {
    if (log.count > 0) return refused('a space has one genesis');
    const own = candidate.act?.act === 'genesis' && candidate.act.account === candidate.author;
    return own ? undefined : refused('a space begins with a genesis under its own account');
  }
  const { sort } = candidate.entry;
  if (sort !== SORT.body && sort !== SORT.act)
    return refused('a space document holds acts and bodies');
  if (sort === SORT.act && !candidate.act) return refused('it is no act');
  const why = refusal(historyOf(log).at(candidate.deps), candidate);
  return why === undefined ? undefined : refused(why);
}

function objectInEpoch(
  log: DocumentLog,
  candidate: LoggedEntry,
  around: Surroundings,
  epoch: EpochId,
): Objection | undefined {
  // Else a member could have seals stored for any number of epochs that nobody ever started.
  const begun = around.membership.epochs.find(({ id }) => id === epoch);
  if (!begun) return waiting('its epoch has not been started', { a: 'epoch', id: epoch });
  const seal = candidate.entry.sort === SORT.seal ? parseSeal(candidate.entry.body) : undefined;
  if (!seal) return refused("an epoch's document holds seals");
  // Of who started it those to its list are good for those who were away, whatever has become of its author.
  const isOwed =
    begun.by === candidate.author &&
    begun.list.has(peerIdFromPublicKey(seal.to)) &&
    !hasSealFor(log, candidate.author, seal.to);
  return isOwed ? undefined : listed(candidate, around);
}

function objectInSegment(
  log: DocumentLog,
  candidate: LoggedEntry,
  around: Surroundings,
  number: number,
): Objection | undefined {
  if (log.address.kind !== 'segment') return refused('it is in no segment');
  const { channel } = log.address;
  if (!around.membership.channels.has(channel))
    return waiting('its channel has not been opened', { a: 'channel', id: channel });
  const first = candidate.deps.length === 1 && candidate.deps[0] === log.root?.hash;
  const opening = candidate.entry.sort === SORT.opening;
  if (opening !== (first && number > 0))
    return refused('a segment after the first begins with an opening, and holds no other');
  if (opening) {
    if (candidate.entry.body.length !== 32) return refused('an opening names one change');
    const named = v.parse(ChangeHash, toHex(candidate.entry.body));
    const { startOp } = around.segment(number - 1)?.get(named) ?? { startOp: 0 };
    if (startOp < ENTRY_LIMITS.openingStartOp)
      return waiting('what its opening names has not arrived', { a: 'change', id: named });
  } else if (candidate.entry.sort !== SORT.body) {
    return refused('a segment holds bodies');
  }
  return listed(candidate, around);
}

/** Whether an entry outside the space document is of somebody who is listed, or one of the tips that a removal leaves. */
function listed(candidate: LoggedEntry, { membership }: Surroundings): Objection | undefined {
  const { author, id } = candidate;
  if (membership.devices.has(author)) return undefined;
  const standing = membership.everListed.get(author);
  if (!standing) return waiting('its device has not been admitted', { a: 'device', id: author });
  const tip = toHex(fromBase64url(id).subarray(0, 16));
  if (standing.cuts.some(({ of, tips }) => of === 'removal' && tips.has(tip))) return undefined;
  return { is: 'parked', why: 'its device is no longer listed', entry: candidate };
}
