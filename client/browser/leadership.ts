/**
 * Which tab of a browser leads. With Web Locks the lock decides: a tab that closes gives it up at once, and one that has
 * not answered for three seconds (frozen, in a debugger) has it stolen. Where there are no Web Locks (pages on plain
 * http), the tabs settle it among themselves over their channel; should two ever believe that they lead, the lease in
 * the store lets only the later one write, and it says so aloud.
 */

/** A leader that has not answered a ping for so long is taken for frozen, ms. */
export const SILENT_MS = 3_000;
const PING_MS = 1_500;
/** Without locks: how long a new tab listens for a leader, ms. */
const LISTEN_MS = 500;
const LOCK = 'snug leader';

export interface LeadershipOptions {
  readonly tab: string;
  readonly tell: (message: LeadershipMessage) => void;
  readonly onLead: () => void;
  /** Another tab leads, or this one has been replaced. */
  readonly onFollow: () => void;
  /** Web Locks, where there are any. */
  readonly locks: LockManager | undefined;
  readonly random: () => number;
}

export type LeadershipMessage =
  | { readonly tell: 'ping'; readonly from: string }
  | { readonly tell: 'pong'; readonly to: string }
  | { readonly tell: 'lead'; readonly from: string }
  | { readonly tell: 'gone' };

export class Leadership {
  readonly #o: LeadershipOptions;
  #leads = false;
  #claimedAt = 0;
  #release: (() => void) | undefined;
  #waiting: AbortController | undefined;
  #pingedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: LeadershipOptions) {
    this.#o = options;
  }

  get leads(): boolean {
    return this.#leads;
  }

  start(): void {
    this.#pingedAt = performance.now();
    this.#o.tell({ tell: 'ping', from: this.#o.tab });
    if (this.#o.locks) {
      this.#queue(this.#o.locks, false);
      // Whoever holds the lock may be frozen.
      this.#watch();
    } else this.#claimIn(LISTEN_MS * (1 + this.#o.random()));
  }

  /** What another tab told. */
  hear(message: LeadershipMessage): void {
    if (this.#closed) return;
    switch (message.tell) {
      case 'ping':
        if (this.#leads) this.#o.tell({ tell: 'pong', to: message.from });
        return;
      case 'pong':
        if (message.to === this.#o.tab) this.#heard();
        return;
      case 'lead':
        // Two at once without locks: the lower name stays. Else the later one has taken lock and lease away from this one,
        // which was frozen meanwhile and holds an old state.
        if (this.#justClaimed && !this.#o.locks && this.#o.tab < message.from)
          return this.#o.tell({ tell: 'lead', from: this.#o.tab });
        this.stepDown();
        return this.#heard();
      case 'gone':
        // With locks the next in the queue is told by the browser.
        if (!this.#o.locks && !this.#leads) this.#claimIn(LISTEN_MS * this.#o.random());
    }
  }

  /** The lease is another's, or another tab says that it leads. */
  stepDown(): void {
    if (!this.#leads || this.#closed) return;
    this.#leads = false;
    this.#release?.();
    this.#release = undefined;
    this.#o.onFollow();
    if (this.#o.locks) this.#queue(this.#o.locks, false);
    this.#watch();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#leads) this.#o.tell({ tell: 'gone' });
    this.#release?.();
    this.#waiting?.abort();
  }

  #heard(): void {
    if (this.#leads) return;
    this.#pingedAt = undefined;
    this.#o.onFollow();
    this.#watch();
  }

  /** Asks after the leader now and then, and replaces one that stays silent. */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#leads || this.#closed) return;
      const now = performance.now();
      if (this.#pingedAt !== undefined && now - this.#pingedAt >= SILENT_MS) return this.#replace();
      this.#pingedAt ??= now;
      this.#o.tell({ tell: 'ping', from: this.#o.tab });
      this.#watch();
    }, PING_MS);
  }

  #replace(): void {
    this.#pingedAt = undefined;
    if (!this.#o.locks) return this.#claimIn(LISTEN_MS * this.#o.random());
    this.#waiting?.abort();
    this.#queue(this.#o.locks, true);
  }

  /** Without locks: leads unless somebody says before that they do. */
  #claimIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#leads && !this.#closed) this.#lead();
    }, ms);
  }

  get #justClaimed(): boolean {
    return this.#leads && performance.now() - this.#claimedAt < LISTEN_MS;
  }

  #lead(): void {
    clearTimeout(this.#timer);
    this.#leads = true;
    this.#claimedAt = performance.now();
    this.#o.tell({ tell: 'lead', from: this.#o.tab });
    this.#o.onLead();
  }

  #queue(locks: LockManager, steal: boolean): void {
    const waiting = new AbortController();
    this.#waiting = waiting;
    const held = () =>
      new Promise<void>((release) => {
        if (this.#closed || this.#waiting !== waiting) return release();
        this.#release = release;
        this.#lead();
      });
    // A lock cannot be both stolen and waited for.
    const request = steal
      ? locks.request(LOCK, { steal: true }, held)
      : locks.request(LOCK, { signal: waiting.signal }, held);
    request.catch(() => {
      // Stolen while held, or given up waiting.
      if (this.#waiting === waiting && this.#leads) this.stepDown();
    });
  }
}
