/** Carries out `EpochStarting` for the spaces of this device: starts epochs, and seals them to whom nobody has. */
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { parseSeal } from '@snug/shared/entries/epoch.ts';
import type { EpochId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { DocumentLog } from '../space/document-log.ts';
import { reseal, startEpoch } from '../space/epoch-start.ts';
import { epochNeed, mayBeGiven, rankToStart } from '../space/membership/epochs.ts';
import type { Membership } from '../space/membership/membership.ts';
import type { Space, SpaceChange } from '../space/space.ts';
import { EpochStarting, type EpochStartingInput, type EpochState } from './epoch-starting.ts';
import type { Shelf } from './shelf.ts';

/** Most seals in one go: the others wait for the next. */
const SEALS_AT_ONCE = 32;
/** Acts that may ask for a new epoch. */
const CAUSES: ReadonlySet<string> = new Set(['remove', 'revoke', 'admit', 'device', 'history']);

export interface EpochUpkeepOptions {
  readonly me: PeerId;
  readonly shelf: Shelf;
  readonly now: () => number;
  /** Whether a device is here just now. */
  readonly isHere: (space: Space, peer: PeerId) => boolean;
  /** `StoreError` or what nobody expects. */
  readonly onError: (error: unknown) => void;
}

interface Kept {
  readonly machine: EpochStarting;
  /** One of its outputs is being carried out. */
  busy: boolean;
  /** Something was caused meanwhile. */
  caused: boolean;
}

export class EpochUpkeep {
  readonly #o: EpochUpkeepOptions;
  readonly #kept = new WeakMap<Space, Kept>();

  constructor(options: EpochUpkeepOptions) {
    this.#o = options;
  }

  /** Something of a space has changed. */
  changed(space: Space, change: SpaceChange): void {
    const own = change.admitted.filter(({ from }) => from === undefined);
    const caused = own.some(({ entry }) => entry.act && CAUSES.has(entry.act.act));
    if (caused) this.#tell(space, { is: 'caused' });
    const seals = change.admitted.some(({ log }) => log.address.kind === 'epoch');
    if (change.membership || change.secrets || seals) this.#look(space);
  }

  /** To be called every second or so. */
  tick(): void {
    for (const space of this.#o.shelf) {
      if (!space.isWhole) continue;
      const kept = this.#kept.get(space);
      if (!kept) this.#look(space);
      else if ((kept.machine.wakeAt ?? Number.POSITIVE_INFINITY) <= this.#o.now()) {
        // Who is here, and with that whose turn it is, may have changed since.
        this.#look(space);
        this.#tell(space, { is: 'tick' });
      }
    }
  }

  #look(space: Space): void {
    this.#tell(space, { is: 'state', state: this.#stateOf(space) });
  }

  #stateOf(space: Space): EpochState {
    const { membership, record } = space;
    const need = epochNeed(membership);
    const current = membership.currentEpoch?.id;
    const opens = current !== undefined && space.writingEpoch?.id === current;
    const lacking = lackingSeals(space);
    const turns = need !== undefined || !opens || lacking.length > 0;
    const rank = turns && record.state === 'open' ? this.#rank(space) : undefined;
    let seals = 0;
    for (const { id } of membership.epochs) seals += epochLog(space, id).count;
    const started = membership.epochs.length;
    return { need, current, started, opens, rank, lacking: lacking.length, seals };
  }

  /** Whose turn it is among those who are here: nobody waits for who is away. */
  #rank(space: Space): number | undefined {
    const { membership } = space;
    const here = [...membership.devices].filter(
      ([peer]) => peer === this.#o.me || this.#o.isHere(space, peer),
    );
    return rankToStart({ ...membership, devices: new Map(here) }, this.#o.me);
  }

  #tell(space: Space, input: EpochStartingInput): void {
    const kept = this.#kept.get(space) ?? {
      machine: new EpochStarting(),
      busy: false,
      caused: false,
    };
    this.#kept.set(space, kept);
    if (kept.busy) {
      kept.caused ||= input.is === 'caused';
      return;
    }
    for (const output of kept.machine.handle(input, this.#o.now())) {
      kept.busy = true;
      const work = output.do === 'start' ? () => this.#start(space) : () => this.#reseal(space);
      void space
        .exclusively(work)
        .catch(this.#o.onError)
        .then(() => {
          kept.busy = false;
          if (kept.caused) this.#tell(space, { is: 'caused' });
          kept.caused = false;
          if (this.#o.shelf.get(space.record.id) === space) this.#look(space);
        });
    }
  }

  /** Unless somebody has meanwhile. */
  async #start(space: Space): Promise<void> {
    const { membership } = space;
    if (!membership.devices.has(this.#o.me)) return;
    const current = membership.currentEpoch?.id;
    const opens = current !== undefined && space.writingEpoch?.id === current;
    if (epochNeed(membership) !== undefined || !opens) await startEpoch(space);
  }

  async #reseal(space: Space): Promise<void> {
    for (const { epoch, peer } of lackingSeals(space).slice(0, SEALS_AT_ONCE))
      await reseal(space, epoch, peer);
  }
}

/** Listed devices to which nobody has sealed an epoch whose secrets this device holds. */
function lackingSeals(space: Space): readonly { readonly epoch: EpochId; readonly peer: PeerId }[] {
  const { membership, record } = space;
  const held = new Set(record.epochs.map(({ id }) => id));
  return membership.epochs.flatMap((epoch) => {
    if (!held.has(epoch.id)) return [];
    const sealed = sealedIn(epochLog(space, epoch.id));
    return lackingIn(membership, sealed)
      .filter((peer) => mayBeGiven(membership, epoch, peer))
      .map((peer) => ({ epoch: epoch.id, peer }));
  });
}

function lackingIn({ devices }: Membership, sealed: ReadonlySet<PeerId>): readonly PeerId[] {
  return [...devices.keys()].filter((peer) => !sealed.has(peer));
}

function epochLog(space: Space, epoch: EpochId): DocumentLog {
  return space.log({ kind: 'epoch', space: space.record.id, epoch });
}

interface Sealed {
  readonly to: Set<PeerId>;
  count: number;
}

const sealed = new WeakMap<DocumentLog, Sealed>();

/** To whom anybody has sealed an epoch, as far as its document has been looked through: it only grows. */
function sealedIn(log: DocumentLog): ReadonlySet<PeerId> {
  const known = sealed.get(log) ?? { to: new Set<PeerId>(), count: 0 };
  sealed.set(log, known);
  for (const { entry } of log.entries.slice(known.count)) {
    const seal = parseSeal(entry.body);
    if (seal) known.to.add(peerIdFromPublicKey(seal.to));
  }
  known.count = log.count;
  return known.to;
}
