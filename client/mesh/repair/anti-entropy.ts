/**
 * Anti-entropy: two neighbours compare what they hold of a space and mend the difference (Demers et al., "Epidemic
 * algorithms for replicated database maintenance", 1987). Sans-I/O: inputs and the time in, outputs out; documents are
 * opaque keys, of which a `DigestTree` knows heads and size.
 *
 * Each tells the other one hash over everything; equal, and that was all. Otherwise lines go back and forth, of groups
 * and then of the documents in those that differ (of all documents at once where they are few). Whoever lacks a quarter
 * or more of a document asks for it in bulk; where both hold most of it, the one with the lower peer id opens a sync
 * session, and if that brings nothing both ask for bulk. Afterwards they compare again, and whoever gained something
 * compares with its other neighbours, so that what healed in one place spreads hop by hop.
 */
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { DIGEST_LINES } from '../frames/frames.ts';
import type {
  AntiEntropyInput,
  AntiEntropyOptions,
  AntiEntropyOutput,
} from './anti-entropy-inputs.ts';
import {
  allSettled,
  type Comparison,
  GAP_MS,
  IDLE_ROUND_MS,
  LOOK_MS,
  lookAt,
  lookSoon,
  newComparison,
  settled,
  spend,
  takeDue,
  triedOf,
  underWay,
  WHOLE,
} from './comparison.ts';
import type { DigestMessage, DigestPage } from './digest-message.ts';
import { pagesOf, questionAbout, readDocuments, tagged, unlikeGroups } from './digest-pages.ts';
import type { DigestTree } from './digest-tree.ts';
import { type Ended, Repairs } from './repairs.ts';

export type * from './anti-entropy-inputs.ts';

/** After a repair that brought something, how soon the other neighbours are compared with, at most. */
export const SPREAD_MS = 1_000;
/** A space of so few documents is told of document by document, without its groups. */
export const FEW_DOCUMENTS = 24;
/** Most groups that one page makes this device go into. */
const GROUPS = 16;
/** So many repairs in a row of which nothing at all came are no accident. */
const IN_VAIN = 2;
/** Two who tell each other their hash within this time have not answered one another. */
const CROSSING_MS = 2_000;

export class AntiEntropy {
  readonly #o: AntiEntropyOptions;
  readonly #comparisons = new Map<PeerId, Map<SpaceId, Comparison>>();
  readonly #repairs: Repairs;
  #nextRound: number;
  #out: AntiEntropyOutput[] = [];

  constructor(options: AntiEntropyOptions) {
    this.#o = options;
    this.#nextRound = this.#afterIdle(options.now);
    this.#repairs = new Repairs({
      me: options.me,
      rank: options.rank ?? (() => 0),
      held: options.held,
      begin: ({ peer, space }, kind, document) =>
        this.#out.push({ do: kind, peer, space, document }),
    });
  }

  /** Whether a space is shared with a linked peer, as far as this has been told. */
  shares(peer: PeerId, space: SpaceId): boolean {
    return this.#comparisons.get(peer)?.has(space) ?? false;
  }

  /** Whether a repair of the document with this peer is under way. */
  mending(peer: PeerId, space: SpaceId, document: string): boolean {
    return this.#repairs.isWith({ peer, space }, document);
  }

  /** Whether any document is being mended, or waits for its turn. */
  get isMending(): boolean {
    return this.#repairs.isAny(this.#all());
  }

  /** When a `tick` is due, ms; `undefined` while nobody is linked. */
  get wakeAt(): number | undefined {
    if (this.#comparisons.size === 0) return undefined;
    let at = Math.min(this.#nextRound, this.#repairs.wakeAt);
    for (const comparison of this.#all())
      for (const due of comparison.looks.values()) at = Math.min(at, due);
    return at;
  }

  handle(input: AntiEntropyInput, now: number): readonly AntiEntropyOutput[] {
    this.#out = [];
    if (input.is === 'tick') this.#tick(now);
    else if (input.is === 'down') this.#down(input.peer);
    else if (input.is === 'shared') this.#shared(input.peer, input.space, now);
    else {
      const comparison = this.#comparisons.get(input.peer)?.get(input.space);
      if (comparison) this.#handle(comparison, input, now);
    }
    this.#repairs.beginNext(this.#all(), now);
    return this.#out;
  }

  #handle(
    comparison: Comparison,
    input: Exclude<AntiEntropyInput, { is: 'tick' | 'down' | 'shared' }>,
    now: number,
  ): void {
    switch (input.is) {
      case 'apart':
        this.#comparisons.get(input.peer)?.delete(input.space);
        return this.#repairs.forget(comparison);
      case 'told':
        return this.#told(comparison, input.message, now);
      case 'gap': {
        const pause = this.#o.patience?.(input.space, GAP_MS);
        return lookSoon(comparison, input.document ?? WHOLE, now, pause);
      }
      case 'compare':
        return this.#compare(comparison, now);
      case 'progress':
        return this.#repairs.progress(comparison, input.document, now);
      case 'repaired':
        return this.#over(comparison, input.document, now);
    }
  }

  #afterIdle(now: number): number {
    return now + IDLE_ROUND_MS * (0.75 + this.#o.random() / 2);
  }

  *#all(): Generator<Comparison> {
    for (const spaces of this.#comparisons.values()) yield* spaces.values();
  }

  #tag(peer: PeerId, hash: string): string {
    return this.#o.tag?.(peer, hash) ?? hash.slice(0, 16);
  }

  #shared(peer: PeerId, space: SpaceId, now: number): void {
    const spaces = this.#comparisons.get(peer) ?? new Map<SpaceId, Comparison>();
    if (spaces.has(space)) return;
    if (this.#comparisons.size === 0) this.#nextRound = this.#afterIdle(now);
    const comparison = newComparison(peer, space, now);
    spaces.set(space, comparison);
    this.#comparisons.set(peer, spaces);
    this.#tell(comparison, now);
  }

  #down(peer: PeerId): void {
    for (const comparison of this.#comparisons.get(peer)?.values() ?? [])
      this.#repairs.forget(comparison);
    this.#comparisons.delete(peer);
  }

  #say({ peer, space }: Comparison, message: DigestMessage): void {
    const named = tagged(message, (hash) => this.#tag(peer, hash));
    this.#out.push({ do: 'tell', peer, space, message: named });
  }

  /** One hash over everything; what is looked at anyway need not be asked about by itself. */
  #tell(comparison: Comparison, now: number): void {
    const tree = this.#o.held(comparison.space);
    if (!tree) return;
    comparison.looks.clear();
    comparison.toldAt = now;
    comparison.answered = false;
    comparison.told = tree.hash;
    this.#say(comparison, { level: 'space', hash: tree.hash });
  }

  #compare(comparison: Comparison, now: number): void {
    const due = comparison.toldAt + SPREAD_MS;
    if (due <= now) this.#tell(comparison, now);
    else lookAt(comparison, WHOLE, due);
  }

  #told(comparison: Comparison, message: DigestMessage, now: number): void {
    const tree = this.#o.held(comparison.space);
    if (!tree) return;
    const crossing = !comparison.answered && now - comparison.toldAt < CROSSING_MS;
    comparison.answered = true;
    if (message.level !== 'space') {
      const looked =
        message.level === 'groups' ? tree.groups().length : tree.sizeWithin(message.within);
      if (!spend(comparison, 1 + looked / 64, now)) return;
      if (comparison.crossed) comparison.looks.delete(WHOLE);
      comparison.crossed = false;
      if (message.level === 'documents') return this.#documents(comparison, tree, message, now);
      const groups = unlikeGroups(message, tree, (h) => this.#tag(comparison.peer, h));
      for (const group of groups.slice(0, GROUPS))
        this.#pages(comparison, tree, 'documents', group, now);
      // The rest has its turn once these are mended.
      if (groups.length > GROUPS) lookSoon(comparison, WHOLE, now);
    } else if (message.hash === this.#tag(comparison.peer, tree.hash)) {
      const { peer, space } = comparison;
      allSettled(comparison);
      // They hear that it is the same, unless they have heard this hash before.
      if (comparison.told !== tree.hash) this.#tell(comparison, now);
      this.#out.push({ do: 'equal', peer, space });
    } else if (crossing && this.#o.me > comparison.peer) {
      // The other end has our hash and answers it, unless it came before they knew that the space is shared.
      comparison.crossed = true;
      lookAt(comparison, WHOLE, now + GAP_MS);
    } else {
      const level = tree.size <= FEW_DOCUMENTS ? 'documents' : 'groups';
      this.#pages(comparison, tree, level, '', now);
    }
  }

  #pages(
    comparison: Comparison,
    tree: DigestTree,
    level: DigestPage['level'],
    within: string,
    now: number,
  ): void {
    const all = level === 'groups' ? tree.groups() : tree.documents(within);
    for (const page of pagesOf(level, within, all, this.#o.random)) {
      // Whoever asks for ever is not answered for ever.
      if (!spend(comparison, 4 + page.lines.length, now)) return;
      this.#say(comparison, page);
    }
  }

  #documents(comparison: Comparison, tree: DigestTree, page: DigestPage, now: number): void {
    const { peer, space } = comparison;
    const { equal, unlike, answer } = readDocuments(page, tree, (h) => this.#tag(peer, h));
    for (const document of equal) {
      settled(comparison, document);
      this.#out.push({ do: 'equal', peer, space, document });
    }
    for (const { key, ...theirs } of unlike)
      this.#differs(comparison, key, theirs, tree.get(key)?.count, now);
    const lines = answer.slice(0, DIGEST_LINES);
    if (lines.length === 0 || !spend(comparison, 4 + lines.length, now)) return;
    const { within } = page;
    const rest = { after: '', last: true, asks: false };
    this.#say(comparison, { level: 'documents', within, lines, ...rest });
  }

  /** A document of which the neighbour holds something else than is held here. */
  #differs(
    comparison: Comparison,
    document: string,
    theirs: { readonly hash: string; readonly count: number },
    ours: number | undefined,
    now: number,
  ): void {
    if (theirs.count === 0 || this.#repairs.isWith(comparison, document)) return;
    const held = ours ?? 0;
    const tried = triedOf(comparison, document);
    if (tried.rest?.held === held && tried.rest.until > now)
      return lookAt(comparison, document, tried.rest.until);
    if (ours !== undefined && underWay(comparison, document, theirs.count - held, held, now)) {
      const wait = this.#o.me < comparison.peer ? LOOK_MS : 3 * LOOK_MS;
      return lookAt(comparison, document, now + wait);
    }
    if (this.#repairs.kind(comparison.peer, tried, held, theirs.count, now) === undefined) return;
    this.#repairs.add(comparison, document, { theirs, held });
  }

  #over(comparison: Comparison, document: string, now: number): void {
    const end = this.#repairs.end(comparison, document, now);
    if (end) this.#repaired(comparison, document, end, now);
  }

  #repaired(comparison: Comparison, document: string, end: Ended, now: number): void {
    if (end.brought) {
      for (const other of this.#all()) {
        if (other.space !== comparison.space || other === comparison) continue;
        lookAt(other, WHOLE, now + SPREAD_MS * (0.5 + this.#o.random() / 2));
      }
    } else {
      this.#vain(comparison, now);
      const until = triedOf(comparison, document).rest?.until ?? now + GAP_MS;
      if (end.kind === 'want') return lookAt(comparison, document, until);
    }
    if (comparison.todo.size > 0 || this.#repairs.runningWith(comparison) > 0)
      this.#ask(comparison, document);
    else this.#tell(comparison, now);
  }

  /** What this neighbour does not give others may. */
  #vain(comparison: Comparison, now: number): void {
    if (comparison.vain === 0) return;
    const { peer, space } = comparison;
    for (const other of this.#all())
      if (other.space === space && other !== comparison && other.vain === 0)
        lookAt(other, WHOLE, Math.max(now, other.toldAt + GAP_MS));
    if (comparison.vain < IN_VAIN) return;
    comparison.vain = 0;
    this.#out.push({ do: 'in-vain', peer, space });
  }

  /** Tells of one document, and asks the same. */
  #ask(comparison: Comparison, document: string): void {
    const line = this.#o.held(comparison.space)?.line(document);
    this.#say(comparison, questionAbout(document, line));
  }

  #tick(now: number): void {
    for (const repair of this.#repairs.due(now))
      this.#repaired(repair.comparison, repair.document, this.#repairs.giveUp(repair, now), now);
    for (const comparison of this.#all()) {
      const due = takeDue(comparison, now);
      if (due.includes(WHOLE)) this.#tell(comparison, now);
      else for (const document of due) this.#ask(comparison, document);
    }
    if (now < this.#nextRound) return;
    this.#nextRound = this.#afterIdle(now);
    const all = [...this.#all()];
    const one = all[Math.floor(this.#o.random() * all.length)];
    if (one && one.toldAt < now) this.#tell(one, now);
  }
}
