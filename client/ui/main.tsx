import { headStart } from '../browser/head-start.ts';
import type { Peer } from '../engine/view.ts';
import { showPage } from './page.ts';

async function loadPeer(): Promise<Peer> {
  if (import.meta.env.DEV) {
    const scene = new URLSearchParams(location.search).get('scene');
    if (scene !== null) return (await import('./test/scripted-peer.ts')).scriptedPeer(scene);
  }
  const begun = headStart(location.href);
  return (await import('../browser/browser-peer.ts')).createBrowserPeer(begun);
}

async function showGallery(root: HTMLElement): Promise<void> {
  const { Gallery } = await import('./gallery/gallery.tsx');
  const { render } = await import('solid-js/web');
  root.replaceChildren();
  render(() => <Gallery />, root);
}

const root = document.getElementById('app');
if (root && import.meta.env.DEV && location.hash.startsWith('#/gallery')) void showGallery(root);
else if (root) showPage(root, loadPeer);
