/** Less than this, in CSS pixels, is a toolbar that comes and goes, not a keyboard. */
const KEYBOARD = 120;

/**
 * Keeps the page as high as what can be seen of it while an on-screen keyboard is open. Where the browser does so itself
 * (`interactive-widget=resizes-content`) nothing is left to do; Safari lays the keyboard over the page.
 */
export function followKeyboard(): void {
  const visible = globalThis.visualViewport;
  if (!visible) return;
  const { style } = document.documentElement;
  visible.addEventListener('resize', () => {
    const covered = visible.scale === 1 && innerHeight - visible.height > KEYBOARD;
    if (covered) style.setProperty('--visible-height', `${visible.height}px`);
    else style.removeProperty('--visible-height');
    if (covered) scrollTo(0, 0);
  });
}
