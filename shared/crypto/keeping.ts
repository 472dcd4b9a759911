/**
 * A pure function that keeps its latest results: for what costs more to work out than to find again, and is asked of a few keys over and
 * over, as the names of devices and documents are for each entry.
 *
 * @param most how many results are kept; the oldest goes first
 */
export function keeping<K extends string, V extends object | string>(
  most: number,
  make: (key: K) => V,
): (key: K) => V {
  const kept = new Map<K, V>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    const [oldest] = kept.keys();
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    return made;
  };
}
