import './look/base.css';
import './look/controls.css';
import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import type { Peer } from '../engine/view.ts';
import { App } from './app.tsx';
import { followKeyboard } from './frame/keyboard.ts';

const [peer, setPeer] = createSignal<Peer>();
const [failed, setFailed] = createSignal<string>();
const root = document.getElementById('app');

/** Resolves once something is on the screen; in a hidden tab, which never paints, soon. */
function firstPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 300);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

async function start(): Promise<void> {
  await firstPaint();
  if (import.meta.env.DEV) {
    const scene = new URLSearchParams(location.search).get('scene');
    if (scene !== null) {
      const { scriptedPeer } = await import('./test/scripted-peer.ts');
      setPeer(scriptedPeer(scene));
      return;
    }
  }
  const { createBrowserPeer } = await import('../browser/browser-peer.ts');
  setPeer(createBrowserPeer());
}

if (root) {
  root.replaceChildren();
  followKeyboard();
  if (import.meta.env.DEV && location.hash.startsWith('#/gallery')) {
    import('./gallery/gallery.tsx').then(({ Gallery }) => render(() => <Gallery />, root));
  } else {
    render(() => <App peer={peer()} failed={failed()} />, root);
    start().catch((error: unknown) => {
      setFailed(error instanceof Error ? error.message : String(error));
    });
  }
}
