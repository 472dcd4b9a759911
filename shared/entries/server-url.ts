/** Addresses of signaling servers, in one spelling. */
import * as v from 'valibot';

/** Characters of the longest server address. */
export const MAX_SERVER_LENGTH = 120;
/** Most servers that a space or an invite names. */
export const MAX_SPACE_SERVERS = 3;

/** The one spelling of a server's address, or `undefined` if it is none that a space may name. */
export function normalServer(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return undefined;
  }
  const spelled = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return spelled.length <= MAX_SERVER_LENGTH ? spelled : undefined;
}

/** An http(s) address without user, password, query and fragment, in the spelling of the URL standard, no `/` at its end. */
export const ServerUrl = v.pipe(
  v.string(),
  v.maxLength(MAX_SERVER_LENGTH),
  v.check((text) => normalServer(text) === text, 'expected the address of a server'),
);
