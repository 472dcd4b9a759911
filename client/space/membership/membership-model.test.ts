import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LoggedEntry } from '../document-log.ts';
import { Holding, plain, the } from '../test/acted-space.ts';
import {
  begun,
  inOtherOrder,
  PEOPLE,
  person,
  play,
  QUARREL,
  type Step,
  shuffled,
  steps,
  type World,
} from '../test/membership-model.ts';
import { historyOf } from './fold.ts';
import { areConcurrent, isRemoval } from './held-acts.ts';
import { roleOf } from './membership.ts';
import { fallenAmong } from './resolution.ts';
import { stateAt } from './state.ts';

const order = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });

test('property: all who hold the same acts hold the same membership, in whatever order these came', () => {
  fc.assert(
    fc.property(steps(45), order, (acted, numbers) => {
      const world = begunAnd(acted);
      const other = inOtherOrder(world.all, numbers);
      expect(plain(other.state)).toEqual(plain(world.all.state));
      for (const entry of world.all.log.entries.filter((_, n) => n % 5 === 0))
        expect(plain(other.stateAt(entry))).toEqual(plain(world.all.stateAt(entry)));
      // Partitions that hear of each other again agree with whoever has heard of everything.
      const [first, ...others] = world.peers;
      for (const peer of others) first?.hear(peer);
      if (first) expect(plain(first.state)).toEqual(plain(world.all.state));
    }),
    { numRuns: 90 },
  );
});

test('property: admins who are at odds, each on what they have heard, all come to the same', () => {
  fc.assert(
    fc.property(steps(40, QUARREL), order, (acted, numbers) => {
      const world = begun(5);
      play(world, acted);
      const other = inOtherOrder(world.all, numbers);
      expect(plain(other.state)).toEqual(plain(world.all.state));
      const { acts, whole } = historyAt(world.all);
      const every = acts.all.filter(({ at }) => whole.set.has(at));
      expect([...fallenAmong(acts, whole.set, every)].sort()).toEqual([...whole.fallen].sort());
      // Whoever is removed by a removal that counts, and that nobody answers, is out.
      for (const removal of acts.removals.filter((act) => whole.rights.counts(act)))
        for (const account of removal.accounts) {
          const [device] = [...world.all.state.devices.values()].filter(
            (one) => one.account === account,
          );
          const admission = device && whole.rights.listing(device.peer, whole.set);
          expect(!admission || whole.rights.cites(admission.past, removal)).toBe(true);
        }
    }),
    { numRuns: 150 },
  );
});

test('property: the state of what an act cites is what its ancestors alone come to', () => {
  fc.assert(
    fc.property(steps(60), fc.nat(), (acted, n) => {
      const { all } = begunAnd(acted);
      const place = all.log.entries[n % all.log.count];
      if (!place) return;
      const past = all.log.ancestors([place.hash]);
      const alone = new Holding(
        all.space,
        all.log.entries.filter(({ hash }) => past.has(hash)),
      );
      expect(alone.log.count).toBe(past.size);
      expect(plain(all.stateAt(place))).toEqual(plain(alone.state));
    }),
    { numRuns: 100 },
  );
});

test('property: a state that grew act by act is the one that is put together at once', () => {
  fc.assert(
    fc.property(steps(60), order, fc.integer({ min: 1, max: 6 }), (acted, numbers, every) => {
      const { all } = begunAnd(acted);
      const grown = new Holding(all.space);
      for (const [n, entry] of shuffled(all.log.entries, numbers).entries()) {
        grown.offer(entry);
        // Some come several at once.
        if (n % every === 0) void grown.state;
        if (n % 7 === 0)
          expect(plain(grown.state)).toEqual(plain(stateAt(historyOf(grown.log).whole)));
      }
      expect(plain(grown.state)).toEqual(plain(all.state));
    }),
    { numRuns: 100 },
  );
});

test('property: what need not be looked at makes no difference', () => {
  fc.assert(
    fc.property(steps(60), (acted) => {
      const world = begunAnd(acted);
      const history = historyOf(world.all.log);
      const { acts } = history;
      for (const place of [
        history.whole,
        ...world.all.log.entries.map((e) => history.at([e.hash])),
      ])
        expect(
          [...fallenAmong(acts, place.set, acts.all)].filter((at) => place.set.has(at)).sort(),
        ).toEqual([...place.fallen].sort());
    }),
    { numRuns: 90 },
  );
});

test('property: no act of a removed device concurrent with its removal counts, but removals that answer it', () => {
  fc.assert(
    fc.property(steps(60), (acted) => {
      const world = begunAnd(acted);
      const { acts, whole } = historyAt(world.all);
      for (const removal of acts.removals.filter((act) => whole.rights.counts(act)))
        for (const act of acts.all)
          if (
            areConcurrent(removal, act) &&
            (removal.accounts.includes(act.account ?? '') ||
              removal.devices.includes(act.author)) &&
            !isRemoval(act) &&
            !act.lowers &&
            act.act.act !== 'revoke'
          )
            expect(whole.rights.counts(act)).toBe(false);
    }),
    { numRuns: 90 },
  );
});

test('property: nobody removed regains anything by what they do on old forks, nor does anybody they bring in', () => {
  fc.assert(
    fc.property(steps(20), steps(40), fc.nat(4), (before, forged, n) => {
      const world = begun();
      play(world, before);
      const { all } = world;
      // One of the admins of the beginning is removed by another, who never was removed or demoted.
      const eve = person(1 + (n % 2));
      const ada = person(0);
      if (roleOf(all.state, ada.peer) !== 'admin' || !all.state.accounts.has(eve.peer)) return;
      const old = all.copy();
      all.act(ada, the.removal(eve));
      const removed = all.state;
      expect(removed.devices.has(eve.peer)).toBe(false);
      // All that she does, and whoever she brings in, is made on what was before.
      const hers = new Set([1 + (n % 2), ...Array.from({ length: 4 }, (_, i) => 5 + i)]);
      play(
        { all, peers: [old] },
        forged.filter(({ by }) => hers.has(by)),
        'exactly',
      );
      const { state } = all;
      for (const device of state.devices.keys()) {
        if (removed.devices.has(device)) continue;
        // Whoever came in came by somebody else's admission, which counts by itself.
        const admission = historyAt(all).whole.rights.listing(device, historyAt(all).whole.set);
        expect(device).not.toBe(eve.peer);
        expect(admission && state.devices.has(admission.author)).toBe(true);
      }
      expect(state.devices.has(eve.peer)).toBe(false);
    }),
    { numRuns: 100 },
  );
});

test('property: a forger of old forks, and whoever they bring in, takes down at most those who removed them', () => {
  fc.assert(
    fc.property(steps(60), fc.nat(1), (forged, n) => {
      const { all } = begun();
      const old = all.copy();
      const before = all.state;
      // The admin who came last: all that is older than her rights, she cannot have been made on.
      const eve = person(2);
      const remover = person(n);
      all.act(remover, the.removal(eve));
      const puppets = new Set([2, 5, 6, 7, 8]);
      play(
        { all, peers: [old] },
        forged.filter(({ by }) => puppets.has(by)),
        'exactly',
      );
      const { accounts } = all.state;
      for (const [account, role] of before.accounts)
        if (account !== eve.peer && account !== remover.peer)
          expect(accounts.get(account)).toBe(role);
      expect([...accounts.keys()].filter((account) => !before.accounts.has(account))).toEqual([]);
      expect(accounts.has(eve.peer)).toBe(false);
    }),
    { numRuns: 100 },
  );
});

test('property: an invite that was taken back or used up lets nobody in for good', () => {
  fc.assert(
    fc.property(steps(60), (acted) => {
      const world = begunAnd(acted);
      const { acts, whole } = historyAt(world.all);
      for (const device of world.all.state.devices.keys()) {
        const admission = whole.rights.listing(device, whole.set);
        if (admission?.key === undefined) continue;
        const signed = (acts.countersigns.get(admission.entry.hash) ?? []).filter((act) =>
          whole.rights.counts(act),
        );
        for (const revocation of acts.revocations.get(admission.key) ?? [])
          if (whole.rights.counts(revocation))
            expect(
              revocation.past.has(admission.at) ||
                signed.some(({ past }) => past.has(revocation.at) && past.has(admission.at)),
            ).toBe(true);
      }
    }),
    { numRuns: 90 },
  );
});

test('property: nobody honest is stuck: whoever is listed can act, and start an epoch that counts', () => {
  fc.assert(
    fc.property(steps(50), fc.nat(), (acted, n) => {
      const world = begunAnd(acted);
      const merged = world.all;
      const listed = Array.from({ length: PEOPLE }, (_, i) => person(i)).filter(({ peer }) =>
        merged.state.devices.has(peer),
      );
      const one = listed[n % listed.length];
      if (!one) return;
      // So many heads that one act does not cite all of them: each that merges some leaves fewer.
      const acting: LoggedEntry[] = [];
      for (let i = 0; merged.log.heads.length > 1 || i === 0; i++)
        acting.push(merged.act(one, the.channel(1000 + i)));
      for (const { hash } of acting) expect(merged.state.annulled.has(hash)).toBe(false);
      merged.act(one, merged.epochAct(5000));
      const { currentEpoch, devices } = merged.state;
      expect(currentEpoch?.by).toBe(one.peer);
      expect(new Set(currentEpoch?.list)).toEqual(new Set(devices.keys()));
      // And everybody who hears of it agrees.
      for (const peer of world.peers)
        expect(peer.hear(merged).state.currentEpoch?.by).toBe(one.peer);
    }),
    { numRuns: 90 },
  );
});

function begunAnd(acted: readonly Step[]): World {
  const world = begun();
  play(world, acted);
  return world;
}

function historyAt(holding: Holding) {
  const history = historyOf(holding.log);
  return { acts: history.acts, whole: history.whole };
}
