/**
 * What one person tells another alone: where the two of them may write to each other, and perhaps a few words of who asks. It is
 * sealed to the sealing key of one device and says nowhere in clear whose that is.
 */
import { x25519 } from '@noble/curves/ed25519.js';
import * as v from 'valibot';
import { concatBytes, equalBytes, fromBase64url, toBase64url } from '../crypto/bytes.ts';
import type { DeviceKey } from '../crypto/device-key.ts';
import { derive } from '../crypto/hkdf.ts';
import { openSealedTo, sealTo } from '../crypto/hpke.ts';
import { DOMAINS, domainBytes, LABELS } from '../crypto/labels.ts';
import { SpaceId } from '../protocol/ids.ts';
import { encodeCanonical, tryDecodeCanonical } from './canonical-cbor.ts';
import { bytesOf } from './fields.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from './server-url.ts';
import { DisplayName, MessageText } from './text.ts';

/** Bytes of the longest sealed note: it fits beside an offer in a signal. */
export const MAX_SEALED_NOTE_BYTES = 1_000;
/** UTF-16 code units of the longest introduction. */
export const MAX_INTRODUCTION = 200;
/** By which the device that is meant knows its own among others, at little cost. */
export const NOTE_TAG_BYTES = 8;
/** Of the sealed note, fresh each time: what makes no two tags alike. */
const SALT_BYTES = 32;
const VERSION = 1;

export interface Note {
  /** Where the two write to each other, and what it takes to come in. */
  readonly space: SpaceId;
  readonly lobbySecret: Uint8Array;
  readonly inviteSecret: Uint8Array;
  /** None: those by which the note came. */
  readonly servers: readonly string[];
  /** What the asking person is called and says, where the other may not know them. */
  readonly from?: { readonly name: string; readonly text: string };
}

/** One end of a note. */
export interface NoteParty {
  /** Ed25519, 32 bytes. */
  readonly device: Uint8Array;
  /** X25519, 32 bytes. */
  readonly sealing: Uint8Array;
}

const Introduction = v.pipe(MessageText, v.maxLength(MAX_INTRODUCTION));
const From = v.strictTuple([DisplayName, v.union([v.literal(''), Introduction])]);
const NoteSchema = v.strictTuple([
  v.literal(VERSION),
  bytesOf(32),
  bytesOf(32),
  bytesOf(32),
  v.pipe(v.array(ServerUrl), v.maxLength(MAX_SPACE_SERVERS)),
  v.union([v.null(), From]),
]);

/**
 * Seals a note for one device. Where it would be too long, servers but the first are left out, then the end of the introduction.
 * @param place 32 bytes, where the note is left: the id of a space, or an inbox's topic. Elsewhere nobody can open it
 * @throws RangeError for a name, an introduction or a server that no note may hold; rejects if `to.sealing` is no key
 */
export async function sealNote(parts: {
  readonly note: Note;
  readonly from: Uint8Array;
  readonly to: NoteParty;
  readonly place: Uint8Array;
}): Promise<Uint8Array> {
  const { from, to, place } = parts;
  const plain = encodeShortened(parts.note);
  return sealTo(to.sealing, plain, infoOf(place), concatBytes(from, to.device));
}

const MAX_PLAIN_BYTES = MAX_SEALED_NOTE_BYTES - 48;

function encodeShortened(note: Note): Uint8Array {
  let { servers } = note;
  let text = note.from?.text ?? '';
  for (;;) {
    const fields = [
      VERSION,
      fromBase64url(note.space),
      note.lobbySecret,
      note.inviteSecret,
      [...servers],
      note.from ? [note.from.name, text] : null,
    ];
    const fits = v.safeParse(NoteSchema, fields);
    if (!fits.success) throw new RangeError(`Not a note: ${fits.issues[0].message}.`);
    const bytes = encodeCanonical([...fields]);
    if (bytes.length <= MAX_PLAIN_BYTES) return bytes;
    if (servers.length > 1) servers = servers.slice(0, -1);
    else text = Array.from(text).slice(0, -8).join('');
  }
}

/** The note, if it was sealed to this device by that one, at that place. Never rejects. */
export async function openNote(parts: {
  readonly sealed: Uint8Array;
  readonly from: Uint8Array;
  readonly device: Pick<DeviceKey, 'publicKey' | 'sealingSecret'>;
  readonly place: Uint8Array;
}): Promise<Note | undefined> {
  const { sealed, from, device, place } = parts;
  if (sealed.length > MAX_SEALED_NOTE_BYTES) return undefined;
  const aad = concatBytes(from, device.publicKey);
  const plain = await openSealedTo(device.sealingSecret, sealed, infoOf(place), aad);
  const decoded = plain && tryDecodeCanonical(plain);
  const read = decoded?.ok ? v.safeParse(NoteSchema, decoded.value) : undefined;
  if (!read?.success) return undefined;
  const [, space, lobbySecret, inviteSecret, servers, who] = read.output;
  return {
    space: v.parse(SpaceId, toBase64url(space)),
    lobbySecret,
    inviteSecret,
    servers,
    ...(who && { from: { name: who[0], text: who[1] } }),
  };
}

function infoOf(place: Uint8Array): Uint8Array {
  return concatBytes(domainBytes(DOMAINS.note), place);
}

/**
 * The key of the tags on notes from one device to another: about a millisecond's work, so keep it. `undefined` if the other's
 * sealing key is no key that anybody can hold.
 * @param self whether this device writes the notes or reads them
 */
export function noteTagKey(
  own: DeviceKey,
  other: NoteParty,
  self: 'writer' | 'reader',
): Uint8Array | undefined {
  if (other.sealing.length !== 32 || other.device.length !== 32) return undefined;
  const ends = self === 'writer' ? [own.publicKey, other.device] : [other.device, own.publicKey];
  try {
    const secret = x25519.getSharedSecret(own.sealingSecret, other.sealing);
    return derive(secret, LABELS.noteTagKey, concatBytes(...ends));
  } catch {
    return undefined;
  }
}

/** By the note's own fresh bytes, so that no two notes can be told to be for the same device. */
export function noteTag(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  return derive(key, LABELS.noteTag, sealed.subarray(0, SALT_BYTES), NOTE_TAG_BYTES);
}

export function isNoteTag(key: Uint8Array, sealed: Uint8Array, tag: Uint8Array): boolean {
  return sealed.length > SALT_BYTES && equalBytes(noteTag(key, sealed), tag);
}

/** By which a note is remembered once it has been answered: its invite, hashed. */
export function noteMark({ inviteSecret }: Pick<Note, 'inviteSecret'>): string {
  return toBase64url(derive(inviteSecret, LABELS.noteMark, undefined, 16));
}
