/** The page's style: the app's own colours and type, inlined, with a theme that a button can turn. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const resolve = createRequire(import.meta.url).resolve;

/** The custom properties of the app, each by light and dark. */
function tokens(): string {
  const css = readFileSync(resolve('@snug/client/ui/look/tokens.css'), 'utf8');
  const [, found] = /:root\s*\{([^}]*--paper[^}]*)\}/.exec(css) ?? [];
  if (found === undefined)
    throw new Error('The app’s tokens.css has no :root with --paper any more.');
  return found;
}

/** Latin letters of the app's two typefaces, so that nothing is fetched. */
function fonts(): string {
  const faces = [
    ['Atkinson Hyperlegible Next Variable', 'atkinson-hyperlegible-next', '200 800'],
    ['Fraunces Variable', 'fraunces', '100 900'],
  ] as const;
  return faces
    .map(([family, name, weights]) => {
      const file = resolve(`@fontsource-variable/${name}/files/${name}-latin-wght-normal.woff2`);
      const data = readFileSync(file).toString('base64');
      return `@font-face{font-family:"${family}";font-weight:${weights};src:url("data:font/woff2;base64,${data}") format("woff2")}`;
    })
    .join('\n');
}

/** All of it, for one `style` element. Paper is light, whatever the screen was. */
export function stylesheet(): string {
  const own = readFileSync(new URL('./report.css', import.meta.url), 'utf8');
  return [
    fonts(),
    `:root{${tokens()}}`,
    '@media screen{:root[data-theme="dark"]{color-scheme:dark}:root[data-theme="light"]{color-scheme:light}}',
    '@media print{:root{color-scheme:light}}',
    own,
  ].join('\n');
}
