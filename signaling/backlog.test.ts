import { describe, expect, it } from 'vitest';
import { BACKLOG, Backlog, ConnectionBacklog } from './backlog.ts';
import { randomTopic, startServer, TestPeer } from './test/test-peer.ts';

const MIB = 1024 * 1024;

describe('what waits for a connection', () => {
  it('still counts when it has been handed over and the kernel has not taken it', () => {
    const all = new Backlog(() => false);
    const backlog = new ConnectionBacklog(all);
    expect(backlog.reserve(3 * MIB)).toBe(true);
    backlog.handedOver(0);
    expect(backlog.reserve(2 * MIB)).toBe(false);
    expect(all.bytes).toBe(3 * MIB);
    expect(backlog.reserve(MIB)).toBe(true);
    // The batch is out; what came after it is not.
    backlog.taken();
    expect(all.bytes).toBe(MIB);
    backlog.clear();
    expect(all.bytes).toBe(0);
  });

  it('is given back as the peer reads, so that more than the limit goes through in all', async () => {
    const server = await startServer();
    const topic = randomTopic();
    const reader = await TestPeer.connect(server.url);
    await reader.join(topic);
    const frame = new Uint8Array(18 * 1024);
    const count = Math.floor((2.5 * MIB) / frame.length);
    expect(2 * count * frame.length).toBeGreaterThan(BACKLOG.perPeer);
    for (let senders = 0; senders < 2; senders++) {
      const sender = await TestPeer.connect(server.url);
      await sender.join(topic);
      for (let n = 0; n < count; n++) sender.relay(reader.id, frame);
      for (let n = 0; n < count; n++) await reader.frames.take();
      expect(sender.refusals.size).toBe(0);
      sender.close();
    }
    reader.close();
    await server.close();
  });

  it('is bounded over all connections, at the cost of whoever keeps others waiting most', () => {
    const connections: ConnectionBacklog[] = [];
    const all = new Backlog((asking) => {
      const [most] = connections.toSorted((a, b) => b.waiting - a.waiting);
      if (most === undefined || most === asking || most.waiting === 0) return false;
      most.clear();
      return true;
    });
    for (let n = 0; n < BACKLOG.total / BACKLOG.perPeer; n++) {
      const slow = new ConnectionBacklog(all);
      expect(slow.reserve(n === 7 ? BACKLOG.perPeer : BACKLOG.perPeer - 1)).toBe(true);
      connections.push(slow);
    }
    const newcomer = new ConnectionBacklog(all);
    connections.push(newcomer);
    expect(newcomer.reserve(200)).toBe(true);
    expect(connections.filter(({ waiting }) => waiting === 0)).toEqual([connections[7]]);
    expect(all.bytes).toBeLessThanOrEqual(BACKLOG.total);
  });

  it('is refused to who has most waiting, when the total is full', () => {
    const all = new Backlog(() => false);
    all.bytes = BACKLOG.total - 10;
    expect(new ConnectionBacklog(all).reserve(11)).toBe(false);
    expect(new ConnectionBacklog(all).reserve(10)).toBe(true);
  });

  it('counts all that a payload keeps in memory, once for payloads that were read together', () => {
    const all = new Backlog(() => false);
    const backlog = new ConnectionBacklog(all);
    const [read, across, later] = [new Uint8Array(9000), new Uint8Array(50), new Uint8Array(7000)];
    expect(backlog.reserve(200, read.subarray(10, 11))).toBe(true);
    expect(all.bytes).toBe(200 + read.length);
    expect(backlog.reserve(200, read.subarray(20, 25))).toBe(true);
    expect(all.bytes).toBe(400 + read.length);
    // A message across two reads lies elsewhere; the next in the second.
    backlog.reserve(200, across);
    backlog.reserve(200, later.subarray(0, 1));
    backlog.reserve(200, across);
    expect(all.bytes).toBe(1000 + read.length + across.length + later.length);
    backlog.handedOver(0);
    backlog.taken();
    expect(all.bytes).toBe(0);
  });

  it('is never to be read when the kernel has not taken one batch for so long', () => {
    const backlog = new ConnectionBacklog(new Backlog(() => false));
    backlog.handedOver(0);
    expect(backlog.stalled(BACKLOG.batchMs + 1)).toBe(false);
    backlog.reserve(1);
    backlog.handedOver(1000);
    expect(backlog.stalled(1000 + BACKLOG.batchMs)).toBe(false);
    expect(backlog.stalled(1001 + BACKLOG.batchMs)).toBe(true);
    backlog.taken();
    expect(backlog.stalled(1001 + BACKLOG.batchMs)).toBe(false);
  });
});
