import { expect, test } from 'vitest';
import type { LoggedEntry } from '../document-log.ts';
import { founded, type Holding, someone, the } from '../test/acted-space.ts';
import { epochNeed, epochOf, mayBeGiven, nextNumber, rankToStart } from './epochs.ts';

const ada = someone(1);
const ben = someone(2);
const cleo = someone(3);
const dora = someone(4);
const eve = someone(5);
const nora = someone(8);

/** Ada's space with all of them but Nora; Ada, Ben and Eve are admins. Epoch 1 lists all. */
function withEpoch() {
  const holding = founded(ada);
  holding.act(ada, the.invite(1));
  for (const one of [ben, cleo, dora, eve]) holding.act(ada, the.admission(one, 1));
  holding.act(ada, the.role(ben, 'admin'));
  holding.act(ada, the.role(eve, 'admin'));
  const first = holding.act(ada, holding.epochAct(1));
  return { holding, first };
}

const current = (holding: Holding) => holding.state.currentEpoch?.id;
const idOf = ({ act }: LoggedEntry) => {
  if (act?.act !== 'epoch') throw new Error('no epoch');
  return epochOf(act);
};

test('current is the eligible epoch with the highest number, then the lowest id', () => {
  const { holding, first } = withEpoch();
  expect(current(holding)).toBe(idOf(first));
  const fork = holding.here;
  const beside = [2, 3, 4].map((n) =>
    idOf(holding.act(cleo, holding.epochAct(n, holding.stateAt(...fork)), fork)),
  );
  expect(current(holding)).toBe(beside.toSorted()[0]);
  expect(nextNumber(holding.state)).toBe(3);
});

test('an epoch is eligible if what it cites contains every removal in effect: else none is current', () => {
  const { holding } = withEpoch();
  const fork = holding.here;
  holding.act(ada, the.removal(eve), fork);
  expect(current(holding)).toBeUndefined();
  expect(epochNeed(holding.state)).toBe('removal');
  // One that was started beside the removal would hand its secrets to the removed.
  holding.act(cleo, holding.epochAct(2, holding.stateAt(...fork)), fork);
  expect(current(holding)).toBeUndefined();
  const next = holding.act(dora, holding.epochAct(3));
  expect(current(holding)).toBe(idOf(next));
  expect(holding.state.currentEpoch?.list.has(eve.peer)).toBe(false);
  expect(epochNeed(holding.state)).toBeUndefined();
});

test('two members remove each other at once: the next epoch lists neither, on every peer', () => {
  const { holding } = withEpoch();
  const [adas, bens] = [holding.copy(), holding.copy()];
  adas.act(ada, the.removal(ben));
  bens.act(ben, the.removal(ada));
  // Each side starts one for itself; merged, neither will do.
  adas.act(cleo, adas.epochAct(2));
  bens.act(dora, bens.epochAct(3));
  const merged = adas.copy().hear(bens);
  expect(current(merged)).toBeUndefined();
  const next = merged.act(dora, merged.epochAct(4));
  expect(current(merged)).toBe(idOf(next));
  expect(new Set(merged.state.currentEpoch?.list)).toEqual(
    new Set([cleo, dora, eve].map(({ peer }) => peer)),
  );
  expect(current(bens.copy().hear(merged))).toBe(idOf(next));
});

test('a leaving, a removed device and a removed keeper start an epoch, too', () => {
  for (const act of [the.leave(), the.removalOfDevice(someone(20))]) {
    const { holding } = withEpoch();
    holding.act(cleo, the.device(someone(20), cleo.peer));
    holding.act(cleo, act);
    expect(epochNeed(holding.state)).toBe('removal');
  }
  const { holding } = withEpoch();
  holding.act(ada, the.keeper(someone(30)));
  expect(epochNeed(holding.state)).toBeUndefined();
  holding.act(ada, the.removalOfDevice(someone(30)));
  expect(epochNeed(holding.state)).toBe('removal');
});

test('revoking an open door starts an epoch, revoking another invite does not', () => {
  const { holding } = withEpoch();
  holding.act(ada, the.invite(2, { door: 'open' }));
  holding.act(ada, the.revocation(1));
  expect(epochNeed(holding.state)).toBeUndefined();
  holding.act(ada, the.revocation(2));
  expect(epochNeed(holding.state)).toBe('removal');
  holding.act(cleo, holding.epochAct(2));
  expect(epochNeed(holding.state)).toBeUndefined();
});

test('no epoch that lists somebody provisional is eligible, until they are countersigned', () => {
  const { holding } = withEpoch();
  const fork = holding.here;
  const admission = holding.act(cleo, the.admission(nora, 1), fork);
  const theirs = holding.act(cleo, holding.epochAct(2, holding.stateAt(admission)), [admission]);
  expect(current(holding)).toBe(idOf(theirs));
  holding.act(ada, the.revocation(1), fork);
  expect(current(holding)).not.toBe(idOf(theirs));
  expect(holding.state.epochs.find(({ id }) => id === idOf(theirs))?.eligible).toBe(false);
  // What is started now lists them not.
  const next = holding.epochAct(3);
  expect(next.act === 'epoch' && next.list.length).toBe(5);
  holding.act(dora, the.countersignature(admission));
  expect(current(holding)).toBe(idOf(theirs));
});

test('an epoch by somebody removed beside it does not count', () => {
  const { holding } = withEpoch();
  const fork = holding.here;
  holding.act(ada, the.removal(eve), fork);
  holding.act(eve, holding.epochAct(2, holding.stateAt(...fork)), fork);
  holding.act(ada, holding.epochAct(3));
  expect(holding.state.currentEpoch?.by).toBe(ada.peer);
});

test('later found removals by somebody removed leave an epoch eligible that cites another of them', () => {
  const { holding } = withEpoch();
  const old = holding.here;
  holding.act(ada, the.removal(eve));
  holding.act(eve, the.removal(ada), old);
  const next = holding.act(ben, holding.epochAct(2));
  expect(current(holding)).toBe(idOf(next));
  for (let i = 0; i < 3; i++) holding.act(eve, the.removal(ada), old);
  expect(current(holding)).toBe(idOf(next));
  // Against others who did not remove her they do not count at all.
  holding.act(eve, the.removal(cleo), old);
  expect(current(holding)).toBe(idOf(next));
});

test('whose turn it is to start an epoch is the same for all, another with each number, and nobody’s who is not listed', () => {
  const { holding } = withEpoch();
  const everybody = [ada, ben, cleo, dora, eve];
  const orders = new Set<string>();
  for (let n = 2; n < 8; n++) {
    const ranks = everybody.map(({ peer }) => rankToStart(holding.state, peer));
    expect(ranks.toSorted()).toEqual([0, 1, 2, 3, 4]);
    orders.add(ranks.join());
    holding.act(ada, holding.epochAct(n));
  }
  expect(orders.size).toBeGreaterThan(1);
  expect(rankToStart(holding.state, nora.peer)).toBeUndefined();
});

test('any holder re-seals to a device of the merged state; where history is closed only to those who did not come after', () => {
  const { holding } = withEpoch();
  const fork = holding.here;
  holding.act(ada, the.history('closed'), fork);
  holding.act(ben, the.admission(nora, 1), fork);
  const cited = holding.state.currentEpoch;
  if (!cited) throw new Error('no epoch');
  const late = someone(9);
  holding.act(ben, the.admission(late, 1));
  const given = (peer: typeof ada.peer) => {
    const { state } = holding;
    return state.currentEpoch && mayBeGiven(state, state.currentEpoch, peer) !== undefined;
  };
  expect([cleo, nora, late].map(({ peer }) => given(peer))).toEqual([true, false, false]);
  expect(epochNeed(holding.state)).toBe('admission');
  // Admitted beside the next epoch, which does not list her.
  const before = holding.here;
  const other = someone(10);
  holding.act(cleo, holding.epochAct(2, holding.stateAt(...before)), before);
  holding.act(ben, the.admission(other, 1), before);
  expect([nora, late, other].map(({ peer }) => given(peer))).toEqual([true, true, true]);
  holding.act(ada, the.history('open'));
  expect(epochNeed(holding.state)).toBeUndefined();
  expect(given(someone(77).peer)).toBe(false);
});

test('what was removed is given no secrets', () => {
  const { holding } = withEpoch();
  holding.act(ada, the.removal(eve));
  const { state } = holding;
  expect(state.epochs.map((epoch) => mayBeGiven(state, epoch, eve.peer))).toEqual([undefined]);
});
