import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkSession, MANNERS, WAITING_BYTES } from './link-session.ts';
import { BODY_BYTES, decodePacket, encodePacket, type Packet } from './packet.ts';

type Carried = Extract<Packet, { is: 'data' | 'ack' }>;

function read(bytes: Uint8Array): Carried {
  const packet = decodePacket(bytes);
  if (packet?.is !== 'data' && packet?.is !== 'ack') throw new Error('no data and no ack');
  return packet;
}

function receive(session: LinkSession, packets: readonly Uint8Array[], now: number): Uint8Array[] {
  return packets.flatMap((bytes) => {
    const received = session.receive(read(bytes), now);
    if (!received.ok) throw new Error(received.reason);
    return [...received.frames];
  });
}

const frame = (length: number, fill: number) => new Uint8Array(length).fill(fill);

test('a frame of any length up to the limit arrives as it was sent', () => {
  const lengths = [0, 1, BODY_BYTES, BODY_BYTES + 1, 3 * BODY_BYTES, LINK_LIMITS.frameBytes];
  const [a, b] = [new LinkSession(), new LinkSession()];
  for (const [i, length] of lengths.entries()) expect(a.send(frame(length, i), 'chat')).toBe(true);
  const frames = receive(b, a.take(Number.POSITIVE_INFINITY, 0), 0);
  expect(frames.map((f) => f.length)).toEqual(lengths);
  expect(frames.map((f) => f[0])).toEqual([undefined, 1, 2, 3, 4, 5]);
});

test('a frame over the limit is refused, and so is one more than may wait', () => {
  const session = new LinkSession();
  expect(session.send(frame(LINK_LIMITS.frameBytes + 1, 0), 'bulk')).toBe(false);
  const many = WAITING_BYTES / LINK_LIMITS.frameBytes;
  const one = frame(LINK_LIMITS.frameBytes, 0);
  for (let i = 0; i < many; i++) expect(session.send(one, 'bulk')).toBe(true);
  expect(session.send(frame(1, 0), 'chat')).toBe(false);
});

test('chat overtakes bulk that waits', () => {
  const [a, b] = [new LinkSession(), new LinkSession()];
  a.send(frame(LINK_LIMITS.frameBytes, 1), 'bulk');
  const before = a.take(64 * 1024, 0);
  a.send(frame(10, 2), 'chat');
  const frames = receive(b, [...before, ...a.take(64 * 1024, 0)], 0);
  expect(frames.map((f) => f[0])).toEqual([2]);
});

test('an acknowledgement waits for company on a direct path, and rides with data', () => {
  const [a, b] = [new LinkSession(), new LinkSession()];
  a.send(frame(10, 1), 'chat');
  receive(b, a.take(1000, 0), 0);
  expect(b.take(1000, 0)).toEqual([]);
  expect(b.wakeAt).toBe(MANNERS.direct.ackDelayMs);
  b.send(frame(10, 2), 'chat');
  const packets = b.take(1000, 1).map(read);
  expect(packets).toMatchObject([{ is: 'data', acks: { chat: 1, bulk: 0 } }]);
  expect(b.wakeAt).toBeUndefined();
  expect(a.waitingBytes).toBe(10);
  for (const packet of packets) a.receive(packet, 1);
  expect(a.waitingBytes).toBe(0);
});

test('an acknowledgement that is due waits for room, without waking anybody meanwhile', () => {
  const [a, b] = [new LinkSession(), new LinkSession()];
  a.send(frame(10, 1), 'chat');
  receive(b, a.take(1000, 0), 0);
  const due = b.wakeAt ?? Number.NaN;
  expect(b.take(0, due, false)).toEqual([]);
  expect(b.wakeAt).toBeUndefined();
  expect(b.wantsRoom).toBe(true);
  expect(b.take(0, due + 1).map(read)).toMatchObject([{ is: 'ack', acks: { chat: 1 } }]);
  expect(b.wantsRoom).toBe(false);
});

test('on a change of path everything unacknowledged goes again, and comes once', () => {
  const [a, b] = [new LinkSession(), new LinkSession()];
  for (let i = 0; i < 10; i++) a.send(frame(10, i), 'chat');
  const lost = a.take(Number.POSITIVE_INFINITY, 0);
  const frames = receive(b, lost.slice(0, 4), 0);
  a.pathChanged(MANNERS.relayed, 1);
  frames.push(...receive(b, a.take(Number.POSITIVE_INFINITY, 1), 1));
  expect(frames.map((f) => f[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('on a path that may drop, silence makes it send again, ever more patiently', () => {
  const session = new LinkSession();
  session.pathChanged(MANNERS.relayed, 0);
  session.send(frame(10, 1), 'chat');
  expect(session.take(1000, 0)).toHaveLength(1);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const at = session.wakeAt ?? Number.NaN;
    times.push(at);
    expect(session.take(1000, at - 1)).toEqual([]);
    expect(session.take(1000, at)).toHaveLength(1);
  }
  const [first = 0, second = 0, third = 0] = times;
  expect(third - second).toBeGreaterThan(second - first);
});

test('no more than the window is under way', () => {
  const session = new LinkSession();
  session.pathChanged(MANNERS.relayed, 0);
  for (let i = 0; i < 4; i++) session.send(frame(LINK_LIMITS.frameBytes, 1), 'bulk');
  const bytes = session
    .take(Number.POSITIVE_INFINITY, 0)
    .reduce((sum, packet) => sum + packet.length, 0);
  expect(bytes).toBeLessThan(MANNERS.relayed.windowBytes + LINK_LIMITS.packetBytes);
  expect(session.wantsRoom).toBe(false);
});

describe('a neighbour that', () => {
  const refused = (packets: readonly Packet[]) => {
    const session = new LinkSession();
    const results = packets.map((packet) => session.receive(read(encodePacket(packet)), 0));
    return results.find((result) => !result.ok);
  };
  const data = { is: 'data', priority: 'chat', number: 0, body: frame(BODY_BYTES, 0) } as const;

  test('acknowledges what was never sent is refused', () => {
    expect(refused([{ is: 'ack', acks: { chat: 1, bulk: 0 } }])).toBeDefined();
  });
  test('announces a frame over the limit is refused at its first packet', () => {
    const total = LINK_LIMITS.frameBytes + 1;
    expect(refused([{ ...data, first: true, last: false, total }])).toBeDefined();
  });
  test('sends an end without a beginning is refused', () => {
    expect(refused([{ ...data, first: false, last: true }])).toBeDefined();
  });
  test('begins a frame within a frame is refused', () => {
    const first = { ...data, first: true, last: false, total: 4 * BODY_BYTES } as const;
    expect(refused([first])).toBeUndefined();
    expect(refused([first, { ...first, number: 1 }])).toBeDefined();
  });
  test('sends more or less than announced is refused', () => {
    const first = { ...data, first: true, last: false, total: BODY_BYTES + 7 } as const;
    const rest = { ...data, first: false, last: true, number: 1 } as const;
    expect(refused([first, { ...rest, body: frame(7, 0) }])).toBeUndefined();
    expect(refused([first, { ...rest, body: frame(6, 0) }])).toBeDefined();
    expect(refused([first, { ...rest, body: frame(8, 0) }])).toBeDefined();
  });
  test('sends a frame as very many parts of one byte is refused at the first of them', () => {
    const first = { ...data, first: true, last: false, total: 130_000 } as const;
    const tiny = frame(1, 0);
    expect(refused([{ ...first, body: tiny }])).toBeDefined();
    expect(refused([first])).toBeUndefined();
    expect(refused([first, { ...data, first: false, last: false, number: 1, body: tiny }])).toEqual(
      { ok: false, reason: 'a part of a frame that is not full' },
    );
  });
});

test('whatever paths drop and however often they change, each frame comes once and in order of its class', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('send' as const),
        bulk: fc.boolean(),
        length: fc.nat(40_000),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('carry' as const),
        keep: fc.nat(8),
        room: fc.nat(60_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('change' as const), direct: fc.boolean() }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [a, b] = [new LinkSession(), new LinkSession()];
      const sent = { chat: [] as number[], bulk: [] as number[] };
      const came = { chat: [] as number[], bulk: [] as number[] };
      let now = 0;
      let next = 0;
      const carry = (keep: number, room: number) => {
        for (const bytes of a.take(room, now).slice(0, keep)) {
          const packet = read(bytes);
          const received = b.receive(packet, now);
          if (!received.ok) throw new Error(received.reason);
          for (const f of received.frames) {
            const number = new DataView(f.buffer).getUint32(0);
            came[packet.is === 'data' ? packet.priority : 'chat'].push(number);
          }
        }
        for (const bytes of b.take(room, now).slice(0, keep)) a.receive(read(bytes), now);
      };
      for (const s of steps) {
        now += 400;
        if (s.do === 'send') {
          const f = new Uint8Array(4 + s.length);
          new DataView(f.buffer).setUint32(0, next);
          sent[s.bulk ? 'bulk' : 'chat'].push(next++);
          a.send(f, s.bulk ? 'bulk' : 'chat');
        } else if (s.do === 'carry') carry(s.keep, s.room);
        else
          for (const end of [a, b])
            end.pathChanged(s.direct ? MANNERS.direct : MANNERS.relayed, now);
      }
      for (const end of [a, b]) end.pathChanged(MANNERS.relayed, now);
      for (let i = 0; i < 200; i++) {
        now += 1000;
        carry(Number.POSITIVE_INFINITY, 1_000_000);
      }
      expect(came).toEqual(sent);
      expect(a.waitingBytes).toBe(0);
    }),
  );
});
