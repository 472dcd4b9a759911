/**
 * A pattern for a key, drawn as knitting: 7 × 7 stitches, mirrored, three yarns. As in stranded knitting a row never
 * holds more than two of them: the ground and one contrast. The same key gives the same pattern everywhere, so a key that
 * has changed is seen to have changed. It is a likeness for the eye, not a fingerprint: comparing keys is another thing.
 */
export const STITCHES = 7;
const half = (STITCHES + 1) / 2;

/** 0 is the ground, 1 the light contrast, 2 the dark one. */
export type Yarn = 0 | 1 | 2;

export interface Knit {
  /** Row by row from the top, `STITCHES` × `STITCHES`. */
  readonly stitches: readonly (readonly Yarn[])[];
  /** The yarns' hues as indices into the twelve of `HUES`: ground, light, dark. */
  readonly hues: readonly [number, number, number];
}

/** Hue angles in OKLCH, uneven on purpose: equal steps give three greens that nobody can tell apart. */
export const HUES = [5, 30, 50, 72, 95, 130, 158, 190, 220, 250, 290, 335] as const;

/** 128 bits of a string: four interleaved multiply-xor streams (cyrb128, public domain). Not cryptographic. */
function seedOf(key: string): [number, number, number, number] {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < key.length; i++) {
    const k = key.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

/** The small fast counter generator of 128 bits of state (sfc32, from PractRand). Yields 32 bits. */
function streamOf([a, b, c, d]: [number, number, number, number]): () => number {
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Half rows that make a motif: nothing, dots, chevrons, stripes. Read from the edge to the middle. */
const motifs = [
  '0000',
  '0101',
  '1010',
  '0010',
  '0100',
  '0001',
  '0110',
  '0011',
  '1001',
  '1111',
  '0111',
];

/** The pattern of an account's or device's key. Any string will do. */
export function knit(key: string): Knit {
  const next = streamOf(seedOf(key));
  const ground = next() % HUES.length;
  const light = (ground + 1 + (next() % (HUES.length - 1))) % HUES.length;
  const dark = (ground + 1 + (next() % (HUES.length - 1))) % HUES.length;
  const stitches: Yarn[][] = [];
  for (let row = 0; row < STITCHES; row++) {
    const roll = next();
    const contrast: Yarn = (roll & 3) === 0 ? 2 : 1;
    const motif = motifs[(roll >>> 8) % motifs.length] ?? '';
    stitches.push(
      Array.from({ length: STITCHES }, (_, x): Yarn => {
        const fromEdge = x < half ? x : STITCHES - 1 - x;
        return motif[fromEdge] === '1' ? contrast : 0;
      }),
    );
  }
  return { stitches, hues: [ground, light, dark] };
}

/** The V's of one yarn as one SVG path in a box of `STITCHES` × `STITCHES`. */
export function stitchPath(pattern: Knit, yarn: Yarn): string {
  let path = '';
  pattern.stitches.forEach((row, y) => {
    row.forEach((of, x) => {
      if (of === yarn) path += `M${x + 0.16} ${y + 0.14}l.34.5.34-.5`;
    });
  });
  return path;
}
