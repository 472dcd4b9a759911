/**
 * Whether this device goes through servers only, so that nobody it talks with learns its address. Kept beside the database, where the
 * page can read it before it makes its first link.
 */
/** Under which other tabs are told of a change, too. */
export const RELAY_KEY = 'snug.relay-only';

type Texts = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class RelayChoice {
  /** Asking for it may throw, and so may using it. */
  readonly #open: () => Texts;
  /** What could not be kept, while this page is open. */
  #inPage: boolean | undefined;

  constructor(open: () => Texts) {
    this.#open = open;
  }

  get relayOnly(): boolean {
    if (this.#inPage !== undefined) return this.#inPage;
    try {
      return this.#open().getItem(RELAY_KEY) === 'yes';
    } catch {
      return false;
    }
  }

  /** @returns whether it is known again at the next start */
  choose(relayOnly: boolean): boolean {
    this.#inPage = undefined;
    try {
      if (relayOnly) this.#open().setItem(RELAY_KEY, 'yes');
      else this.#open().removeItem(RELAY_KEY);
      return true;
    } catch {
      this.#inPage = relayOnly;
      return false;
    }
  }
}
