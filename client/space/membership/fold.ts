/**
 * Membership is a pure function of the acts in the space document: whoever holds the same acts holds the same state, in
 * whatever order they came.
 */
import type { ChangeHash } from '@snug/shared/protocol/ids.ts';
import type { DocumentLog } from '../document-log.ts';
import { ActHistory, type Place } from './act-history.ts';
import { GrowingState } from './growing-state.ts';
import type { Membership } from './membership.ts';
import { stateAt } from './state.ts';

export { channelOf } from './state.ts';

const histories = new WeakMap<DocumentLog, ActHistory>();

/** The acts of a space document, as far as the log has grown. */
export function historyOf(log: DocumentLog): ActHistory {
  const known = histories.get(log);
  if (known) return known;
  const fresh = new ActHistory(log);
  histories.set(log, fresh);
  return fresh;
}

const wholes = new WeakMap<DocumentLog, GrowingState>();

/**
 * The state of all acts held: the same object for as long as no act is added. What most acts change is changed in the maps of
 * the answer before, which are then the same maps.
 */
export function membershipOf(log: DocumentLog): Membership {
  const known = wholes.get(log) ?? new GrowingState();
  wholes.set(log, known);
  return known.at(historyOf(log).whole);
}

const states = new WeakMap<Place, Membership>();

/** The state of what an act cites: its ancestors only. */
export function membershipAt(log: DocumentLog, deps: readonly ChangeHash[]): Membership {
  const place = historyOf(log).at(deps);
  const state = states.get(place) ?? stateAt(place);
  states.set(place, state);
  return state;
}
