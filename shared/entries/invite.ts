/**
 * An invite: all that a newcomer needs to find a space and ask in, in a link whose fragment no browser sends to a
 * server. Whoever holds the link holds its secrets.
 *
 * `<origin>/#/join/<token>`; the token is base64url of a version byte and a canonical CBOR array: space id, name, lobby
 * secret, invite secret, heads, servers, peers, and 4 bytes of SHA-256 of the same array with an empty string there, so
 * that a slip of the pen is told from a dead invite.
 */
import * as v from 'valibot';
import { concatBytes, equalBytes, fromBase64url, sha256, toBase64url } from '../crypto/bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '../crypto/did-key.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { type PeerId, SpaceId } from '../protocol/ids.ts';
import { type CborValue, encodeCanonical, tryDecodeCanonical } from './canonical-cbor.ts';
import { bytesOf } from './fields.ts';
import { MAX_SPACE_SERVERS, normalServer, ServerUrl } from './server-url.ts';
import { SpaceName } from './text.ts';

export interface Invite {
  readonly space: SpaceId;
  /** For the person who is asked in; the space's own entries say what it is called now. */
  readonly name: string;
  /** 32 bytes. */
  readonly lobbySecret: Uint8Array;
  /** Ed25519 seed, 32 bytes. */
  readonly inviteSecret: Uint8Array;
  /** First 8 bytes each of heads of the space document that the inviter held; at most 2. */
  readonly heads: readonly Uint8Array[];
  /** Signaling servers, at most `MAX_SPACE_SERVERS`. None: the one that serves the page of the link. */
  readonly servers: readonly string[];
  /** Members who may be found there, at most 3. */
  readonly peers: readonly PeerId[];
}

export type ParsedInvite =
  | { readonly ok: true; readonly invite: Invite }
  | {
      readonly ok: false;
      readonly reason: 'malformed' | 'version' | 'truncated';
      /** For the person who pasted it. */
      readonly message: string;
    };

/** Characters of the longest token. */
export const MAX_TOKEN_LENGTH = 400;
const VERSION = 1;
/** Whatever does not look like a token of some later version is rather no token at all. */
const MAX_PLAUSIBLE_VERSION = 31;
const MIN_TOKEN_LENGTH = 120;
const CHECK_BYTES = 4;
const PATH = '#/join/';

const TokenSchema = v.strictTuple([
  bytesOf(32),
  SpaceName,
  bytesOf(32),
  bytesOf(32),
  v.pipe(v.array(bytesOf(8)), v.maxLength(2)),
  v.pipe(v.array(ServerUrl), v.maxLength(MAX_SPACE_SERVERS)),
  v.pipe(v.array(bytesOf(32)), v.maxLength(3)),
  bytesOf(CHECK_BYTES),
]);

/**
 * The token, at most 400 characters: to fit, peers go first, then heads, then servers but the first, then the end of
 * the name. Addresses of servers are normalised.
 * @throws RangeError for a name or server that no invite may have, or secrets of a wrong length
 */
export function encodeInvite(invite: Invite): string {
  const servers = invite.servers.slice(0, MAX_SPACE_SERVERS).map((server) => {
    const normal = normalServer(server);
    if (normal === undefined) throw new RangeError(`No address for an invite: ${server}`);
    return normal;
  });
  let kept: Invite = {
    ...invite,
    name: v.parse(SpaceName, invite.name),
    heads: invite.heads.slice(0, 2),
    servers,
    peers: invite.peers.slice(0, 3),
  };
  for (;;) {
    const token = toToken(kept);
    if (token.length <= MAX_TOKEN_LENGTH) return token;
    kept = shorter(kept);
  }
}

function shorter(invite: Invite): Invite {
  if (invite.peers.length > 0) return { ...invite, peers: invite.peers.slice(0, -1) };
  if (invite.heads.length > 0) return { ...invite, heads: invite.heads.slice(0, -1) };
  if (invite.servers.length > 1) return { ...invite, servers: invite.servers.slice(0, -1) };
  return { ...invite, name: Array.from(invite.name).slice(0, -1).join('').trim() };
}

function toToken(invite: Invite): string {
  const fields = [
    fromBase64url(invite.space),
    invite.name,
    invite.lobbySecret,
    invite.inviteSecret,
    invite.heads,
    invite.servers,
    invite.peers.map(publicKeyFromPeerId),
  ];
  const body = encodeCanonical([...fields, checkOf(fields)]);
  return toBase64url(concatBytes(Uint8Array.of(VERSION), body));
}

function checkOf(fields: readonly CborValue[]): Uint8Array {
  const body = encodeCanonical([...fields, new Uint8Array(0)]);
  return sha256(concatBytes(domainBytes(DOMAINS.invite), body)).slice(0, CHECK_BYTES);
}

const PROBLEMS = {
  malformed: 'This is not an invite link. Copy it again, whole, from where you were given it.',
  truncated: 'The end of this invite link is missing. Copy it again, whole.',
  version:
    'This invite was made by another version of Snug. Reload the page, and if that does not help, ask for a new invite.',
} as const;
const refuse = (reason: keyof typeof PROBLEMS): ParsedInvite => ({
  ok: false,
  reason,
  message: PROBLEMS[reason],
});

/** Reads a token. Never throws. */
export function parseInvite(token: string): ParsedInvite {
  if (token.length > MAX_TOKEN_LENGTH || !/^[A-Za-z0-9_-]+$/.test(token))
    return refuse('malformed');
  const bytes = bytesOfToken(token);
  const version = bytes[0] ?? 0;
  if (version !== VERSION) {
    const plausible = version <= MAX_PLAUSIBLE_VERSION && token.length >= MIN_TOKEN_LENGTH;
    return refuse(plausible ? 'version' : 'malformed');
  }
  const decoded = tryDecodeCanonical(bytes.subarray(1));
  if (!decoded.ok) return refuse(decoded.problem);
  if (toBase64url(bytes) !== token) return refuse('malformed');
  const fields = v.safeParse(TokenSchema, decoded.value);
  if (!fields.success) return refuse('malformed');
  const [space, name, lobbySecret, inviteSecret, heads, servers, peers, check] = fields.output;
  const checked = checkOf([space, name, lobbySecret, inviteSecret, heads, servers, peers]);
  if (!equalBytes(check, checked)) return refuse('malformed');
  return {
    ok: true,
    invite: {
      space: v.parse(SpaceId, toBase64url(space)),
      name,
      lobbySecret,
      inviteSecret,
      heads,
      servers,
      peers: peers.map(peerIdFromPublicKey),
    },
  };
}

/** All whole bytes: of a token that was cut, some bits may be left over. */
function bytesOfToken(token: string): Uint8Array {
  const padded = fromBase64url(token + 'A'.repeat((4 - (token.length % 4)) % 4));
  return padded.subarray(0, Math.floor((token.length * 6) / 8));
}

/** @param origin of the page that answers to the link, such as `https://snug.example` */
export function inviteLink(origin: string, invite: Invite): string {
  return `${origin.replace(/\/+$/, '')}/${PATH}${encodeInvite(invite)}`;
}

/**
 * Reads what a person pasted: a whole link or a token alone, with white space around or line breaks within.
 * `origin` is that of the link, which is the server's address where the invite names none. Never throws.
 */
export function parseInviteLink(
  text: string,
):
  | (Extract<ParsedInvite, { ok: true }> & { readonly origin?: string })
  | Exclude<ParsedInvite, { ok: true }> {
  const packed = text.replace(/\s+/g, '');
  const at = packed.indexOf(PATH);
  if (at < 0) return parseInvite(packed);
  const parsed = parseInvite(packed.slice(at + PATH.length));
  const origin = normalServer(packed.slice(0, at));
  return parsed.ok && origin !== undefined ? { ...parsed, origin } : parsed;
}
