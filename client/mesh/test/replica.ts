/** Replicas of a space that consist of anti-entropy and sets of entries, joined by a wire with a virtual clock. */
import { sha256, toBase64url, toHex, utf8 } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { FrameDecoder, FrameEncoder } from '../frames/frames.ts';
import {
  AntiEntropy,
  type AntiEntropyInput,
  type AntiEntropyOutput,
} from '../repair/anti-entropy.ts';
import { digestFrame, digestMessage } from '../repair/digest-message.ts';
import { DigestTree } from '../repair/digest-tree.ts';

export const space = v.parse(SpaceId, toBase64url(seeded(1, 32)));
const spaceBytes = seeded(1, 32);

/** Document `n`: two bytes, the first of which is its group. */
export const documentKey = (n: number) => n.toString(16).padStart(4, '0');
export const groupOf = (key: string) => key.slice(0, 2);

/** A set's heads, as if no entry built on another. */
const headsOf = (entries: ReadonlySet<string>) =>
  toHex(sha256(utf8([...entries].sort().join(' '))));

export class Replica {
  readonly peer: PeerId;
  readonly tree = new DigestTree(groupOf);
  readonly documents = new Map<string, Set<string>>();
  readonly machine: AntiEntropy;
  /** How long to wait for what usually comes within `usual`, ms. */
  patience = (usual: number): number => usual;

  constructor(name: string, random: () => number, now = 0) {
    this.peer = name as unknown as PeerId;
    this.machine = new AntiEntropy({
      me: this.peer,
      random,
      now,
      held: () => this.tree,
      patience: (_, usual) => this.patience(usual),
    });
  }

  add(document: string, entries: Iterable<string>): void {
    const held = this.documents.get(document) ?? new Set();
    for (const entry of entries) held.add(entry);
    if (held.size === 0) return;
    this.documents.set(document, held);
    this.tree.set(document, { heads: headsOf(held), count: held.size });
  }

  count(document: string): number {
    return this.documents.get(document)?.size ?? 0;
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Delivers in `delay()` ms, in order or not; what a repair brings comes in one delay, and a session mends both ends. */
export class Wire {
  now = 0;
  readonly #replicas: readonly Replica[];
  readonly #delay: () => number;
  readonly #events: Event[] = [];
  #order = 0;
  /** Bytes of digest frames, and how often each kind of output came. */
  bytes = 0;
  readonly counts = new Map<string, number>();
  /** What a neighbour promises and does not bring. */
  brings: (from: PeerId, document: string) => boolean = () => true;

  constructor(replicas: readonly Replica[], delay: () => number) {
    this.#replicas = replicas;
    this.#delay = delay;
  }

  link(a: Replica, b: Replica): void {
    this.give(a, { is: 'shared', peer: b.peer, space });
    this.give(b, { is: 'shared', peer: a.peer, space });
  }

  give(to: Replica, input: AntiEntropyInput): void {
    for (const output of to.machine.handle(input, this.now)) this.#perform(to, output);
  }

  after(ms: number, run: () => void): void {
    this.#events.push({ at: this.now + ms, order: this.#order++, run });
  }

  /** Runs for so long on the virtual clock, or until `done`. */
  run(ms: number, done: () => boolean = () => false): void {
    const end = this.now + ms;
    for (let steps = 0; !done(); steps++) {
      if (steps > 1_000_000) throw new Error('the clock does not get on');
      const next = this.#events.reduce<Event | undefined>(
        (a, b) => (!a || b.at < a.at || (b.at === a.at && b.order < a.order) ? b : a),
        undefined,
      );
      const wakes = this.#replicas.map((r) => r.machine.wakeAt ?? Number.POSITIVE_INFINITY);
      const at = Math.max(this.now, Math.min(next?.at ?? Number.POSITIVE_INFINITY, ...wakes));
      if (at > end) break;
      this.now = at;
      if (next && next.at <= at) {
        this.#events.splice(this.#events.indexOf(next), 1);
        next.run();
        continue;
      }
      for (const replica of this.#replicas)
        if ((replica.machine.wakeAt ?? Number.POSITIVE_INFINITY) <= at)
          this.give(replica, { is: 'tick' });
    }
    if (!done()) this.now = end;
  }

  #perform(from: Replica, output: AntiEntropyOutput): void {
    const kind = output.do === 'tell' ? `tell ${output.message.level}` : output.do;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const to = this.#replicas.find((replica) => replica.peer === output.peer);
    if (!to || output.do === 'equal' || output.do === 'in-vain') return;
    if (output.do === 'tell') {
      const frame = new FrameEncoder().encode(digestFrame(spaceBytes, output.message));
      this.bytes += frame.length;
      const came = new FrameDecoder().decode(frame);
      if (came.type !== 'digest') throw new Error('no digest');
      const message = digestMessage(came);
      return this.after(this.#delay(), () =>
        this.give(to, { is: 'told', peer: from.peer, space, message }),
      );
    }
    const { document } = output;
    this.after(this.#delay() + this.#delay(), () => {
      if (!this.brings(to.peer, document)) return;
      from.add(document, to.documents.get(document) ?? []);
      if (output.do === 'session') to.add(document, from.documents.get(document) ?? []);
      this.give(from, { is: 'repaired', peer: to.peer, space, document });
    });
  }
}
