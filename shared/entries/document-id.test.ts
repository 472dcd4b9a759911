import {
  isValidDocumentId,
  parseAutomergeUrl,
  stringifyAutomergeUrl,
} from '@automerge/automerge-repo';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { randomBytes, toBase64url } from '../crypto/bytes.ts';
import { ChannelId, DocumentId, EpochId, SpaceId } from '../protocol/ids.ts';
import {
  documentIdBytes,
  epochDocumentId,
  segmentDocumentId,
  spaceDocumentId,
} from './document-id.ts';

const space = () => v.parse(SpaceId, toBase64url(randomBytes(32)));
const epoch = () => v.parse(EpochId, toBase64url(randomBytes(32)));
const channel = () => v.parse(ChannelId, toBase64url(randomBytes(16)));

test('an id is one of automerge-repo’s, for the same 16 bytes', () => {
  for (let i = 0; i < 50; i++) {
    const made = epochDocumentId(space(), epoch());
    const bytes = documentIdBytes(made);
    const id: string = made;
    if (!isValidDocumentId(id)) throw new Error(`automerge-repo does not know ${id}`);
    expect(bytes).toHaveLength(16);
    const parsed = parseAutomergeUrl(stringifyAutomergeUrl({ documentId: id }));
    expect(parsed.documentId).toBe(id);
    expect(new Uint8Array(parsed.binaryDocumentId)).toEqual(bytes);
  }
});

test('who knows what a document is for finds it; for anything else there is another', () => {
  const [s, c] = [space(), channel()];
  const sameBytes = v.parse(EpochId, s);
  expect(segmentDocumentId(s, c, 3)).toBe(segmentDocumentId(s, c, 3));
  const ids = [
    spaceDocumentId(s),
    spaceDocumentId(space()),
    segmentDocumentId(s, c, 0),
    segmentDocumentId(s, c, 1),
    segmentDocumentId(s, channel(), 0),
    segmentDocumentId(space(), c, 0),
    epochDocumentId(s, sameBytes),
    epochDocumentId(s, epoch()),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('an id with a slip in it is none', () => {
  const id = spaceDocumentId(space());
  for (let at = 0; at < id.length; at++) {
    const slip = id.slice(0, at) + (id[at] === 'a' ? 'b' : 'a') + id.slice(at + 1);
    expect(v.is(DocumentId, slip)).toBe(false);
  }
});

test('a segment’s number is whole and below 2^32', () => {
  for (const bad of [-1, 0.5, 2 ** 32]) {
    expect(() => segmentDocumentId(space(), channel(), bad)).toThrow(RangeError);
  }
});
