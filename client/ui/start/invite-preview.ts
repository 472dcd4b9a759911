/** What an invite says of itself, before anybody has been asked. */
export type InvitePreview =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly message: string };

/** Loads the format's reader only when there is an invite to read: it is not needed for the first paint. */
export async function previewInvite(token: string): Promise<InvitePreview> {
  const { parseInvite } = await import('@snug/shared/entries/invite.ts');
  const parsed = parseInvite(token);
  return parsed.ok
    ? { ok: true, name: parsed.invite.name }
    : { ok: false, message: parsed.message };
}
