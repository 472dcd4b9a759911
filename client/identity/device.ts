/** The device's own key: made at the first start, kept in the store, the same ever after. */
import {
  type DeviceKey,
  generateDeviceKey,
  openDeviceKey,
  parseStoredDeviceKey,
  type StoredDeviceKey,
} from '@snug/shared/crypto/device-key.ts';

const KEY = 'device';

/** The part of a store that this needs. */
export interface DeviceKeyStore {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}

export type LoadedDevice =
  | { readonly ok: true; readonly device: DeviceKey; readonly stored: StoredDeviceKey }
  /** Something is stored that is no key. It is left alone: a new key would be a new person to everybody. */
  | { readonly ok: false };

/** @param extractable for stores that are files, which cannot hold a `CryptoKey` */
export async function loadDevice(
  store: DeviceKeyStore,
  options: { readonly extractable: boolean },
): Promise<LoadedDevice> {
  const raw = await store.get(KEY);
  if (raw !== undefined) {
    const stored = parseStoredDeviceKey(raw);
    return stored ? { ok: true, device: await openDeviceKey(stored), stored } : { ok: false };
  }
  const stored = await generateDeviceKey(options);
  await store.put(KEY, stored);
  return { ok: true, device: await openDeviceKey(stored), stored };
}
