/** Sealed signals of the simulator: opaque bytes on their way, as for real, of the length that they would have. */

import type { Sighted } from '@snug/client/mesh/routes/route-message.ts';
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Session } from './session.ts';

export interface Signal {
  readonly is: 'offer' | 'answer' | 'candidates' | 'bye';
  readonly from: Sighted;
  readonly to: PeerId;
  readonly topic: Topic;
  readonly session: Session;
  /** Of a `bye`. */
  readonly code?: 'full' | 'other';
}

/** Bytes of a sealed signal, as measured: with a description and candidates, with candidates only, with a word. */
const BYTES = { offer: 330, answer: 330, candidates: 150, bye: 150 } as const;

/** Seals and opens: the bytes hold the number by which the signal is kept here. */
export class SignalBook {
  readonly #signals = new Map<number, { readonly signal: Signal; readonly nonce: Uint8Array }>();
  #next = 1;

  /** @param nonce of the addressee's run, as the sender believes */
  seal(signal: Signal, nonce: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(BYTES[signal.is]);
    new DataView(sealed.buffer).setUint32(0, this.#next);
    this.#signals.set(this.#next++, { signal, nonce });
    return sealed;
  }

  /** Nothing for whom it is not for, for another run than the one it was sealed for, and for a replay. */
  open(sealed: Uint8Array, reader: Sighted): Signal | undefined {
    const number = new DataView(sealed.buffer, sealed.byteOffset).getUint32(0);
    const kept = this.#signals.get(number);
    if (kept?.signal.to !== reader.peer || !equalBytes(kept.nonce, reader.nonce)) return undefined;
    this.#signals.delete(number);
    return kept.signal;
  }
}
