import { concatBytes, toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { type ChangeHash, ChannelId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { Frame } from '../mesh/frames/frames.ts';
import { DocumentLog, joinHashes, logged, splitHashes } from '../space/document-log.ts';
import { BEGIN_MS, SESSION_MS, SyncSessions } from './sync-sessions.ts';

const [ada, ben] = ['ada', 'ben'] as unknown as [PeerId, PeerId];
const address = {
  kind: 'segment',
  space: v.parse(SpaceId, toBase64url(seeded(1, 32))),
  channel: v.parse(ChannelId, toBase64url(seeded(2, 16))),
  number: 0,
} as const;

function grow(log: DocumentLog, seed: number): ChangeHash {
  const bytes = concatBytes(seeded(1, 32), seeded(seed, 64), Uint8Array.of(0), seeded(seed, 20));
  const entry = logged(bytes, log.deps, log.startOp(log.deps) ?? 0);
  if (!entry) throw new Error('no entry');
  log.add(entry);
  return entry.hash;
}

/** One side, its Repo a list of what it was told. */
function side(options: { failing?: boolean } = {}) {
  const log = new DocumentLog(address);
  grow(log, 1);
  const sent: Extract<Frame, { type: 'session' }>[] = [];
  const told: string[] = [];
  let ended = 0;
  let ids = 0;
  let loads = 0;
  let ready: () => void = () => {};
  const opening = { wait: undefined as Promise<void> | undefined };
  const sessions = new SyncSessions({
    randomBytes: (n) => seeded(++ids, n),
    repo: async () => {
      loads++;
      return {
        openSession: async (peer) => {
          await opening.wait;
          if (options.failing) throw new Error('no such document');
          told.push(`open ${peer}`);
        },
        closeSession: async (peer) => void told.push(`close ${peer}`),
      };
    },
    send: (_peer, frame) => {
      if (frame.type === 'session') sent.push(frame);
    },
    ended: () => void ended++,
    onProblem: (problem) => told.push(`problem ${problem}`),
  });
  return {
    log,
    sessions,
    sent,
    told,
    steps: () => sent.map(({ step }) => step),
    ended: () => ended,
    loads: () => loads,
    /** Automerge takes until `release` to load the document. */
    hold: () => {
      opening.wait = new Promise<void>((resolve) => {
        ready = resolve;
      });
    },
    release: () => ready(),
  };
}

/** Lets what is settled already run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const missing = () => [toHex(seeded(9, 32)) as ChangeHash];

test('a session is opened with our heads, begins when it is accepted, ends when each has what the other named', async () => {
  const one = side();
  one.sessions.open(ben, one.log, 0);
  const [open] = one.sent;
  if (!open) throw new Error('nothing sent');
  expect(splitHashes(open.bytes)).toEqual(one.log.heads);
  expect(one.told).toEqual([]);
  const theirs = new DocumentLog(address);
  const [, head] = [grow(theirs, 1), grow(theirs, 2)];
  await one.sessions.step(ben, one.log, open.session, 'accept', [head], 0);
  expect(one.told).toEqual(['open ben']);
  expect(one.steps()).toEqual(['open']);
  grow(one.log, 2);
  one.sessions.progressed(one.log);
  expect(one.steps()).toEqual(['open', 'close']);
  expect(one.ended()).toBe(0);
  await one.sessions.step(ben, one.log, open.session, 'close', [], 0);
  await settled();
  expect(one.told).toEqual(['open ben', 'close ben']);
  expect(one.ended()).toBe(1);
});

test('messages go out within the session only, under its id', async () => {
  const one = side();
  const message = { peer: ben, document: one.log.id, data: seeded(1, 5) };
  one.sessions.outgoing(message);
  expect(one.sent).toEqual([]);
  await one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  one.sessions.outgoing(message);
  one.sessions.outgoing({ ...message, peer: ada });
  expect(one.steps()).toEqual(['accept', 'message']);
  expect(one.sent[1]?.session).toEqual(seeded(50, 8));
  expect(one.sessions.isOpen(ben, one.log, seeded(50, 8))).toBe(true);
  expect(one.sessions.isOpen(ada, one.log, seeded(50, 8))).toBe(false);
  expect(one.sessions.isOpen(ben, one.log, seeded(51, 8))).toBe(false);
});

test('one session a document: a second is refused and the first goes on', async () => {
  const one = side();
  await one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  await one.sessions.step(ada, one.log, seeded(51, 8), 'open', missing(), 0);
  expect(one.steps()).toEqual(['accept', 'close']);
  one.sessions.open(ada, one.log, 0);
  expect(one.sent).toHaveLength(2);
  expect(one.sessions.isOpen(ben, one.log, seeded(50, 8))).toBe(true);
});

test('where nothing is held a session is refused, and Automerge is not even loaded', async () => {
  const one = side();
  const empty = new DocumentLog({ ...address, number: 5 });
  await one.sessions.step(ben, empty, seeded(50, 8), 'open', missing(), 0);
  expect(one.steps()).toEqual(['close']);
  expect(one.loads()).toBe(0);
});

test('refused before it was accepted, it is over at once and without Automerge', async () => {
  const one = side();
  one.sessions.open(ben, one.log, 0);
  await one.sessions.step(ben, one.log, one.sent[0]?.session ?? seeded(1, 8), 'close', [], 0);
  await settled();
  expect(one.ended()).toBe(1);
  expect(one.loads()).toBe(0);
});

test('at its deadline a session ends on both sides, and the digests are compared again', async () => {
  const one = side();
  await one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  one.sessions.tick(0);
  one.sessions.tick(SESSION_MS - 1);
  expect(one.ended()).toBe(0);
  one.sessions.tick(SESSION_MS);
  await settled();
  expect(one.steps()).toEqual(['accept', 'close']);
  expect(one.told).toEqual(['open ben', 'close ben']);
  expect(one.ended()).toBe(1);
  one.sessions.tick(SESSION_MS * 2);
  expect(one.ended()).toBe(1);
});

test('a session’s time runs from when it has begun: Automerge may take longer to arrive than a session lasts', async () => {
  const one = side();
  one.sessions.open(ben, one.log, 0);
  one.sessions.tick(BEGIN_MS - 1);
  expect(one.ended()).toBe(0);
  await one.sessions.step(
    ben,
    one.log,
    one.sent[0]?.session ?? seeded(1, 8),
    'accept',
    missing(),
    BEGIN_MS,
  );
  one.sessions.tick(BEGIN_MS);
  one.sessions.tick(BEGIN_MS + SESSION_MS - 1);
  expect(one.ended()).toBe(0);
  one.sessions.tick(BEGIN_MS + SESSION_MS);
  expect(one.ended()).toBe(1);
});

test('a session that has not been accepted gives way to one with another, of which alone anything is told', async () => {
  const one = side();
  one.sessions.open(ben, one.log, 0);
  const late = one.sent[0]?.session ?? new Uint8Array();
  one.sessions.open(ben, one.log, 3_000);
  expect(one.steps()).toEqual(['open']);
  one.sessions.open(ada, one.log, 3_000);
  expect(one.steps()).toEqual(['open', 'close', 'open']);
  expect(one.ended()).toBe(0);
  await one.sessions.step(ben, one.log, late, 'accept', missing(), 3_500);
  expect(one.loads()).toBe(0);
  const id = one.sent[2]?.session ?? new Uint8Array();
  await one.sessions.step(ada, one.log, id, 'accept', missing(), 3_500);
  expect(one.told).toEqual([`open ${ada}`]);
  // One that goes on stays.
  one.sessions.open(ben, one.log, 4_000);
  expect(one.steps()).toEqual(['open', 'close', 'open']);
});

test('a session that nobody accepts is given up', () => {
  const one = side();
  one.sessions.open(ben, one.log, 0);
  one.sessions.tick(BEGIN_MS);
  expect(one.steps()).toEqual(['open', 'close']);
  expect(one.ended()).toBe(1);
});

test('a link that goes down ends its sessions and nobody else’s', async () => {
  const one = side();
  await one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  one.sessions.linkDown(ada);
  expect(one.ended()).toBe(0);
  one.sessions.linkDown(ben);
  await settled();
  expect(one.told).toEqual(['open ben', 'close ben']);
  expect(one.steps()).toEqual(['accept']);
});

test('a session that ends while its document is loading leaves nothing open in the Repo', async () => {
  const one = side();
  one.hold();
  const step = one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  await settled();
  one.sessions.linkDown(ben);
  await settled();
  one.release();
  await step;
  expect(one.told.at(-1)).toBe('close ben');
  expect(one.told.filter((t) => t === 'open ben')).toHaveLength(1);
});

test('a document that Automerge cannot open ends the session; the problem is told', async () => {
  const one = side({ failing: true });
  const step = one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  await expect(step).rejects.toThrow('no such document');
  expect(one.steps()).toEqual(['accept', 'close']);
  expect(one.ended()).toBe(1);
});

test('steps of a session that is not open change nothing', async () => {
  const one = side();
  for (const step of ['accept', 'close'] as const)
    await one.sessions.step(ben, one.log, seeded(50, 8), step, missing(), 0);
  await one.sessions.step(ben, one.log, seeded(50, 8), 'open', missing(), 0);
  await one.sessions.step(ada, one.log, seeded(50, 8), 'close', [], 0);
  await one.sessions.step(ben, one.log, seeded(51, 8), 'close', [], 0);
  expect(one.sessions.isOpen(ben, one.log, seeded(50, 8))).toBe(true);
  expect(joinHashes(one.log.heads)).toEqual(one.sent[0]?.bytes);
});
