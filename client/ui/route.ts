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
      /** The message that is looked for, as a permalink names it. */
      readonly message?: string;
    }
  /** The index of a space's threads; what is to be settled of a space. */
  | { readonly at: 'threads' | 'space-settings'; readonly space: string }
  /** A text that many write. */
  | { readonly at: 'page'; readonly space: string; readonly page: string }
  /** Who was met; one of them. */
  | { readonly at: 'contacts' }
  | { readonly at: 'contact'; readonly account: string }
  /** A contact card that somebody has given. */
  | { readonly at: 'card'; readonly token: string }
  | { readonly at: 'connections' }
  /** What is to be settled of this device and the person at it. */
  | { readonly at: 'settings' }
  /** What waits for this person. */
  | { readonly at: 'catch-up' }
  /** This device is linked as one of somebody's, by a token. */
  | { readonly at: 'link'; readonly token?: string };

const word = /^[A-Za-z0-9_-]{1,1000}$/;
/** Places that are named by one word. */
const ALONE = ['connections', 'settings', 'catch-up', 'link'] as const;
const isAlone = (first: string | undefined): first is (typeof ALONE)[number] =>
  ALONE.some((at) => at === first);

/** The token of a contact card. */
const card = /^[A-Za-z0-9_-]{1,1200}$/;
/** An account: a DID. */
const did = /^did:[A-Za-z0-9._:%-]{1,252}$/;

/**
 * Reads a location hash, with or without its `#`. Whatever is not understood is home: an address is typed and
 * pasted by people. The ids are looked up in the view, never trusted as such.
 */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/');
  const [first, second, third, fourth, thread] = parts;
  if (parts.length === 4 && first === 'space' && fourth !== 'thread') {
    const named = [second, third, fourth].every((part) => part && word.test(part));
    return named
      ? { at: 'space', space: second ?? '', channel: third ?? '', message: fourth ?? '' }
      : { at: 'home' };
  }
  if (parts.length > 3) {
    const named = [second, third, thread].every((part) => part && word.test(part));
    return parts.length === 5 && first === 'space' && fourth === 'thread' && named
      ? { at: 'space', space: second ?? '', channel: third ?? '', thread: thread ?? '' }
      : { at: 'home' };
  }
  if (first === 'contacts' && !third) {
    if (!second) return { at: 'contacts' };
    if (did.test(second)) return { at: 'contact', account: second };
  }
  if (first === 'contact' && second && card.test(second) && !third)
    return { at: 'card', token: second };
  if (isAlone(first) && !second) return { at: first };
  if (first === 'link' && second && word.test(second) && !third)
    return { at: 'link', token: second };
  if ((first === 'threads' || first === 'space-settings') && second && word.test(second) && !third)
    return { at: first, space: second };
  if (first === 'page' && second && third && word.test(second) && word.test(third))
    return { at: 'page', space: second, page: third };
  if (first === 'join' && second && word.test(second) && !third) {
    return { at: 'join', token: second };
  }
  if (first === 'space' && second && word.test(second)) {
    if (!third) return { at: 'space', space: second };
    if (word.test(third)) return { at: 'space', space: second, channel: third };
  }
  return { at: 'home' };
}

const inSpace = ({ channel, thread, message }: Extract<Route, { at: 'space' }>) => {
  if (!channel) return [];
  return [channel, ...(thread ? ['thread', thread] : message ? [message] : [])];
};

/** The address of a route, to be put in a link: `#/…`. */
export function hrefOf(route: Route): string {
  switch (route.at) {
    case 'home':
      return '#/';
    case 'join':
      return `#/join/${route.token}`;
    case 'space':
      return `#/${['space', route.space, ...inSpace(route)].join('/')}`;
    case 'threads':
    case 'space-settings':
      return `#/${route.at}/${route.space}`;
    case 'page':
      return `#/page/${route.space}/${route.page}`;
    case 'contacts':
      return '#/contacts';
    case 'contact':
      return `#/contacts/${route.account}`;
    case 'card':
      return `#/contact/${route.token}`;
    case 'connections':
    case 'settings':
    case 'catch-up':
      return `#/${route.at}`;
    case 'link':
      return route.token ? `#/link/${route.token}` : '#/link';
  }
}
