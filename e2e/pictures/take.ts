/**
 * Takes the README's pictures: a real server, four real Node peers and a real Chromium that talk to each other. Run with
 * `node_modules/.bin/node e2e/pictures/take.ts` after `npm run build`; writes into this folder.
 */
import { fileURLToPath } from 'node:url';
import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { chromium } from 'playwright-core';
import { must, startPeer, startServer, until } from '../bench/room.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const DIST = fileURLToPath(new URL('../../client/dist', import.meta.url));
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const { server, url } = await startServer(DIST);
const names = ['Ines Park', 'Tomas Lind', 'Marit Oduya', 'Ravi Anand'] as const;
const ines = await startPeer(url, names[0]);
const { space, channel } = must(await ines.engine.commands.createSpace({ name: 'Lyre Street' }));
const { link } = must(await ines.engine.commands.invite({ space }));
const others = [];
for (const name of names.slice(1)) {
  const peer = await startPeer(url, name);
  must(await peer.engine.commands.joinSpace({ invite: link }));
  await until(peer, `${name} is in`, (v) => v.spaces[0]?.state === 'open');
  others.push(peer);
}
const [tomas, marit, ravi] = others;
if (!tomas || !marit || !ravi) throw new Error('Somebody is missing.');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS,
});
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  locale: 'en-GB',
});
const page = await context.newPage();
await page.goto(link);
await page.getByRole('textbox', { name: 'Display name' }).fill('Jo Abara');
await page.getByRole('button', { name: 'Continue' }).click();
const timeline = page.getByRole('log', { name: 'Timeline' });
await timeline.waitFor();

for (const name of ['tools', 'kitchen-rota'])
  must(await ines.engine.commands.createChannel({ space, name }));

const say = async (peer: typeof ines, text: string) => {
  must(await peer.engine.commands.say({ space, channel, text }));
  await timeline
    .getByText(text.replace(/[*`].*/s, '').slice(0, 24))
    .first()
    .waitFor();
};
await say(
  marit,
  'The beans by the south wall are done. I pulled them, roots left in for the nitrogen.',
);
await say(
  marit,
  'Somebody with long arms should get the poles down before the wind does it for us.',
);
await say(tomas, 'On it tomorrow morning. Is the ladder still in the blue shed?');
await say(
  ines,
  'Frost warning for tonight, **minus three**. Covers on before nine, please. The fleece is under the bench; last year this was enough:\n\n```\ninner bed   2 layers, pegged\nolive pot   jute + fleece, off the ground\n```',
);
await say(ravi, 'I have the olive. Half a roll left after that.');
const composer = page.getByRole('textbox', { name: 'Message' });
await composer.fill("Thank you Ravi. I'll bring the pegs.");
await page.getByRole('button', { name: 'Send' }).click();
await page.getByText('Everyone here has it').first().waitFor({ state: 'attached' });

for (const scheme of ['light', 'dark'] as const) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.screenshot({ path: `${FOLDER}channel-${scheme}.png` });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `${FOLDER}phone-${scheme}.png` });
}

await browser.close();
for (const peer of [ines, ...others]) await peer.close();
await server.close();
cleanUpNodeWebrtc();
process.exit(0);
