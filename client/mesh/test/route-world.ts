/** For tests: the routes of a few peers on a virtual clock, with links between them that come and go. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { type PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import {
  decodeRouteMessage,
  encodeRouteMessage,
  type HeardMessage,
  type RouteMessage,
} from '../routes/route-message.ts';
import { Routes } from '../routes/routes.ts';
import type { RoutesInput, RoutesOutput } from '../routes/routes-inputs.ts';
import { EventQueue } from './event-queue.ts';
import { seeded } from './random.ts';

export const TOPIC = v.parse(Topic, 'A'.repeat(43));
export const OTHER = v.parse(Topic, `${'B'.repeat(42)}A`);

const ids = new Map<string, PeerId>();
const names = new Map<PeerId, string>();

/** The same id for the same name. */
export function peer(name: string): PeerId {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const seed = new Uint8Array(32);
  for (let i = 0; i < name.length; i++) seed[i] = name.charCodeAt(i);
  const id = peerIdFromPublicKey(ed25519.getPublicKey(seed));
  ids.set(name, id);
  names.set(id, name);
  return id;
}

export const nonceOf = (name: string) => new Uint8Array(16).fill(name.charCodeAt(0));
export const sighted = (name: string) => ({ peer: peer(name), nonce: nonceOf(name) });

const HOP_MS = 10;

export class RouteWorld {
  now = 1_000_000;
  readonly routes = new Map<string, Routes>();
  readonly did = new Map<string, RoutesOutput[]>();
  /** Control messages that went over links, with who said them to whom. */
  readonly said: { readonly from: string; readonly to: string; readonly message: RouteMessage }[] =
    [];
  readonly #links = new Set<string>();
  readonly #queue = new EventQueue();

  /** Peers in `TOPIC`, which lists all of them. */
  constructor(all: readonly string[], seed = 1) {
    const random = seeded(seed);
    for (const name of all) {
      this.routes.set(name, new Routes(sighted(name), random));
      this.did.set(name, []);
    }
    for (const name of all) this.join(name, all);
  }

  /** Peers in a row, each linked to the next, who have had time to tell each other so. */
  static row(names: string, seed?: number): RouteWorld {
    const world = new RouteWorld([...names], seed);
    for (let i = 1; i < names.length; i++) world.link(names[i - 1] ?? '', names[i] ?? '');
    world.run(5_000);
    return world;
  }

  join(name: string, allowed: readonly string[], topic = TOPIC): void {
    this.give(name, { is: 'topic', topic, allowed: new Set(allowed.map(peer)) });
  }

  link(a: string, b: string): void {
    this.#links.add(`${a} ${b}`).add(`${b} ${a}`);
    this.give(a, { is: 'up', ...sighted(b) });
    this.give(b, { is: 'up', ...sighted(a) });
  }

  cut(a: string, b: string): void {
    this.#links.delete(`${a} ${b}`);
    this.#links.delete(`${b} ${a}`);
    this.give(a, { is: 'down', peer: peer(b) });
    this.give(b, { is: 'down', peer: peer(a) });
  }

  give(name: string, input: RoutesInput): readonly RoutesOutput[] {
    const outputs = this.routes.get(name)?.handle(input, this.now) ?? [];
    for (const output of outputs) {
      this.did.get(name)?.push(output);
      if (output.do === 'say') this.#carry(name, output.to, output.message);
    }
    return outputs;
  }

  /** As if `from` had said it. */
  hear(name: string, from: string, message: HeardMessage): readonly RoutesOutput[] {
    return this.give(name, { is: 'heard', peer: peer(from), message });
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 200_000) throw new Error('the routes never rest');
      const wakes = [...this.routes].map(([name, { wakeAt }]) => ({ name, at: wakeAt }));
      const planned = this.#queue.next ?? Number.POSITIVE_INFINITY;
      const next = Math.min(planned, ...wakes.map(({ at }) => at ?? Number.POSITIVE_INFINITY));
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if (planned <= this.now) {
        this.#queue.pop()?.();
        continue;
      }
      for (const { name, at } of wakes) {
        if (at !== undefined && at <= this.now) this.give(name, { is: 'tick' });
      }
    }
    this.now = until;
  }

  /** The ways that `from` knows to `to`, as names, the best first. */
  ways(from: string, to: string, topic = TOPIC): string[] {
    const ways = this.routes.get(from)?.to(topic, peer(to), this.now) ?? [];
    return ways.map(({ hops }) => hops.map((hop) => names.get(hop)).join(''));
  }

  /** Sends a signal by the best way. */
  signal(from: string, to: string, byte = 7): void {
    const [route] = this.routes.get(from)?.to(TOPIC, peer(to), this.now) ?? [];
    if (route === undefined) throw new Error('no way');
    this.give(from, { is: 'signal', topic: TOPIC, route, sealed: Uint8Array.of(byte) });
  }

  all<K extends RoutesOutput['do']>(name: string, kind: K): Extract<RoutesOutput, { do: K }>[] {
    const outputs = this.did.get(name) ?? [];
    return outputs.filter((o): o is Extract<RoutesOutput, { do: K }> => o.do === kind);
  }

  #carry(from: string, to: PeerId, message: RouteMessage): void {
    const name = names.get(to) ?? '';
    this.said.push({ from, to: name, message });
    if (!this.#links.has(`${from} ${name}`)) return;
    // What an honest peer says fits the codec's bounds, and reads back the same.
    const read = decodeRouteMessage(encodeRouteMessage(message));
    if (read === undefined || read.is === 'unknown')
      throw new Error('the message does not read back');
    this.#queue.push(this.now + HOP_MS, () => {
      if (this.#links.has(`${from} ${name}`)) this.hear(name, from, read);
    });
  }
}
