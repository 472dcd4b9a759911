/**
 * What is let in. Shape, bounds and signature are functions of the bytes alone; an act in the space document is
 * judged by the state of what it cites; elsewhere an entry waits until its device is known to have been admitted.
 * What one peer refuses, every peer refuses: whatever depends on what has arrived so far waits instead.
 */
import { equalBytes, fromBase64url, sha256, toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { parseAct, parseSeal, verifyJoinRequest } from '@snug/shared/entries/acts.ts';
import { decodeEntry, SORT, verifyEntry, verifyGenesis } from '@snug/shared/entries/entry.ts';
import { ChangeHash, type EntryId, type EpochId } from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { type DocumentLog, type LoggedEntry, logged } from './document-log.ts';
import { channelOf, epochOf, type Membership, membershipAt, refuseAct } from './membership.ts';
import type { Missing } from './waiting-room.ts';

/** An entry as it came: bytes, and the changes that its sender says it was built on. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly deps: readonly ChangeHash[];
}

export type Verdict =
  | { readonly is: 'new'; readonly entry: LoggedEntry }
  | { readonly is: 'known'; readonly id: EntryId }
  /** Something it needs has not arrived; `missing` is what it waits for first. */
  | { readonly is: 'waiting'; readonly why: string; readonly missing: Missing }
  /** No peer will ever take it: its sender misbehaves. */
  | { readonly is: 'refused'; readonly why: string };

/** What judging needs to know beside the document itself. */
export interface Surroundings {
  readonly membership: Membership;
  /** The log of segment `number` of the same channel, where it is held. */
  segment(number: number): DocumentLog | undefined;
}

/**
 * True when all signatures fit: of a genesis under its own tag, of everything else over document and deps; and of an
 * `admit` act those of the newcomer and of the invite's holder.
 */
export async function verified(log: DocumentLog, arrival: Arrival): Promise<boolean> {
  if (log.address.kind === 'space' && arrival.deps.length === 0)
    return equalBytes(sha256(arrival.bytes), fromBase64url(log.address.space))
      ? verifyGenesis(arrival.bytes)
      : false;
  if (arrival.deps.length === 0) return false;
  if (!(await verifyEntry({ documentId: log.id, deps: arrival.deps, bytes: arrival.bytes })))
    return false;
  const entry = decodeEntry(arrival.bytes);
  if (log.address.kind !== 'space' || entry?.sort !== SORT.act) return true;
  const act = parseAct(entry.body);
  return act?.act === 'admit' ? verifyJoinRequest(log.address.space, act) : true;
}

/**
 * Judges one arrival that has been `verified`, and adds it to the log when it
 * may come in. Synchronous, so that a batch is judged as one.
 */
export function judge(log: DocumentLog, arrival: Arrival, around: Surroundings): Verdict {
  const entry = decodeEntry(arrival.bytes);
  if (!entry) return { is: 'refused', why: 'it is no entry' };
  const lacking = arrival.deps.find((dep) => !log.has(dep));
  if (lacking !== undefined)
    return waiting('its deps have not arrived', { a: 'change', id: lacking });
  const startOp = log.startOp(arrival.deps);
  const candidate =
    startOp === undefined ? undefined : logged(arrival.bytes, arrival.deps, startOp);
  if (!candidate) return { is: 'refused', why: 'it is no entry' };
  if (log.byId(candidate.id)) return { is: 'known', id: candidate.id };
  const objection =
    log.address.kind === 'space'
      ? objectInSpace(log, candidate)
      : log.address.kind === 'epoch'
        ? objectInEpoch(candidate, around, log.address.epoch)
        : objectInSegment(log, candidate, around, log.address.number);
  if (objection) return objection;
  log.add(candidate);
  return { is: 'new', entry: candidate };
}

type Objection = Extract<Verdict, { is: 'waiting' | 'refused' }>;
const refused = (why: string): Objection => ({ is: 'refused', why });
const waiting = (why: string, missing: Missing): Objection => ({ is: 'waiting', why, missing });

/** What may have waited for an entry that has been let in: itself, and what it admits or begins. */
export function* brought({ hash, author, act }: LoggedEntry): Generator<Missing> {
  yield { a: 'change', id: hash };
  if (act?.act === 'genesis') yield { a: 'device', id: author };
  if (act?.act === 'admit') yield { a: 'device', id: peerIdFromPublicKey(act.device) };
  if (act?.act === 'channel') yield { a: 'channel', id: channelOf(act) };
  if (act?.act === 'epoch') yield { a: 'epoch', id: epochOf(act) };
}

function objectInSpace(log: DocumentLog, candidate: LoggedEntry): Objection | undefined {
  if (candidate.deps.length === 0) {
    if (log.count > 0) return refused('a space has one genesis');
    const own = candidate.act?.act === 'genesis' && candidate.act.account === candidate.author;
    return own ? undefined : refused('a space begins with a genesis under its own account');
  }
  const state = membershipAt(log, candidate.deps);
  if (candidate.entry.sort === SORT.body)
    return state.devices.has(candidate.author)
      ? undefined
      : refused('its author was no member of what it cites');
  if (candidate.entry.sort !== SORT.act) return refused('a space document holds acts and bodies');
  if (!candidate.act) return refused('it is no act');
  const why = refuseAct(state, candidate.author, candidate.act);
  return why === undefined ? undefined : refused(why);
}

function objectInEpoch(
  candidate: LoggedEntry,
  around: Surroundings,
  epoch: EpochId,
): Objection | undefined {
  // Else a member could have seals stored for any number of epochs that nobody ever started.
  if (!around.membership.epochs.some(({ id }) => id === epoch))
    return waiting('its epoch has not been started', { a: 'epoch', id: epoch });
  if (candidate.entry.sort !== SORT.seal || !parseSeal(candidate.entry.body))
    return refused("an epoch's document holds seals");
  return listed(candidate, around);
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

function listed(candidate: LoggedEntry, around: Surroundings): Objection | undefined {
  return around.membership.devices.has(candidate.author)
    ? undefined
    : waiting('its device has not been admitted', { a: 'device', id: candidate.author });
}
