import { fileURLToPath } from 'node:url';
import { EDDSA_EDGE_CASES } from '@snug/shared/crypto/eddsa-edge-cases.ts';
import { createServer } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { Profile } from './stage/profile.ts';

const top = fileURLToPath(new URL('../../', import.meta.url));

/** The one function of `shared/crypto/verify.ts` that the page calls below, by its parts in hex. */
declare global {
  var edgeIsValid: (key: string, message: string, signature: string) => Promise<boolean>;
}

test('Chromium and noble agree on every edge case of Ed25519', async () => {
  const modules = await createServer({
    root: top,
    configFile: false,
    logLevel: 'silent',
    server: { port: 0, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
    plugins: [
      {
        name: 'blank page',
        configureServer: (server) => {
          server.middlewares.use('/blank', (_request, response) => {
            response.setHeader('Content-Type', 'text/html');
            response.end(`<!doctype html><script type="module">
              import { verifySignature } from '/shared/crypto/verify.ts';
              import { fromHex } from '/shared/crypto/bytes.ts';
              globalThis.edgeIsValid = (...parts) => verifySignature(...parts.map(fromHex));
            </script>`);
          });
        },
      },
    ],
  });
  onTestFinished(() => modules.close());
  await modules.listen();
  const [address] = modules.resolvedUrls?.local ?? [];
  const page = await (await Profile.start()).blankPage();
  await page.goto(`${address}blank`);
  await page.waitForFunction(() => typeof globalThis.edgeIsValid === 'function');
  // Otherwise this says nothing about the browser's own verification.
  expect(await page.evaluate(() => typeof crypto.subtle)).toBe('object');
  for (const { what, publicKey, message, signature, valid } of EDDSA_EDGE_CASES) {
    const judged = await page.evaluate(
      ([key, text, sig]) => globalThis.edgeIsValid(key, text, sig),
      [publicKey, message, signature] as const,
    );
    expect(judged, what).toBe(valid);
  }
});
