/** Finds one's own messages by the first bytes of their ids, as receipts name them. */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { type Chain, type Opened, tipOf } from '../space/chain.ts';

interface Indexed {
  readonly byTip: Map<string, Opened[]>;
  /** How many of one's own are in it: a chain only grows. */
  count: number;
}

export class OwnTips {
  readonly #me: PeerId;
  readonly #bytes: number;
  readonly #chains = new WeakMap<Chain, Indexed>();

  /** @param bytes of an id by which a tip names it */
  constructor(me: PeerId, bytes: number) {
    this.#me = me;
    this.#bytes = bytes;
  }

  /** Own messages in a channel whose ids begin so: nearly always one or none. */
  named(chain: Chain, tip: Uint8Array): readonly Opened[] {
    const indexed = this.#chains.get(chain) ?? { byTip: new Map<string, Opened[]>(), count: 0 };
    this.#chains.set(chain, indexed);
    const own = chain.by(this.#me);
    for (const entry of own.slice(indexed.count)) {
      const key = toHex(tipOf(entry.id).slice(0, this.#bytes));
      const others = indexed.byTip.get(key);
      if (others) others.push(entry);
      else indexed.byTip.set(key, [entry]);
    }
    indexed.count = own.length;
    return indexed.byTip.get(toHex(tip)) ?? [];
  }
}
