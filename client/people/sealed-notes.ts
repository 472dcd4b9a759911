/** Notes to single members of a space, written into it and found in it. */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { MAX_NOTE_DEVICES, parseContent } from '@snug/shared/entries/kinds.ts';
import {
  isNoteTag,
  type Note,
  type NoteParty,
  noteTag,
  noteTagKey,
  openNote,
  sealNote,
} from '@snug/shared/entries/sealed-note.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { Chain, Opened } from '../space/chain.ts';
import type { Device } from '../space/membership/membership.ts';
import type { Space } from '../space/space.ts';

/**
 * Notes of one device that are looked at, for each whether it is for this one: thousands on one day are no conversation. The newest
 * are looked at first.
 */
export const LOOKED_AT = { perSecond: 1 / 60, burst: 256 } as const;

/** A note to this device, and who wrote it where. */
export interface Found {
  readonly note: Note;
  readonly author: Device;
  readonly space: Space;
}

/** Writes a note for all devices of an account that the space lists. Within `exclusively`. Rejects with `StoreError`. */
export async function writeNote(
  space: Space,
  own: DeviceKey,
  to: readonly Device[],
  note: Note,
  now: number,
): Promise<void> {
  const place = placeOf(space);
  const sealed = to.slice(0, MAX_NOTE_DEVICES).map(async (device) => {
    const party = partyOf(device);
    const key = noteTagKey(own, party, 'writer');
    if (!key) return [];
    const bytes = await sealNote({ note, from: own.publicKey, to: party, place });
    return [{ tag: noteTag(key, bytes), sealed: bytes }];
  });
  const content = { to: (await Promise.all(sealed)).flat() };
  if (content.to.length > 0)
    await space.writeSealed(space.spaceLog, space.settings, { kind: 'note', content }, now);
}

/** Finds the notes to this device, each once. */
export class NoteFinder {
  readonly #own: DeviceKey;
  /** How many of a space's settings have been looked at. */
  readonly #seen = new WeakMap<Chain, number>();
  readonly #keys = new Map<PeerId, Uint8Array | undefined>();
  readonly #rates = new Map<PeerId, TokenBucket>();

  constructor(own: DeviceKey) {
    this.#own = own;
  }

  /** What has come since this was asked last, in the order in which it came. @param pause lets others have their turn */
  async find(space: Space, now: number, pause: () => Promise<void>): Promise<readonly Found[]> {
    const { entries } = space.settings;
    const fresh = entries.slice(this.#seen.get(space.settings) ?? 0);
    this.#seen.set(space.settings, entries.length);
    const found: Found[] = [];
    for (const entry of fresh.toReversed()) {
      if (entry.body.kind !== 'note' || entry.author === this.#own.peerId) continue;
      const author = space.membership.devices.get(entry.author);
      if (!author || !this.#mayCost(author.peer, now)) continue;
      await pause();
      const note = await this.#open(space, author, entry);
      if (note) found.push({ note, author, space });
    }
    return found.toReversed();
  }

  #mayCost(author: PeerId, now: number): boolean {
    const rate = this.#rates.get(author) ?? new TokenBucket(LOOKED_AT, now);
    this.#rates.set(author, rate);
    return rate.take(1, now);
  }

  async #open(space: Space, author: Device, { body }: Opened): Promise<Note | undefined> {
    const content = parseContent(body.kind, body.content);
    const key = this.#key(author);
    if (content.kind !== 'note' || !key) return undefined;
    const mine = content.to.find(({ tag, sealed }) => isNoteTag(key, sealed, tag));
    if (!mine) return undefined;
    const from = publicKeyFromPeerId(author.peer);
    return openNote({ sealed: mine.sealed, from, device: this.#own, place: placeOf(space) });
  }

  #key(author: Device): Uint8Array | undefined {
    if (!this.#keys.has(author.peer))
      this.#keys.set(author.peer, noteTagKey(this.#own, partyOf(author), 'reader'));
    return this.#keys.get(author.peer);
  }
}

function partyOf({ peer, sealing }: Device): NoteParty {
  return { device: publicKeyFromPeerId(peer), sealing };
}

function placeOf(space: Space): Uint8Array {
  return fromBase64url(space.record.id);
}
