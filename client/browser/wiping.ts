/**
 * A device is wiped by the tab that leads, whichever was asked: it alone can say goodbye, and it goes on leading until all is gone,
 * so that no other tab begins to keep things meanwhile. Then the others begin anew.
 */
import { troubled } from '../engine/trouble.ts';
import type { Result } from '../engine/view.ts';
import type { TabMessage } from './engine-port.ts';

/** How long a tab that follows waits for the one that leads, ms. */
const PATIENCE_MS = 30_000;

type WipeMessage = Extract<TabMessage, { readonly tell: 'wipe' | 'wiped' }>;

export interface WipingOptions {
  /** Whether another tab leads. */
  readonly follows: () => boolean;
  readonly tell: (message: WipeMessage) => void;
  /** Ends everything that this tab does with what is kept, and says goodbye if it can. */
  readonly silence: () => Promise<void>;
  /** Never rejects. */
  readonly erase: () => Promise<Result<null>>;
  /** It is over: another tab may lead. */
  readonly giveUp: () => void;
  /** Starts the page of this tab anew, as if it were opened for the first time. */
  readonly beginAnew: () => void;
  readonly patienceMs?: number;
}

export class Wiping {
  readonly #o: WipingOptions;
  #done: Promise<Result<null>> | undefined;
  /** The person has asked for it in this tab: whoever did begins it anew when they have read what came of it. */
  #isAskedHere = false;
  #heard: ((result: Result<null>) => void) | undefined;

  constructor(options: WipingOptions) {
    this.#o = options;
  }

  /** From then on this tab does nothing else. */
  get isUnderWay(): boolean {
    return this.#done !== undefined;
  }

  asked(): Promise<Result<null>> {
    this.#isAskedHere = true;
    if (!this.#done) this.#done = this.#o.follows() ? this.#byLeader() : this.#here();
    return this.#done;
  }

  /** Another tab said this. */
  hear(message: WipeMessage): void {
    if (message.tell === 'wipe') {
      if (!this.#o.follows()) this.#done ??= this.#here();
    } else if (this.#heard) this.#heard(message.result);
    else if (!this.#isAskedHere) this.#o.beginAnew();
  }

  async #here(): Promise<Result<null>> {
    // What cannot be said or closed any more is erased all the same.
    await this.#o.silence().catch(() => {});
    const result = await this.#o.erase();
    this.#o.tell({ tell: 'wiped', result });
    this.#o.giveUp();
    if (!this.#isAskedHere) this.#o.beginAnew();
    return result;
  }

  async #byLeader(): Promise<Result<null>> {
    this.#o.tell({ tell: 'wipe' });
    const result = await this.#answer();
    if (!result) {
      this.#done = undefined;
      return troubled(
        'not-erased',
        'The tab of this page that keeps everything does not answer. Nothing was erased. Close all other tabs of this page and try again.',
      );
    }
    await this.#o.silence().catch(() => {});
    this.#o.giveUp();
    return result;
  }

  #answer(): Promise<Result<null> | undefined> {
    return new Promise((resolve) => {
      const end = (result?: Result<null>) => {
        clearTimeout(timer);
        this.#heard = undefined;
        resolve(result);
      };
      const timer = setTimeout(end, this.#o.patienceMs ?? PATIENCE_MS);
      this.#heard = end;
    });
  }
}
