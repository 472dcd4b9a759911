import type { StorageState } from '../../engine/view.ts';
import { byteCount } from '../pieces/times-and-sizes.ts';

/** How safe what is kept on this device is from the browser. */
export const STANDING: Readonly<Record<StorageState, string>> = {
  kept: 'Kept on this device. The browser has promised not to clear it by itself.',
  'best-effort':
    'Kept on this device, but the browser may clear it when the device runs short of room.',
  refused: 'This browser keeps nothing. Everything here is gone when the page is closed.',
  full: 'This device has no room left. What was kept before is safe; nothing new is.',
};

/** `1.2 MB of 4.1 GB that the browser allows`; nothing where it does not say. */
export function usedRoom(estimate: StorageEstimate | undefined): string {
  if (estimate?.usage === undefined) return '';
  const used = byteCount(estimate.usage);
  return estimate.quota
    ? `${used} in use, of ${byteCount(estimate.quota)} that the browser allows.`
    : `${used} in use.`;
}
