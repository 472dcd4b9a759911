/**
 * J1: an invite link opened by somebody whose browser knows the page → the first message of others in the DOM, beside the same page
 * over automerge-repo's WebSocket server (`star-page/`).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { encodeInvite } from '@snug/shared/entries/invite.ts';
import { SpaceId } from '@snug/shared/protocol/ids.ts';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import * as v from 'valibot';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../browser/stage/chromium.ts';
import { ServerProgram } from '../browser/stage/server-program.ts';
import type { Participant } from '../loadtest/participant.ts';
import { startServerProcess } from '../loadtest/server-process.ts';
import { starPeers } from '../loadtest/star-peers.ts';
import type { Measures } from './measure.ts';
import { MeasuredPage } from './pages/measured-page.ts';
import { median, spread } from './server-scale/spread.ts';
import { buildStarPage } from './star-page/build.ts';
import { measured } from './targets.ts';

const ROUNDS = 6;
/** Not counted: it fills the caches. */
const WARM_UP = 1;
/** Of the channel that one comes to. */
const MESSAGES = 30;

const texts = Array.from(
  { length: MESSAGES },
  (_, i) => `Message ${i + 1} of this channel, about as long as people write them.`,
);

/** Where one is invited to: the page by itself, and by the link. */
interface Place {
  readonly page: string;
  readonly link: string;
  close(): Promise<void>;
}

/** Snug's: Ada, in a browser of her own, has made the space and is there. */
async function ourPlace(ada: Browser): Promise<Place> {
  const server = await ServerProgram.start();
  const writer = await MeasuredPage.open(ada, true);
  await writer.comesTo(server.url, 'Ada');
  await writer.createsSpace('Lyre Street');
  for (const text of texts) {
    await writer.types(text);
    await writer.pressesEnter();
    await writer.sees(text);
  }
  return { page: `${server.url}/`, link: await writer.invites(), close: () => server.kill() };
}

/** The star's: the server holds the document. Its page comes from a server like the other's. */
async function starPlace(scratch: string): Promise<Place> {
  const dist = path.join(scratch, 'star-page');
  await buildStarPage(dist);
  const pages = await ServerProgram.start({ PAGE_DIR: dist });
  const star = await startServerProcess(new URL('../loadtest/star-server.ts', import.meta.url));
  const { participant, invitation } = await starPeers.found(0, star.url, () => {});
  for (const text of texts) await participant.say(text);
  await (await readAll(star.url, invitation)).close();
  await participant.close();
  const page = `${pages.url}/?${new URLSearchParams({ server: star.url, document: invitation })}`;
  const token = encodeInvite({
    space: v.parse(SpaceId, toBase64url(randomBytes(32))),
    name: 'Lyre Street',
    lobbySecret: randomBytes(32),
    inviteSecret: randomBytes(32),
    heads: [],
    servers: [],
    peers: [],
  });
  return {
    page,
    link: `${page}#/join/${token}`,
    async close() {
      await star.close();
      await pages.kill();
    },
  };
}

/** Resolves once the server gives every message to somebody else. */
async function readAll(server: string, invitation: string): Promise<Participant> {
  const missing = new Set(texts);
  const complete = Promise.withResolvers<void>();
  const onMessage = (text: string) => {
    missing.delete(text);
    if (missing.size === 0) complete.resolve();
  };
  const reader = await starPeers.join(1, server, invitation, true, onMessage);
  await complete.promise;
  return reader;
}

/** Somebody new opens the link; their browser has the page from before. @returns ms from there to the first message */
async function comes(context: BrowserContext, ben: MeasuredPage, place: Place): Promise<number> {
  const { page } = ben;
  const devtools = await context.newCDPSession(page);
  await page.goto('about:blank');
  await devtools.send('Storage.clearDataForOrigin', {
    origin: new URL(place.page).origin,
    storageTypes: 'indexeddb,local_storage',
  });
  await ben.comesTo(place.page, 'Ben');
  await page.getByRole('button', { name: 'Create space' }).waitFor();
  await page.goto('about:blank');
  await page.goto(place.link);
  const shown = await page.waitForFunction(() => [...pageProbe.shown.values()][0], undefined, {
    polling: 50,
  });
  const at = await shown.jsonValue();
  const opened = await page.evaluate(() => performance.timeOrigin);
  await devtools.detach();
  if (at === undefined) throw new Error('No message was seen.');
  return at - opened;
}

export async function firstMessage(): Promise<Measures> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'snug-first-message-'));
  const options = { executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] };
  const ada = await chromium.launch(options);
  const context = await chromium.launchPersistentContext(path.join(scratch, 'ben'), options);
  const places: Place[] = [];
  try {
    const ours = await ourPlace(ada);
    places.push(ours);
    const star = await starPlace(scratch);
    places.push(star);
    const ben = await MeasuredPage.within(context, true);
    const rounds: Round[] = [];
    for (let i = 0; i < WARM_UP + ROUNDS; i++) {
      const round = {
        starMs: await comes(context, ben, star),
        oursMs: await comes(context, ben, ours),
      };
      if (i >= WARM_UP) rounds.push(round);
    }
    return measuresOf(rounds);
  } finally {
    await context.close();
    await ada.close();
    for (const place of places) await place.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Round {
  readonly oursMs: number;
  readonly starMs: number;
}

function measuresOf(rounds: readonly Round[]): Measures {
  const ours = rounds.map((round) => round.oursMs);
  const star = rounds.map((round) => round.starMs);
  const ratios = spread(rounds.map((round) => round.oursMs / round.starMs));
  return {
    J1: measured('J1', median(ours) / median(star), {
      compared: {
        'ours, ms': median(ours),
        'star, ms': median(star),
        'least of the rounds': ratios.least,
        most: ratios.most,
      },
      detail: {
        what: `p50 from the start of the navigation to the first of ${MESSAGES} messages in the DOM. Somebody with a name, no space and the page in their browser's cache opens an invite; Ada is there in another browser. The star is the same page, framework and timeline with a worker in which automerge-repo finds the document at its WebSocket server: nothing signed, sealed or stored, and no one has to let anyone in`,
        rounds,
      },
    }),
  };
}
