import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { randomBytes, toBase64url, toHex } from '../crypto/bytes.ts';
import { type DeviceKey, generateDeviceKey, openDeviceKey } from '../crypto/device-key.ts';
import { SpaceId } from '../protocol/ids.ts';
import {
  isNoteTag,
  MAX_INTRODUCTION,
  MAX_SEALED_NOTE_BYTES,
  type Note,
  noteTag,
  noteTagKey,
  openNote,
  sealNote,
} from './sealed-note.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey({ extractable: true }));
const [ada, ben, cleo] = await Promise.all([newDevice(), newDevice(), newDevice()]);
const party = (of: DeviceKey) => ({ device: of.publicKey, sealing: of.sealingPublicKey });
const place = randomBytes(32);
const note: Note = {
  space: v.parse(SpaceId, toBase64url(randomBytes(32))),
  lobbySecret: randomBytes(32),
  inviteSecret: randomBytes(32),
  servers: ['https://snug.example'],
};
const sealed = () => sealNote({ note, from: ada.publicKey, to: party(ben), place });
const key = (own: DeviceKey, other: DeviceKey, self: 'writer' | 'reader') => {
  const made = noteTagKey(own, party(other), self);
  if (!made) throw new Error('These are good keys.');
  return made;
};

test('a note says what it said to the device that it was sealed to', async () => {
  const from = ada.publicKey;
  expect(await openNote({ sealed: await sealed(), from, device: ben, place })).toEqual(note);
});

test('nobody else opens it, and nobody opens it elsewhere', async () => {
  const one = { sealed: await sealed(), from: ada.publicKey, device: ben, place };
  expect(await openNote({ ...one, device: cleo })).toBeUndefined();
  expect(await openNote({ ...one, device: ada })).toBeUndefined();
  expect(await openNote({ ...one, place: randomBytes(32) })).toBeUndefined();
});

test('whoever passes somebody else’s note off as their own is not believed', async () => {
  const stolen = { sealed: await sealed(), from: cleo.publicKey, device: ben, place };
  expect(await openNote(stolen)).toBeUndefined();
});

test('it does not say for whom it is, nor that two are for the same', async () => {
  const writer = key(ada, ben, 'writer');
  const notes = [await sealed(), await sealed()];
  const tags = notes.map((bytes) => toHex(noteTag(writer, bytes)));
  expect(tags[0]).not.toBe(tags[1]);
  for (const bytes of notes) {
    expect(toHex(bytes)).not.toContain(toHex(ben.publicKey));
    expect(toHex(bytes)).not.toContain(toHex(ben.sealingPublicKey));
  }
});

test('the device that is meant knows its own by the tag, others do not, and the way back has other tags', async () => {
  const bytes = await sealed();
  const tag = noteTag(key(ada, ben, 'writer'), bytes);
  expect(isNoteTag(key(ben, ada, 'reader'), bytes, tag)).toBe(true);
  expect(isNoteTag(key(cleo, ada, 'reader'), bytes, tag)).toBe(false);
  expect(isNoteTag(key(ben, ada, 'writer'), bytes, tag)).toBe(false);
  expect(
    noteTagKey(ben, { device: ada.publicKey, sealing: new Uint8Array(32) }, 'reader'),
  ).toBeUndefined();
});

test('whatever a person writes of themselves the note fits beside an offer', async () => {
  const letters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: MAX_INTRODUCTION });
  await fc.assert(
    fc.asyncProperty(letters, fc.integer({ min: 0, max: 3 }), async (text, servers) => {
      const from = { name: 'Ines Park', text };
      const long = Array.from(
        { length: servers },
        (_, i) => `https://${'s'.repeat(60)}.example/${i}`,
      );
      const whole = {
        note: { ...note, from, servers: long },
        from: ada.publicKey,
        to: party(ben),
        place,
      };
      const bytes = await sealNote(whole).catch((error: unknown) => {
        // Not a text that a person may write: of white space alone, or with controls in it.
        expect(error).toBeInstanceOf(RangeError);
        return undefined;
      });
      if (!bytes) return;
      expect(bytes.length).toBeLessThanOrEqual(MAX_SEALED_NOTE_BYTES);
      const opened = await openNote({ sealed: bytes, from: ada.publicKey, device: ben, place });
      expect(
        text.startsWith(opened?.from?.text.trimEnd() ?? '-') || opened?.from?.text,
      ).toBeTruthy();
      expect(opened?.servers[0]).toBe(long[0]);
    }),
    { numRuns: 50 },
  );
});

test('what is no note is no note', async () => {
  for (const bytes of [new Uint8Array(0), randomBytes(48), randomBytes(2_000)])
    expect(
      await openNote({ sealed: bytes, from: ada.publicKey, device: ben, place }),
    ).toBeUndefined();
});
