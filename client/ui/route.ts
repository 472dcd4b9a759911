/** Where in the page one is, as the part of the address after `#`. */
export type Route =
  | { readonly at: 'home' }
  | { readonly at: 'join'; readonly token: string }
  | {
      readonly at: 'space';
      readonly space: string;
      readonly channel?: string;
      /** The message whose thread is open beside the channel. */
      readonly thread?: string;
    }
  | { readonly at: 'connections' };

const word = /^[A-Za-z0-9_-]{1,1000}$/;

/**
 * Reads a location hash, with or without its `#`. Whatever is not understood is home: an address is typed and
 * pasted by people. The ids are looked up in the view, never trusted as such.
 */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/');
  const [first, second, third, fourth, thread] = parts;
  if (parts.length > 3) {
    const named = [second, third, thread].every((part) => part && word.test(part));
    return parts.length === 5 && first === 'space' && fourth === 'thread' && named
      ? { at: 'space', space: second ?? '', channel: third ?? '', thread: thread ?? '' }
      : { at: 'home' };
  }
  if (first === 'connections' && !second) return { at: 'connections' };
  if (first === 'join' && second && word.test(second) && !third) {
    return { at: 'join', token: second };
  }
  if (first === 'space' && second && word.test(second)) {
    if (!third) return { at: 'space', space: second };
    if (word.test(third)) return { at: 'space', space: second, channel: third };
  }
  return { at: 'home' };
}

const inSpace = (channel: string | undefined, thread: string | undefined): readonly string[] =>
  channel ? [channel, ...(thread ? ['thread', thread] : [])] : [];

/** The address of a route, to be put in a link: `#/…`. */
export function hrefOf(route: Route): string {
  switch (route.at) {
    case 'home':
      return '#/';
    case 'join':
      return `#/join/${route.token}`;
    case 'space':
      return `#/${['space', route.space, ...inSpace(route.channel, route.thread)].join('/')}`;
    case 'connections':
      return '#/connections';
  }
}
