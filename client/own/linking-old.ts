/**
 * Device linking at the device that is in use: it has made a link, waits for whoever comes with it, shows six words, and lets the
 * other in once the person has said that they match. One link serves one device, for five minutes. Sans-I/O.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
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

/** How long a link holds, and how long it is remembered so that whoever comes late hears so, ms. */
export const LINK_MS = 5 * 60_000;
const REMEMBERED_MS = 2 * LINK_MS;

/** `gone`: the other device went away before it was linked. `broken`: it did not do as agreed. */
export type OldFailure = 'expired' | 'cancelled' | 'differ' | 'gone' | 'broken';

export type OldState =
  | { readonly is: 'offering' }
  | { readonly is: 'comparing'; readonly words: readonly number[]; readonly name: string }
  | { readonly is: 'admitting'; readonly name: string }
  | { readonly is: 'linked'; readonly name: string }
  | { readonly is: 'failed'; readonly why: OldFailure };

export type OldInput =
  | { readonly is: 'message'; readonly from: PeerId; readonly message: LinkingMessage | undefined }
  /** The person says that the words match, and this is what the other comes into. */
  | { readonly is: 'confirmed'; readonly welcome: Welcome }
  | { readonly is: 'ended'; readonly why: 'cancelled' | 'differ' }
  /** The new device is listed, or could not be. */
  | { readonly is: 'admitted'; readonly listed: boolean }
  | { readonly is: 'down'; readonly peer: PeerId }
  | { readonly is: 'tick' };

export type OldOutput =
  | { readonly do: 'send'; readonly to: PeerId; readonly message: LinkingMessage }
  /** Lists the device, in the spaces of the welcome in their order, the own-devices space first. Answered by `admitted`. */
  | {
      readonly do: 'admit';
      readonly peer: PeerId;
      readonly sealing: Uint8Array;
      readonly name: string;
      readonly welcome: Welcome;
      readonly consents: readonly Uint8Array[];
    };

interface Partner {
  readonly peer: PeerId;
  readonly commitment: Uint8Array;
  readonly nonce: Uint8Array;
  revealed?: { readonly sealing: Uint8Array };
  welcome?: Welcome;
}

export class LinkingOld {
  readonly topic: Topic;
  readonly expires: number;
  readonly #me: Uint8Array;
  readonly #secret: Uint8Array;
  readonly #nonce: () => Uint8Array;
  #state: OldState = { is: 'offering' };
  #partner: Partner | undefined;
  /** Somebody has come with the link, so that nobody else can. */
  #used = false;

  constructor(options: {
    readonly me: PeerId;
    readonly secret: Uint8Array;
    /** 32 random bytes. */
    readonly nonce: () => Uint8Array;
    readonly now: number;
  }) {
    this.#me = publicKeyFromPeerId(options.me);
    this.#secret = options.secret;
    this.#nonce = options.nonce;
    this.topic = deviceLinkTopic(options.secret);
    this.expires = options.now + LINK_MS;
  }

  get state(): OldState {
    return this.#state;
  }

  /** Whom the link has brought, while that matters. */
  get partner(): PeerId | undefined {
    return this.#partner?.peer;
  }

  get isOver(): boolean {
    return this.#state.is === 'linked' || this.#state.is === 'failed';
  }

  /** Whether anybody who comes still has to be told that this is over. */
  isForgotten(now: number): boolean {
    return this.isOver && now >= this.expires - LINK_MS + REMEMBERED_MS;
  }

  /** Why a peer who asks for a link in the topic gets none. */
  objection(peer: PeerId, now: number): 'used' | 'expired' | undefined {
    if (this.#partner?.peer === peer && !this.isOver) return undefined;
    if (this.#used) return 'used';
    return this.isOver || now >= this.expires ? 'expired' : undefined;
  }

  handle(input: OldInput, now: number): readonly OldOutput[] {
    switch (input.is) {
      case 'message':
        return input.from === this.#partner?.peer
          ? this.#partnerSays(this.#partner, input.message)
          : this.#somebodySays(input.from, input.message, now);
      case 'confirmed':
        return this.#confirmed(input.welcome);
      case 'ended':
        // Once the person has confirmed, what has begun is finished.
        return this.isOver || (this.#state.is === 'admitting' && input.why === 'cancelled')
          ? []
          : this.#fail(input.why, input.why);
      case 'admitted':
        return this.#admitted(input.listed);
      case 'down':
        return input.peer === this.#partner?.peer && !this.isOver ? this.#fail('gone') : [];
      case 'tick':
        return this.#tick(now);
    }
  }

  #tick(now: number): readonly OldOutput[] {
    const waits = this.#state.is === 'offering' || this.#state.is === 'comparing';
    return waits && now >= this.expires ? this.#fail('expired', 'expired') : [];
  }

  #somebodySays(
    from: PeerId,
    message: LinkingMessage | undefined,
    now: number,
  ): readonly OldOutput[] {
    if (message?.step !== 'commit') return [];
    const { commitment, proof } = message;
    // Whoever does not hold the link hears nothing.
    if (!equalBytes(proof, linkProof(this.#secret, commitment))) return [];
    const why = this.objection(from, now);
    if (why) return [{ do: 'send', to: from, message: { step: 'bye', why } }];
    this.#used = true;
    this.#partner = { peer: from, commitment, nonce: this.#nonce() };
    return [{ do: 'send', to: from, message: { step: 'nonce', nonce: this.#partner.nonce } }];
  }

  #partnerSays(partner: Partner, message: LinkingMessage | undefined): readonly OldOutput[] {
    if (this.isOver) return [];
    switch (message?.step) {
      case 'reveal': {
        if (partner.revealed) return this.#fail('broken', 'cancelled');
        const { sealing, nonce, name } = message;
        const pair: LinkedPair = {
          topic: this.topic,
          old: this.#me,
          fresh: publicKeyFromPeerId(partner.peer),
          sealing,
        };
        if (!equalBytes(partner.commitment, linkCommitment(pair, nonce)))
          return this.#fail('broken', 'cancelled');
        partner.revealed = { sealing };
        this.#state = { is: 'comparing', words: linkWords(pair, partner.nonce, nonce), name };
        return [];
      }
      case 'consents': {
        const { welcome, revealed } = partner;
        if (this.#state.is !== 'admitting' || !welcome || !revealed)
          return this.#fail('broken', 'cancelled');
        if (message.consents.length !== 1 + welcome.spaces.length)
          return this.#fail('broken', 'cancelled');
        const { sealing } = revealed;
        const { name } = this.#state;
        const { peer } = partner;
        return [{ do: 'admit', peer, sealing, name, welcome, consents: message.consents }];
      }
      case 'bye':
        return this.#fail('gone');
      default:
        return this.#fail('broken', 'cancelled');
    }
  }

  #confirmed(welcome: Welcome): readonly OldOutput[] {
    if (this.#state.is !== 'comparing' || !this.#partner) return [];
    this.#partner.welcome = welcome;
    this.#state = { is: 'admitting', name: this.#state.name };
    return [{ do: 'send', to: this.#partner.peer, message: welcome }];
  }

  #admitted(listed: boolean): readonly OldOutput[] {
    if (this.#state.is !== 'admitting' || !this.#partner) return [];
    if (!listed) return this.#fail('broken', 'cancelled');
    this.#state = { is: 'linked', name: this.#state.name };
    return [{ do: 'send', to: this.#partner.peer, message: { step: 'done' } }];
  }

  #fail(why: OldFailure, said?: 'cancelled' | 'differ' | 'expired'): readonly OldOutput[] {
    this.#state = { is: 'failed', why };
    const to = this.#partner?.peer;
    return said && to !== undefined
      ? [{ do: 'send', to, message: { step: 'bye', why: said } }]
      : [];
  }
}
