/** For tests: two links on a virtual clock, with paths that can be cut, blackened and mended. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { ephemeralKeyPair } from '@snug/shared/crypto/relay-cipher.ts';
import { Link, type LinkOptions } from '../link/link.ts';
import type { LinkInput, LinkOutput } from '../link/link-inputs.ts';
import type { Path, Priority } from '../links-port.ts';
import { EventQueue } from './event-queue.ts';

const SIGNAL_MS = 20;
const RELAY_MS = 20;
const DIRECT_MS = 5;
/** From an answer that has come to an open channel. */
const ICE_MS = 100;

export const description = (fill: number) => ({
  ufrag: 'abcd',
  pwd: 'abcdefghijklmnopqrstuvwx',
  fingerprint: new Uint8Array(32).fill(fill),
});

export type End = 'a' | 'b';

/** The numbers from 0 on, so many. */
export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

export class LinkWorld {
  now = 1_000_000;
  /** Whether a direct path can come up. */
  directWorks = true;
  /** Whether packets on a direct path arrive. */
  directCarries = true;
  relayCarries = true;
  signalsCarry = true;
  readonly links: Readonly<Record<End, Link>>;
  readonly did: Record<End, { readonly at: number; readonly output: LinkOutput }[]> = {
    a: [],
    b: [],
  };
  readonly #queue = new EventQueue();
  readonly #live: Record<End, Set<number>> = { a: new Set(), b: new Set() };

  /** `a` begins the session. */
  constructor(options: Partial<LinkOptions> = {}, optionsOfB: Partial<LinkOptions> = {}) {
    const [me, peer] = [1, 2].map((fill) =>
      peerIdFromPublicKey(ed25519.getPublicKey(new Uint8Array(32).fill(fill))),
    );
    if (me === undefined || peer === undefined) throw new Error('two ids');
    const make = (end: End, rest: Partial<LinkOptions>) =>
      new Link(
        {
          me: end === 'a' ? me : peer,
          peer: end === 'a' ? peer : me,
          session: new Uint8Array(16).fill(3),
          initiator: end === 'a',
          keys: ephemeralKeyPair(),
          webrtc: true,
          relayOnly: false,
          directDeadlineMs: 8_000,
          room: { direct: () => 64 * 1024, relayed: () => 64 * 1024 },
          ...rest,
        },
        this.now,
      );
    this.links = { a: make('a', options), b: make('b', { ...options, ...optionsOfB }) };
  }

  /** Where `a` has just begun its session, after `change`. */
  static started(
    options: Partial<LinkOptions> = {},
    change: (world: LinkWorld) => void = () => undefined,
  ): LinkWorld {
    const world = new LinkWorld(options);
    change(world);
    world.give('a', { is: 'start' });
    return world;
  }

  /** What carries the link at each end. */
  get paths(): readonly (Path | undefined)[] {
    return [this.links.a.path, this.links.b.path];
  }

  /** Ten frames a second both ways, for so many seconds; numbered from `first`. Returns the next number. */
  talk(seconds: number, first = 0): number {
    for (let i = first; i < first + seconds * 10; i++) {
      this.send('a', i);
      this.send('b', i);
      this.run(100);
    }
    return first + seconds * 10;
  }

  /** What has come at both ends. */
  get came(): readonly (readonly number[])[] {
    return [this.numbers('a'), this.numbers('b')];
  }

  give(end: End, input: LinkInput): void {
    for (const output of this.links[end].handle(input, this.now)) {
      this.did[end].push({ at: this.now, output });
      this.#carry(end, output);
    }
  }

  send(end: End, number: number, priority: Priority = 'chat'): void {
    this.give(end, { is: 'send', frame: Uint8Array.of(number >> 8, number & 255), priority });
  }

  numbers(end: End): number[] {
    return this.did[end].flatMap(({ output }) =>
      output.do === 'frame' ? [(output.frame[0] ?? 0) * 256 + (output.frame[1] ?? 0)] : [],
    );
  }

  /** What was done of a kind, with the time since the beginning. */
  all<K extends LinkOutput['do']>(end: End, kind: K) {
    return this.did[end].flatMap(({ at, output }) =>
      output.do === kind
        ? [{ ...output, at: at - 1_000_000 } as Extract<LinkOutput, { do: K }> & { at: number }]
        : [],
    );
  }

  /** Closes a direct path under both ends. */
  cut(): void {
    for (const end of ['a', 'b'] as const) {
      for (const attempt of this.#live[end]) this.give(end, { is: 'closed', attempt });
      this.#live[end].clear();
    }
  }

  /** Whether nothing is under way between the two. */
  get still(): boolean {
    return this.#queue.next === undefined;
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 100_000) throw new Error('the links never rest');
      const wakes = (['a', 'b'] as const).map(
        (end) => this.links[end].wakeAt ?? Number.POSITIVE_INFINITY,
      );
      const planned = this.#queue.next ?? Number.POSITIVE_INFINITY;
      const next = Math.min(planned, ...wakes);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if (planned <= this.now) this.#queue.pop()?.();
      else for (const end of ['a', 'b'] as const) this.give(end, { is: 'tick' });
    }
    this.now = until;
  }

  #carry(end: End, output: LinkOutput): void {
    const other = end === 'a' ? 'b' : 'a';
    switch (output.do) {
      case 'signal':
        if (!this.signalsCarry) return;
        this.#later(SIGNAL_MS, () => this.give(other, { is: 'signal', payload: output.payload }));
        return;
      case 'attempt': {
        const { attempt } = output;
        this.#live[end].add(attempt);
        this.#later(1, () =>
          this.give(end, { is: 'described', attempt, description: description(1), candidates: [] }),
        );
        return;
      }
      case 'answer': {
        const { attempt } = output;
        this.#later(ICE_MS, () => {
          if (!this.directWorks || !this.#live.a.has(attempt) || !this.#live.b.has(attempt)) return;
          this.give('a', { is: 'opened', attempt });
          this.give('b', { is: 'opened', attempt });
        });
        return;
      }
      case 'abandon': {
        const { attempt } = output;
        this.#live[end].delete(attempt);
        this.#later(DIRECT_MS, () => {
          if (this.#live[other].delete(attempt)) this.give(other, { is: 'closed', attempt });
        });
        return;
      }
      case 'send-direct': {
        const { attempt, packet } = output;
        this.#later(DIRECT_MS, () => {
          if (!this.directCarries || !this.#live[other].has(attempt)) return;
          this.give(other, { is: 'packet', attempt, bytes: packet });
        });
        return;
      }
      case 'send-relayed':
        this.#later(RELAY_MS, () => {
          if (this.relayCarries) this.give(other, { is: 'relayed', frame: output.frame });
        });
        return;
      default:
        return;
    }
  }

  #later(ms: number, run: () => void): void {
    this.#queue.push(this.now + ms, run);
  }
}
