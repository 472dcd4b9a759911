/** The page's style: the app's own colours and type, inlined, with a theme that a button can turn. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const resolve = createRequire(import.meta.url).resolve;

/** The custom properties of the app, light and dark. */
function tokens(): readonly [light: string, dark: string] {
  const css = readFileSync(resolve('@snug/client/ui/look/tokens.css'), 'utf8');
  const [light, dark] = [...css.matchAll(/:root\s*\{([^}]*--paper[^}]*)\}/g)].map(
    ([, body]) => body,
  );
  if (!light || !dark)
    throw new Error('The app’s tokens.css has no light and dark :root any more.');
  return [light, dark];
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
  const [light, dark] = tokens();
  const own = readFileSync(new URL('./report.css', import.meta.url), 'utf8');
  return [
    fonts(),
    `:root{${light}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme="light"]){color-scheme:dark;${dark}}}`,
    `@media screen{:root[data-theme="dark"]{${dark}color-scheme:dark}:root[data-theme="light"]{color-scheme:light}}`,
    own,
  ].join('\n');
}
