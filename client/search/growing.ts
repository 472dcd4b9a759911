/** Typed arrays that grow: half as long again when they are full, so that adding costs the same however many there are. */

interface Typed<A> {
  readonly length: number;
  set(from: A): void;
}

/** The array itself while `length` fits, else a longer copy; what is new is zero. */
export function roomFor<A extends Typed<A>>(
  array: A,
  length: number,
  make: (length: number) => A,
): A {
  if (length <= array.length) return array;
  const longer = make(Math.max(length, array.length + (array.length >>> 1), 16));
  longer.set(array);
  return longer;
}
