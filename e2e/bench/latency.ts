/** L1, L2: from Enter in one page to the message in another's DOM, directly, beside a bare data channel and beside the router. */
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../browser/stage/chromium.ts';
import { ServerProgram } from '../browser/stage/server-program.ts';
import type { Measures } from './measure.ts';
import { PagePair, skewOf } from './pages/page-pair.ts';
import { percentiles } from './quantiles.ts';
import { median, spread } from './server-scale/spread.ts';
import { measured } from './targets.ts';

const ROUNDS = 6;
const IN_A_ROUND = 8;
/** Not counted: what is compiled when it is first used. */
const WARM_UP = 4;
/** One frame of a screen that draws sixty a second, ms. */
const FRAME_MS = 16.7;

const launch = () =>
  chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] });

interface Sample {
  readonly direct: number;
  readonly relayed: number;
  /** Over the bare channel of the direct pair, and of the relayed one for its clocks. */
  readonly bare: { readonly there: number; readonly back: number };
  readonly bareOfRelayed: { readonly there: number; readonly back: number };
}

async function sample(direct: PagePair, relayed: PagePair): Promise<Sample> {
  return {
    bare: await direct.packets(),
    direct: await direct.message(),
    bareOfRelayed: await relayed.packets(),
    relayed: await relayed.message(),
  };
}

interface Round {
  readonly bareMs: number;
  readonly directMs: number;
  readonly relayedMs: number;
}

/** Medians, with each pair's clocks set right by its bare channel. */
function roundOf(samples: readonly Sample[]): Round {
  const skew = skewOf(samples.map((s) => s.bare));
  const skewOfRelayed = skewOf(samples.map((s) => s.bareOfRelayed));
  return {
    bareMs: median(samples.map((s) => s.bare.there)) - skew,
    directMs: median(samples.map((s) => s.direct)) - skew,
    relayedMs: median(samples.map((s) => s.relayed)) - skewOfRelayed,
  };
}

const limitOf = ({ bareMs }: Round) => bareMs + FRAME_MS;

export async function latency(): Promise<Measures> {
  const server = await ServerProgram.start();
  const browsers = [await launch(), await launch()] as const;
  try {
    const direct = await PagePair.meet(browsers, server.url, 'direct');
    const relayed = await PagePair.meet(browsers, server.url, 'relayed');
    for (let i = 0; i < WARM_UP; i++) await sample(direct, relayed);
    const rounds: Sample[][] = [];
    for (let i = 0; i < ROUNDS * IN_A_ROUND; i++) {
      if (i % IN_A_ROUND === 0) rounds.push([]);
      rounds.at(-1)?.push(await sample(direct, relayed));
    }
    return measuresOf(rounds);
  } finally {
    for (const browser of browsers) await browser.close();
    await server.kill();
  }
}

function measuresOf(rounds: readonly (readonly Sample[])[]): Measures {
  const samples = rounds.flat();
  const all = roundOf(samples);
  const each = rounds.map(roundOf);
  const overLimit = spread(each.map((round) => round.directMs / limitOf(round)));
  const overRouter = spread(each.map((round) => round.directMs / round.relayedMs));
  const skewMs = skewOf(samples.map((s) => s.bare));
  return {
    L1: measured('L1', all.directMs / limitOf(all), {
      compared: {
        'direct, ms': all.directMs,
        'p95, ms': percentiles(samples.map((s) => s.direct)).p95 - skewMs,
        'bare channel, ms': all.bareMs,
        'one frame, ms': FRAME_MS,
        'least of the rounds': overLimit.least,
        most: overLimit.most,
      },
      detail: {
        what: 'p50 from the key event of Enter to the message in the other page’s DOM, two Chromium pages of this machine; every message has a packet over a bare data channel between the same pages before it',
        rounds: each,
        messages: samples.length,
        'reader’s clock ahead, ms': skewMs,
      },
    }),
    L2: measured('L2', all.directMs / all.relayedMs, {
      compared: {
        'direct, ms': all.directMs,
        'relayed, ms': all.relayedMs,
        'least of the rounds': overRouter.least,
        most: overRouter.most,
      },
      detail: {
        what: 'the same, beside two pages whose browsers have no WebRTC, so that the server copies what one sends to the other, as a router does; in turns in one run',
        rounds: each,
        'reader’s clock ahead, of the relayed pair, ms': skewOf(
          samples.map((s) => s.bareOfRelayed),
        ),
      },
    }),
  };
}
