import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEPT_BYTES, WebSocketMessages, type WebSocketUnit } from './websocket-messages.ts';

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as RFC 6455, section 5.2, lays it out. */
function frame(
  opcode: number,
  payload: Uint8Array,
  { final = true, mask }: { final?: boolean; mask?: Uint8Array | undefined } = {},
): Buffer {
  const { length } = payload;
  const short = length > 65_535 ? 127 : length > 125 ? 126 : length;
  const extended = Buffer.alloc(short === 127 ? 8 : short === 126 ? 2 : 0);
  if (short === 127) extended.writeBigUInt64BE(BigInt(length));
  else if (short === 126) extended.writeUInt16BE(length);
  const head = Buffer.from([(final ? 0x80 : 0) | opcode, (mask ? 0x80 : 0) | short]);
  const body = mask ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
  return Buffer.concat([head, extended, mask ?? Buffer.alloc(0), body]);
}

/** Cut at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

function readAll(chunks: readonly Uint8Array[]): WebSocketUnit[] {
  const reader = new WebSocketMessages();
  return [...chunks.flatMap((chunk) => reader.take(chunk)), ...reader.end()];
}

const wireBytes = (units: readonly WebSocketUnit[]) =>
  units.reduce((sum, unit) => sum + unit.wireBytes, 0);

const mask = fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined });
const cuts = fc.array(fc.nat(), { maxLength: 12 });
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(125, 126, 65_535, 65_536).map((length) => new Uint8Array(length).fill(length)),
);

test('messages come out as they went in, however masked, fragmented and cut', () => {
  const message = fc.record({
    binary: fc.boolean(),
    fragments: fc.array(fc.tuple(payload, mask), { minLength: 1, maxLength: 3 }),
    /** Pings between the fragments. */
    pings: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), cuts, (messages, places) => {
      const bytes = Buffer.concat(
        messages.flatMap(({ binary, fragments, pings }) =>
          fragments.flatMap(([content, key], i) => {
            const opcode = i > 0 ? OPCODE.continuation : binary ? OPCODE.binary : OPCODE.text;
            const final = i === fragments.length - 1;
            const ping = pings && !final ? [frame(OPCODE.ping, Uint8Array.of(i))] : [];
            return [frame(opcode, content, { final, mask: key }), ...ping];
          }),
        ),
      );
      const units = readAll(pieces(bytes, places));
      expect(wireBytes(units)).toBe(bytes.length);
      const read = units.flatMap((unit) =>
        unit.is === 'message' ? [[unit.binary, Buffer.from(unit.content)]] : [],
      );
      expect(read).toEqual(
        messages.map(({ binary, fragments }) => [
          binary,
          Buffer.concat(fragments.map(([content]) => content)).subarray(0, KEPT_BYTES),
        ]),
      );
      const pings = messages.reduce(
        (sum, { fragments, pings }) => sum + (pings ? fragments.length - 1 : 0),
        0,
      );
      expect(units.filter(({ is }) => is === 'ping')).toHaveLength(pings);
    }),
    { numRuns: 50 },
  );
});

test('every byte of anything is accounted for once, wherever it ends', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Something that begins well.
    fc
      .tuple(payload, fc.uint8Array({ maxLength: 30 }))
      .map(([content, rest]) => Buffer.concat([frame(OPCODE.binary, content), rest])),
  );
  fc.assert(
    fc.property(anything, cuts, (bytes, places) => {
      expect(wireBytes(readAll(pieces(Buffer.from(bytes), places)))).toBe(bytes.length);
    }),
  );
});

test.each([
  ['a reserved opcode', frame(3, new Uint8Array(1))],
  ['a fragment of nothing', frame(OPCODE.continuation, new Uint8Array(1))],
  ['a ping in fragments', frame(OPCODE.ping, new Uint8Array(1), { final: false })],
  ['a ping that is too long', frame(OPCODE.ping, new Uint8Array(126))],
  ['a length beyond all numbers', Buffer.from([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255])],
  [
    'a message inside of another',
    Buffer.concat([
      frame(OPCODE.text, new Uint8Array(1), { final: false }),
      frame(OPCODE.text, new Uint8Array(1)),
    ]),
  ],
])('%s cannot be read, nor anything after it', (_what, bytes) => {
  const well = frame(OPCODE.text, new Uint8Array(5));
  const units = readAll([Buffer.concat([well, bytes]), well]);
  expect(units.map(({ is }) => is)).toEqual(['message', ...units.slice(1).map(() => 'unreadable')]);
  expect(wireBytes(units)).toBe(bytes.length + 2 * well.length);
});

test('of a message longer than can be kept all bytes are counted', () => {
  const bytes = frame(OPCODE.binary, new Uint8Array(KEPT_BYTES * 3));
  const [unit, ...more] = readAll(pieces(bytes, [10, 70_000, 70_001]));
  expect(more).toEqual([]);
  expect(unit).toMatchObject({ is: 'message', wireBytes: bytes.length });
  expect(unit?.is === 'message' && unit.content.length).toBe(KEPT_BYTES);
});

test('what is read stays as it was', () => {
  const bytes = frame(OPCODE.text, Buffer.from('text'), { mask: Uint8Array.of(1, 2, 3, 4) });
  const before = Buffer.from(bytes);
  readAll([bytes]);
  expect(bytes).toEqual(before);
});
