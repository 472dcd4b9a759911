import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HUES, knit, STITCHES, stitchPath } from './knit.ts';

describe('knit', () => {
  it('gives the same key the same pattern', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        expect(knit(key)).toEqual(knit(key));
      }),
    );
    expect(knit('did:key:z6MkAda').hues).toEqual(knit('did:key:z6MkAda').hues);
  });

  it('is mirrored, and no row holds more than two yarns', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const { stitches } = knit(key);
        expect(stitches).toHaveLength(STITCHES);
        for (const row of stitches) {
          expect([...row].reverse()).toEqual(row);
          expect(new Set([...row, 0]).size).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it('tells neighbouring keys apart', () => {
    const drawn = new Set<string>();
    for (let i = 0; i < 500; i++) drawn.add(JSON.stringify(knit(`did:key:z6Mk${i}`)));
    expect(drawn.size).toBe(500);
  });

  it('uses every hue for a ground, none far more than the rest', () => {
    const times = new Array<number>(HUES.length).fill(0);
    for (let i = 0; i < 6000; i++) {
      const [ground] = knit(`key ${i}`).hues;
      times[ground] = (times[ground] ?? 0) + 1;
    }
    for (const n of times) expect(n).toBeGreaterThan(300);
  });

  it('draws each stitch once', () => {
    const pattern = knit('ada');
    const drawn = ([0, 1, 2] as const).map(
      (yarn) => stitchPath(pattern, yarn).split('M').length - 1,
    );
    expect(drawn.reduce((a, b) => a + b)).toBe(STITCHES * STITCHES);
  });
});
