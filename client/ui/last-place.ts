import { type Kept, kept } from './text-storage.ts';

/** Where one was last, and in each space which channel. */
export function createLastPlace(store: Kept) {
  return {
    read(): { space: string; channel: string } | undefined {
      const space = store.read('place');
      if (!space) return undefined;
      return { space, channel: store.read(`place.${space}`) ?? '' };
    },
    channelIn: (space: string): string | undefined => store.read(`place.${space}`),
    write(space: string, channel: string): void {
      store.write('place', space);
      store.write(`place.${space}`, channel);
    },
  };
}

export const lastPlace = createLastPlace(kept);
