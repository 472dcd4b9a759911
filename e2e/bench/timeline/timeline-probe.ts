/**
 * What a page tells of its engine and of its own thread, beside what `page-probe.ts` tells: all times are of the machine's clock
 * as the page has it, ms.
 */

export interface TimelineProbe {
  /** When the engine, loaded and with its device's key in hand, said that it begins to read. */
  readyAt: number | undefined;
  /** When it was told of its first link. */
  linkedAt: number | undefined;
  /** When it first asked to meet others: everything has been read back. */
  joinedAt: number | undefined;
  /** Something was seen to be told missing. */
  gaps: boolean;
  /** Tasks that held the page's own thread for more than 50 ms: when each began, and how long it took. */
  readonly longTasks: { readonly at: number; readonly ms: number }[];
  /** Of the page and its workers. Only where the page is cross-origin isolated. */
  memoryBytes(): Promise<number>;
  /** Ed25519 verifications a second by WebCrypto: one after the other, and with many handed over at once. */
  verifications(): Promise<{ readonly oneByOne: number; readonly atOnce: number }>;
}

declare global {
  var timelineProbe: TimelineProbe;
  interface Performance {
    /** https://wicg.github.io/performance-measure-memory/ */
    measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
  }
}

/** Runs in each page before anything of its own. */
export function installTimelineProbe(): void {
  const clock = () => performance.timeOrigin + performance.now();
  const longTasks: { at: number; ms: number }[] = [];
  const probe: TimelineProbe = {
    readyAt: undefined,
    linkedAt: undefined,
    joinedAt: undefined,
    gaps: false,
    longTasks,
    memoryBytes: async () => (await performance.measureUserAgentSpecificMemory()).bytes,
    async verifications() {
      const SIGNATURES = 4_000;
      const BYTES = 250;
      const name = 'Ed25519';
      const pair = await crypto.subtle.generateKey(name, false, ['sign', 'verify']);
      if (!('privateKey' in pair)) throw new Error('This browser has no Ed25519.');
      const messages = Array.from({ length: SIGNATURES }, () =>
        crypto.getRandomValues(new Uint8Array(BYTES)),
      );
      const signed = await Promise.all(
        messages.map(async (message) => ({
          message,
          signature: await crypto.subtle.sign(name, pair.privateKey, message),
        })),
      );
      const verify = async ({ message, signature }: (typeof signed)[number]) => {
        if (!(await crypto.subtle.verify(name, pair.publicKey, signature, message)))
          throw new Error('A signature was not recognised.');
      };
      const perSecond = async (work: () => Promise<unknown>) => {
        const begun = performance.now();
        await work();
        return SIGNATURES / ((performance.now() - begun) / 1000);
      };
      const atOnce = await perSecond(() => Promise.all(signed.map(verify)));
      const oneByOne = await perSecond(async () => {
        for (const one of signed) await verify(one);
      });
      return { oneByOne, atOnce };
    },
  };
  globalThis.timelineProbe = probe;

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      longTasks.push({ at: performance.timeOrigin + startTime, ms: duration });
  }).observe({ type: 'longtask' });

  const heard = new WeakSet<Worker>();
  const listen = (worker: Worker) => {
    if (heard.has(worker)) return;
    heard.add(worker);
    worker.addEventListener('message', ({ data }) => {
      if (data?.is === 'device') probe.readyAt ??= clock();
      if (data?.is === 'links' && data.command?.do === 'join') probe.joinedAt ??= clock();
    });
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...sent: readonly unknown[]) {
    listen(this);
    const [told] = sent;
    if (typeof told === 'object' && told && 'do' in told) {
      const event = 'event' in told ? told.event : undefined;
      if (typeof event === 'object' && event && 'is' in event && event.is === 'up')
        probe.linkedAt ??= clock();
    }
    Reflect.apply(post, this, sent);
  };
}
