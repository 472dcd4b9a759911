/** Tells the links whom a space's mesh reaches, so that they seek those whom it does not: now and then, and when it changes. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinksCommand } from '../mesh/links-port.ts';

/** So often at most, and so often when nothing has changed, ms. */
const TELL_MS = 10_000;
const REPEAT_MS = 120_000;

export class Reached {
  readonly #links: (command: LinksCommand) => void;
  #told = '';
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(links: (command: LinksCommand) => void) {
    this.#links = links;
  }

  /** @param peers whoever is linked or has been heard of lately */
  tell(topic: Topic, peers: () => Iterable<PeerId>, now: number): void {
    // A clock that was set back is no reason to be silent.
    const since = Math.abs(now - this.#toldAt);
    if (since < TELL_MS) return;
    const all = [...new Set(peers())].sort();
    const told = [topic, ...all].join(' ');
    if (all.length === 0 || (told === this.#told && since < REPEAT_MS)) return;
    this.#told = told;
    this.#toldAt = now;
    this.#links({ do: 'reached', topic, peers: all });
  }
}
