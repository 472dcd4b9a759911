/**
 * Anti-entropy: two neighbours compare what they hold of a space and mend the difference. Sans-I/O: inputs and
 * the time in, outputs out. It knows documents by opaque keys, and of each only its heads and size.
 *
 * Where the digests of a document differ, whoever lacks a quarter or more of it asks for it in bulk; where both
 * hold most of it, the one with the lower peer id opens a sync session, and if that brings nothing both ask for bulk. After either, the digests are compared again.
 * (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987; the digests are flat, one line a
 * document.)
 */
import type { DocumentId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';

/** A document's state as a digest tells it. `heads` is the key of its 8-byte heads hash. */
export interface DocumentState {
  readonly heads: string;
  readonly count: number;
}

export type AntiEntropyOutput =
  /** Send our digest of these documents of the space (all, where absent); `question` asks for theirs. */
  | {
      readonly do: 'digest';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly documents?: readonly DocumentId[];
      readonly question: boolean;
    }
  | {
      readonly do: 'want';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly document: DocumentId;
    }
  | {
      readonly do: 'session';
      readonly peer: PeerId;
      readonly space: SpaceId;
      readonly document: DocumentId;
    }
  /** The neighbour holds exactly what we hold of the document. */
  | { readonly do: 'equal'; readonly peer: PeerId; readonly document: DocumentId };

/** How long a bulk transfer or session may stay silent before it is given up and digests are compared again. */
export const REPAIR_DEADLINE_MS = 15_000;
/** However much it brings: a neighbour who only drips must not keep the others from mending the document. */
export const REPAIR_LIMIT_MS = 120_000;
/** After a gap (an entry whose deps are missing) we wait so long for it to close by itself. */
export const GAP_MS = 1_000;
/** Between two unprompted comparisons with a random neighbour. */
export const IDLE_ROUND_MS = 60_000;
/** A session that has brought nothing for so long is taken to bring nothing. */
const IN_VAIN_MS = 5_000;
/** A document that stays different is compared again after this, doubled each time up to the idle round. */
const RETRY_MS = 2_000;

interface Repair {
  readonly peer: PeerId;
  readonly space: SpaceId;
  deadline: number;
  readonly limit: number;
}

interface Gap {
  readonly peer: PeerId;
  readonly space: SpaceId;
  readonly document: DocumentId;
  readonly due: number;
}

export class AntiEntropy {
  readonly #me: PeerId;
  readonly #random: () => number;
  readonly #links = new Map<PeerId, Set<SpaceId>>();
  /** One repair a document at a time, with whichever neighbour. */
  readonly #repairs = new Map<DocumentId, Repair>();
  readonly #gaps = new Map<string, Gap>();
  readonly #retries = new Map<string, number>();
  /** What we held when a repair last began: one that brought nothing is not repeated at once. */
  readonly #fruitless = new Map<string, number>();
  /** What we held when a session was last due: one that leaves that as it is, is followed by bulk. */
  readonly #sessionDue = new Map<string, { readonly held: number; readonly at: number }>();
  #nextRound: number;

  constructor(options: { me: PeerId; random: () => number; now: number }) {
    this.#me = options.me;
    this.#random = options.random;
    this.#nextRound = options.now + IDLE_ROUND_MS;
  }

  /** A neighbour with whom we share a space. Sharing a space anew starts a comparison. */
  shared(peer: PeerId, space: SpaceId): AntiEntropyOutput[] {
    const spaces = this.#links.get(peer) ?? new Set();
    if (spaces.has(space)) return [];
    spaces.add(space);
    this.#links.set(peer, spaces);
    return [{ do: 'digest', peer, space, question: true }];
  }

  linkDown(peer: PeerId): void {
    this.#links.delete(peer);
    for (const [document, repair] of this.#repairs)
      if (repair.peer === peer) this.#repairs.delete(document);
    for (const [key, gap] of this.#gaps) if (gap.peer === peer) this.#gaps.delete(key);
    for (const table of [this.#fruitless, this.#sessionDue, this.#retries])
      for (const key of table.keys()) if (key.startsWith(`${peer} `)) table.delete(key);
  }

  /** Their digest of a space, beside our own state of each document it names (absent: we hold nothing of it). */
  digest(
    peer: PeerId,
    space: SpaceId,
    lines: readonly {
      document: DocumentId;
      theirs: DocumentState;
      ours: DocumentState | undefined;
    }[],
    now: number,
  ): AntiEntropyOutput[] {
    const outputs: AntiEntropyOutput[] = [];
    for (const { document, theirs, ours } of lines) {
      if (ours && ours.heads === theirs.heads) {
        this.#retries.delete(retryKey(peer, document));
        this.#fruitless.delete(retryKey(peer, document));
        this.#sessionDue.delete(retryKey(peer, document));
        outputs.push({ do: 'equal', peer, document });
        continue;
      }
      if (theirs.count === 0) continue;
      const repair = this.#repairs.get(document);
      if (repair) {
        // Being mended with another: this one's turn comes after.
        if (repair.peer !== peer) this.gap(peer, space, document, now);
        continue;
      }
      const key = retryKey(peer, document);
      const held = ours?.count ?? 0;
      if (this.#fruitless.get(key) === held) {
        this.gap(peer, space, document, now);
        continue;
      }
      const due = this.#sessionDue.get(key);
      const inVain = due?.held === held && now - due.at >= IN_VAIN_MS;
      const inBulk = held < theirs.count * 0.75 || inVain;
      if (!inBulk && theirs.count < held * 0.75) continue;
      if (!inBulk && due?.held !== held) this.#sessionDue.set(key, { held, at: now });
      if (!inBulk && this.#me > peer) continue;
      this.#fruitless.set(key, held);
      this.#begin(peer, space, document, now);
      outputs.push({ do: inBulk ? 'want' : 'session', peer, space, document });
    }
    return outputs;
  }

  /** Something of a repair arrived from the neighbour whom it is with: its deadline moves. */
  progress(peer: PeerId, document: DocumentId, now: number): void {
    const repair = this.#repairs.get(document);
    if (repair?.peer === peer) repair.deadline = Math.min(now + REPAIR_DEADLINE_MS, repair.limit);
  }

  #begin(peer: PeerId, space: SpaceId, document: DocumentId, now: number): void {
    const deadline = now + REPAIR_DEADLINE_MS;
    this.#repairs.set(document, { peer, space, deadline, limit: now + REPAIR_LIMIT_MS });
  }

  /** A bulk transfer or session is over: compare once more, so that what is left is seen. */
  repaired(peer: PeerId, document: DocumentId): AntiEntropyOutput[] {
    const repair = this.#repairs.get(document);
    if (repair?.peer !== peer) return [];
    this.#repairs.delete(document);
    return [
      {
        do: 'digest',
        peer: repair.peer,
        space: repair.space,
        documents: [document],
        question: true,
      },
    ];
  }

  /** An entry came whose deps are not held, or that could not be judged yet. */
  gap(peer: PeerId, space: SpaceId, document: DocumentId, now: number): void {
    const key = retryKey(peer, document);
    if (this.#gaps.has(key)) return;
    const pause = this.#retries.get(key) ?? GAP_MS;
    this.#retries.set(key, Math.min(Math.max(pause * 2, RETRY_MS), IDLE_ROUND_MS));
    this.#gaps.set(key, { peer, space, document, due: now + pause });
  }

  tick(now: number): AntiEntropyOutput[] {
    const outputs: AntiEntropyOutput[] = [];
    for (const [key, gap] of this.#gaps) {
      if (gap.due > now) continue;
      this.#gaps.delete(key);
      this.#fruitless.delete(key);
      outputs.push({
        do: 'digest',
        peer: gap.peer,
        space: gap.space,
        documents: [gap.document],
        question: true,
      });
    }
    for (const [document, repair] of this.#repairs) {
      if (repair.deadline > now) continue;
      outputs.push(...this.repaired(repair.peer, document));
    }
    if (now >= this.#nextRound) {
      this.#nextRound = now + IDLE_ROUND_MS * (0.75 + this.#random() / 2);
      const pairs = [...this.#links].flatMap(([peer, spaces]) =>
        [...spaces].map((space) => ({ peer, space })),
      );
      const pair = pairs[Math.floor(this.#random() * pairs.length)];
      if (pair) outputs.push({ do: 'digest', ...pair, question: true });
    }
    return outputs;
  }
}

function retryKey(peer: PeerId, document: DocumentId): string {
  return `${peer} ${document}`;
}
