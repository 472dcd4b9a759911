import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { concatBytes, randomBytes, toBase64url, toHex, utf8 } from '../crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '../crypto/device-key.ts';
import { ChangeHash, SpaceId } from '../protocol/ids.ts';
import { ENTRY_LIMITS } from '../protocol/limits.ts';
import { encodeAct } from './acts.ts';
import { spaceDocumentId } from './document-id.ts';
import {
  decodeEntry,
  type Entry,
  encodeEntry,
  entryId,
  NO_HINT,
  SORT,
  signEntry,
  signGenesis,
  spaceIdOf,
  verifyEntry,
  verifyGenesis,
} from './entry.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey());
const [ada, ben] = [await newDevice(), await newDevice()];
const anyHash = () => v.parse(ChangeHash, toHex(randomBytes(32)));
const anyDocument = () => spaceDocumentId(v.parse(SpaceId, toBase64url(randomBytes(32))));

const documentId = anyDocument();
const deps = [anyHash(), anyHash(), anyHash()];
const draft = {
  device: ada,
  documentId,
  deps,
  sort: SORT.body,
  hint: randomBytes(8),
  body: utf8('sealed'),
};
const genesis = encodeAct({
  act: 'genesis',
  v: 1,
  nonce: randomBytes(32),
  sealing: ada.sealingPublicKey,
  account: ada.peerId,
});

const entries: fc.Arbitrary<Entry> = fc
  .record({
    device: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    sort: fc.constantFrom(...Object.values(SORT)),
    hint: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    body: fc.uint8Array({ minLength: 32, maxLength: 100 }),
  })
  .map((e) => ({
    ...e,
    hint: e.sort === SORT.body ? e.hint : NO_HINT,
    body: e.sort === SORT.opening ? e.body.slice(0, 32) : e.body,
  }));

describe('an entry', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
    );
  });

  test('reads in one way only, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const entry = decodeEntry(bytes);
        if (entry !== undefined) expect(encodeEntry(entry)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  }, 30_000);

  test('is refused with an unknown sort, a hint where none belongs, no body or too long a one', () => {
    const bytes = encodeEntry({
      device: randomBytes(32),
      signature: randomBytes(64),
      sort: SORT.opening,
      hint: NO_HINT,
      body: randomBytes(32),
    });
    const withByte = (at: number, value: number) => {
      const changed = bytes.slice();
      changed[at] = value;
      return changed;
    };
    expect(decodeEntry(bytes)).toBeDefined();
    expect(decodeEntry(withByte(96, 4))).toBeUndefined();
    expect(decodeEntry(withByte(97, 1))).toBeUndefined();
    expect(decodeEntry(bytes.subarray(0, -1))).toBeUndefined();
    expect(decodeEntry(concatBytes(bytes, Uint8Array.of(0)))).toBeUndefined();
    const act = withByte(96, SORT.act);
    expect(decodeEntry(act.subarray(0, 105))).toBeUndefined();
    const longest = concatBytes(act.subarray(0, 105), new Uint8Array(ENTRY_LIMITS.bodyBytes));
    expect(decodeEntry(longest)).toBeDefined();
    expect(decodeEntry(concatBytes(longest, Uint8Array.of(0)))).toBeUndefined();
  });
});

describe('a signed entry', () => {
  test('is valid in its document on its deps, in whatever order they are named', async () => {
    const bytes = await signEntry(draft);
    expect(await verifyEntry({ documentId, deps, bytes })).toBe(true);
    expect(await verifyEntry({ documentId, deps: [...deps].reverse(), bytes })).toBe(true);
    expect(decodeEntry(bytes)).toMatchObject({ device: ada.publicKey, body: draft.body });
  });

  test('is valid in no other document and on no other deps', async () => {
    const bytes = await signEntry(draft);
    expect(await verifyEntry({ documentId: anyDocument(), deps, bytes })).toBe(false);
    for (const others of [
      [],
      deps.slice(1),
      [...deps, anyHash()],
      [...deps, ...deps.slice(0, 1)],
    ]) {
      expect(await verifyEntry({ documentId, deps: others, bytes })).toBe(false);
    }
  });

  test('is not valid with any byte changed', async () => {
    const bytes = await signEntry(draft);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await verifyEntry({ documentId, deps, bytes: changed })).toBe(false);
    }
  });

  test('cannot be passed off as another’s', async () => {
    const bytes = await signEntry(draft);
    const stolen = concatBytes(ben.publicKey, bytes.subarray(32));
    expect(await verifyEntry({ documentId, deps, bytes: stolen })).toBe(false);
  });

  test('always has deps, 16 at most and no two alike', async () => {
    const dep = anyHash();
    for (const bad of [[], [dep, dep], Array.from({ length: 17 }, anyHash)]) {
      await expect(signEntry({ ...draft, deps: bad })).rejects.toThrow(RangeError);
    }
    const most = Array.from({ length: 16 }, anyHash);
    const bytes = await signEntry({ ...draft, deps: most });
    expect(await verifyEntry({ documentId, deps: most, bytes })).toBe(true);
  });

  test('of bad shape is not signed', async () => {
    await expect(signEntry({ ...draft, hint: randomBytes(7) })).rejects.toThrow(RangeError);
    await expect(signEntry({ ...draft, sort: SORT.act })).rejects.toThrow(RangeError);
    await expect(signEntry({ ...draft, body: new Uint8Array(0) })).rejects.toThrow(RangeError);
  });

  test('is named by the hash of its bytes', async () => {
    const bytes = await signEntry(draft);
    expect(entryId(bytes)).toBe(entryId(bytes.slice()));
    expect(entryId(bytes)).not.toBe(entryId(await signEntry({ ...draft, body: utf8('other') })));
  });
});

describe('a genesis', () => {
  test('is signed before the space has an id, and gives it one', async () => {
    const bytes = await signGenesis({ device: ada, body: genesis });
    expect(await verifyGenesis(bytes)).toBe(true);
    expect(spaceIdOf(bytes)).toBe(v.parse(SpaceId, entryId(bytes)));
  });

  test('is no entry, and no entry is a genesis', async () => {
    const bytes = await signGenesis({ device: ada, body: genesis });
    expect(await verifyEntry({ documentId, deps, bytes })).toBe(false);
    const entry = await signEntry({ ...draft, sort: SORT.act, hint: NO_HINT, body: genesis });
    expect(await verifyGenesis(entry)).toBe(false);
  });

  test('with any byte changed, or with another act in it, is none', async () => {
    const bytes = await signGenesis({ device: ada, body: genesis });
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await verifyGenesis(changed)).toBe(false);
    }
    const body = encodeAct({ act: 'channel', channel: randomBytes(16) });
    expect(await verifyGenesis(await signGenesis({ device: ada, body }))).toBe(false);
  });
});
