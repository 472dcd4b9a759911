/** What an invite says of itself, before anybody has been asked. */
export type InvitePreview =
  | {
      readonly ok: true;
      readonly space: string;
      readonly name: string;
      /** Addresses of the signaling servers it names; none where it means the one of the page. */
      readonly servers: readonly string[];
    }
  | {
      readonly ok: false;
      readonly message: string;
      /** It could not be looked at, so it may be a good one. */
      readonly unread?: true;
    };

/** Loads the format's reader only when there is an invite to read: it is not needed for the first paint. Never rejects. */
export async function previewInvite(token: string): Promise<InvitePreview> {
  try {
    const { parseInvite } = await import('@snug/shared/entries/invite.ts');
    const parsed = parseInvite(token);
    if (!parsed.ok) return { ok: false, message: parsed.message };
    const { space, name, servers } = parsed.invite;
    return { ok: true, space, name, servers };
  } catch {
    return {
      ok: false,
      unread: true,
      message:
        'A part of the page did not load, so the invite was not looked at. Reload to try again.',
    };
  }
}

/**
 * The servers of an invite that this device has nothing to do with yet, as a person reads them. Whoever made the invite chose
 * them, and a server sees the network address of every device that calls on it: so one asks before the first call.
 * @param page the origin of the page
 * @param known addresses of servers in use
 */
export function newServers(
  invite: { readonly servers: readonly string[] },
  page: string,
  known: readonly string[],
): readonly string[] {
  const originOf = (address: string) => (URL.canParse(address) ? new URL(address).origin : address);
  const familiar = new Set([page, ...known].map(originOf));
  return invite.servers
    .filter((server) => !familiar.has(originOf(server)))
    .map((server) => server.replace(/^https:\/\//, ''));
}
