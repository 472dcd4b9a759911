import * as A from '@automerge/automerge';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { concatBytes, sha256, toBase64url, toHex } from '../crypto/bytes.ts';
import { ChangeHash, DocumentId } from '../protocol/ids.ts';
import {
  type BuiltChange,
  buildChange,
  MAX_ENTRY_BYTES,
  MAX_START_OP,
  parseChange,
  rootChange,
  splitChunks,
  tryBuildChange,
} from './canonical-change.ts';
import { documentNumber, seeded } from './test/data.ts';

type Doc = Record<string, Uint8Array>;

const hashes = fc
  .uniqueArray(fc.nat(2 ** 30), { maxLength: 16 })
  .map((seeds) => seeds.map((seed) => v.parse(ChangeHash, toHex(seeded(seed, 32)))));
const parts = fc.record({
  deps: hashes,
  startOp: fc.integer({ min: 1, max: MAX_START_OP }),
  entry: fc.uint8Array({ minLength: 1, maxLength: 400 }),
});

/** The change that Automerge itself makes on top of `before` for this entry. */
function automergeChange(before: readonly BuiltChange[], entry: Uint8Array) {
  const digest = sha256(entry);
  const [doc] = A.applyChanges(
    A.init<Doc>({ actor: toHex(digest.subarray(0, 20)) }),
    before.map((change) => change.bytes),
  );
  const deps = A.getHeads(doc).map((head) => v.parse(ChangeHash, head));
  const changed = A.change(doc, { time: 0 }, (d) => {
    d[toBase64url(digest.subarray(0, 9))] = entry;
  });
  return { deps, bytes: A.getLastLocalChange(changed) };
}

/** A history of `size` entries, each on some of those before it. */
const history = fc.record({
  firstOp: fc.constantFrom(1, 2, 120, 16_380, MAX_START_OP - 16),
  entries: fc.uniqueArray(
    fc.record({
      seed: fc.nat(2 ** 30),
      length: fc.oneof(
        { weight: 30, arbitrary: fc.integer({ min: 9, max: 300 }) },
        { weight: 1, arbitrary: fc.constantFrom(16_383, 65_000) },
      ),
      parents: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 12, maxLength: 16, selector: (entry) => entry.seed },
  ),
});

describe('the builder', () => {
  test('makes the bytes that Automerge makes, 500 times and more', () => {
    let compared = 0;
    fc.assert(
      fc.property(history, ({ firstOp, entries }) => {
        const first = buildChange({ deps: [], startOp: firstOp, entry: Uint8Array.of(1, 2, 3) });
        /** What each has below it, itself included, and its startOp. */
        const made = [{ change: first, below: new Set([first]), startOp: firstOp }];
        for (const { seed, length, parents } of entries) {
          const chosen = parents.flatMap((n) => made[n % made.length] ?? []);
          const below = new Set(chosen.flatMap((one) => [...one.below]));
          const startOp = 1 + Math.max(...chosen.map((one) => one.startOp));
          const entry = seeded(seed, length);
          const theirs = automergeChange([...below], entry);
          const ours = buildChange({ deps: theirs.deps, startOp, entry });
          expect(toHex(ours.bytes)).toBe(toHex(theirs.bytes ?? new Uint8Array(0)));
          expect(ours.hash).toBe(A.decodeChange(ours.bytes).hash);
          made.push({ change: ours, below: below.add(ours), startOp });
          compared++;
        }
        const all = [...new Set(made.map((one) => one.change))];
        const [doc] = A.applyChanges(
          A.init<Doc>(),
          all.map((change) => change.bytes),
        );
        const loaded = A.load<Doc>(A.save(doc));
        const kept = A.getAllChanges(loaded).map(toHex).sort();
        expect(kept).toEqual(all.map((change) => toHex(change.bytes)).sort());
      }),
      { numRuns: 45 },
    );
    expect(compared).toBeGreaterThan(500);
  }, 60_000);

  test('puts the entry, whole, under its key in the root map', () => {
    const entry = seeded(5, 200);
    const { bytes } = buildChange({ deps: [], startOp: 1, entry });
    const [doc] = A.applyChanges(A.init<Doc>(), [bytes]);
    expect({ ...doc }).toEqual({ [toBase64url(sha256(entry).subarray(0, 9))]: entry });
  });

  test('keeps startOp where Automerge still loads what it saves', () => {
    const first = buildChange({ deps: [], startOp: MAX_START_OP - 1, entry: seeded(1, 90) });
    const last = buildChange({ deps: [first.hash], startOp: MAX_START_OP, entry: seeded(2, 90) });
    const [doc] = A.applyChanges(A.init<Doc>(), [first.bytes, last.bytes]);
    expect(A.getHeads(A.load<Doc>(A.save(doc)))).toEqual([last.hash]);
  });

  test('does not care in which order deps are given', () => {
    fc.assert(
      fc.property(parts, (p) => {
        expect(buildChange({ ...p, deps: [...p.deps].reverse() })).toEqual(buildChange(p));
      }),
      { numRuns: 50 },
    );
  });

  test('refuses what no canonical change has', () => {
    const dep = v.parse(ChangeHash, '00'.repeat(32));
    const many = Array.from({ length: 17 }, (_, i) =>
      v.parse(ChangeHash, toHex(seeded(i * 2, 32))),
    );
    const good = { deps: [dep], startOp: 2, entry: Uint8Array.of(1) };
    for (const bad of [
      { deps: [dep, dep] },
      { deps: many },
      { startOp: 0 },
      { startOp: MAX_START_OP + 1 },
      { startOp: 1.5 },
      { startOp: Number.NaN },
      { entry: new Uint8Array(0) },
      { entry: new Uint8Array(MAX_ENTRY_BYTES + 1) },
    ]) {
      expect(tryBuildChange({ ...good, ...bad })).toBeUndefined();
      expect(() => buildChange({ ...good, ...bad })).toThrow(RangeError);
    }
  });
});

describe('the parser', () => {
  test('takes what was built apart again', () => {
    fc.assert(
      fc.property(parts, (p) => {
        const { bytes, hash } = buildChange(p);
        expect(parseChange(bytes)).toEqual({ ...p, deps: [...p.deps].sort(), hash });
      }),
      { numRuns: 300 },
    );
  });

  test('takes the longest entry and the most deps', () => {
    const deps = Array.from({ length: 16 }, (_, i) =>
      v.parse(ChangeHash, toHex(seeded(i * 2, 32))),
    );
    const { bytes } = buildChange({
      deps,
      startOp: MAX_START_OP,
      entry: seeded(1, MAX_ENTRY_BYTES),
    });
    expect(parseChange(bytes)?.entry).toHaveLength(MAX_ENTRY_BYTES);
    expect(splitChunks(bytes)).toHaveLength(1);
  });

  test('refuses a change with any byte changed, any end cut off, anything more', () => {
    const { bytes } = buildChange({
      deps: [v.parse(ChangeHash, '5a'.repeat(32))],
      startOp: 300,
      entry: seeded(9, 150),
    });
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [0x01, 0x10, 0x80]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(parseChange(changed)).toBeUndefined();
      }
      expect(parseChange(bytes.subarray(0, at))).toBeUndefined();
    }
    expect(parseChange(concatBytes(bytes, Uint8Array.of(0)))).toBeUndefined();
    expect(parseChange(concatBytes(bytes, bytes))).toBeUndefined();
    expect(parseChange(new Uint8Array(1_000_000))).toBeUndefined();
  });

  test('takes only what is built, of thousands of mutations with their checksum put right', () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(parts, fc.array(edit, { maxLength: 3 }), (p, edits) => {
        let contents: Uint8Array = buildChange(p).bytes.slice(8);
        for (const { at, remove, insert } of edits) {
          const start = at % contents.length;
          const after = contents.subarray(start + remove);
          contents = concatBytes(contents.subarray(0, start), insert, after);
        }
        const magic = Uint8Array.of(0x85, 0x6f, 0x4a, 0x83);
        const bytes = concatBytes(magic, sha256(contents).subarray(0, 4), contents);
        const read = parseChange(bytes);
        if (read !== undefined) expect(toHex(buildChange(read).bytes)).toBe(toHex(bytes));
      }),
      { numRuns: 4000 },
    );
  }, 30_000);

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseChange(bytes)).toBeUndefined();
        if (bytes.length > 0) expect(splitChunks(bytes)).toBeUndefined();
      }),
      { numRuns: 4000 },
    );
  }, 30_000);

  test('refuses other changes that Automerge makes', () => {
    const doc = A.from<Record<string, unknown>>({ key: Uint8Array.of(1) });
    const more = A.change(doc, { time: 0, message: 'm' }, (d) => {
      d.other = { nested: 'text' };
    });
    for (const bytes of A.getAllChanges(more)) expect(parseChange(bytes)).toBeUndefined();
    expect(parseChange(A.save(more))).toBeUndefined();
  });
});

describe('a run of chunks', () => {
  test('is cut where one ends and the next begins', () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 6 }), (all) => {
        const chunks = all.map((p) => buildChange(p).bytes);
        expect(splitChunks(concatBytes(...chunks))?.map(toHex)).toEqual(chunks.map(toHex));
      }),
      { numRuns: 100 },
    );
  });

  test('is what a sync message of Automerge carries', () => {
    const chain: BuiltChange[] = [rootChange(documentNumber(1))];
    for (let i = 0; i < 20; i++) {
      const deps = chain.slice(-1).map((change) => change.hash);
      chain.push(buildChange({ deps, startOp: i + 2, entry: seeded(i * 2, 120) }));
    }
    const bytes = chain.map((change) => change.bytes);
    let [theirs] = A.applyChanges(A.init<Doc>(), bytes);
    let [ours] = A.applyChanges(A.init<Doc>(), bytes.slice(0, 18));
    let [theirState, ourState] = [A.initSyncState(), A.initSyncState()];
    const received: string[] = [];
    for (let round = 0; round < 10; round++) {
      const [state, message] = A.generateSyncMessage(theirs, theirState);
      theirState = state;
      if (message !== null) {
        for (const run of A.decodeSyncMessage(message).changes) {
          received.push(...(splitChunks(run) ?? [new Uint8Array(0)]).map(toHex));
        }
        [ours, ourState] = A.receiveSyncMessage(ours, ourState, message);
      }
      const [back, answer] = A.generateSyncMessage(ours, ourState);
      ourState = back;
      if (answer !== null) [theirs, theirState] = A.receiveSyncMessage(theirs, theirState, answer);
    }
    expect(received.sort()).toEqual(bytes.slice(18).map(toHex).sort());
  });

  test('is refused where it is broken, or holds a chunk of another type', () => {
    const { bytes } = buildChange({ deps: [], startOp: 1, entry: seeded(1, 40) });
    const wholeDocument = A.save(A.applyChanges(A.init<Doc>(), [bytes])[0]);
    expect(splitChunks(wholeDocument)).toBeUndefined();
    expect(splitChunks(concatBytes(bytes, wholeDocument))).toBeUndefined();
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(splitChunks(concatBytes(bytes, bytes.subarray(0, cut)))).toBeUndefined();
    }
    expect(splitChunks(new Uint8Array(0))).toEqual([]);
  });
});

describe('the first change of a document', () => {
  test('is the same for all who open it, canonical, and another for each document', () => {
    const [one, other] = [documentNumber(1), documentNumber(3)];
    expect(rootChange(one)).toEqual(rootChange(v.parse(DocumentId, `${one}`)));
    expect(rootChange(one).hash).not.toBe(rootChange(other).hash);
    expect(parseChange(rootChange(one).bytes)).toMatchObject({ deps: [], startOp: 1 });
  });

  test('is what entries build on, side by side, and the document loads again', () => {
    const root = rootChange(documentNumber(1));
    const side = [1, 3].map((seed) =>
      buildChange({ deps: [root.hash], startOp: 2, entry: seeded(seed, 90) }),
    );
    const deps = side.map((change) => change.hash);
    const merge = buildChange({ deps, startOp: 3, entry: seeded(7, 90) });
    const bytes = [root, ...side, merge].map((change) => change.bytes);
    const [doc] = A.applyChanges(A.init<Doc>(), bytes);
    expect(A.getHeads(A.load<Doc>(A.save(doc)))).toEqual([merge.hash]);
  });
});
