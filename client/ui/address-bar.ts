import { type Accessor, createSignal } from 'solid-js';
import { hrefOf, parseRoute, type Route } from './route.ts';

/** Of `window`, what moving about in a page takes. */
export interface AddressBar {
  readonly location: { readonly hash: string };
  readonly history: {
    pushState(data: null, unused: '', href: string): void;
    replaceState(data: null, unused: '', href: string): void;
  };
  addEventListener(type: 'hashchange', listener: () => void): void;
}

export interface Router {
  readonly currentRoute: Accessor<Route>;
  /** Goes there; `replace` leaves no trace of where one was, as for an invite that must not linger in the history. */
  goTo(next: Route, how?: 'push' | 'replace'): void;
  /** Takes an invite, or what links a device, out of the address and the history, and stays where one is: whoever sees it could use it. */
  hideInvite(): void;
}

export function createRouter({ location, history, ...bar }: AddressBar): Router {
  const [currentRoute, setRoute] = createSignal<Route>(parseRoute(location.hash), {
    // An invite that is opened again is taken again.
    equals: (a, b) => b.at !== 'join' && b.at !== 'link' && hrefOf(a) === hrefOf(b),
  });
  bar.addEventListener('hashchange', () => setRoute(parseRoute(location.hash)));
  return {
    currentRoute,
    goTo(next, how = 'push') {
      const href = hrefOf(next);
      if (how === 'replace') history.replaceState(null, '', href);
      else if (location.hash !== href) history.pushState(null, '', href);
      setRoute(next);
    },
    hideInvite() {
      const { at } = parseRoute(location.hash);
      if (at === 'join') history.replaceState(null, '', hrefOf({ at: 'home' }));
      if (at === 'link') history.replaceState(null, '', hrefOf({ at: 'link' }));
    },
  };
}
