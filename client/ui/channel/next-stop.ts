/**
 * The message to which a key leads from another, of those in the order of the screen; `undefined` where the key leads
 * nowhere, or already stands there.
 */
export function nextStop(
  ids: readonly string[],
  from: string | undefined,
  key: string,
): string | undefined {
  const at = from === undefined ? -1 : ids.indexOf(from);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: ids.length - 1 }[key];
  if (to === undefined || at < 0 || to === at) return undefined;
  return ids[to];
}
