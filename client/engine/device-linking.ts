/** Drives the two machines of device linking: topics, links and frames on one side, what is stored and listed on the other. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { deviceLinkSignalKey } from '@snug/shared/crypto/device-link.ts';
import { type DeviceLink, deviceLink } from '@snug/shared/entries/device-link.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import {
  encodeLinkingMessage,
  parseLinkingMessage,
  type Welcome,
} from '../own/linking-messages.ts';
import { LinkingNew, type NewInput, type NewOutput } from '../own/linking-new.ts';
import { LinkingOld, type OldInput, type OldOutput } from '../own/linking-old.ts';
import { type LinkingView, newTrouble, oldTrouble } from './device-view.ts';

/** Messages of one linking that are looked at: an honest one has six. */
const MESSAGES = 64;

export interface Admission extends Omit<Extract<OldOutput, { do: 'admit' }>, 'do'> {}

export interface DeviceLinkingOptions {
  readonly device: DeviceKey;
  /** Where links lead. */
  readonly page: string;
  readonly server: string;
  readonly now: () => number;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly links: (command: LinksCommand) => void;
  readonly isLinked: (peer: PeerId) => boolean;
  readonly say: (peer: PeerId, topic: Topic, message: Uint8Array) => void;
  /** Lists a device. Resolves to whether it is listed among one's own; rejects with `StoreError`. */
  readonly admit: (admission: Admission) => Promise<boolean>;
  /** What this device signs where it is to be listed, in the order of the welcome. */
  readonly consent: (welcome: Welcome) => Promise<readonly Uint8Array[]>;
  /** This device is listed: it comes into its spaces. Rejects with `StoreError`. */
  readonly enter: (welcome: Welcome, old: PeerId) => Promise<void>;
  /** Whether it has come in. */
  readonly isIn: () => boolean;
  readonly onChange: () => void;
  readonly onProblem: (problem: unknown) => void;
}

interface Common {
  readonly secret: Uint8Array;
  readonly servers: readonly string[];
  messages: number;
  isShown: boolean;
}
type Running =
  | (Common & { readonly side: 'old'; readonly machine: LinkingOld; readonly link: string })
  | (Common & { readonly side: 'new'; readonly machine: LinkingNew; readonly name: string });

export class DeviceLinking {
  readonly #o: DeviceLinkingOptions;
  #running: Running | undefined;

  constructor(options: DeviceLinkingOptions) {
    this.#o = options;
  }

  /** Makes a link, in place of an earlier one. @returns it, and until when it holds */
  offer(): { readonly link: string; readonly expires: number } {
    this.#stop();
    const { device, page, server, now, randomBytes } = this.#o;
    const secret = randomBytes(32);
    const machine = new LinkingOld({
      me: device.peerId,
      secret,
      nonce: () => randomBytes(32),
      now: now(),
    });
    // A link that names no server means the one that its page comes from.
    const named = new URL(server).origin === new URL(page).origin ? [] : [server];
    const link = deviceLink(page, { secret, peer: device.peerId, servers: named });
    const common = { secret, servers: [server], messages: 0, isShown: true };
    this.#running = { ...common, side: 'old', machine, link };
    this.#join();
    this.#o.onChange();
    return { link, expires: machine.expires };
  }

  /** Looks for the device that made a link. @param name what this one is called; @param asks whether to confirm here, too */
  accept(link: DeviceLink & { readonly origin?: string }, name: string, asks: boolean): void {
    this.#stop();
    const { device, server, now, randomBytes, isLinked } = this.#o;
    const { secret, peer: old } = link;
    const machine = new LinkingNew({
      me: device.peerId,
      sealing: device.sealingPublicKey,
      old,
      secret,
      name,
      asks,
      nonce: randomBytes(32),
      now: now(),
    });
    const servers = link.servers.length > 0 ? link.servers : [link.origin ?? server];
    const common = { secret, servers, messages: 0, isShown: true };
    this.#running = { ...common, side: 'new', machine, name };
    this.#join();
    if (isLinked(old)) this.#new({ is: 'up', peer: old });
    this.#o.onChange();
  }

  /** On which side the person is being asked whether the words match. */
  get comparing(): 'old' | 'new' | undefined {
    return this.#running?.machine.state.is === 'comparing' ? this.#running.side : undefined;
  }

  /** The words match. @param welcome of the old device */
  confirm(welcome?: Welcome): void {
    if (welcome) this.#old({ is: 'confirmed', welcome });
    else this.#new({ is: 'confirmed' });
  }

  /** Ends what is under way, and shows it no more unless the words differ. Whoever comes late with a link still hears why it is none. */
  end(why: 'cancelled' | 'differ'): void {
    const running = this.#running;
    if (running?.side === 'old') {
      this.#old({ is: 'ended', why });
      running.isShown = why === 'differ';
    } else this.#stop();
    this.#o.onChange();
  }

  /** Why an offer of a link in this topic is refused; `undefined`: it is of another topic. */
  objection(topic: Topic, peer: PeerId): { readonly reason: string | undefined } | undefined {
    const running = this.#running;
    if (running?.machine.topic !== topic) return undefined;
    // The new device makes offers to one peer, and takes none of anybody else.
    if (running.side === 'new') return { reason: peer === running.machine.old ? undefined : 'no' };
    const why = running.machine.objection(peer, this.#o.now());
    return { reason: why && `link-${why}` };
  }

  up(peer: PeerId): void {
    this.#new({ is: 'up', peer });
  }

  down(peer: PeerId): void {
    this.#new({ is: 'down', peer });
    this.#old({ is: 'down', peer });
  }

  refused(topic: Topic, peer: PeerId, reason: string): void {
    if (this.#running?.machine.topic === topic) this.#new({ is: 'refused', peer, reason });
  }

  /** A frame of a neighbour's; nothing but the topic that is under way is listened to. */
  frame(from: PeerId, topic: Topic, bytes: Uint8Array): void {
    const running = this.#running;
    if (running?.machine.topic !== topic || ++running.messages > MESSAGES) return;
    const message = parseLinkingMessage(bytes);
    this.#old({ is: 'message', from, message });
    this.#new({ is: 'message', from, message });
  }

  tick(): void {
    this.#old({ is: 'tick' });
    this.#new({ is: 'tick' });
    const running = this.#running;
    if (running?.side !== 'old' || !running.machine.isForgotten(this.#o.now())) return;
    this.#stop();
    this.#o.onChange();
  }

  #old(input: OldInput): void {
    const running = this.#running;
    if (running?.side !== 'old') return;
    const { machine } = running;
    const before = { state: machine.state, partner: machine.partner };
    for (const output of machine.handle(input, this.#o.now())) {
      if (output.do === 'send') this.#say(output.to, machine.topic, output.message);
      else void this.#admit(running, output);
    }
    const changed = machine.state !== before.state;
    if (machine.partner !== before.partner || (changed && machine.isOver)) this.#join();
    if (changed) this.#o.onChange();
  }

  async #admit(running: Running, admission: Admission): Promise<void> {
    const listed = await this.#o.admit(admission).catch((problem: unknown) => {
      this.#o.onProblem(problem);
      return false;
    });
    if (this.#running !== running) return;
    this.#old({ is: 'admitted', listed });
  }

  #new(input: NewInput): void {
    const running = this.#running;
    if (running?.side !== 'new') return;
    const { machine } = running;
    const before = machine.state;
    for (const output of machine.handle(input, this.#o.now())) {
      if (output.do === 'send') this.#say(output.to, machine.topic, output.message);
      else void this.#carryOut(running, machine, output);
    }
    // What is linked stays until the spaces are joined, for their sake the link stays then.
    if (machine.isOver && machine.state.is !== 'linked') this.#leave(running);
    if (machine.state !== before) this.#o.onChange();
  }

  async #carryOut(
    running: Running,
    machine: LinkingNew,
    output: Exclude<NewOutput, { do: 'send' }>,
  ): Promise<void> {
    try {
      if (output.do === 'enter') {
        await this.#o.enter(output.welcome, machine.old);
        this.#leave(running);
      } else {
        const consents = await this.#o.consent(output.welcome);
        if (this.#running === running) this.#new({ is: 'consented', consents });
      }
    } catch (problem) {
      this.#o.onProblem(problem);
      if (this.#running === running) this.#new({ is: 'cancelled' });
    }
    this.#o.onChange();
  }

  #say(to: PeerId, topic: Topic, message: Parameters<typeof encodeLinkingMessage>[0]): void {
    this.#o.say(to, topic, encodeLinkingMessage(message));
  }

  #join(): void {
    const running = this.#running;
    if (!running) return;
    const { machine, secret, servers, side } = running;
    const peer = side === 'new' ? machine.old : machine.isOver ? undefined : machine.partner;
    const spec = { topic: machine.topic, signalKey: deviceLinkSignalKey(secret), servers };
    this.#o.links({
      do: 'join',
      spec:
        peer === undefined
          ? { ...spec, initiate: 'wait', allowed: [] }
          : { ...spec, initiate: 'listed', allowed: [peer] },
    });
  }

  #leave({ machine }: Running): void {
    this.#o.links({ do: 'leave', topic: machine.topic });
  }

  #stop(): void {
    const running = this.#running;
    if (!running) return;
    if (!running.machine.isOver) {
      if (running.side === 'old') this.#old({ is: 'ended', why: 'cancelled' });
      else this.#new({ is: 'cancelled' });
    }
    this.#leave(running);
    this.#running = undefined;
  }

  get view(): LinkingView | undefined {
    const running = this.#running;
    if (!running?.isShown) return undefined;
    return running.side === 'old' ? oldView(running.machine, running.link) : this.#newView(running);
  }

  #newView({ machine, name }: Extract<Running, { side: 'new' }>): LinkingView {
    const { state } = machine;
    const side = 'new' as const;
    switch (state.is) {
      case 'looking':
        return { is: 'looking', side };
      case 'comparing':
        return { is: 'comparing', side, words: state.words, name, asks: state.asks };
      case 'agreed':
        return { is: 'entering', side, name };
      case 'linked':
        return { is: this.#o.isIn() ? 'linked' : 'entering', side, name };
      case 'failed':
        return { is: 'failed', side, trouble: newTrouble(state.why) };
    }
  }
}

function oldView(machine: LinkingOld, link: string): LinkingView {
  const { state, expires } = machine;
  const side = 'old' as const;
  switch (state.is) {
    case 'offering':
      return { is: 'offering', side, link, expires };
    case 'comparing':
      return { is: 'comparing', side, words: state.words, name: state.name, asks: true };
    case 'admitting':
      return { is: 'entering', side, name: state.name };
    case 'linked':
      return { is: 'linked', side, name: state.name };
    case 'failed':
      return { is: 'failed', side, trouble: oldTrouble(state.why) };
  }
}
