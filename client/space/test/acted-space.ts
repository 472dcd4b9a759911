/**
 * Spaces of acts alone, written and judged without signatures, so that a test can have thousands: who may do what does not
 * depend on them.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { compareBytes, fromHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { type Act, encodeAct, invitePublicKey } from '@snug/shared/entries/acts.ts';
import { encodeEntry, NO_HINT, SORT, spaceIdOf } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import type { ChangeHash, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { judge, type Verdict } from '../admission.ts';
import { DocumentLog, type LoggedEntry } from '../document-log.ts';
import { membershipAt, membershipOf } from '../membership/fold.ts';
import type { Cut, Membership } from '../membership/membership.ts';

/** A device, which is its own account unless said otherwise. */
export interface Someone {
  readonly key: Uint8Array;
  readonly peer: PeerId;
}

const people = new Map<number, Someone>();

export function someone(seed: number): Someone {
  const known = people.get(seed);
  if (known) return known;
  const key = ed25519.getPublicKey(seeded(seed, 32));
  const one = { key, peer: peerIdFromPublicKey(key) };
  people.set(seed, one);
  return one;
}

let signatures = 0;

function entryOf(by: Someone, act: Act): Uint8Array {
  const signature = new Uint8Array(64);
  new DataView(signature.buffer).setUint32(0, ++signatures);
  return encodeEntry({
    device: by.key,
    signature,
    sort: SORT.act,
    hint: NO_HINT,
    body: encodeAct(act),
  });
}

/** What one peer holds of a space. */
export class Holding {
  readonly space: SpaceId;
  readonly log: DocumentLog;

  constructor(space: SpaceId, entries: readonly LoggedEntry[] = []) {
    this.space = space;
    this.log = new DocumentLog({ kind: 'space', space });
    for (const entry of entries) this.offer(entry);
  }

  get state(): Membership {
    return membershipOf(this.log);
  }

  stateAt(...cited: readonly LoggedEntry[]): Membership {
    return membershipAt(
      this.log,
      cited.map(({ hash }) => hash),
    );
  }

  offer({ bytes, deps }: Pick<LoggedEntry, 'bytes' | 'deps'>): Verdict {
    const { log } = this;
    const around = {
      // What all acts come to is not asked for in a space document.
      get membership() {
        return membershipOf(log);
      },
      segment: () => undefined,
    };
    return judge(log, { bytes, deps }, around);
  }

  /** Takes in all that another holds. */
  hear(other: Holding): this {
    for (const entry of other.log.entries) this.offer(entry);
    return this;
  }

  copy(): Holding {
    return new Holding(this.space, this.log.entries);
  }

  /** Writes an act and lets it in, or says why not. @param on what it is made on; by default all that is held */
  attempt(by: Someone, act: Act, on?: readonly LoggedEntry[]): LoggedEntry | string {
    const deps = on ? on.map(({ hash }) => hash).sort() : this.log.deps;
    const verdict = this.offer({ bytes: entryOf(by, act), deps });
    if (verdict.is === 'new') return verdict.entry;
    return 'why' in verdict ? verdict.why : verdict.is;
  }

  /** The same, of an act that is let in. */
  act(by: Someone, act: Act, on?: readonly LoggedEntry[]): LoggedEntry {
    const done = this.attempt(by, act, on);
    if (typeof done === 'string') throw new Error(`${act.act}: ${done}`);
    return done;
  }

  /** Everything that is held, as one place to make an act on. */
  get here(): readonly LoggedEntry[] {
    return this.log.deps.flatMap((hash: ChangeHash) => this.log.get(hash) ?? []);
  }

  epochAct(seed: number, on: Membership = this.state): Act {
    return {
      act: 'epoch',
      number: 1 + (on.epochs[0]?.number ?? 0),
      id: seeded(7000 + seed, 32),
      list: [...on.devices.keys()].map(keyOf).sort(compareBytes),
      seals: seeded(1, 32),
    };
  }
}

/** Whoever of the tests' people has this peer id. */
export function known(peer: PeerId): Someone {
  for (const one of people.values()) if (one.peer === peer) return one;
  throw new Error('nobody');
}

const keyOf = (peer: PeerId) => known(peer).key;

/** A space that `founder` began. */
export function founded(founder: Someone): Holding {
  const genesis = entryOf(founder, {
    act: 'genesis',
    v: 1,
    nonce: seeded(1, 32),
    sealing: seeded(2, 32),
    account: founder.peer,
  });
  const holding = new Holding(spaceIdOf(genesis));
  if (holding.offer({ bytes: genesis, deps: [] }).is !== 'new') throw new Error('no genesis');
  return holding;
}

const keys = new Map<number, Uint8Array>();
export function inviteKey(seed: number): Uint8Array {
  const known = keys.get(seed) ?? invitePublicKey(seeded(5000 + seed, 32));
  keys.set(seed, known);
  return known;
}

/** Acts, shortly. */
export const the = {
  invite: (seed: number, more: Partial<Extract<Act, { act: 'invite' }>> = {}): Act => ({
    act: 'invite',
    key: inviteKey(seed),
    uses: 'reusable',
    ...more,
  }),
  single: (seed: number): Act => ({ act: 'invite', key: inviteKey(seed), uses: 'single' }),
  revocation: (seed: number): Act => ({ act: 'revoke', invite: inviteKey(seed) }),
  admission: ({ key, peer }: Someone, invite: number): Act => ({
    act: 'admit',
    device: key,
    sealing: seeded(2, 32),
    account: peer,
    invite: inviteKey(invite),
    proof: seeded(3, 64),
    consent: seeded(4, 64),
  }),
  device: ({ key }: Someone, account: PeerId): Act => ({
    act: 'device',
    device: key,
    sealing: seeded(2, 32),
    account,
    consent: seeded(4, 64),
  }),
  keeper: ({ key }: Someone, expires?: number): Act => ({
    act: 'keeper',
    device: key,
    sealing: seeded(2, 32),
    quota: 1_000_000,
    ...(expires === undefined ? {} : { expires }),
    consent: seeded(4, 64),
  }),
  removal: (...whom: readonly Someone[]): Act => ({
    act: 'remove',
    accounts: whom.map(({ peer }) => peer).sort(),
  }),
  removalOfDevice: (...whom: readonly Someone[]): Act => ({
    act: 'remove',
    devices: whom.map(({ key }) => key).sort(compareBytes),
  }),
  role: ({ peer }: Someone, role: 'admin' | 'gardener' | 'member'): Act => ({
    act: 'role',
    account: peer,
    role,
  }),
  leave: (): Act => ({ act: 'leave' }),
  countersignature: ({ hash }: LoggedEntry): Act => ({
    act: 'countersign',
    admission: fromHex(hash),
  }),
  channel: (seed: number): Act => ({ act: 'channel', channel: seeded(9000 + seed, 16) }),
  history: (is: 'open' | 'closed'): Act => ({ act: 'history', is }),
} as const;

/** Tips, as acts name them: `tip(1)` of a device. */
export const tip = (seed: number): Uint8Array => seeded(8000 + seed, 16);

/** A state as it can be compared: nothing in it depends on the order in which things came. */
export function plain(state: Membership) {
  const sorted = <K, V>(map: ReadonlyMap<K, V>) =>
    [...map].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return {
    ...state,
    accounts: [...state.accounts],
    devices: [...state.devices],
    keepers: [...state.keepers],
    everListed: sorted(state.everListed).map(([peer, standing]) => [
      peer,
      { ...standing, cuts: [...standing.cuts].map(plainCut).sort() },
    ]),
    provisional: sorted(state.provisional),
    invites: sorted(state.invites),
    channels: [...state.channels],
    annulled: [...state.annulled].sort(),
  };
}

function plainCut(cut: Cut): string {
  return `${cut.of} ${cut.role} ${[...cut.tips].sort().join()}`;
}
