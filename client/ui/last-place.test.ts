import { describe, expect, it } from 'vitest';
import { createLastPlace } from './last-place.ts';
import { createKept } from './text-storage.ts';

const nowhere = () => {
  throw new Error('no storage');
};

describe('the last place', () => {
  it('is the channel one read last, and one more for each space', () => {
    const place = createLastPlace(createKept(nowhere));
    expect(place.read()).toBeUndefined();
    place.write('street', 'garden');
    place.write('café', 'tools');
    expect(place.read()).toEqual({ space: 'café', channel: 'tools' });
    expect(place.channelIn('street')).toBe('garden');
    expect(place.channelIn('elsewhere')).toBeUndefined();
  });
});
