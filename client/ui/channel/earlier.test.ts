import { describe, expect, it } from 'vitest';
import { earlierFor, FIRST_SHOWN, MOST_SHOWN, withEarlier } from './earlier.ts';

describe('earlier messages', () => {
  it('are offered while there are more, up to the newest 5,000, and then said to be kept', () => {
    let newest = FIRST_SHOWN;
    for (let asked = 0; earlierFor({ more: true, newest }) === 'more'; asked++) {
      expect(asked).toBeLessThan(100);
      expect(withEarlier(newest)).toBeGreaterThan(newest);
      newest = withEarlier(newest);
    }
    expect(newest).toBe(MOST_SHOWN);
    expect(earlierFor({ more: true, newest })).toBe('kept');
  });

  it('are not spoken of where there are none', () => {
    expect(earlierFor({ more: false, newest: FIRST_SHOWN })).toBeUndefined();
    expect(earlierFor({ more: false, newest: MOST_SHOWN })).toBeUndefined();
  });
});
