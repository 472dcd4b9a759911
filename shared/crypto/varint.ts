/** Unsigned LEB128, as Automerge and we write lengths and counts. */

/** `RangeError` unless `value` is a safe integer from 0. At most 8 bytes. */
export function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Expected a whole number from 0 to 2^53 - 1, got ${value}.`);
  }
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** Reads at `start`; `undefined` if it is cut off, over 2^53 - 1 or longer than needed. */
export function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + 8; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      const longerThanNeeded = byte === 0 && at > start;
      if (longerThanNeeded || !Number.isSafeInteger(value)) return undefined;
      return { value, end: at + 1 };
    }
    scale *= 0x80;
  }
  return undefined;
}
