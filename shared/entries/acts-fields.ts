/** What several acts hold. */
import * as v from 'valibot';
import { compareBytes } from '../crypto/bytes.ts';
import { bytesOf } from './fields.ts';

/** Most of one thing that an act names: accounts, devices. */
const MAX_NAMED = 64;
/** Most tips of one device that an act names, and most altogether: they take half of the largest act. */
export const MAX_TIPS_OF_DEVICE = 512;
export const MAX_TIPS = 2048;

export function isAscending(list: readonly Uint8Array[]): boolean {
  return list.every((item, i) => {
    const before = list[i - 1];
    return before === undefined || compareBytes(before, item) < 0;
  });
}

/** Ed25519 keys, ascending. */
export const DeviceKeys = v.pipe(
  v.array(bytesOf(32)),
  v.minLength(1),
  v.maxLength(MAX_NAMED),
  v.check((list) => isAscending(list), 'expected keys in ascending order, no two alike'),
);

export const ascendingTexts = <const S extends v.GenericSchema<unknown, string>>(text: S) =>
  v.pipe(
    v.array(text),
    v.minLength(1),
    v.maxLength(MAX_NAMED),
    v.check(
      (list) => list.every((item, i) => i === 0 || (list[i - 1] ?? '') < item),
      'expected an ascending list, no two alike',
    ),
  );

/**
 * For each device the tips that the author of the act holds of it: the first 16 bytes of the ids of those of its entries that
 * none of its own builds on, one or a few a channel. Devices and tips ascend.
 */
export const Tips = v.pipe(
  v.array(
    v.strictTuple([
      bytesOf(32),
      v.pipe(
        v.array(bytesOf(16)),
        v.minLength(1),
        v.maxLength(MAX_TIPS_OF_DEVICE),
        v.check((list) => isAscending(list), 'expected tips in ascending order, no two alike'),
      ),
    ]),
  ),
  v.minLength(1),
  v.check((all) => isAscending(all.map(([device]) => device)), 'expected ascending devices'),
  v.check(
    (all) => all.reduce((sum, [, tips]) => sum + tips.length, 0) <= MAX_TIPS,
    `expected at most ${MAX_TIPS} tips`,
  ),
);
export type Tips = v.InferOutput<typeof Tips>;
