import { hostsNamedIn, sameSite } from './named-hosts.ts';

const schemes = new Set(['http:', 'https:', 'mailto:']);

/** Marks that reorder or hide text: bidirectional controls, zero-width characters, line separators. */
const deceptive = /[\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/;
const control = /[\p{Cc}\s]/u;

/** In longer texts nothing is looked for: where such a link leads is always said. */
const MAX_SEARCHED = 1000;

export interface SafeLink {
  readonly href: string;
  /** The host it leads to, set when the link's own text names a different one. */
  readonly leadsTo?: string;
}

/**
 * Judges where a link in somebody else's message may lead. Absolute http, https and mailto only; no user name or password
 * before the host (`https://bank.example@evil.example`), no characters that make it read as something else.
 */
export function safeLink(href: string, text: string): SafeLink | undefined {
  if (
    href.length > 2000 ||
    control.test(href) ||
    deceptive.test(decoded(href)) ||
    deceptive.test(text)
  ) {
    return undefined;
  }
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  if (!schemes.has(url.protocol) || url.username || url.password) return undefined;
  if (isItsAddress(text, url)) return { href: url.href };
  const address = decoded(url.pathname);
  const mail = url.protocol === 'mailto:';
  const hosts = mail ? address.split(',').map((to) => to.split('@').at(-1) ?? '') : [url.hostname];
  const honest =
    text.length <= MAX_SEARCHED &&
    hostsNamedIn(text).every((name) => hosts.every((host) => sameSite(name, host)));
  return honest ? { href: url.href } : { href: url.href, leadsTo: mail ? address : url.hostname };
}

/** The text is the address itself, with or without its scheme: nothing to add, even where a file's name looks like a host. */
function isItsAddress(text: string, url: URL): boolean {
  return [text, `${url.protocol}//${text}`].some(
    (address) => URL.canParse(address) && new URL(address).href === url.href,
  );
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}
