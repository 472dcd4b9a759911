import { type Accessor, createSignal } from 'solid-js';
import { hrefOf, parseRoute, type Route } from './route.ts';

const [route, setRoute] = createSignal<Route>(parseRoute(location.hash), {
  equals: (a, b) => hrefOf(a) === hrefOf(b),
});
addEventListener('hashchange', () => setRoute(parseRoute(location.hash)));

export const currentRoute: Accessor<Route> = route;

/** Goes there; `replace` leaves no trace of where one was, as for an invite that must not linger in the history. */
export function goTo(next: Route, how: 'push' | 'replace' = 'push'): void {
  const href = hrefOf(next);
  if (how === 'replace') history.replaceState(null, '', href);
  else if (location.hash !== href) history.pushState(null, '', href);
  setRoute(next);
}
