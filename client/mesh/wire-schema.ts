/** Parts of the schemas by which what comes over the mesh is read. */
import { decode } from 'cborg';
import * as v from 'valibot';

/** Bytes, so many. */
export const sized = (min: number, max: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((b) => b.length >= min && b.length <= max, `expected ${min} to ${max} bytes`),
  );

/** `undefined` for anything but one CBOR item in its only form, of a length that it names. */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { allowIndefinite: false, allowUndefined: false, strict: true });
  } catch {
    return undefined;
  }
}
