import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';

export interface WalkPassed {
  /** `undefined` for one's own. */
  readonly from: PeerId | undefined;
  readonly to: PeerId;
}

/** Most walks whose way back is remembered, and for how long, ms. */
const WALKS = 256;
const BACK_MS = 20_000;

/** Random walks that have passed here, so that one comes back by the way it went, once, and none that never passed. */
export class WalksPassed {
  readonly #walks = new BoundedMap<string, WalkPassed & { readonly at: number }>(WALKS);

  /** False if it has passed before. */
  passed(topic: Topic, walk: Uint8Array, way: WalkPassed, now: number): boolean {
    const key = keyOf(topic, walk);
    if (this.#walks.has(key)) return false;
    this.#walks.set(key, { ...way, at: now });
    return true;
  }

  /** The way of a walk that a neighbour says has come back; `undefined` if it did not go to that neighbour. */
  back(topic: Topic, walk: Uint8Array, from: PeerId, now: number): WalkPassed | undefined {
    const key = keyOf(topic, walk);
    const passed = this.#walks.get(key);
    if (passed === undefined || passed.to !== from) return undefined;
    this.#walks.delete(key);
    return now < passed.at + BACK_MS ? passed : undefined;
  }
}

const keyOf = (topic: Topic, walk: Uint8Array) => `${topic} ${toBase64url(walk)}`;
