/** Of `localStorage`, what is used here. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Small things of this page that outlive a reload: drafts, the last channel, dismissed notices. A browser may
 * refuse storage, when reading the property already throws; then they live as long as the page does.
 */
export interface Kept {
  read(key: string): string | undefined;
  /** An empty or absent value forgets. Says whether it will outlive the page. */
  write(key: string, value: string | undefined): boolean;
}

/** `open` is asked once, for `localStorage` or a stand-in; it may throw. */
export function createKept(open: () => TextStorage, prefix = 'snug.ui.'): Kept {
  const inPage = new Map<string, string>();
  let storage: TextStorage | undefined;
  try {
    storage = open();
  } catch {
    storage = undefined;
  }
  return {
    read(key) {
      const held = inPage.get(key);
      if (held !== undefined) return held;
      try {
        return storage?.getItem(prefix + key) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write(key, value) {
      inPage.delete(key);
      try {
        if (storage) {
          if (value) storage.setItem(prefix + key, value);
          else storage.removeItem(prefix + key);
          return true;
        }
      } catch {
        // Refused or full: falls through to the page's own memory.
      }
      inPage.set(key, value ?? '');
      return false;
    },
  };
}

export const kept: Kept = createKept(() => globalThis.localStorage);

/** The key of a channel's draft. */
export const draftKey = (space: string, channel: string): string => `draft.${space}.${channel}`;

/** The key of the wording that is to replace a message's. */
export const wordingKey = (message: string): string => `wording.${message}`;
