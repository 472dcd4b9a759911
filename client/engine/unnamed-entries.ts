/**
 * Entries of one neighbour whose devices it knows and this end does not (yet), because an admission comes by another link
 * or later: they are kept until it is there. Bounded, oldest out first: what is dropped comes again by anti-entropy.
 */
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import type { Frame, ResolveDevice } from '../mesh/frames/frames.ts';

type Unnamed = Extract<Frame, { type: 'unnamed' }>;

/** Most that are kept of one neighbour's. */
export const UNNAMED_ENTRIES = 256;
export const UNNAMED_BYTES = 512 * 1024;

export class UnnamedEntries {
  #kept: Unnamed[] = [];
  #bytes = 0;

  get size(): number {
    return this.#kept.length;
  }

  add(frame: Unnamed): void {
    this.#kept.push(frame);
    this.#bytes += frame.rest.length;
    while (this.#kept.length > UNNAMED_ENTRIES || this.#bytes > UNNAMED_BYTES)
      this.#bytes -= this.#kept.shift()?.rest.length ?? this.#bytes;
  }

  /** Takes out those whose devices are known now, in the order in which they came. */
  takeNamed(resolve: ResolveDevice): readonly Extract<Frame, { type: 'entry' }>[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#bytes = 0;
    return kept.flatMap((frame) => {
      const { address, tags, prefix, rest } = frame;
      const device = resolve(address, prefix);
      if (device) return { type: 'entry', address, tags, entry: concatBytes(device, rest) };
      this.add(frame);
      return [];
    });
  }
}
