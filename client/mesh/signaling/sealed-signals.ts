/**
 * Seals and opens signals in the order in which they were given, and refuses replays. One run of a program counts its
 * signals through all sessions, so that not even a whole ended session can be played again.
 */

import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { ReplayWindow } from '@snug/shared/crypto/replay-window.ts';
import { openSignal, sealSignal } from '@snug/shared/crypto/sealed-signal.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { TopicSpec } from '../links-port.ts';
import { decodePayload, encodePayload, type SignalPayload } from './signal-payload.ts';

export interface Signal {
  readonly from: PeerId;
  readonly fromNonce: Uint8Array;
  readonly session: Uint8Array;
  readonly sequence: number;
  readonly heads: Uint8Array;
  readonly payload: SignalPayload;
}

/** Most signals that wait to be opened; what a server pours in beyond is dropped. */
const WAITING = 256;
/** Most runs of peers whose replay windows are kept, the longest silent forgotten first. */
const RUNS = 4096;

export class SealedSignals {
  readonly #device: DeviceKey;
  readonly #nonce: Uint8Array;
  readonly #onProblem: (problem: unknown) => void;
  readonly #windows = new BoundedMap<string, ReplayWindow>(RUNS);
  #sequence = 0;
  #sealing: Promise<void> = Promise.resolve();
  #opening: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Signals that were none, or replays, and those that could not be sealed. */
  rejected = 0;

  /** @param onProblem what `then` threw: the signals behind it are handed on all the same */
  constructor(device: DeviceKey, nonce: Uint8Array, onProblem: (problem: unknown) => void) {
    this.#device = device;
    this.#nonce = nonce;
    this.#onProblem = onProblem;
  }

  /** Resolves when everything sealed so far has been handed to `then`. */
  get sealed(): Promise<void> {
    return this.#sealing;
  }

  /** Resolves when everything that came so far has been opened. */
  get opened(): Promise<void> {
    return this.#opening;
  }

  seal(
    spec: TopicSpec,
    to: { readonly peer: PeerId; readonly nonce: Uint8Array },
    session: Uint8Array,
    payload: SignalPayload,
    then: (sealed: Uint8Array) => void,
  ): void {
    const sequence = this.#sequence++;
    const seal = async () => {
      const sealed = await sealSignal({
        signalKey: spec.signalKey,
        device: this.#device,
        to: to.peer,
        topic: spec.topic,
        toNonce: to.nonce,
        session,
        sequence,
        fromNonce: this.#nonce,
        heads: spec.heads ?? new Uint8Array(0),
        payload: encodePayload(payload),
      }).catch((problem: unknown) => {
        // The platform no longer signs: the link gets no answer and says so.
        this.rejected++;
        this.#onProblem(problem);
      });
      if (sealed) then(sealed);
    };
    this.#sealing = this.#sealing.then(seal).catch(this.#onProblem);
  }

  open(spec: TopicSpec, claimed: PeerId, sealed: Uint8Array, then: (signal: Signal) => void): void {
    if (this.#waiting >= WAITING) {
      this.rejected++;
      return;
    }
    this.#waiting++;
    const open = async () => {
      this.#waiting--;
      const { signalKey, topic } = spec;
      const me = this.#device.peerId;
      const opened = await openSignal({ signalKey, topic, me, myNonce: this.#nonce, sealed });
      const payload = opened.ok ? decodePayload(opened.payload) : undefined;
      const honest = opened.ok && opened.from === claimed && opened.from !== me;
      if (honest && payload !== undefined && this.#first(opened)) then({ ...opened, payload });
      else this.rejected++;
    };
    this.#opening = this.#opening.then(open).catch(this.#onProblem);
  }

  #first(signal: { from: PeerId; fromNonce: Uint8Array; sequence: number }): boolean {
    const run = `${signal.from} ${toBase64url(signal.fromNonce)}`;
    const window = this.#windows.get(run) ?? new ReplayWindow();
    this.#windows.refresh(run, window);
    return window.accept(signal.sequence);
  }
}
