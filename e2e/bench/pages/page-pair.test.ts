import fc from 'fast-check';
import { expect, test } from 'vitest';
import { skewOf } from './page-pair.ts';

test('whatever the clocks of two pages show, a way that takes as long back as there is measured as it is', () => {
  const ms = fc.double({ min: 0, max: 1000, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(ms, { minLength: 1 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      (ways, ahead) => {
        const packets = ways.map((way) => ({ there: way + ahead, back: way - ahead }));
        expect(skewOf(packets)).toBeCloseTo(ahead, 5);
      },
    ),
  );
});
