/**
 * Snug's page over automerge-repo's WebSocket server: the same shell, timeline and framework, with another peer behind it. The
 * address names the server and the document, beside the invite: `?server=ws://…&document=automerge:…#/join/…`.
 */
import { showPage } from '@snug/client/ui/page.ts';

const root = document.getElementById('app');
if (root) {
  showPage(root, async () => {
    const { StarPeer } = await import('./star-peer.ts');
    return new StarPeer(new URLSearchParams(location.search));
  });
}
