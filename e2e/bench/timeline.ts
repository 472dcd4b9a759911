/**
 * T1, T2, U2: one channel that grows to a hundred thousand messages. A reader in Chromium catches up on it in steps, each from the one
 * peer that holds it; at a thousand, ten thousand and a hundred thousand the page is opened anew, with nobody there, and its memory looked at.
 */
import { type BrowserContext, chromium } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../browser/stage/chromium.ts';
import { ServerProgram } from '../browser/stage/server-program.ts';
import type { Measures } from './measure.ts';
import { MeasuredPage } from './pages/measured-page.ts';
import { median, spread } from './server-scale/spread.ts';
import { Giver } from './timeline/giver.ts';
import { textOf } from './timeline/history.ts';
import { installTimelineProbe } from './timeline/timeline-probe.ts';

/** How long the channel is when it is opened. */
const SIZES = [1_000, 10_000, 100_000] as const;
const [SMALLEST, , LARGEST] = SIZES;
/** How long it has grown each time the reader comes back. The first step is not counted, and fills the caches. */
const STEPS = [1_000, 10_000, 20_000, 30_000, 40_000, 100_000] as const;
/** What is missed in each step that counts. */
const MISSED = 10_000;
/** How often the channel is opened at each size; one time more is not counted. */
const OPENED = 4;
/** So many of the newest messages fill the screen. */
const SCREEN = 20;
/** Longest that the page's own thread may be held, ms. */
const BLOCKED_MS = 50;
/** On a machine that is busy with others, ms. */
const PATIENCE_MS = 10 * 60_000;
const MB = 1_000_000;
const VIEWPORT = { width: 1280, height: 800 };

/** The browser answers at once how much memory a page takes, rather than when it next cleans up. */
const ARGUMENTS = [...CHROMIUM_ARGUMENTS, '--enable-blink-features=ForceEagerMeasureMemory'];

interface CaughtUp {
  readonly held: number;
  readonly missed: number;
  readonly ms: number;
  /** Of the page's own thread, ms. */
  readonly longTasks: readonly number[];
}

interface Opening {
  readonly size: number;
  /** From when the engine was ready to read, and from the start of the navigation, to the newest screen. */
  readonly ms: readonly number[];
  readonly fromNavigationMs: readonly number[];
  /** From the engine's readiness until it had read everything back and began to meet others. */
  readonly allReadMs: number;
  /** Of the page and its worker then, by the browser's own account. */
  readonly memoryMB: number;
}

class Reader {
  readonly #page: MeasuredPage;
  readonly #giver: Giver;
  readonly #address: string;

  private constructor(page: MeasuredPage, giver: Giver, address: string) {
    this.#page = page;
    this.#giver = giver;
    this.#address = address;
  }

  /** Comes in by the giver's link, while they are there. */
  static async joins(context: BrowserContext, server: string, giver: Giver): Promise<Reader> {
    const page = await MeasuredPage.within(context, true);
    await context.addInitScript(installTimelineProbe);
    await page.comesTo(giver.link, 'Ben');
    await page.isIn();
    return new Reader(page, giver, `${server}/#/space/${giver.space}/${giver.channel}`);
  }

  async away(): Promise<void> {
    await this.#page.page.goto('about:blank');
  }

  async opens(): Promise<void> {
    await this.#page.page.goto(this.#address);
  }

  /** Resolves once the newest screen stands in the DOM: by the page's clock, ms. */
  async seesNewest(): Promise<number> {
    const { written } = this.#giver.history;
    const texts = Array.from({ length: SCREEN }, (_, i) => textOf(written - i));
    const shown = await this.#page.page.waitForFunction(
      (wanted) => {
        const times = wanted.map((text) => pageProbe.shown.get(text) ?? Number.POSITIVE_INFINITY);
        const last = Math.max(...times);
        return Number.isFinite(last) && last;
      },
      texts,
      { polling: 20, timeout: PATIENCE_MS },
    );
    return Number(await shown.jsonValue());
  }

  /**
   * Resolves once nothing is told to be missing before the newest: of an author's messages, each names the one before. By the page's
   * clock, ms; 0 when it was so from the first look.
   */
  async seesNoGap(): Promise<number> {
    const isWhole = () => {
      timelineProbe.gaps ||= document.querySelector('.gap') !== null;
      if (document.querySelector('.gap')) return undefined;
      return { at: timelineProbe.gaps ? performance.timeOrigin + performance.now() : 0 };
    };
    const { page } = this.#page;
    const whole = await page.waitForFunction(isWhole, undefined, {
      polling: 20,
      timeout: PATIENCE_MS,
    });
    return (await whole.jsonValue())?.at ?? 0;
  }

  /** What was said meanwhile, from the first link to all of it verified and opened and its newest in the DOM. */
  async catchesUp(missed: number): Promise<CaughtUp> {
    const { page } = this.#page;
    await page.waitForFunction(() => timelineProbe.linkedAt, undefined, {
      polling: 20,
      timeout: PATIENCE_MS,
    });
    const end = Math.max(await this.seesNewest(), await this.seesNoGap());
    const { linkedAt, longTasks } = await page.evaluate(() => ({
      linkedAt: timelineProbe.linkedAt ?? Number.NaN,
      longTasks: timelineProbe.longTasks,
    }));
    return {
      held: this.#giver.history.written,
      missed,
      ms: end - linkedAt,
      longTasks: longTasks.filter(({ at }) => at >= linkedAt).map((task) => task.ms),
    };
  }

  /** Opens the channel anew, with nothing of it in memory. */
  async openings(): Promise<Opening> {
    const rounds: { ms: number; fromNavigationMs: number }[] = [];
    for (let i = 0; i <= OPENED; i++) {
      await this.away();
      await this.opens();
      const at = await this.seesNewest();
      const { readyAt, opened } = await this.#page.page.evaluate(() => ({
        readyAt: timelineProbe.readyAt ?? Number.NaN,
        opened: performance.timeOrigin,
      }));
      if (i > 0) rounds.push({ ms: at - readyAt, fromNavigationMs: at - opened });
    }
    return {
      size: this.#giver.history.written,
      ms: rounds.map((round) => round.ms),
      fromNavigationMs: rounds.map((round) => round.fromNavigationMs),
      ...(await this.readsAll()),
    };
  }

  /** Opens the channel once more and waits until everything of it has been read back. */
  async readsAll(): Promise<Pick<Opening, 'allReadMs' | 'memoryMB'>> {
    const { page } = this.#page;
    const context = page.context();
    // A page is only told when nobody else's could be told with it.
    const alone = {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    };
    await context.route('**/*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), ...alone } });
    });
    try {
      await this.away();
      await this.opens();
      await page.waitForFunction(() => timelineProbe.joinedAt, undefined, {
        polling: 20,
        timeout: PATIENCE_MS,
      });
      return await page.evaluate(async (mb) => {
        const { joinedAt, readyAt } = timelineProbe;
        const memoryMB = (await timelineProbe.memoryBytes()) / mb;
        return { allReadMs: (joinedAt ?? Number.NaN) - (readyAt ?? Number.NaN), memoryMB };
      }, MB);
    } finally {
      await context.unroute('**/*');
    }
  }

  verifications() {
    return this.#page.page.evaluate(() => timelineProbe.verifications());
  }
}

export async function timeline(): Promise<Measures> {
  const server = await ServerProgram.start();
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ARGUMENTS });
  try {
    const giver = await Giver.found(server.url, LARGEST);
    const steps: CaughtUp[] = [];
    const openings: Opening[] = [];
    const bare: { oneByOne: number; atOnce: number }[] = [];
    let reader: Reader | undefined;
    for (const size of STEPS) {
      const missed = size - giver.history.written;
      await giver.history.writeUpTo(size);
      await giver.comes();
      if (reader) await reader.opens();
      else
        reader = await Reader.joins(
          await browser.newContext({ viewport: VIEWPORT }),
          server.url,
          giver,
        );
      steps.push(await reader.catchesUp(missed));
      if (missed === MISSED) bare.push(await reader.verifications());
      await giver.leaves();
      if (SIZES.some((one) => one === size)) openings.push(await reader.openings());
      await reader.away();
    }
    return measuresOf(steps, openings, bare);
  } finally {
    await browser.close();
    await server.kill();
  }
}

function measuresOf(
  steps: readonly CaughtUp[],
  openings: readonly Opening[],
  bare: readonly { readonly oneByOne: number; readonly atOnce: number }[],
): Measures {
  const openedMs = (size: number) => {
    const opening = openings.find((one) => one.size === size);
    return opening ? median(opening.ms) : Number.NaN;
  };
  const counted = steps.filter(({ missed }) => missed === MISSED);
  const speeds = counted.map(({ missed, ms }) => missed / (ms / 1000));
  const verifications = median(bare.map(({ atOnce }) => atOnce));
  const longest = Math.max(0, ...steps.flatMap(({ longTasks }) => longTasks));
  const largest = openings.find(({ size }) => size === LARGEST);
  return {
    T1ratio: {
      value: openedMs(LARGEST) / openedMs(SMALLEST),
      unit: '÷ the same with 1,000 messages',
      target: { op: '<=', value: 1.5 },
      compared: Object.fromEntries(
        openings.map(({ size, allReadMs }) => [`all ${size} read, ms`, allReadMs]),
      ),
      detail: {
        what: `p50 from the engine's readiness (its program loaded, its device's key in hand, nothing of the space read) to the newest ${SCREEN} messages in the DOM, in a page that is loaded anew at the channel's address, with nobody else there`,
        openings,
      },
    },
    ...Object.fromEntries(
      openings.map(({ size, ms }) => [
        `T1@${size}`,
        { value: median(ms), unit: 'ms', compared: spread(ms) },
      ]),
    ),
    T2ratio: {
      value: median(speeds) / verifications,
      unit: '÷ bare Ed25519 verifications of one thread',
      target: { op: '>=', value: 0.6 },
      compared: {
        'verifications a second': verifications,
        'one after the other': median(bare.map(({ oneByOne }) => oneByOne)),
      },
      detail: {
        what: `a page that has missed ${MISSED} messages, from its link to the one peer that holds them until all are verified and opened, none is missing and the newest are in the DOM. Bare verifications are WebCrypto's in the same page, all handed over at once, which keeps Chromium's one thread for it busy`,
        steps,
        bare,
      },
    },
    T2: { value: median(speeds), unit: 'messages/s', compared: spread(speeds) },
    T2blocked_ms: {
      value: longest,
      unit: 'ms',
      target: { op: '<=', value: BLOCKED_MS },
      compared: { 'tasks longer than that': steps.flatMap(({ longTasks }) => longTasks).length },
      detail: { what: "longest task of the page's own thread while it caught up, of all steps" },
    },
    ...(largest
      ? {
          U2: {
            value: largest.memoryMB,
            unit: 'MB',
            target: { op: '<=' as const, value: 200 },
            compared: Object.fromEntries(
              openings.map(({ size, memoryMB }) => [`${size} messages`, memoryMB]),
            ),
            detail: {
              what: 'page and engine worker by measureUserAgentSpecificMemory, once the newest screen stands in the DOM and everything has been read back',
            },
          },
        }
      : {}),
  };
}
