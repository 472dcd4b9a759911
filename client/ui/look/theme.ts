import { type Kept, kept } from '../text-storage.ts';

/** Follow the system, or not. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const isTheme = (text: string | undefined): text is Theme => THEMES.some((theme) => theme === text);

/** Which theme was chosen on this device, and what is done to have it. */
export function createTheme(
  store: Kept,
  page: { readonly dataset: DOMStringMap },
): {
  readonly chosen: () => Theme;
  readonly choose: (theme: Theme) => void;
  /** To be done before anything is drawn. */
  readonly apply: () => void;
} {
  const chosen = (): Theme => {
    const held = store.read('theme');
    return isTheme(held) ? held : 'system';
  };
  const apply = () => {
    const theme = chosen();
    // What the tokens are read by.
    if (theme === 'system') delete page.dataset.theme;
    else page.dataset.theme = theme;
  };
  return {
    chosen,
    apply,
    choose(theme) {
      store.write('theme', theme === 'system' ? undefined : theme);
      apply();
    },
  };
}

export const theme = createTheme(kept, globalThis.document?.documentElement ?? { dataset: {} });
