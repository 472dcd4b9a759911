/** Random acts of honest and hostile members, on what they hold or on any old place, in peers that hear of each other or not. */
import type { Act } from '@snug/shared/entries/acts.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import * as fc from 'fast-check';
import type { LoggedEntry } from '../document-log.ts';
import { founded, Holding, known, type Someone, someone, the, tip } from './acted-space.ts';

/** The first founds the space; the last ones are strangers to begin with. */
export const PEOPLE = 9;
const PEERS = 3;
const INVITES = 4;

const KINDS = [
  'invite',
  'single',
  'revoke',
  'admit',
  'admit',
  'admit',
  'remove',
  'remove',
  'removeDevice',
  'leave',
  'role',
  'role',
  'device',
  'countersign',
  'epoch',
  'channel',
  'keeper',
  'keep',
  'history',
  'merge',
  'hear',
  'hear',
] as const;

export interface Step {
  readonly by: number;
  readonly kind: (typeof KINDS)[number];
  readonly target: number;
  readonly invite: number;
  readonly peer: number;
  /** 0: on all that the peer holds; else on one of its entries, and two of them where it is odd. */
  readonly on: number;
}

/** What admins do who are at odds. */
export const QUARREL: readonly Step['kind'][] = [
  'remove',
  'remove',
  'remove',
  'role',
  'role',
  'revoke',
  'single',
  'admit',
  'countersign',
  'hear',
];

export const steps = (
  most: number,
  kinds: readonly Step['kind'][] = KINDS,
): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      by: fc.nat(PEOPLE - 1),
      kind: fc.constantFrom(...kinds),
      target: fc.nat(PEOPLE - 1),
      invite: fc.nat(INVITES - 1),
      peer: fc.nat(PEERS - 1),
      on: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(1000)),
    }),
    { minLength: 5, maxLength: most },
  );

export const person = (n: number): Someone => someone(300 + n);

export interface World {
  /** Whoever has heard of everything. */
  readonly all: Holding;
  readonly peers: readonly Holding[];
}

/** A space of five, three of them admins or so many, that three peers hold alike. */
export function begun(admins = 3): World {
  const all = founded(person(0));
  all.act(person(0), the.invite(0));
  for (let n = 1; n < 5; n++) all.act(person(0), the.admission(person(n), 0));
  for (let n = 1; n < admins; n++) all.act(person(0), the.role(person(n), 'admin'));
  all.act(person(0), all.epochAct(0));
  return { all, peers: Array.from({ length: PEERS }, () => all.copy()) };
}

/**
 * Does what may be done of these. What is let in anywhere comes to `all`, too.
 * @param who those who act as the steps say; else nearly always somebody who may
 */
export function play(
  world: World,
  all: readonly Step[],
  who: 'somebody' | 'exactly' = 'somebody',
): readonly LoggedEntry[] {
  const done: LoggedEntry[] = [];
  for (const [n, step] of all.entries()) {
    const peer = world.peers[step.peer % world.peers.length];
    const other = world.peers[step.target % world.peers.length];
    if (!peer || !other) continue;
    if (step.kind === 'hear') {
      peer.hear(other);
      continue;
    }
    const on = placeOf(peer, step.on);
    const actor = who === 'exactly' ? person(step.by) : actorOf(step, peer, on);
    const act = actOf(step, n, peer, on, actor);
    const entry = act && peer.attempt(actor, act, on);
    if (!entry || typeof entry === 'string') continue;
    done.push(entry);
    world.all.offer(entry);
  }
  return done;
}

function placeOf({ log, here }: Holding, on: number): readonly LoggedEntry[] {
  const one = log.entries[on % log.count];
  const two = log.entries[Math.floor(on / 7) % log.count];
  if (on === 0 || !one || !two) return here;
  return on % 2 === 0 || one === two ? [one] : [one, two];
}

const ADMINS: ReadonlySet<string> = new Set([
  'remove',
  'removeDevice',
  'role',
  'keeper',
  'keep',
  'history',
]);

/** Nearly always somebody who may, where it is done; now and then anybody. */
function actorOf({ by, kind, invite }: Step, peer: Holding, on: readonly LoggedEntry[]): Someone {
  const { devices, accounts } = peer.stateAt(...on);
  const may = [...devices.values()].filter(
    ({ account }) => !ADMINS.has(kind) || accounts.get(account) === 'admin',
  );
  const one = may[by % may.length];
  return (invite > 0 && one && known(one.peer)) || person(by);
}

function actOf(
  { kind, target, invite }: Step,
  n: number,
  peer: Holding,
  on: readonly LoggedEntry[],
  actor: Someone,
): Act | undefined {
  const whom = person(target);
  switch (kind) {
    case 'invite':
      return the.invite(invite, n % 5 === 0 ? { door: 'open' } : {});
    case 'single':
      return the.single(invite);
    case 'revoke':
      return the.revocation(invite);
    case 'admit':
      return the.admission(whom, invite);
    case 'remove':
      return n % 2 === 0
        ? the.removal(whom)
        : { act: 'remove', accounts: [whom.peer], tips: [[whom.key, [tip(n)]]] };
    case 'removeDevice':
      return the.removalOfDevice(n % 3 === 0 ? someone(400 + (n % 20)) : whom);
    case 'leave':
      return the.leave();
    case 'role':
      return {
        ...the.role(whom, (['member', 'gardener', 'admin'] as const)[n % 3] ?? 'member'),
        ...(n % 4 === 0 ? { tips: [[whom.key, [tip(n)]]] } : {}),
      };
    case 'device':
      return the.device(someone(400 + (n % 20)), accountOf(actor, peer, on));
    case 'countersign': {
      const [doubtful] = [...peer.state.provisional.values()];
      const admission = doubtful && peer.log.get(doubtful.admission);
      return admission && the.countersignature(admission);
    }
    case 'epoch': {
      const state = peer.stateAt(...on);
      return state.devices.size > 0 ? peer.epochAct(n + 1, state) : undefined;
    }
    case 'channel':
      return the.channel(n);
    case 'keeper':
      return the.keeper(someone(500 + (n % 2)));
    case 'keep':
      return { act: 'keep', tips: [[whom.key, [tip(n)]]] };
    case 'history':
      return the.history(n % 2 === 0 ? 'closed' : 'open');
    case 'merge':
      return { act: 'merge' };
    case 'hear':
      return undefined;
  }
}

function accountOf({ peer }: Someone, held: Holding, on: readonly LoggedEntry[]): PeerId {
  const account = held.stateAt(...on).devices.get(peer)?.account;
  return [...held.stateAt(...on).devices.keys()].find((device) => device === account) ?? peer;
}

/** The same entries in another causal order, another for each list of numbers. */
export function shuffled(
  entries: readonly LoggedEntry[],
  numbers: readonly number[],
): readonly LoggedEntry[] {
  const done = new Set<string>();
  const order: LoggedEntry[] = [];
  let left = [...entries];
  while (left.length > 0) {
    const ready = left.filter((entry) => entry.deps.every((dep) => done.has(dep)));
    const next = ready[(numbers[order.length % Math.max(1, numbers.length)] ?? 0) % ready.length];
    if (!next) throw new Error('not causal');
    done.add(next.hash);
    order.push(next);
    left = left.filter((entry) => entry !== next);
  }
  return order;
}

export function inOtherOrder(holding: Holding, numbers: readonly number[]): Holding {
  const other = new Holding(holding.space);
  for (const entry of shuffled(holding.log.entries, numbers)) {
    const verdict = other.offer(entry);
    if (verdict.is !== 'new')
      throw new Error(`Let in by one and not by another: ${JSON.stringify(verdict)}`);
  }
  return other;
}
