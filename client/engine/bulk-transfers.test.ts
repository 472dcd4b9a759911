import { concatBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChannelId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { BULK_BYTES, BULK_ENTRIES, type SentFrame } from '../mesh/frames/frames.ts';
import { DocumentLog, logged } from '../space/document-log.ts';
import { BULK_WINDOW, BulkTransfers } from './bulk-transfers.ts';

const [ben, cleo] = ['ben', 'cleo'] as unknown as [PeerId, PeerId];

function logOf(count: number, bytes = 100, number = 0): DocumentLog {
  const log = new DocumentLog({
    kind: 'segment',
    space: v.parse(SpaceId, toBase64url(seeded(1, 32))),
    channel: v.parse(ChannelId, toBase64url(seeded(2, 16))),
    number,
  });
  for (let i = 1; i <= count; i++) {
    const entry = concatBytes(
      seeded(1, 32),
      seeded(i, 64),
      Uint8Array.of(0),
      new Uint8Array(bytes).fill(i),
    );
    const one = logged(entry, log.deps, log.startOp(log.deps) ?? 0);
    if (one) log.add(one);
  }
  return log;
}

function giver() {
  const sent: Extract<SentFrame, { type: 'bulk' }>[] = [];
  const bulk = new BulkTransfers((_peer, frame) => {
    if (frame.type === 'bulk') sent.push(frame);
  });
  return { sent, bulk, entries: () => sent.reduce((sum, { entries }) => sum + entries.length, 0) };
}

test('a document comes in causal order and in small frames, no more of them than have not been taken in', () => {
  const log = logOf(60, 10_000);
  const { sent, bulk, entries } = giver();
  bulk.wanted(ben, log, 0, 0);
  expect(sent).toHaveLength(BULK_WINDOW);
  for (let taken = 0; taken < sent.length; taken++) {
    expect(sent.length - taken).toBeLessThanOrEqual(BULK_WINDOW);
    bulk.wanted(ben, log, sent[taken]?.upTo ?? 0, taken);
  }
  expect(entries()).toBe(60);
  expect(sent.map(({ last }) => last)).toEqual(sent.map((_, i) => i === sent.length - 1));
  expect(sent.flatMap((f) => f.entries.map((e) => e.entry))).toEqual(
    log.entries.map((e) => e.bytes),
  );
  for (const frame of sent) {
    expect(frame.entries.length).toBeLessThanOrEqual(BULK_ENTRIES);
    const bytes = frame.entries.reduce((sum, e) => sum + e.entry.length + e.deps.length, 0);
    expect(bytes).toBeLessThan(BULK_BYTES + 10_200);
  }
});

test('what is written meanwhile comes at the end', () => {
  const log = logOf(60, 10_000);
  const { sent, bulk, entries } = giver();
  bulk.wanted(ben, log, 0, 0);
  for (const entry of logOf(65, 10_000).entries.slice(60)) log.add(entry);
  for (let taken = 0; taken < sent.length; taken++)
    bulk.wanted(ben, log, sent[taken]?.upTo ?? 0, taken);
  expect(entries()).toBe(65);
});

test('of an empty document one empty frame comes, which is the last', () => {
  const { sent, bulk } = giver();
  bulk.wanted(ben, logOf(0), 0, 0);
  expect(sent).toMatchObject([{ entries: [], upTo: 0, last: true }]);
});

test('saying the same again, or what was never sent, or of what was never wanted, brings nothing', () => {
  const log = logOf(60, 10_000);
  const { sent, bulk } = giver();
  bulk.wanted(cleo, log, 5, 0);
  expect(sent).toHaveLength(0);
  bulk.wanted(ben, log, 0, 0);
  const first = sent[0]?.upTo ?? 0;
  for (let i = 0; i < 10; i++) bulk.wanted(ben, log, first, 1);
  expect(sent).toHaveLength(BULK_WINDOW + 1);
  for (let i = 0; i < 10; i++) bulk.wanted(ben, log, first - 1, 1);
  expect(sent).toHaveLength(BULK_WINDOW + 1);
  for (let i = 0; i < 10; i++) bulk.wanted(ben, log, 1e9, 1);
  expect(sent).toHaveLength(BULK_WINDOW + 1);
});

test('a flood of wants gets one transfer a second of a document, and few documents at a time', () => {
  const { sent, bulk } = giver();
  const logs = Array.from({ length: 20 }, (_, number) => logOf(80, 10_000, number));
  for (let i = 0; i < 5; i++) for (const log of logs) bulk.wanted(ben, log, 0, i);
  expect(sent).toHaveLength(8 * BULK_WINDOW);
  bulk.wanted(cleo, logs[0] ?? logOf(1), 0, 0);
  expect(sent).toHaveLength(9 * BULK_WINDOW);
  // Whoever is silent has given up, and may begin anew.
  bulk.wanted(ben, logs[15] ?? logOf(1), 0, 60_000);
  expect(sent).toHaveLength(10 * BULK_WINDOW);
});

test('a link that goes down ends its transfers; the next one begins at once', () => {
  const log = logOf(60, 10_000);
  const { sent, bulk } = giver();
  bulk.wanted(ben, log, 0, 0);
  bulk.linkDown(ben);
  bulk.wanted(ben, log, sent[0]?.upTo ?? 0, 1);
  expect(sent).toHaveLength(BULK_WINDOW);
  bulk.wanted(ben, log, 0, 2);
  expect(sent).toHaveLength(2 * BULK_WINDOW);
});

test('much is being given as long as the taker keeps taking', () => {
  const log = logOf(90, 10_000);
  const { sent, bulk } = giver();
  expect(bulk.isGiving(0)).toBe(false);
  bulk.wanted(ben, log, 0, 0);
  expect(bulk.isGiving(999)).toBe(true);
  expect(bulk.isGiving(1_000)).toBe(false);
  bulk.wanted(ben, log, sent[0]?.upTo ?? 0, 5_000);
  expect(bulk.isGiving(5_500)).toBe(true);
  for (let taken = 1; taken < sent.length; taken++)
    bulk.wanted(ben, log, sent[taken]?.upTo ?? 0, 5_500);
  expect(bulk.isGiving(5_500)).toBe(false);
});
