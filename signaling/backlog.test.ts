import { describe, expect, it } from 'vitest';
import { BACKLOG, ConnectionBacklog } from './backlog.ts';
import { randomTopic, startServer, TestPeer } from './test/test-peer.ts';

const MIB = 1024 * 1024;

describe('what waits for a connection', () => {
  it('still counts when it has been handed over and the kernel has not taken it', () => {
    const all = { bytes: 0 };
    const backlog = new ConnectionBacklog(all);
    expect(backlog.reserve(3 * MIB)).toBe(true);
    backlog.handedOver();
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
    const count = Math.floor((3 * MIB) / frame.length);
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

  it('is bounded over all connections', () => {
    const all = { bytes: BACKLOG.total - 10 };
    expect(new ConnectionBacklog(all).reserve(11)).toBe(false);
    expect(new ConnectionBacklog(all).reserve(10)).toBe(true);
  });
});
