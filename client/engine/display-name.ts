/** What the person at this device is called, as the store keeps it. */
import { DisplayName } from '@snug/shared/entries/text.ts';
import * as v from 'valibot';
import type { Store } from '../space/store.ts';

export const NAME_KEY = 'name';
/** The setting by which this person's devices agree on it. */
export const DISPLAY_NAME = 'displayName';

/** `undefined` before first run is done, or where what is kept is no name. */
export async function readName(store: Pick<Store, 'get'>): Promise<string | undefined> {
  const name = v.safeParse(DisplayName, await store.get(NAME_KEY));
  return name.success ? name.output : undefined;
}
