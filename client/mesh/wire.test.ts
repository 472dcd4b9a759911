/** What `WIRE.md` says an old peer does with what only a later version knows. */
import { utf8 } from '@snug/shared/crypto/bytes.ts';
import { Joined, parseAnswer, Refused } from '@snug/shared/protocol/signaling.ts';
import { encode } from 'cborg';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { FrameDecoder, FrameEncoder, MalformedFrame } from './frames/frames.ts';
import { decodePacket, encodePacket } from './link/packet.ts';
import { decodeRouteMessage, encodeRouteMessage } from './routes/route-message.ts';
import { GOODBYES } from './signaling/goodbye.ts';
import { decodePayload } from './signaling/signal-payload.ts';
import { TOPIC } from './test/route-world.ts';

const LATER = 'of a later version';
const frame = (type: number, ...parts: unknown[]) =>
  new FrameDecoder().decode(Uint8Array.of(type, ...encode(parts)));
const address = new Uint8Array(20);
const id = new Uint8Array(8);

describe('a frame', () => {
  test('of an unknown type is ignored', () => {
    for (const type of [0, 17, 255]) expect(frame(type, LATER)).toEqual({ type: 'unknown' });
  });

  test('in CBOR may have a part more', () => {
    expect(frame(4, address, 1, LATER)).toEqual(frame(4, address, 1));
    expect(frame(7, address, id, LATER)).toEqual(frame(7, address, id));
    expect(frame(2, [id], LATER)).toEqual(frame(2, [id]));
    expect(frame(15, 1, 'no', LATER)).toEqual(frame(15, 1, 'no'));
    const topic = new Uint8Array(32);
    expect(frame(16, topic, id, LATER)).toEqual(frame(16, topic, id));
  });

  test('is malformed with a word, or a flag of a digest, that is not known', () => {
    expect(frame(6, id, address, 'open', id)).toMatchObject({ type: 'session' });
    expect(() => frame(6, id, address, LATER, id)).toThrow(MalformedFrame);
    const digest = (flags: number) => frame(3, new Uint8Array(32), 0, flags, id, id, []);
    expect(digest(3)).toMatchObject({ type: 'digest' });
    expect(() => digest(4)).toThrow(MalformedFrame);
  });

  test('of presence may have flags that are not known', () => {
    const presence = (flags: number) => {
      const said = {
        type: 'presence',
        address,
        asks: false,
        answers: false,
        messages: [],
      } as const;
      const bytes = new FrameEncoder().encode(said);
      bytes[1] = flags;
      return new FrameDecoder().decode(bytes);
    };
    expect(presence(3)).toMatchObject({ type: 'presence', asks: true, answers: true });
    expect(presence(0x80 | 3)).toEqual(presence(3));
  });
});

describe('a packet', () => {
  test('of an unknown kind is ignored', () => {
    for (const kind of [0, 6, 127])
      expect(decodePacket(Uint8Array.of(kind, ...utf8(LATER)))).toEqual({ is: 'unknown' });
  });

  test('of a known kind may not have a part more, nor data an unknown flag', () => {
    const pong = encodePacket({ is: 'pong', token: 1 });
    expect(decodePacket(Uint8Array.of(...pong, 1))).toBeUndefined();
    for (const flag of [0x10, 0x20, 0x40])
      expect(decodePacket(Uint8Array.of(0x80 | flag, 0))).toBeUndefined();
  });
});

test('a control message of an unknown kind is ignored; one of a known kind may not have a part more', () => {
  const later = (kind: number) =>
    decodeRouteMessage(Uint8Array.of(kind, ...encode([new Uint8Array(32), LATER])));
  expect(later(6)).toEqual({ is: 'unknown' });
  expect(later(2)).toBeUndefined();
  expect(decodeRouteMessage(encodeRouteMessage({ is: 'left', topic: TOPIC }))).toBeDefined();
});

test('a signal payload of an unknown kind, or with a part more, is dropped', () => {
  const key = new Uint8Array(32);
  expect(decodePayload(encode([0, 1, key, null, [], null, false]))).toMatchObject({ is: 'offer' });
  expect(decodePayload(encode([0, 1, key, null, [], null, false, LATER]))).toBeUndefined();
  expect(decodePayload(encode([5, LATER]))).toBeUndefined();
});

test('an unknown goodbye is `other`, in packets and in signals', () => {
  const bye = encodePacket({ is: 'bye', code: 'full', reason: LATER });
  bye[1] = GOODBYES.length;
  const other = { is: 'bye', code: 'other', reason: LATER };
  expect(decodePacket(bye)).toEqual(other);
  expect(decodePayload(encode([4, GOODBYES.length, LATER]))).toEqual(other);
});

describe('what a server says', () => {
  test('may have keys that are not known', () => {
    const joined = { size: 1, peers: [] };
    expect(v.parse(Joined, { ...joined, LATER })).toEqual(joined);
    const problem = { code: 'internal', message: 'no' };
    expect(v.parse(Refused, { event: 'relay', problem: { ...problem, LATER }, LATER })).toEqual({
      event: 'relay',
      problem,
    });
  });

  test('is garbage with a problem of an unknown code, so a bad request', () => {
    const answer = parseAnswer(v.null(), { ok: false, problem: { code: LATER, message: 'no' } });
    expect(answer).toMatchObject({ ok: false, problem: { code: 'bad-request' } });
  });
});
