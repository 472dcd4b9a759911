/** People who enter a room, and leave it after each test; none of them may have met with a problem. */
import { afterEach, expect } from 'vitest';
import type { Resident, TestRoom } from './room.ts';

/** To be called once, at the top of a file of tests. */
export function enterAndLeave(): (
  room: TestRoom,
  name: string,
  store?: Resident['store'],
) => Promise<Resident> {
  const residents: Resident[] = [];
  afterEach(async () => {
    for (const resident of residents.splice(0)) {
      expect(resident.problems).toEqual([]);
      await resident.leave();
    }
  });
  return async (room, name, store) => {
    const resident = await room.enter(name, store);
    residents.push(resident);
    return resident;
  };
}
