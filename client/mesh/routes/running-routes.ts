/** The routes with their timer and their place in the world: carries out what `routes.ts` decides. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { Alarm } from '../alarm.ts';
import type { Clock } from '../clock.ts';
import type { TopicSpec } from '../links-port.ts';
import { decodeRouteMessage, encodeRouteMessage, type Sighted } from './route-message.ts';
import { Routes } from './routes.ts';
import type { Route, RoutesInput, RoutesOutput } from './routes-inputs.ts';

export interface RunningRoutesOptions {
  /** This device, and the nonce of its present run. */
  readonly me: Sighted;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Puts a control message on the link to a neighbour. */
  readonly say: (to: PeerId, message: Uint8Array) => void;
  readonly on: (output: Exclude<RoutesOutput, { readonly do: 'say' }>) => void;
}

export class RunningRoutes {
  readonly #options: RunningRoutesOptions;
  readonly #routes: Routes;
  readonly #alarm: Alarm;
  #closed = false;

  constructor(options: RunningRoutesOptions) {
    this.#options = options;
    this.#routes = new Routes(options.me, options.random);
    this.#alarm = new Alarm(options.clock, 10, () => this.handle({ is: 'tick' }));
  }

  /** Neighbours speak of a topic where all of them link; in a lobby each is there for those who come. */
  join({ topic, initiate }: TopicSpec, allowed: ReadonlySet<PeerId>): void {
    if (initiate === 'listed') this.handle({ is: 'topic', topic, allowed });
    else this.handle({ is: 'left', topic });
  }

  /** A control message has come. */
  hear(peer: PeerId, bytes: Uint8Array): void {
    const message = decodeRouteMessage(bytes);
    if (message !== undefined) this.handle({ is: 'heard', peer, message });
    else this.#options.on({ do: 'misbehaved', peer, reason: 'a malformed control message' });
  }

  /** Ways to a peer, the best first. */
  to(topic: Topic, peer: PeerId): readonly Route[] {
    return this.#routes.to(topic, peer, this.#options.clock.now());
  }

  meetsThroughThird(topic: Topic, peer: PeerId): boolean {
    return this.#routes.meetsThroughThird(topic, peer);
  }

  isSpare(peer: PeerId): boolean {
    return this.#routes.isSpare(peer);
  }

  handle(input: RoutesInput): void {
    for (const output of this.#routes.handle(input, this.#options.clock.now())) {
      if (output.do !== 'say') this.#options.on(output);
      else this.#options.say(output.to, encodeRouteMessage(output.message));
    }
    if (!this.#closed) this.#alarm.set(this.#routes.wakeAt);
  }

  close(): void {
    this.#closed = true;
    this.#alarm.set(undefined);
  }
}
