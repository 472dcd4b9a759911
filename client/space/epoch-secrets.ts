/** The epochs' secrets that this device holds: found in seals, kept in the space's record, chosen by hint. */
import { equalBytes, toHex } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { hintOf } from '@snug/shared/entries/body.ts';
import { openEpochSeal, parseSeal, type Seal, sealsHash } from '@snug/shared/entries/epoch.ts';
import type { EntryId, EpochId, PeerId } from '@snug/shared/protocol/ids.ts';
import { compareIds, type DocumentLog } from './document-log.ts';
import type { Epoch } from './membership/membership.ts';
import type { HeldEpoch, SpaceRecord } from './space-record.ts';

export class EpochSecrets {
  readonly #record: SpaceRecord;
  readonly #device: DeviceKey;
  readonly #tried = new Set<EntryId>();
  readonly #whole = new Map<EpochId, { readonly is: boolean; readonly count: number }>();

  constructor(record: SpaceRecord, device: DeviceKey) {
    this.#record = record;
    this.#device = device;
  }

  /** Opens the seals that are for this device, of epochs whose secrets are not held. True when that brought any. */
  async open(epochs: readonly Epoch[], logOf: (epoch: Epoch) => DocumentLog): Promise<boolean> {
    const before = this.#record.epochs.length;
    for (const epoch of epochs) {
      if (this.#record.epochs.some((held) => held.id === epoch.id)) continue;
      const held = await this.#openOne(epoch, logOf(epoch));
      if (held) this.#record.epochs.push(held);
    }
    return this.#record.epochs.length !== before;
  }

  async #openOne(epoch: Epoch, log: DocumentLog): Promise<HeldEpoch | undefined> {
    for (const { id, entry } of log.entries) {
      // Trying one costs milliseconds: once is enough.
      if (this.#tried.has(id)) continue;
      this.#tried.add(id);
      const seal = parseSeal(entry.body);
      if (!seal || toHex(seal.to) !== toHex(this.#device.publicKey)) continue;
      const secrets = await openEpochSeal({
        spaceId: this.#record.id,
        epochId: epoch.id,
        device: this.#device,
        sealed: seal.sealed,
      });
      if (!secrets) continue;
      const { number, rendezvous, content } = secrets;
      return { id: epoch.id, number, rendezvous, content };
    }
    return undefined;
  }

  /** Of two epochs with one hint only the lower id opens bodies. */
  byHint(hint: Uint8Array): HeldEpoch | undefined {
    const wanted = toHex(hint);
    return this.#record.epochs
      .filter((epoch) => toHex(hintOf(epoch.id)) === wanted)
      .sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  }

  /**
   * The epoch that one writes and meets under: of those that are eligible the highest whose secrets are held and whose author
   * has sealed them to everybody on its list, as its act says. One sealed to some only would part the members.
   */
  writing(
    epochs: readonly Epoch[],
    logOf: (epoch: Epoch) => DocumentLog | undefined,
  ): HeldEpoch | undefined {
    for (const epoch of epochs) {
      const held = this.#record.epochs.find(({ id }) => id === epoch.id);
      if (held && epoch.eligible && this.#isWhole(epoch, logOf(epoch))) return held;
    }
    return undefined;
  }

  /** Whether all seals that an epoch's act names are there. */
  #isWhole(epoch: Epoch, log: DocumentLog | undefined): boolean {
    const known = this.#whole.get(epoch.id);
    const count = log?.count ?? 0;
    if (known?.is || known?.count === count) return known.is;
    // Each turn looks at all seals: not before there are enough of them.
    if (count < epoch.list.size) return false;
    const seals = log ? firstSeals(epoch, log) : [];
    const is = seals.length === epoch.list.size && equalBytes(sealsHash(seals), epoch.seals);
    this.#whole.set(epoch.id, { is, count });
    return is;
  }
}

/** Of the author's seals the first to each device of the list: later ones are for those who came after, or a mistake. */
function firstSeals(epoch: Epoch, log: DocumentLog): readonly Seal[] {
  const seals = new Map<PeerId, Seal>();
  const theirs = log.entries.filter(({ author }) => author === epoch.by);
  for (const { entry } of theirs.sort((a, b) => a.startOp - b.startOp || compareIds(a, b))) {
    const seal = parseSeal(entry.body);
    const to = seal && peerIdFromPublicKey(seal.to);
    if (seal && to && epoch.list.has(to) && !seals.has(to)) seals.set(to, seal);
  }
  return [...seals.values()];
}

/** For whom a device has sealed an epoch's secrets, as far as the epoch's document has been looked through: it only grows. */
interface SealsMade {
  readonly to: Set<string>;
  count: number;
}

const sealsMade = new WeakMap<DocumentLog, Map<PeerId, SealsMade>>();

/**
 * Whether an epoch's document holds a seal by this device for the one with this key. Only who can open a seal knows
 * whether it holds anything, so another's seal says nothing.
 */
export function hasSealFor(log: DocumentLog, by: PeerId, device: Uint8Array): boolean {
  const makers = sealsMade.get(log) ?? new Map<PeerId, SealsMade>();
  sealsMade.set(log, makers);
  const made = makers.get(by) ?? { to: new Set<string>(), count: 0 };
  makers.set(by, made);
  for (const { entry, author } of log.entries.slice(made.count)) {
    const seal = author === by ? parseSeal(entry.body) : undefined;
    if (seal) made.to.add(toHex(seal.to));
  }
  made.count = log.count;
  return made.to.has(toHex(device));
}
