import * as Automerge from '@automerge/automerge/slim';
import { concatBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChannelId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SyncMessage } from '../mesh/repair/repo-adapter.ts';
import { DocumentLog, logged } from '../space/document-log.ts';
import { loadRepo } from './automerge-node.ts';
import { DocumentsRepo } from './documents-repo.ts';

beforeAll(async () => {
  await loadRepo();
});

const [ada, ben] = ['did:key:ada', 'did:key:ben'] as unknown as [PeerId, PeerId];
const address = {
  kind: 'segment',
  space: v.parse(SpaceId, toBase64url(seeded(1, 32))),
  channel: v.parse(ChannelId, toBase64url(seeded(2, 16))),
  number: 0,
} as const;

function grow(log: DocumentLog, seed: number) {
  const bytes = concatBytes(seeded(1, 32), seeded(seed, 64), Uint8Array.of(0), seeded(seed, 20));
  const entry = logged(bytes, log.deps, log.startOp(log.deps) ?? 0);
  if (!entry) throw new Error('no entry');
  log.add(entry);
  return { log, entry };
}

function repoOf(peer: PeerId, log: DocumentLog) {
  const out: SyncMessage[] = [];
  const told: (() => void)[] = [];
  const repo = new DocumentsRepo({
    peer,
    logs: (document) => (document === log.id ? log : undefined),
    outgoing: (message) => {
      out.push(message);
      for (const wake of told.splice(0)) wake();
    },
    tabs: [],
  });
  onTestFinished(() => repo.close());
  const next = async (): Promise<SyncMessage> => {
    if (out.length === 0) await new Promise<void>((resolve) => told.push(resolve));
    const message = out.shift();
    if (!message) throw new Error('no message');
    return message;
  };
  return { repo, out, next };
}

function logOf(count: number): DocumentLog {
  const log = new DocumentLog(address);
  for (let i = 0; i < count; i++) grow(log, i);
  return log;
}

test('outside sessions the Repo says nothing; within one it names its heads', async () => {
  const log = logOf(20);
  const { repo, out, next } = repoOf(ada, log);
  repo.follow([grow(log, 100)]);
  expect(out).toEqual([]);
  await repo.openSession(ben, log);
  const { data, peer, document } = await next();
  expect([peer, document]).toEqual([ben, log.id]);
  expect(Automerge.decodeSyncMessage(data).heads).toEqual(log.heads);
});

test('what Automerge itself sends is taken: its filters have the expected proportions', async () => {
  for (const count of [1, 7, 300]) {
    const { repo, next } = repoOf(ada, logOf(count));
    await repo.openSession(ben, logOf(count));
    const { data } = await next();
    expect(Automerge.decodeSyncMessage(data).have).toHaveLength(1);
    expect(repo.changesIn(data)).toEqual([]);
  }
});

test('a neighbour who lacks much is sent changes, never a whole document', async () => {
  const log = logOf(60);
  const { repo, next } = repoOf(ada, log);
  await repo.openSession(ben, log);
  await next();
  const empty = Automerge.init();
  const [, asking] = Automerge.generateSyncMessage(empty, Automerge.initSyncState());
  if (!asking) throw new Error('no message');
  expect(repo.deliver({ peer: ben, document: log.id, data: asking })).toBe(true);
  const { data } = await next();
  expect(repo.changesIn(data)).toHaveLength(61);
});

test('a document follows its log while a session is open', async () => {
  const log = logOf(5);
  const { repo, next } = repoOf(ada, log);
  await repo.openSession(ben, log);
  await next();
  const [, asking] = Automerge.generateSyncMessage(Automerge.init(), Automerge.initSyncState());
  if (!asking) throw new Error('no message');
  repo.follow([grow(log, 100)]);
  repo.deliver({ peer: ben, document: log.id, data: asking });
  let heads: readonly string[] = [];
  while (heads[0] !== log.heads[0]) heads = Automerge.decodeSyncMessage((await next()).data).heads;
  expect(heads).toEqual(log.heads);
});

test('a message of no session, or of one that was closed, is not delivered', async () => {
  const log = logOf(5);
  const { repo, next } = repoOf(ada, log);
  const [, data] = Automerge.generateSyncMessage(Automerge.init(), Automerge.initSyncState());
  if (!data) throw new Error('no message');
  expect(repo.deliver({ peer: ben, document: log.id, data })).toBe(false);
  await repo.openSession(ben, log);
  await next();
  await repo.closeSession(ben, log.id);
  expect(repo.deliver({ peer: ben, document: log.id, data })).toBe(false);
});
