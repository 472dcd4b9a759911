/** A piece of a text that was searched, and whether it is what was found. */
export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

/** Cuts a text where what was found begins and ends. Marks that do not fit are left out. */
export function piecesOf(
  text: string,
  marks: readonly { readonly start: number; readonly end: number }[],
): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end } of marks) {
    if (start < at || end <= start || end > text.length) continue;
    if (start > at) pieces.push({ text: text.slice(at, start), found: false });
    pieces.push({ text: text.slice(start, end), found: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), found: false });
  return pieces;
}
