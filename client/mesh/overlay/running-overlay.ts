/** The overlay with its timer: hands on what `overlay.ts` decides. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { Alarm } from '../alarm.ts';
import type { Clock } from '../clock.ts';
import { Overlay } from './overlay.ts';
import type { OverlayInput, OverlayOutput } from './overlay-inputs.ts';
import type { Leads } from './overlay-state.ts';

type Decision = Exclude<OverlayOutput, { readonly do: 'judged' }>;

export interface RunningOverlayOptions {
  readonly me: PeerId;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly leads: Leads;
  readonly on: (decision: Decision) => void;
}

export class RunningOverlay {
  readonly #options: RunningOverlayOptions;
  readonly #overlay: Overlay;
  readonly #alarm: Alarm;
  /** Inputs that wait for their turn, while outputs are carried out. */
  #inputs: OverlayInput[] | undefined;
  #judged = 0;
  #closed = false;

  constructor(options: RunningOverlayOptions) {
    this.#options = options;
    this.#overlay = new Overlay(options.me, options.random, options.leads);
    this.#alarm = new Alarm(options.clock, 10, () => this.handle({ is: 'tick' }));
  }

  /** One input after another, also when one comes of another's outputs: each finds all that came before carried out. */
  handle(input: OverlayInput): void {
    this.#handle(input);
  }

  /** Whether a link that a peer offers may begin. Room may be made for it at once. Never to be asked from within `on`. */
  judge(topic: Topic, peer: PeerId, urgent: boolean): boolean {
    return this.#handle({ is: 'offered', request: ++this.#judged, peer, topic, urgent });
  }

  /** Whether a topic has as many links up as it wants. */
  enough(topic: Topic): boolean {
    return this.#overlay.enough(topic);
  }

  close(): void {
    this.#closed = true;
    this.#alarm.set(undefined);
  }

  /** @returns whether an offer was accepted */
  #handle(input: OverlayInput): boolean {
    let accepted = false;
    if (this.#closed) return accepted;
    if (this.#inputs !== undefined) {
      this.#inputs.push(input);
      return accepted;
    }
    this.#inputs = [input];
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const output of this.#overlay.handle(next, this.#options.clock.now())) {
          if (output.do === 'judged') accepted ||= output.accept;
          else this.#options.on(output);
        }
      }
    } finally {
      this.#inputs = undefined;
      if (!this.#closed) this.#alarm.set(this.#overlay.wakeAt);
    }
    return accepted;
  }
}
