/** Device linking at the device that is new: it looks for the one that made the link, shows the same six words, and is let in. Sans-I/O. */
import {
  deviceLinkTopic,
  type LinkedPair,
  linkCommitment,
  linkProof,
  linkWords,
} from '@snug/shared/crypto/device-link.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinkingMessage, Welcome } from './linking-messages.ts';
import { LINK_MS } from './linking-old.ts';

/** How long the other device is looked for, ms. */
const LOOKING_MS = 60_000;

/** `nobody`: the other device is not there. `gone`: it went away half-way. `broken`: it did not do as agreed. */
export type NewFailure =
  | 'nobody'
  | 'gone'
  | 'used'
  | 'expired'
  | 'differ'
  | 'cancelled'
  | 'full'
  | 'broken';

export type NewState =
  | { readonly is: 'looking' }
  /** `asks`: the person has to confirm here, too. */
  | { readonly is: 'comparing'; readonly words: readonly number[]; readonly asks: boolean }
  /** The person has confirmed. */
  | { readonly is: 'agreed' }
  | { readonly is: 'linked' }
  | { readonly is: 'failed'; readonly why: NewFailure };

export type NewInput =
  /** There is a link to this peer. */
  | { readonly is: 'up'; readonly peer: PeerId }
  | { readonly is: 'down'; readonly peer: PeerId }
  | { readonly is: 'message'; readonly from: PeerId; readonly message: LinkingMessage | undefined }
  /** The offer of a link was refused, for a reason. */
  | { readonly is: 'refused'; readonly peer: PeerId; readonly reason: string }
  /** The person says that the words match. */
  | { readonly is: 'confirmed' }
  /** This device has signed that it agrees. */
  | { readonly is: 'consented'; readonly consents: readonly Uint8Array[] }
  | { readonly is: 'cancelled' }
  | { readonly is: 'tick' };

export type NewOutput =
  | { readonly do: 'send'; readonly to: PeerId; readonly message: LinkingMessage }
  /** Answered by `consented`. */
  | { readonly do: 'consent'; readonly welcome: Welcome }
  /** The old device lists this one. */
  | { readonly do: 'enter'; readonly welcome: Welcome };

/** Words of a refusal that settle it. */
const REFUSALS: ReadonlyMap<string, NewFailure> = new Map([
  ['link-used', 'used'],
  ['link-expired', 'expired'],
]);

export class LinkingNew {
  readonly topic: Topic;
  readonly old: PeerId;
  readonly #secret: Uint8Array;
  readonly #pair: LinkedPair;
  readonly #nonce: Uint8Array;
  readonly #name: string;
  readonly #began: number;
  #state: NewState = { is: 'looking' };
  #oldNonce: Uint8Array | undefined;
  #welcome: Welcome | undefined;
  #asks: boolean;
  #committed = false;

  constructor(options: {
    readonly me: PeerId;
    /** X25519, 32 bytes. */
    readonly sealing: Uint8Array;
    /** The device that made the link. */
    readonly old: PeerId;
    readonly secret: Uint8Array;
    /** What this device is called. */
    readonly name: string;
    /**
     * The person has to confirm on this device, too: one that is in use opens its own spaces to the other, and anybody can send a link.
     */
    readonly asks: boolean;
    /** 32 random bytes. */
    readonly nonce: Uint8Array;
    readonly now: number;
  }) {
    const { me, sealing, old, secret, name, asks, nonce, now } = options;
    this.topic = deviceLinkTopic(secret);
    this.old = old;
    this.#secret = secret;
    this.#name = name;
    this.#asks = asks;
    this.#nonce = nonce;
    this.#began = now;
    const fresh = publicKeyFromPeerId(me);
    this.#pair = { topic: this.topic, old: publicKeyFromPeerId(old), fresh, sealing };
  }

  get state(): NewState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state.is === 'linked' || this.#state.is === 'failed';
  }

  handle(input: NewInput, now: number): readonly NewOutput[] {
    if (this.isOver) return [];
    switch (input.is) {
      case 'up':
        return input.peer === this.old ? this.#commit() : [];
      case 'down':
        return input.peer === this.old && this.#committed ? this.#fail('gone') : [];
      case 'refused': {
        const why = input.peer === this.old ? REFUSALS.get(input.reason) : undefined;
        return why ? this.#fail(why) : [];
      }
      case 'message':
        return input.from === this.old && this.#committed ? this.#oldSays(input.message) : [];
      case 'confirmed':
        if (this.#state.is !== 'comparing') return [];
        this.#asks = false;
        this.#state = { ...this.#state, asks: false };
        return this.#agree();
      case 'consented':
        return this.#state.is === 'agreed'
          ? [this.#say({ step: 'consents', consents: [...input.consents] })]
          : [];
      case 'cancelled': {
        const said = this.#committed ? [this.#say({ step: 'bye', why: 'cancelled' })] : [];
        this.#fail('cancelled');
        return said;
      }
      case 'tick': {
        if (!this.#committed && now >= this.#began + LOOKING_MS) return this.#fail('nobody');
        return now >= this.#began + LINK_MS ? this.#fail('expired') : [];
      }
    }
  }

  #commit(): readonly NewOutput[] {
    if (this.#committed) return [];
    this.#committed = true;
    const commitment = linkCommitment(this.#pair, this.#nonce);
    const proof = linkProof(this.#secret, commitment);
    return [this.#say({ step: 'commit', commitment, proof })];
  }

  #oldSays(message: LinkingMessage | undefined): readonly NewOutput[] {
    switch (message?.step) {
      case 'nonce': {
        // A second nonce would be a second try at the words.
        if (this.#oldNonce) return this.#fail('broken');
        this.#oldNonce = message.nonce;
        const words = linkWords(this.#pair, message.nonce, this.#nonce);
        this.#state = { is: 'comparing', words, asks: this.#asks };
        const { sealing } = this.#pair;
        return [this.#say({ step: 'reveal', nonce: this.#nonce, sealing, name: this.#name })];
      }
      case 'welcome':
        if (this.#state.is !== 'comparing' || this.#welcome) return this.#fail('broken');
        this.#welcome = message;
        return this.#agree();
      case 'done': {
        if (this.#state.is !== 'agreed' || !this.#welcome) return this.#fail('broken');
        this.#state = { is: 'linked' };
        return [{ do: 'enter', welcome: this.#welcome }];
      }
      case 'bye':
        return this.#fail(message.why);
      default:
        return this.#fail('broken');
    }
  }

  /** Once the person has confirmed wherever that is asked. */
  #agree(): readonly NewOutput[] {
    if (!this.#welcome || this.#asks) return [];
    this.#state = { is: 'agreed' };
    return [{ do: 'consent', welcome: this.#welcome }];
  }

  #say(message: LinkingMessage): NewOutput {
    return { do: 'send', to: this.old, message };
  }

  #fail(why: NewFailure): readonly NewOutput[] {
    this.#state = { is: 'failed', why };
    return [];
  }
}
