/** Has arrivals judged, and then those that waited for them: what comes lets in what it was missing to, and costs the rest nothing. */
import { entryId } from '@snug/shared/entries/entry.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { type Arrival, brought, judge, type Verdict, verified } from './admission.ts';
import type { DocumentLog, LoggedEntry } from './document-log.ts';
import type { Inspector, OpeningSecret, Unsealed } from './inspection.ts';
import type { Membership } from './membership/membership.ts';
import { Parking } from './parking.ts';
import type { SpaceDocuments } from './space-documents.ts';
import { WaitingRoom } from './waiting-room.ts';

/** To hand fewer to another thread costs more than it spares. */
const WORTH_HANDING_OVER = 16;

/** An arrival on its way in. */
export interface Candidate extends Arrival {
  readonly from: PeerId;
  readonly id: EntryId;
  /** Where it is clear without judging. */
  readonly verdict?: Verdict;
  /** Where it has been opened already. */
  readonly unsealed?: Unsealed;
}

export interface Judged {
  readonly arrival: Arrival;
  readonly verdict: Verdict;
}

/** Let in just now. */
export interface Fresh {
  readonly entry: LoggedEntry;
  readonly from: PeerId;
  readonly unsealed?: Unsealed;
}

export class Judging {
  readonly #documents: SpaceDocuments;
  readonly #waiting = new WaitingRoom();
  readonly #parking = new Parking();

  readonly #inspector: Inspector | undefined;

  /** @param inspector does for many at once what {@link check} does for one */
  constructor(documents: SpaceDocuments, inspector?: Inspector) {
    this.#documents = documents;
    this.#inspector = inspector;
  }

  /**
   * {@link check} for the arrivals of a batch, whose deps are sure.
   *
   * @param secrets what opens these, as far as it is held
   */
  async checkAll(
    log: DocumentLog,
    from: PeerId,
    arrivals: readonly Arrival[],
    secrets: () => readonly OpeningSecret[],
  ): Promise<readonly Candidate[]> {
    const inspected = isWorthIt(log, arrivals)
      ? await this.#inspector?.({ address: log.address, arrivals, secrets: secrets() })
      : undefined;
    if (!inspected) return Promise.all(arrivals.map((arrival) => this.check(log, from, arrival)));
    return arrivals.flatMap((arrival, at) => {
      const found = inspected[at];
      if (!found) return [];
      const { id, isSigned, unsealed } = found;
      const candidate = { ...arrival, from, id, ...(unsealed && { unsealed }) };
      return isSigned ? [candidate] : [{ ...candidate, verdict: WRONGLY_SIGNED }];
    });
  }

  /** What can be said of an arrival before its turn to be judged: whether it is known, and that it is signed. */
  async check(log: DocumentLog, from: PeerId, arrival: Arrival): Promise<Candidate> {
    const candidate = { ...arrival, from, id: entryId(arrival.bytes) };
    const { id } = candidate;
    if (log.byId(id)) return { ...candidate, verdict: { is: 'known', id } };
    if (await verified(log, arrival)) return candidate;
    return { ...candidate, verdict: WRONGLY_SIGNED };
  }

  /**
   * Judges these in their order and adds to the log what may come in. What waits in the same document for one of them is judged
   * right after it, so that a long row comes in, and is stored, at once.
   */
  judge(
    log: DocumentLog,
    candidates: readonly Candidate[],
    membership: Membership,
  ): { readonly results: readonly Judged[]; readonly fresh: readonly Fresh[] } {
    const fresh: Fresh[] = [];
    const results = candidates.map((arrival) => {
      const verdict = this.#judgeOne(log, arrival, membership, fresh);
      const open = [...comeOf(verdict)];
      for (let next = open.pop(); next; next = open.pop())
        for (const waited of this.#waiting.take({ a: 'change', id: next.hash }, log.id)) {
          const late = this.#judgeOne(log, waited, membership, fresh);
          open.push(...comeOf(late));
        }
      return { arrival, verdict };
    });
    return { results, fresh };
  }

  #judgeOne(
    log: DocumentLog,
    candidate: Candidate,
    membership: Membership,
    fresh: Fresh[],
  ): Verdict {
    const { address } = log;
    const segment = (number: number) =>
      address.kind === 'segment' ? this.#documents.at({ ...address, number }) : undefined;
    const parking = this.#parking;
    const verdict = candidate.verdict ?? judge(log, candidate, { membership, segment, parking });
    const { bytes, deps, from, id } = candidate;
    if (verdict.is === 'new') for (const entry of verdict.taken) fresh.push({ entry, from });
    if (verdict.is === 'new') fresh.push({ entry: verdict.entry, from, ...unsealedOf(candidate) });
    if (verdict.is === 'parked') parking.add({ log, entry: verdict.entry, from });
    if (verdict.is === 'waiting')
      this.#waiting.add({ bytes, deps, from, id, document: log.id, missing: verdict.missing });
    return verdict;
  }

  /** Takes out what waited for these, which have been let in, to be judged again: signatures need not be verified again. */
  freed(
    entries: readonly LoggedEntry[],
    membership: Membership,
  ): readonly (readonly [DocumentLog, readonly Candidate[]])[] {
    const waited = entries.flatMap((entry) =>
      [...brought(entry)].flatMap((missing) => this.#waiting.take(missing)),
    );
    const freed = [...Map.groupBy(waited, ({ document }) => document)].flatMap(
      ([document, theirs]) => {
        const log = this.#documents.held(document);
        return log ? [[log, theirs as readonly Candidate[]] as const] : [];
      },
    );
    return entries.some(({ act }) => act) ? [...freed, ...this.#unparked(membership)] : freed;
  }

  /** What is parked of devices that are listed now, or may have been given further tips. */
  #unparked(membership: Membership): (readonly [DocumentLog, readonly Candidate[]])[] {
    const listed = [...this.#parking.devices].filter((device) => mayCount(membership, device));
    const parked = listed.flatMap((device) => this.#parking.of(device));
    for (const { entry } of parked) this.#parking.remove(entry);
    return [...Map.groupBy(parked, ({ log }) => log)].map(([log, theirs]) => [
      log,
      theirs.map(({ entry: { bytes, deps, id }, from }) => ({ bytes, deps, id, from })),
    ]);
  }

  /** Forgets what a neighbour sent that still waits. */
  forget(peer: PeerId): void {
    this.#waiting.forget(peer);
  }
}

const WRONGLY_SIGNED: Verdict = { is: 'refused', why: 'its signature is wrong' };

/** Many, and not such as are held already: to tell that costs a fraction of what another thread would do for nothing. */
function isWorthIt(log: DocumentLog, arrivals: readonly Arrival[]): boolean {
  if (arrivals.length < WORTH_HANDING_OVER) return false;
  if (log.count === 0) return true;
  return [arrivals[0], arrivals.at(-1)].every((one) => one && !log.byId(entryId(one.bytes)));
}

function unsealedOf({ unsealed }: Candidate): Pick<Fresh, 'unsealed'> {
  return unsealed === undefined ? {} : { unsealed };
}

/** What others may have waited for: parked is come, too, for somebody listed may have built on it. */
function comeOf(verdict: Verdict): readonly LoggedEntry[] {
  return verdict.is === 'new' || verdict.is === 'parked' ? [verdict.entry] : [];
}

function mayCount({ devices, everListed }: Membership, device: PeerId): boolean {
  if (devices.has(device)) return true;
  return everListed.get(device)?.cuts.some(({ tips }) => tips.size > 0) ?? false;
}
