/** Builds the star's page with the settings of Snug's own, from the same document with another program in it. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const OWN = './ui/main.tsx';

/** @param outDir is emptied first */
export async function buildStarPage(outDir: string): Promise<void> {
  await build({
    configFile: file('../../../client/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
    plugins: [
      {
        name: 'star page',
        transformIndexHtml: {
          order: 'pre',
          handler: (html) => {
            if (!html.includes(OWN)) throw new Error(`Snug's document names no ${OWN}.`);
            return html.replace(OWN, '../e2e/bench/star-page/main.ts');
          },
        },
      },
    ],
  });
}
