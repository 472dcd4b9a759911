import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Leadership, type LeadershipMessage, SILENT_MS } from './leadership.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Tab {
  readonly leadership: Leadership;
  /** What a frozen tab will learn when it wakes. A leader has no timers of its own, so nothing else has to stand still. */
  readonly later: (() => void)[];
  frozen: boolean;
}

/** One browser: tabs that hear each other after a millisecond, and Web Locks if it has them. */
class Browser {
  readonly #tabs = new Map<string, Tab>();
  readonly log: string[] = [];
  readonly #locks: FakeLocks | undefined;
  #seed = 1;

  constructor(options: { locks: boolean }) {
    this.#locks = options.locks ? new FakeLocks() : undefined;
  }

  open(tab: string): Leadership {
    const leadership = new Leadership({
      tab,
      tell: (message) => this.#tell(tab, message),
      onLead: () => this.log.push(`${tab} leads`),
      onFollow: () => {
        if (this.log.at(-1) !== `${tab} follows`) this.log.push(`${tab} follows`);
      },
      locks: this.#locks?.of((event) => this.#reach(tab, event)),
      random: () => {
        this.#seed = (this.#seed * 16807) % 2147483647;
        return this.#seed / 2147483647;
      },
    });
    this.#tabs.set(tab, { leadership, later: [], frozen: false });
    leadership.start();
    return leadership;
  }

  freeze(tab: string): void {
    const found = this.#tabs.get(tab);
    if (found) found.frozen = true;
  }

  wake(tab: string): void {
    const found = this.#tabs.get(tab);
    if (!found) return;
    found.frozen = false;
    for (const event of found.later.splice(0)) event();
  }

  close(tab: string): void {
    this.#tabs.get(tab)?.leadership.close();
    this.#tabs.delete(tab);
  }

  get leaders(): string[] {
    return [...this.#tabs].filter(([, t]) => t.leadership.leads).map(([tab]) => tab);
  }

  #reach(tab: string, event: () => void): void {
    const found = this.#tabs.get(tab);
    if (found?.frozen) found.later.push(event);
    else event();
  }

  #tell(from: string, message: LeadershipMessage): void {
    setTimeout(() => {
      for (const [tab, { leadership }] of this.#tabs)
        if (tab !== from) this.#reach(tab, () => leadership.hear(message));
    }, 1);
  }
}

interface Request {
  readonly held: () => Promise<void>;
  readonly settle: (error?: unknown) => void;
}

/** One exclusive lock, as Web Locks gives it: a queue, requests that can be given up, and stealing. */
class FakeLocks {
  #holder: Request | undefined;
  readonly #queue: Request[] = [];

  /** As one tab sees it, which learns of things when it is reached. */
  of(reach: (event: () => void) => void): LockManager {
    const request = (
      _name: string,
      options: { signal?: AbortSignal; steal?: boolean },
      held: () => Promise<void>,
    ) => this.#request(options, held, reach);
    return { request } as unknown as LockManager;
  }

  #request(
    options: { signal?: AbortSignal; steal?: boolean },
    held: () => Promise<void>,
    reach: (event: () => void) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => reach(() => (error ? reject(error) : resolve()));
      const request: Request = { held, settle };
      if (options.steal) {
        this.#holder?.settle(new DOMException('stolen', 'AbortError'));
        this.#grant(request);
        return;
      }
      options.signal?.addEventListener('abort', () => {
        const at = this.#queue.indexOf(request);
        if (at < 0) return;
        this.#queue.splice(at, 1);
        reject(new DOMException('given up', 'AbortError'));
      });
      this.#queue.push(request);
      this.#next();
    });
  }

  #next(): void {
    if (this.#holder) return;
    const next = this.#queue.shift();
    if (next) this.#grant(next);
  }

  #grant(request: Request): void {
    this.#holder = request;
    void Promise.resolve()
      .then(request.held)
      .then(() => {
        request.settle();
        if (this.#holder !== request) return;
        this.#holder = undefined;
        this.#next();
      });
  }
}

for (const locks of [true, false]) {
  const with_ = locks ? 'with Web Locks' : 'without Web Locks';

  test(`${with_}: the first tab leads, later ones follow`, async () => {
    const browser = new Browser({ locks });
    browser.open('a');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(browser.leaders).toEqual(['a']);
    browser.open('b');
    browser.open('c');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(browser.leaders).toEqual(['a']);
    expect(browser.log.filter((line) => line.endsWith('leads'))).toEqual(['a leads']);
    expect(browser.log).toContain('b follows');
  });

  test(`${with_}: another takes over within two seconds when the leading tab closes`, async () => {
    const browser = new Browser({ locks });
    for (const tab of ['a', 'b', 'c']) {
      browser.open(tab);
      await vi.advanceTimersByTimeAsync(2_000);
    }
    browser.close('a');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(browser.leaders).toHaveLength(1);
    const [next] = browser.leaders;
    browser.close(next ?? '');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(browser.leaders).toHaveLength(1);
  });

  test(`${with_}: a leader that is frozen is replaced after three seconds, and follows when it wakes`, async () => {
    const browser = new Browser({ locks });
    browser.open('a');
    await vi.advanceTimersByTimeAsync(2_000);
    browser.open('b');
    await vi.advanceTimersByTimeAsync(2_000);
    browser.freeze('a');
    await vi.advanceTimersByTimeAsync(SILENT_MS - 1);
    expect(browser.leaders).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(browser.leaders).toContain('b');
    browser.wake('a');
    await vi.advanceTimersByTimeAsync(10);
    // Whoever took over holds the lease and knows what was written meanwhile.
    expect(browser.leaders).toEqual(['b']);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(browser.leaders).toEqual(['b']);
  });

  test(`${with_}: a tab opened while the leader is frozen does not wait for ever`, async () => {
    const browser = new Browser({ locks });
    browser.open('a');
    await vi.advanceTimersByTimeAsync(2_000);
    browser.freeze('a');
    browser.open('b');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(browser.leaders).toContain('b');
  });

  test(`${with_}: however many are opened at once, one leads in the end and stays`, async () => {
    const browser = new Browser({ locks });
    for (const tab of ['a', 'b', 'c', 'd', 'e']) browser.open(tab);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(browser.leaders).toHaveLength(1);
    const [leader] = browser.leaders;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(browser.leaders).toEqual([leader]);
  });

  test(`${with_}: a leader whose lease is another's steps down, and somebody leads again`, async () => {
    const browser = new Browser({ locks });
    const a = browser.open('a');
    await vi.advanceTimersByTimeAsync(2_000);
    a.stepDown();
    expect(browser.log.at(-1)).toBe('a follows');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(browser.leaders).toEqual(['a']);
  });

  test(`${with_}: a tab that is closed does nothing more`, async () => {
    const browser = new Browser({ locks });
    const a = browser.open('a');
    browser.close('a');
    await vi.advanceTimersByTimeAsync(20_000);
    a.hear({ tell: 'gone' });
    a.hear({ tell: 'lead', from: 'b' });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(a.leads).toBe(false);
    expect(browser.log).toEqual([]);
  });
}

test('without Web Locks, two that claim at the same moment settle it between them', async () => {
  const told: LeadershipMessage[] = [];
  const make = (tab: string, hear: () => Leadership | undefined) =>
    new Leadership({
      tab,
      tell: (message) => {
        told.push(message);
        setTimeout(() => hear()?.hear(message), 1);
      },
      onLead: () => {},
      onFollow: () => {},
      locks: undefined,
      random: () => 0.5,
    });
  const a: Leadership = make('a', () => b);
  const b: Leadership = make('b', () => a);
  a.start();
  b.start();
  await vi.advanceTimersByTimeAsync(20_000);
  expect([a.leads, b.leads].filter(Boolean)).toHaveLength(1);
  const claims = told.filter((message) => message.tell === 'lead').length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.filter((message) => message.tell === 'lead')).toHaveLength(claims);
});
