import * as Automerge from '@automerge/automerge';
import { concatBytes, sha256, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { type ChangeHash, ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { DocumentLog, joinHashes, type LoggedEntry, logged, splitHashes } from './document-log.ts';

const address = {
  kind: 'segment',
  space: v.parse(SpaceId, toBase64url(seeded(1, 32))),
  channel: v.parse(ChannelId, toBase64url(seeded(2, 16))),
  number: 0,
} as const;

/** Not signed: a log takes what has been judged. */
function entryOn(log: DocumentLog, seed: number, deps: readonly ChangeHash[]): LoggedEntry {
  const bytes = concatBytes(seeded(1, 32), seeded(seed, 64), Uint8Array.of(0), seeded(seed, 20));
  const startOp = log.startOp(deps);
  const entry = startOp === undefined ? undefined : logged(bytes, deps, startOp);
  if (!entry) throw new Error('no entry');
  return entry;
}

function grow(log: DocumentLog, seed: number, deps: readonly ChangeHash[] = log.deps): LoggedEntry {
  const entry = entryOn(log, seed, deps);
  expect(log.add(entry)).toBe(true);
  return entry;
}

test('a new log has the common root as its only head; a space document begins with nothing', () => {
  const log = new DocumentLog(address);
  expect(log.heads).toEqual([log.root?.hash]);
  expect(log.count).toBe(0);
  const space = new DocumentLog({ kind: 'space', space: address.space });
  expect(space.heads).toEqual([]);
  expect(space.root).toBeUndefined();
});

test('heads are what nothing held builds on; an entry added twice is there once', () => {
  const log = new DocumentLog(address);
  const a = grow(log, 1);
  expect(log.heads).toEqual([a.hash]);
  const b = grow(log, 2, [log.root?.hash ?? a.hash]);
  expect(log.heads).toEqual([a.hash, b.hash].sort());
  const c = grow(log, 3);
  expect(log.heads).toEqual([c.hash]);
  expect(log.add(c)).toBe(false);
  expect(log.count).toBe(3);
});

test('`startOp` is 1 + the largest among the deps, and unknown while one is missing', () => {
  const log = new DocumentLog(address);
  const root = log.root?.hash;
  if (!root) throw new Error('no root');
  const a = grow(log, 1);
  const b = grow(log, 2);
  const side = grow(log, 3, [root]);
  expect([a, b, side].map((e) => e.startOp)).toEqual([2, 3, 2]);
  expect(log.startOp([side.hash, b.hash])).toBe(4);
  expect(log.startOp([b.hash, '00'.repeat(32) as ChangeHash])).toBeUndefined();
});

test('a write that finds more than 16 heads merges 16, and after two writes all are merged', () => {
  const log = new DocumentLog(address);
  const root = log.root?.hash;
  if (!root) throw new Error('no root');
  for (let i = 0; i < 20; i++) grow(log, i, [root]);
  expect(log.heads).toHaveLength(20);
  expect(log.deps).toEqual(log.heads.slice(0, 16));
  grow(log, 30);
  expect(log.heads).toHaveLength(5);
  grow(log, 31);
  expect(log.heads).toHaveLength(1);
});

test('the hash of the heads does not depend on the order in which they came', () => {
  const [one, other] = [new DocumentLog(address), new DocumentLog(address)];
  const root = one.root?.hash;
  if (!root) throw new Error('no root');
  const made = [1, 2, 3].map((seed) => entryOn(one, seed, [root]));
  for (const e of made) one.add(e);
  for (const e of [...made].reverse()) other.add(e);
  expect(one.headsHash).toEqual(other.headsHash);
  expect(one.headsHash).toHaveLength(8);
});

const tagWith = (key: number) => (hash: ChangeHash) =>
  sha256(concatBytes(Uint8Array.of(key), Buffer.from(hash, 'hex'))).slice(0, 8);

test('tags stand for heads, root or older entries, in any mixture', () => {
  const log = new DocumentLog(address);
  const tag = tagWith(1);
  const all = Array.from({ length: 30 }, (_, i) => grow(log, i).hash);
  const root = log.root?.hash;
  if (!root) throw new Error('no root');
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(root, ...all), { maxLength: 16 }), (hashes) => {
      expect(log.resolve(hashes.map(tag), tag)).toEqual([...hashes].sort());
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('a tag that fits nothing leaves all unresolved; one of another link fits nothing', () => {
  const log = new DocumentLog(address);
  const a = grow(log, 1);
  expect(log.resolve([tagWith(1)(a.hash), seeded(9, 8)], tagWith(1))).toBeUndefined();
  expect(log.resolve([tagWith(2)(a.hash)], tagWith(1))).toBeUndefined();
});

test('a tag that fits two heads is ambiguous, not guessed', () => {
  const log = new DocumentLog(address);
  const root = log.root?.hash;
  if (!root) throw new Error('no root');
  grow(log, 1, [root]);
  grow(log, 2, [root]);
  const same = () => new Uint8Array(8);
  expect(log.resolve([new Uint8Array(8)], same)).toBe('ambiguous');
  const older = new DocumentLog(address);
  for (let i = 0; i < 3; i++) grow(older, i);
  // The newest is tried first: where it does not fit the signature, the deps are asked for in full.
  expect(older.resolve([new Uint8Array(8)], same)).toEqual(older.heads);
});

test('hashes are joined and split again', () => {
  const log = new DocumentLog(address);
  const hashes = Array.from({ length: 3 }, (_, i) => grow(log, i).hash);
  expect(splitHashes(joinHashes(hashes))).toEqual(hashes);
  expect(splitHashes(new Uint8Array())).toEqual([]);
});

test('property: Automerge loads what a log makes, with the same heads and every entry, and loads it again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 5 }), {
        minLength: 1,
        maxLength: 30,
      }),
      (graph) => {
        const log = new DocumentLog(address);
        const hashes = [log.root?.hash ?? ('' as ChangeHash)];
        for (const [i, picks] of graph.entries()) {
          const deps = [...new Set(picks.map((pick) => hashes[pick % hashes.length] ?? hashes[0]))];
          hashes.push(
            grow(
              log,
              i,
              deps.filter((dep) => dep !== undefined),
            ).hash,
          );
        }
        const [doc] = Automerge.applyChanges(Automerge.init<Record<string, Uint8Array>>(), [
          ...log.changes(),
        ]);
        expect([...Automerge.getHeads(doc)].sort()).toEqual(log.heads);
        const again = Automerge.load<Record<string, Uint8Array>>(Automerge.save(doc));
        expect([...Automerge.getHeads(again)].sort()).toEqual(log.heads);
        expect(Object.keys(again)).toHaveLength(log.count + 1);
        const stored = Automerge.load(concatBytes(...log.changes()));
        expect([...Automerge.getHeads(stored)].sort()).toEqual(log.heads);
      },
    ),
    { numRuns: 40, seed: 2 },
  );
});

test('more than 16 heads, and deep chains, load as well', () => {
  const log = new DocumentLog(address);
  const root = log.root?.hash;
  if (!root) throw new Error('no root');
  for (let i = 0; i < 40; i++) grow(log, i, [root]);
  for (let i = 100; i < 700; i++) grow(log, i);
  const doc = Automerge.load(concatBytes(...log.changes()));
  expect([...Automerge.getHeads(doc)].sort()).toEqual(log.heads);
});
