const schemes = new Set(['http:', 'https:', 'mailto:']);

/** Marks that reorder or hide text: bidirectional controls, zero-width characters, line separators. */
const deceptive = /[\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/;
const control = /[\p{Cc}\s]/u;

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
  if (url.protocol === 'mailto:') return { href: url.href };
  const named = hostNamedBy(text);
  return named === undefined || named === url.hostname
    ? { href: url.href }
    : { href: url.href, leadsTo: url.hostname };
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** The host that a link's text claims, if it looks like an address at all. */
function hostNamedBy(text: string): string | undefined {
  const claim = /^\s*(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[:/?#]\S*)?\s*$/iu.exec(
    text,
  )?.[1];
  if (!claim) return undefined;
  try {
    return new URL(`https://${claim}`).hostname;
  } catch {
    return claim;
  }
}
