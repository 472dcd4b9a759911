import './look/base.css';
import './look/controls.css';
import { createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import type { Peer } from '../engine/view.ts';
import { App } from './app.tsx';
import { followKeyboard } from './frame/keyboard.ts';
import { theme } from './look/theme.ts';

/** Resolves once something is on the screen; in a hidden tab, which never paints, soon. */
function firstPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 300);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

/** Draws the page in place of what the document says until then, and loads the peer once that is on the screen. */
export function showPage(root: HTMLElement, loadPeer: () => Promise<Peer>): void {
  const [peer, setPeer] = createSignal<Peer>();
  const [failed, setFailed] = createSignal<string>();
  theme.apply();
  root.replaceChildren();
  followKeyboard();
  const props = {
    get peer() {
      return peer();
    },
    get failed() {
      return failed();
    },
  };
  render(() => createComponent(App, props), root);
  firstPaint()
    .then(loadPeer)
    .then(setPeer, (error: unknown) => {
      setFailed(error instanceof Error ? error.message : String(error));
    });
}
